"""The risk register: documented likelihood and impact, and the likelihood that live signals show.

Pure. The rule is one for all: see `assess`; each signal states its own two thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from exporter.kpis.ratios import Share
from exporter.kpis.verdict import Verdict
from exporter.migration.schedule import Schedule


class Band(IntEnum):
    """Of likelihood (below 5%, 5–15%, 15–30%, 30–50%, above 50%) and of impact."""

    VERY_LOW = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    VERY_HIGH = 5


class Level(IntEnum):
    """What the matrix makes of likelihood and impact."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERY_HIGH = 4
    CRITICAL = 5


class Pressure(IntEnum):
    """What a signal says: by how many bands the likelihood moves."""

    CALM = -1
    ELEVATED = 1
    SEVERE = 2


@dataclass(frozen=True, slots=True)
class Signals:
    """What the signals are read from."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    schedule: Schedule | None = None
    bridge_burn: float | None = None
    """How fast both bridges' error budget burns: the failed share of the last hour ÷ the documented 1%."""
    adoption_gap: float | None = None
    """Planned minus migrated share of repositories; above 0 is behind plan."""
    training_gap: float | None = None
    """Planned minus completed training; above 0 is behind plan."""
    rolled_back: Share = field(default_factory=Share)
    """Repositories that were rolled back ÷ repositories that use either tool."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A number that is bad when it is high. `words` says what it is; None: not known."""

    key: str
    words: str
    elevated: float
    severe: float
    measure: Callable[[Signals], float | None]

    def pressure(self, value: float) -> Pressure:
        """At a threshold counts as beyond it."""
        if value >= self.severe:
            return Pressure.SEVERE
        return Pressure.ELEVATED if value >= self.elevated else Pressure.CALM


@dataclass(frozen=True, slots=True)
class Risk:
    """A documented risk. `mitigation` is the document's own words."""

    key: str
    title: str
    likelihood: Band
    impact: Band
    mitigation: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A risk as it stands. `driver` is the signal that moved the likelihood; None: nothing is known,
    and the likelihood is the documented one. `values` are the signals that are known."""

    risk: Risk
    likelihood: Band
    level: Level
    documented_level: Level
    driver: str | None
    values: Mapping[str, float] = field(default_factory=dict)


RISKS: tuple[Risk, ...] = ()


def level(likelihood: Band, impact: Band) -> Level:
    """The documented matrix."""
    raise NotImplementedError


def assess(risk: Risk, signals: Signals) -> Assessed:
    """The documented likelihood, moved by the worst signal that is known.

    Calm lowers it by one band, elevated raises it by one, severe by two; it stays within the bands.
    When no signal is known, it is the documented one.
    """
    raise NotImplementedError
