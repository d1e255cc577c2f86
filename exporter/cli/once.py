"""`once`: polls every source once and prints what comes of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from exporter import logs, settings
from exporter.app import Exporter
from exporter.cli import flags
from exporter.cli.endings import FAILED, faults_end_it


@click.command()
@flags.config_file
@flags.log_level
@flags.log_format
def once(config_file: Path, log_level: str, log_format: logs.Format) -> None:
    """Poll every source once, print the exposition; exit 1 if a source failed."""
    logs.configure(log_level, log_format)
    with faults_end_it():
        exporter = Exporter(settings.load(config_file))
        try:
            healths = exporter.poll_once()
            click.echo(exporter.exposition().text, nl=False)
        finally:
            exporter.close()
    failed = [health for health in healths if not health.up]
    for health in failed:
        click.echo(f"source {health.name} failed: {health.error}: {health.error_detail}", err=True)
    sys.exit(FAILED if failed else 0)
