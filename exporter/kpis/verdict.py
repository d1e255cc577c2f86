"""A criterion against its target: met or not, how narrowly, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from exporter.kpis.criteria import Criterion
from exporter.kpis.inputs import Inputs
from exporter.kpis.measure import Absence
from exporter.model import Moment, Seconds


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
    raise NotImplementedError


def judged(criteria: Iterable[Criterion], aims: Mapping[str, Aim], inputs: Inputs) -> dict[str, Verdict]:
    """Every criterion by its key, in the catalogue's order."""
    return {each.key: judge(each, aims.get(each.key, Aim()), inputs) for each in criteria}
