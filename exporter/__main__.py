"""`python -m exporter` is `orchex-kilo-exporter`."""

from exporter.cli import main

main()
