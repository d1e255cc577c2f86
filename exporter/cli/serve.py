"""`serve`, and how any exporter is run until a signal ends it."""

from __future__ import annotations

import gc
import logging
import signal
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

import click

from exporter import __version__, logs, settings
from exporter.app import Exporter
from exporter.cli import flags
from exporter.cli.endings import faults_end_it
from exporter.settings import Settings
from exporter.web.config import WebConfig
from exporter.web.pages import create_app
from exporter.web.server import ListenError, Server
from exporter.yamlfile import ConfigError

log = logging.getLogger("exporter.cli")


@click.command()
@flags.config_file
@flags.listen_address
@flags.web_config
@flags.lifecycle
@flags.log_level
@flags.log_format
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
        return with_flags(settings.load(config_file), listen_address, lifecycle=lifecycle)

    with faults_end_it():
        loaded = load()
        run(Exporter(loaded, load), loaded, web_config)


def with_flags(loaded: Settings, listen_address: str | None, *, lifecycle: bool = False) -> Settings:
    """The configuration, with what the flags say instead."""
    changes: dict[str, Any] = {"listen_address": listen_address} if listen_address else {}
    if lifecycle:
        changes["enable_lifecycle"] = True
    return loaded.model_copy(update={"web": loaded.web.model_copy(update=changes)})


def run(exporter: Exporter, loaded: Settings, web_config: Path | None = None) -> None:
    """Runs until SIGTERM or SIGINT; SIGHUP loads the configuration again."""
    signals = _signals()
    try:
        protection = WebConfig(web_config)
        application = create_app(exporter, web_config=protection, enable_lifecycle=loaded.web.enable_lifecycle)
        server = Server(application, listen_address=loaded.web.listen_address, tls=protection.tls)
        address = server.start()
    except (ConfigError, ListenError):
        exporter.close()
        raise
    gc.freeze()  # what is loaded by now stays: no collection need look through it while a scrape waits
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
