"""The exporter about itself."""

from __future__ import annotations

import platform

from exporter import __version__
from exporter.metrics.declare import Samples, Summed, counter, gauge, info, summary
from exporter.snapshot import Snapshot


@info(
    "orchex_kilo_exporter_build_info", "The exporter's version and its Python's.", labels=("version", "python_version")
)
def build(_: Snapshot) -> Samples:
    yield (__version__, platform.python_version()), 1


@gauge("orchex_kilo_exporter_snapshot_timestamp_seconds", "When what is published here was put together, Unix time.")
def snapshot_time(snapshot: Snapshot) -> Samples:
    yield (), snapshot.taken_at


@gauge("orchex_kilo_exporter_snapshot_duration_seconds", "Time that the last snapshot took to be read from the ledger.")
def ledger_time(snapshot: Snapshot) -> Samples:
    yield (), snapshot.exporter.ledger_seconds


@gauge("orchex_kilo_exporter_render_duration_seconds", "Time that the exposition before this one took to be rendered.")
def render_time(snapshot: Snapshot) -> Samples:
    yield (), snapshot.exporter.render_seconds


@gauge(
    "orchex_kilo_exporter_config_last_reload_successful",
    "1 if the last configuration that was given is in use, else 0.",
)
def reload_ok(snapshot: Snapshot) -> Samples:
    yield (), float(snapshot.exporter.config_reload_ok)


@gauge(
    "orchex_kilo_exporter_config_last_reload_success_timestamp_seconds",
    "When the configuration in use was loaded, Unix time.",
)
def reload_time(snapshot: Snapshot) -> Samples:
    yield (), snapshot.exporter.config_loaded_at


@counter("orchex_kilo_exporter_config_reloads_total", "Configuration reloads by outcome.", labels=("outcome",))
def reloads(snapshot: Snapshot) -> Samples:
    for outcome in ("success", "failure"):
        yield (outcome,), snapshot.exporter.config_reloads.get(outcome, 0)


@summary(
    "orchex_kilo_exporter_scrape_duration_seconds", "Time that scrapes took to be answered, up to the last rendering."
)
def scrapes(snapshot: Snapshot) -> Samples:
    yield (), Summed(snapshot.exporter.scrapes, snapshot.exporter.scrape_seconds)


@counter("orchex_kilo_exporter_scraped_bytes_total", "Bytes that scrapes were answered with, up to the last rendering.")
def scraped(snapshot: Snapshot) -> Samples:
    yield (), snapshot.exporter.scrape_bytes
