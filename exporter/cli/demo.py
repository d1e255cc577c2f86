"""`demo`: an exporter of a simulated organisation on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from exporter import logs, settings
from exporter.app import Exporter
from exporter.backfill import Window, described, measure
from exporter.backfill.reporter import Lines
from exporter.cli import flags
from exporter.cli.endings import faults_end_it
from exporter.cli.serve import run, with_flags
from exporter.ledger import Ledger
from exporter.settings import Settings

ADDRESS = "127.0.0.1:9847"


@click.command()
@flags.listen_address
@click.option(
    "--incident",
    type=click.Choice(["bridge-outage", "error-burst", "slow-pipelines"]),
    help="Break the organisation after 20 seconds, to watch the numbers react.",
)
@click.option(
    "--hosts",
    type=click.Choice(["github", "gitlab", "gitea", "git", "all"]),
    default="github",
    show_default=True,
    help="Where the organisation's repositories lie; `git` is plain git with Jenkins.",
)
@click.option(
    "--speed",
    type=click.FloatRange(1, 100_000, min_open=True),
    help="Begin with the migration, 22 weeks ago, and live so many times as fast until the present is reached.",
)
@flags.log_level
@flags.log_format
def demo(
    listen_address: str | None,
    incident: str | None,
    hosts: str,
    speed: float | None,
    log_level: str,
    log_format: logs.Format,
) -> None:
    """Serve the metrics of a small simulated organisation on this machine."""
    from exporter.demo.running import running_demo  # noqa: PLC0415  # nobody but this command pays for it

    logs.configure(log_level, log_format)
    with (
        faults_end_it(),
        tempfile.TemporaryDirectory(prefix="orchex-kilo-demo-") as folder,
        running_demo(f"sqlite:///{folder}/ledger.db", Path(folder), incident, speed, hosts) as running,
    ):
        loaded = with_flags(settings.from_data(running.configuration), listen_address or ADDRESS)
        if speed is not None and loaded.migration is not None:
            _measure(loaded, Window(*loaded.migration.baseline_window(running.history)))
        run(Exporter(loaded, now=running.now, pace=speed or 1.0), loaded)


def _measure(loaded: Settings, window: Window) -> None:
    """Whoever begins with the migration measures what was before it first."""
    with Ledger.open(loaded.ledger.url) as ledger:
        measured = measure(ledger, loaded.sources, window, Lines(_said))
    _said(described(measured))


def _said(text: str) -> None:
    click.echo(text, err=True)
