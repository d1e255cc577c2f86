"""The risk register: the highest first, with what drove each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.kpis.quantities import Unit
from exporter.risks import Level
from exporter.status import sentences
from exporter.status.shape import RiskStatus, Status
from exporter.status.words import amount
from exporter.web.scorecard.moods import Mood, Word

MOODS: Mapping[Level, Mood] = {
    Level.LOW: Mood.GOOD,
    Level.MEDIUM: Mood.CAREFUL,
    Level.HIGH: Mood.BAD,
    Level.VERY_HIGH: Mood.BAD,
    Level.CRITICAL: Mood.BAD,
}


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk; `signal` is what its driver measures, with its value."""

    title: str
    level: Word
    likelihood: str
    impact: str
    driver: str
    signal: str
    mitigation: str


def risks(status: Status) -> tuple[tuple[Risk, ...], tuple[Risk, ...]]:
    """Those that are high or worse, and the others; each from the highest level down."""
    ordered = sorted(status.risks, key=lambda risk: -risk.level)
    top = tuple(_risk(risk) for risk in ordered if risk.level >= Level.HIGH)
    return top, tuple(_risk(risk) for risk in ordered if risk.level < Level.HIGH)


def _risk(each: RiskStatus) -> Risk:
    moved = each.level - each.documented_level
    documented = f"documented: {sentences.named(each.documented_level)}" if moved else ""
    return Risk(
        title=each.title,
        level=Word(sentences.named(each.level), MOODS[each.level], documented),
        likelihood=sentences.named(each.likelihood),
        impact=sentences.named(each.impact),
        driver=sentences.driver(each),
        signal=_signal(each),
        mitigation=each.mitigation,
    )


def _signal(each: RiskStatus) -> str:
    """`0.12: planned − migrated share of repositories`."""
    found = (signal for signal in each.signals if signal.key == each.driver)
    return "".join(f"{amount(signal.value, Unit.AMOUNT)}: {signal.words}" for signal in found)
