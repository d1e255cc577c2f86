"""The twelve criteria by category, and their companions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.status import sentences
from exporter.status.shape import Criterion, Status, TrendPoint
from exporter.status.words import length
from exporter.web.scorecard.moments import When, when
from exporter.web.scorecard.moods import Mood, Word
from exporter.web.scorecard.pictures import Sparkline, sparkline

MOODS: Mapping[State, Mood] = {
    State.MET: Mood.GOOD,
    State.AT_RISK: Mood.CAREFUL,
    State.MISSED: Mood.BAD,
    State.NO_DATA: Mood.IDLE,
    State.STALE: Mood.CAREFUL,
}
OLD = "too old to be judged"


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion. `documented` is empty where the target is the documented one, `coverage` where it is whole.

    `remedy` is what would bring a value where there is none.
    """

    anchor: str
    title: str
    owner: str
    state: Word
    value: str
    coverage: str
    target: str
    documented: str
    trend: Sparkline | None
    age: When | None
    words: str
    window: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Group:
    """The criteria of a category."""

    title: str
    rows: tuple[Row, ...]


def anchor(key: str) -> str:
    return f"criterion-{key}"


def twelve(status: Status) -> tuple[Group, ...]:
    return _groups(status, Tier.CRITERION)


def companions(status: Status) -> tuple[Group, ...]:
    return _groups(status, Tier.COMPANION)


def _groups(status: Status, tier: Tier) -> tuple[Group, ...]:
    found = [each for each in status.criteria if each.tier is tier]
    categories = dict.fromkeys(each.category for each in found)
    return tuple(
        Group(category.capitalize(), tuple(_row(each, status.taken_at) for each in found if each.category is category))
        for category in categories
    )


def _row(each: Criterion, now: datetime) -> Row:
    coverage = sentences.coverage(each)
    same = each.target == each.documented_target
    return Row(
        anchor=anchor(each.key),
        title=each.title,
        owner=each.owner,
        state=Word(sentences.STATES[each.state], MOODS[each.state], OLD if each.state is State.STALE else ""),
        value=sentences.value(each),
        coverage=f"from {coverage} of its scope" if coverage else "",
        target=sentences.wanted(each, each.target),
        documented="" if same else f"documented: {sentences.wanted(each, each.documented_target)}",
        trend=sparkline(_course(each, now), each.target, each.unit),
        age=None if each.at is None else when(each.at, length(each.age_seconds)),
        words=each.words,
        window=each.window or "",
        remedy=sentences.absence(each) if each.value is None else "",
    )


def _course(each: Criterion, now: datetime) -> tuple[TrendPoint, ...]:
    """What it stood at and, while that is fresh, what it stands at: so the line ends at the value beside it."""
    if each.value is None or each.state is State.STALE:
        return each.trend
    return (*(point for point in each.trend if point.at < now), TrendPoint(at=now, value=each.value))
