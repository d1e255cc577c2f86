"""`check-config`: says whether a configuration is valid, or prints what is in effect."""

from __future__ import annotations

from pathlib import Path

import click

from exporter import settings
from exporter.cli import flags
from exporter.cli.endings import faults_end_it
from exporter.web.config import WebConfig


@click.command()
@flags.config_file
@flags.web_config
@click.option("--effective", is_flag=True, help="Print the merged configuration, secrets masked.")
def check_config(config_file: Path, web_config: Path | None, effective: bool) -> None:  # noqa: FBT001  # click gives flags by name
    """Say whether the configuration is valid, or each of its faults."""
    with faults_end_it():
        loaded = settings.load(config_file)
        WebConfig(web_config)
    if effective:
        click.echo(loaded.effective(), nl=False)
    else:
        click.echo(f"{config_file}: valid, {len(loaded.sources)} sources: {', '.join(loaded.sources)}")
