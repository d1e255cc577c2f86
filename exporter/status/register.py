"""The risk register and the sources in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.console import RenderableType
from rich.text import Text

from exporter.risks import Level
from exporter.status import sentences
from exporter.status.layout import Style, grid, heading, table
from exporter.status.shape import RiskStatus, SourceStatus, Status
from exporter.status.words import length

LEVELS = {
    Level.LOW: Style.GOOD,
    Level.MEDIUM: Style.CAREFUL,
    Level.HIGH: Style.BAD,
    Level.VERY_HIGH: Style.BAD,
    Level.CRITICAL: Style.BAD,
}
DRIVER = "driven by"
DRIVER_WIDTH = 18
"""Leaves room for the longest title at 80 columns."""


def risks(status: Status) -> Iterator[RenderableType]:
    """Highest level first, then in the register's order."""
    ordered = sorted(status.risks, key=lambda risk: -risk.level)
    yield table(
        ("Risk", "level", "likelihood", "impact", DRIVER),
        (_risk(risk) for risk in ordered),
        at_most={DRIVER: DRIVER_WIDTH},
    )


def _risk(risk: RiskStatus) -> tuple[str | Text, ...]:
    return (
        risk.title,
        Text(sentences.named(risk.level), LEVELS[risk.level]),
        sentences.named(risk.likelihood),
        sentences.named(risk.impact),
        sentences.driver(risk),
    )


def sources(status: Status) -> Iterator[RenderableType]:
    """Those that fail or leave something out; a line when none does."""
    troubled = [(source.name, trouble) for source in status.sources if (trouble := _trouble(source, status.taken_at))]
    yield heading("Sources")
    yield grid(troubled) if troubled else Text("all well")


def _trouble(source: SourceStatus, now: datetime) -> str:
    """What is wrong with it, or nothing."""
    said = []
    if source.up is False:
        said.append(f"failing: {': '.join(part for part in (source.error, source.detail) if part)}")
    if source.stale:
        said.append("stale: its facts are left out")
    if source.up is not True and source.last_success is None:
        said.append("never polled with success")
    if source.unreadable:
        said.append(f"{source.unreadable} of its items could not be read")
    if said and source.last_success is not None:
        said.append(f"last success {length((now - source.last_success).total_seconds())} ago")
    return "; ".join(said)
