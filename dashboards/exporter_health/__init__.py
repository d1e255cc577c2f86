"""Exporter health: does it run, read its sources in time and within their limits, and publish what it read."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.exporter_health import exporters, polls, process, publishing, requests, sources

BOARD = Board(
    uid="orchex-kilo-exporter-health",
    title="ORCHEX-KILO / Exporter health",
    about="Does the exporter run, read its sources in time and within their limits, and publish what it read?",
    days=7,
    rows=(
        Row("Exporters", exporters.PANELS),
        Row("Sources", sources.PANELS),
        Row("Polls", polls.PANELS),
        Row("Requests and credentials", requests.PANELS),
        Row("Series and scrapes", publishing.PANELS),
        Row("Process", process.PANELS),
    ),
)
