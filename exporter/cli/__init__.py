"""The commands, one a module; their flags and exit codes.

Exit codes: 0 well, 1 a source failed (`once`, `backfill`), a criterion is missed (`status`) or the
exporter could not go on, 2 the configuration, a flag, an address or the ledger cannot be used, 130
`backfill` was stopped by Ctrl-C.
"""

from __future__ import annotations

import platform

import click

from exporter import __version__
from exporter.cli.backfill import backfill
from exporter.cli.check_config import check_config
from exporter.cli.demo import demo
from exporter.cli.once import once
from exporter.cli.serve import serve
from exporter.cli.status import status


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Prometheus exporter for the ORCHEX-KILO migration."""


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(f"orchex-kilo-exporter, version {__version__} (Python {platform.python_version()})")


for command in (serve, once, status, backfill, check_config, demo):
    main.add_command(command)
