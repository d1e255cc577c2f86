"""Recording and alert rules for Prometheus, built from the catalogue's thresholds: `python -m alerts`.

It reads the exporter's declarations; nothing of the exporter knows it.
"""
