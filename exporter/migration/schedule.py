"""How the phases really go, against the plan: which is current, how long each took, how late all is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.kpis.ratios import Share
from exporter.migration.plan import Period, Plan
from exporter.model import Moment, Phase, PhaseDates, Seconds

TOLERANCE = 0.1
"""A duration within ±10% of its plan is on plan, as documented."""


class PhaseState(StrEnum):
    PENDING = "pending"
    CURRENT = "current"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """One phase. `deviation` is (real − planned) ÷ planned duration: final when the phase is done, and
    for the current one only once it lasts longer than planned; else None."""

    phase: Phase
    state: PhaseState
    planned: Period
    started_at: Moment | None = None
    ended_at: Moment | None = None
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """`slip` is how late the current phase is, in seconds: below 0 is ahead of plan."""

    plan: Plan
    current: Phase | None
    """None before the start."""
    phases: Mapping[Phase, PhaseProgress]
    slip: Seconds
    on_time: Share = field(default_factory=Share)
    """Phases that ended no later than planned plus TOLERANCE of their duration ÷ phases that ended."""

    @property
    def slip_ratio(self) -> float:
        """The slip as a share of the planned time from start to full adoption."""
        return self.slip / (self.plan.end - self.plan.start)

    @property
    def on_plan(self) -> bool:
        return abs(self.slip_ratio) <= TOLERANCE

    @property
    def worst_deviation(self) -> float | None:
        """The largest deviation of a phase that has ended, as an absolute value."""
        ended = [abs(p.deviation) for p in self.phases.values() if p.ended_at is not None and p.deviation is not None]
        return max(ended, default=None)


def schedule(plan: Plan, told: Iterable[PhaseDates], reached: Mapping[Phase, Moment], now: Moment) -> Schedule:
    """Where the migration stands.

    A phase has ended when people say so (`told`), else when its gate was first seen open (`reached`),
    provided that every phase before it has ended. It began when people say so, else when the one
    before it ended, the first with the plan's start. The current phase is the first that has not
    ended; optimization never ends.
    """
    raise NotImplementedError
