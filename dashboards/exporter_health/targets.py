"""Series that Prometheus has of all its targets, narrowed to exporters: choosing every job chooses others too."""

from __future__ import annotations

from dashboards.board import ANCHOR
from dashboards.query import of

KNOWN = "1d"
"""For so long an exporter that does not answer is still known as one."""


def of_exporters(expr: str) -> str:
    """The series of targets that have published the anchor of late."""
    return f"{expr} and on (job, instance) present_over_time({of(ANCHOR)}[{KNOWN}])"
