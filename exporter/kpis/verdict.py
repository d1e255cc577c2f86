"""A criterion against its target: met or not, how narrowly, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from exporter.kpis.criteria import Criterion
from exporter.kpis.inputs import Inputs
from exporter.kpis.measure import Absence, Measure, Missing
from exporter.model import Moment, Seconds

DIGITS = 12
"""Decimals of a value that mean anything. Beyond them is what binary arithmetic adds (1.1 − 1 is
0.10000000000000009 to it), and that must not decide a comparison that is strict as written."""

T = TypeVar("T")


class State(StrEnum):
    """`at_risk` is met, but by less than the margin; `missed` is not met; the last two say nothing of now."""

    MET = "met"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_DATA = "no_data"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Aim:
    """What an organisation wants of a criterion; None: as documented."""

    target: float | None = None
    margin: float | None = None
    owner: str | None = None
    max_age: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A criterion as it stands. `value` stays when it is stale; `met` is None without a fresh value."""

    criterion: Criterion
    target: float
    margin: float
    owner: str
    state: State
    value: float | None = None
    met: bool | None = None
    at: Moment | None = None
    coverage: float | None = None
    baseline: float | None = None
    absence: Absence | None = None
    remedy: str = ""


def judge(criterion: Criterion, aim: Aim, inputs: Inputs) -> Verdict:
    """The criterion's rule applied, its comparison as written: what equals a strict target misses it."""
    unknown = Verdict(
        criterion,
        target=_either(aim.target, criterion.target),
        margin=_either(aim.margin, criterion.margin),
        owner=_either(aim.owner, criterion.owner),
        state=State.NO_DATA,
    )
    outcome = criterion.rule(inputs)
    if isinstance(outcome, Missing):
        return replace(unknown, coverage=outcome.coverage, absence=outcome.absence, remedy=outcome.remedy)
    stale = inputs.now - outcome.at > _either(aim.max_age, criterion.max_age)
    return _compared(unknown, outcome, stale=stale)


def _compared(unknown: Verdict, measure: Measure, *, stale: bool) -> Verdict:
    value = round(measure.value, DIGITS)
    met = unknown.criterion.comparison.holds(value, unknown.target)
    return replace(
        unknown,
        state=State.STALE if stale else _state(abs(value - unknown.target), unknown.margin, met=met),
        value=value,
        met=None if stale else met,
        at=measure.at,
        coverage=measure.coverage,
        baseline=measure.baseline,
    )


def _state(distance: float, margin: float, *, met: bool) -> State:
    """`distance` is how far the value is from the target; exactly the margin is far enough."""
    if not met:
        return State.MISSED
    return State.AT_RISK if round(distance, DIGITS) < margin else State.MET


def _either(wanted: T | None, documented: T) -> T:
    return documented if wanted is None else wanted


def judged(criteria: Iterable[Criterion], aims: Mapping[str, Aim], inputs: Inputs) -> dict[str, Verdict]:
    """Every criterion by its key, in the catalogue's order."""
    return {each.key: judge(each, aims.get(each.key, Aim()), inputs) for each in criteria}
