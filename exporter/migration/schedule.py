"""How the phases really go, against the plan: which is current, how long each took, how late all is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """`slip` is how late the current phase is, in seconds: below 0 is ahead of plan, 0 before the start."""

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
    ended; optimization never ends. What is said of a moment to come has not happened.
    """
    phases = {each.phase: each for each in _course(plan, _happened(told, now), reached, now)}
    current = next((each for each in phases.values() if each.state is PhaseState.CURRENT), None)
    return Schedule(
        plan=plan,
        current=current.phase if current else None,
        phases=phases,
        slip=_slip(current, phases[Phase.ADOPTION], now) if current else 0.0,
        on_time=_on_time(phases.values()),
    )


def _happened(told: Iterable[PhaseDates], now: Moment) -> dict[Phase, PhaseDates]:
    def past(moment: Moment | None) -> Moment | None:
        return None if moment is None or moment > now else moment

    return {dates.phase: PhaseDates(dates.phase, past(dates.started_at), past(dates.ended_at)) for dates in told}


def _course(
    plan: Plan, told: Mapping[Phase, PhaseDates], reached: Mapping[Phase, Moment], now: Moment
) -> Iterator[PhaseProgress]:
    """The phases in order. `free` is when the ones before have ended; None: they have not."""
    free: Moment | None = plan.start
    for phase, planned in plan.phases.items():
        dates = told.get(phase, PhaseDates(phase))
        if free is None:
            yield PhaseProgress(phase, PhaseState.PENDING, planned, dates.started_at)
            continue
        started = free if dates.started_at is None else dates.started_at
        ended = None if phase is Phase.OPTIMIZATION else _ended(dates, reached.get(phase), started, now)
        yield _begun(phase, planned, started, now) if ended is None else _done(phase, planned, started, ended)
        free = ended


def _ended(dates: PhaseDates, gate_open: Moment | None, started: Moment, now: Moment) -> Moment | None:
    """A gate that was open before its phase began ends it as soon as it begins."""
    if dates.ended_at is not None or gate_open is None:
        return dates.ended_at
    ended = max(gate_open, started)
    return ended if ended <= now else None


def _done(phase: Phase, planned: Period, started: Moment, ended: Moment) -> PhaseProgress:
    """What people say of its end wins over a beginning that lies behind it."""
    begun = min(started, ended)
    return PhaseProgress(phase, PhaseState.DONE, planned, begun, ended, _deviation(ended - begun, planned))


def _begun(phase: Phase, planned: Period, started: Moment, now: Moment) -> PhaseProgress:
    """The current phase; before the start it is pending."""
    if started > now:
        return PhaseProgress(phase, PhaseState.PENDING, planned)
    deviation = _deviation(now - started, planned)
    over = deviation if deviation is not None and deviation > 0 else None
    return PhaseProgress(phase, PhaseState.CURRENT, planned, started, deviation=over)


def _deviation(real: Seconds, planned: Period) -> float | None:
    return (real - planned.duration) / planned.duration if planned.duration else None


def _slip(current: PhaseProgress, adoption: PhaseProgress, now: Moment) -> Seconds:
    """How late the current phase began, or how late it would end if it ended now: whichever is more.

    Optimization is as late as adoption was complete.
    """
    if current.phase is Phase.OPTIMIZATION:
        return _late(adoption.ended_at, adoption.planned.end)
    began = _late(current.started_at, current.planned.begin)
    return max(began, _late(now, current.planned.end))


def _late(real: Moment | None, planned: Moment | None) -> Seconds:
    return 0.0 if real is None or planned is None else real - planned


def _on_time(phases: Iterable[PhaseProgress]) -> Share:
    ended = [each for each in phases if each.state is PhaseState.DONE]
    return Share(sum(1 for each in ended if _in_time(each)), len(ended))


def _in_time(ended: PhaseProgress) -> bool:
    return _late(ended.ended_at, ended.planned.end) <= TOLERANCE * (ended.planned.duration or 0.0)
