"""`backfill`: measures the level before the migration, once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from exporter import logs, settings
from exporter.answers import CycleEnd, MeasuredBaseline
from exporter.backfill import AGAIN, BackfillError, Window, already, described, measure
from exporter.cli import flags
from exporter.cli.endings import FAILED, INTERRUPTED, faults_end_it
from exporter.ledger import Ledger
from exporter.providers.base import parse_duration
from exporter.settings import Settings
from exporter.yamlfile import ConfigError

LONGEST_SINCE = 3650 * 86400.0


def _length(_: click.Context, __: click.Parameter, text: str) -> float:
    """A duration that is given as a flag."""
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if not isinstance(seconds, float) or not 0 < seconds <= LONGEST_SINCE:
        raise click.BadParameter("must be longer than 0 and no longer than 3650d")
    return seconds


@click.command()
@flags.config_file
@click.option(
    "--since",
    "length",
    metavar="DURATION",
    default="90d",
    show_default=True,
    callback=_length,
    help="How much history before `migration.start` is measured.",
)
@click.option("--again", is_flag=True, help="Measure anew what is already measured.")
@flags.log_level
@flags.log_format
def backfill(config_file: Path, length: float, again: bool, log_level: str, log_format: logs.Format) -> None:  # noqa: FBT001  # click gives flags by name
    """Measure the level before the migration from the sources' history, and freeze it."""
    logs.configure(log_level, log_format)
    with faults_end_it(), _can_be_gone_on_with():
        loaded = settings.load(config_file)
        window = _baseline_window(loaded, length)
        with Ledger.open(loaded.ledger.url, retention=loaded.ledger.retention) as ledger:
            known = None if again else ledger.baseline()
            click.echo(already(known) if known else described(_measured(ledger, loaded, window)))


def _baseline_window(loaded: Settings, length: float) -> Window:
    """The time of that length before the migration. ConfigError when there is none to measure."""
    if loaded.migration is None:
        raise ConfigError(["migration.start: missing; a backfill measures what was before it: give its first day"])
    window = Window(*loaded.migration.baseline_window(length))
    if window.end > time.time():
        start = loaded.migration.start
        remedy = f"the history before it is not complete; run backfill on {start} or later"
        raise ConfigError([f"migration.start: {start} lies in the future: {remedy}"])
    return window


def _measured(ledger: Ledger, loaded: Settings, window: Window) -> MeasuredBaseline:
    from rich.console import Console  # noqa: PLC0415  # nobody but this command pays for it

    from exporter.backfill.terminal import reporting  # noqa: PLC0415  # as above

    until = loaded.migration.cycle_time_until if loaded.migration else CycleEnd.MERGED
    with reporting(Console(stderr=True)) as reporter:
        return measure(ledger, loaded.sources, window, reporter, until=until)


@contextmanager
def _can_be_gone_on_with() -> Iterator[None]:
    """A backfill that ends early says how to go on."""
    try:
        yield
    except BackfillError as error:
        click.echo(str(error), err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo(f"stopped; {AGAIN}", err=True)
        sys.exit(INTERRUPTED)
