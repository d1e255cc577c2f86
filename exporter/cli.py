"""The commands, their flags and exit codes.

Exit codes: 0 well, 1 a source failed (`once`) or the exporter could not go on, 2 the configuration,
a flag or the ledger cannot be used.
"""

from __future__ import annotations

import logging
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any, NoReturn

import click

from exporter import __version__, logs, settings
from exporter.app import Exporter
from exporter.ledger import LedgerError
from exporter.settings import Settings
from exporter.web.config import WebConfig
from exporter.web.pages import create_app
from exporter.web.server import ListenError, Server
from exporter.yamlfile import ConfigError

log = logging.getLogger(__name__)

DEMO_ADDRESS = "127.0.0.1:9847"
UNUSABLE = 2

_config_file = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("orchex-kilo-exporter.yml"),
    show_default=True,
    help="The configuration, YAML.",
)
_listen_address = click.option(
    "--web.listen-address", "listen_address", metavar="HOST:PORT", help="Where to listen; overrides the configuration."
)
_web_config = click.option(
    "--web.config.file",
    "web_config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TLS and basic authentication, in exporter-toolkit's format.",
)
_lifecycle = click.option("--web.enable-lifecycle", "lifecycle", is_flag=True, help="Allow POST /-/reload.")
_log_level = click.option(
    "--log.level",
    "log_level",
    type=click.Choice(["debug", "info", "warn", "error"]),
    default="info",
    show_default=True,
    help="The least severity that is logged.",
)
_log_format = click.option(
    "--log.format", "log_format", type=click.Choice(["logfmt", "json"]), default="logfmt", show_default=True
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Prometheus exporter for the ORCHEX-KILO migration."""


@main.command()
@_config_file
@_listen_address
@_web_config
@_lifecycle
@_log_level
@_log_format
def serve(
    config_file: Path,
    listen_address: str | None,
    web_config: Path | None,
    lifecycle: bool,  # noqa: FBT001  # click gives flags by name
    log_level: str,
    log_format: logs.Format,
) -> None:
    """Poll the configured sources and serve their metrics."""
    logs.configure(log_level, log_format)

    def load() -> Settings:
        return _with_flags(settings.load(config_file), listen_address, lifecycle=lifecycle)

    with _faults_end_it():
        _serve(load(), load, web_config)


@main.command()
@_listen_address
@click.option(
    "--incident",
    type=click.Choice(["bridge-outage", "error-burst", "slow-pipelines"]),
    help="Break the organisation after 20 seconds, to watch the numbers react.",
)
@_log_level
@_log_format
def demo(listen_address: str | None, incident: str | None, log_level: str, log_format: logs.Format) -> None:
    """Serve the metrics of a small simulated organisation on this machine."""
    from exporter.demo.running import running_demo  # noqa: PLC0415  # nobody but this command pays for it

    logs.configure(log_level, log_format)
    with (
        _faults_end_it(),
        tempfile.TemporaryDirectory(prefix="orchex-kilo-demo-") as folder,
        running_demo(f"sqlite:///{folder}/ledger.db", incident) as configuration,
    ):
        loaded = settings.from_data(configuration)
        _serve(_with_flags(loaded, listen_address or DEMO_ADDRESS), None, None)


@main.command()
@_config_file
@_log_level
@_log_format
def once(config_file: Path, log_level: str, log_format: logs.Format) -> None:
    """Poll every source once, print the exposition; exit 1 if a source failed."""
    logs.configure(log_level, log_format)
    with _faults_end_it():
        exporter = Exporter(settings.load(config_file))
        try:
            healths = exporter.poll_once()
            click.echo(exporter.exposition().text, nl=False)
        finally:
            exporter.close()
    failed = [health for health in healths if not health.up]
    for health in failed:
        click.echo(f"source {health.name} failed: {health.error}: {health.error_detail}", err=True)
    sys.exit(1 if failed else 0)


@main.command()
@_config_file
@_web_config
@click.option("--effective", is_flag=True, help="Print the merged configuration, secrets masked.")
def check_config(config_file: Path, web_config: Path | None, effective: bool) -> None:  # noqa: FBT001  # click gives flags by name
    """Say whether the configuration is valid, or each of its faults."""
    with _faults_end_it():
        loaded = settings.load(config_file)
        WebConfig(web_config)
    if effective:
        click.echo(loaded.effective(), nl=False)
    else:
        click.echo(f"{config_file}: valid, {len(loaded.sources)} sources: {', '.join(loaded.sources)}")


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(f"orchex-kilo-exporter, version {__version__} (Python {platform.python_version()})")


def _with_flags(loaded: Settings, listen_address: str | None, *, lifecycle: bool = False) -> Settings:
    changes: dict[str, Any] = {"listen_address": listen_address} if listen_address else {}
    if lifecycle:
        changes["enable_lifecycle"] = True
    return loaded.model_copy(update={"web": loaded.web.model_copy(update=changes)})


def _serve(loaded: Settings, load: Callable[[], Settings] | None, web_config: Path | None) -> None:
    """Runs until SIGTERM or SIGINT; SIGHUP loads the configuration again."""
    protection = WebConfig(web_config)
    signals = _signals()
    exporter = Exporter(loaded, load)
    application = create_app(exporter, web_config=protection, enable_lifecycle=loaded.web.enable_lifecycle)
    server = Server(application, listen_address=loaded.web.listen_address, tls=protection.tls)
    try:
        address = server.start()
    except ListenError:
        exporter.close()
        raise
    exporter.start()
    log.info("listening", extra={"address": address, "version": __version__})
    click.echo(f"Metrics: {address}/metrics   Page: {address}/   Stop: Ctrl-C", err=True)
    try:
        while signals.get() == signal.SIGHUP:
            exporter.reload()
    finally:
        log.info("stopping; running polls are let end")
        exporter.stop()
        server.stop()


def _signals() -> SimpleQueue[int]:
    """The signals that arrive from now on, in order."""
    arrived: SimpleQueue[int] = SimpleQueue()

    def note(number: int, _: FrameType | None) -> None:
        arrived.put(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    return arrived


@contextmanager
def _faults_end_it() -> Iterator[None]:
    """A configuration, address or ledger that cannot be used: each fault a line, exit code 2."""
    try:
        yield
    except ConfigError as error:
        _end(error.faults)
    except (ListenError, LedgerError) as error:
        _end([str(error)])


def _end(faults: list[str]) -> NoReturn:
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(UNUSABLE)
