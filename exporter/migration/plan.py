"""The documented timelines by size of the organisation, and a plan with dates made of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exporter.kpis.criteria import DAY
from exporter.model import Moment, Phase, Seconds

WEEK: Seconds = 7 * DAY
EXPANDED = 0.8
"""The migrated share that ends the expansion."""
COMPLETE = 1.0
"""The migrated share that ends the adoption."""


class Size(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A documented timeline. `weeks` are the first and last week of each phase, in its long form.

    `optimization` goes on without end; where the document plans no weeks for it, it begins with the
    week after adoption. `least` and `most` are the weeks of the whole, `people` the documented team.
    """

    size: Size
    words: str
    developers: tuple[int, int | None]
    least: int
    most: int
    people: tuple[int, int]
    weeks: Mapping[Phase, tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class Period:
    """From `begin` on, to `end` (None: without end)."""

    begin: Moment
    end: Moment | None

    @property
    def duration(self) -> Seconds | None:
        return None if self.end is None else self.end - self.begin


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned. `end` is when the migration is to be complete: the end of adoption."""

    start: Moment
    size: Size
    phases: Mapping[Phase, Period]
    """All six, in order."""

    @property
    def end(self) -> Moment:
        end = self.phases[Phase.ADOPTION].end
        return self.start if end is None else end


TIMELINES: Mapping[Size, Timeline] = {
    timeline.size: timeline
    for timeline in (
        Timeline(
            size=Size.SMALL,
            words="Direct migration with minimal phasing. Quick wins and immediate benefits.",
            developers=(1, 49),
            least=8,
            most=12,
            people=(1, 2),
            weeks={
                Phase.ASSESSMENT: (1, 2),
                Phase.PREPARATION: (3, 4),
                Phase.PILOT: (5, 8),
                Phase.EXPANSION: (5, 8),
                Phase.ADOPTION: (9, 12),
                Phase.OPTIMIZATION: (9, None),
            },
        ),
        Timeline(
            size=Size.MEDIUM,
            words="Phased migration with pilot validation. Process optimization and team coordination.",
            developers=(50, 200),
            least=12,
            most=20,
            people=(3, 5),
            weeks={
                Phase.ASSESSMENT: (1, 3),
                Phase.PREPARATION: (4, 6),
                Phase.PILOT: (7, 9),
                Phase.EXPANSION: (10, 15),
                Phase.ADOPTION: (16, 20),
                Phase.OPTIMIZATION: (21, None),
            },
        ),
        Timeline(
            size=Size.LARGE,
            words="Enterprise-wide coordination with business units. Governance, compliance, and scalability.",
            developers=(201, None),
            least=20,
            most=32,
            people=(5, 10),
            weeks={
                Phase.ASSESSMENT: (1, 4),
                Phase.PREPARATION: (5, 8),
                Phase.PILOT: (9, 12),
                Phase.EXPANSION: (13, 24),
                Phase.ADOPTION: (25, 32),
                Phase.OPTIMIZATION: (33, None),
            },
        ),
    )
}


def size_of(developers: int) -> Size:
    """The documented size of an organisation: below 50, to 200, above."""
    bounds = ((timeline.size, timeline.developers[1]) for timeline in TIMELINES.values())
    return next(size for size, most in bounds if most is None or developers <= most)


def plan(start: Moment, size: Size, weeks: float | None = None, given: Mapping[Phase, Period] | None = None) -> Plan:
    """The size's timeline from `start` on, compressed to `weeks` in all, with `given` periods instead.

    Raises ValueError for weeks that the timeline does not allow, and for periods that make no plan.
    """
    timeline = TIMELINES[size]
    length = timeline.most if weeks is None else weeks
    if not timeline.least <= length <= timeline.most:
        bounds = f"{timeline.least} to {timeline.most}"
        raise ValueError(f"`weeks` must lie in the {bounds} weeks of size {size}; change it, or give `phases`")

    def after(week: int) -> Moment:
        return start + week * length / timeline.most * WEEK

    computed = {
        phase: Period(after(first - 1), None if last is None else after(last))
        for phase, (first, last) in timeline.weeks.items()
    }
    made = Plan(start, size, {**computed, **(given or {})})
    _refuse_impossible(made)
    return made


def _refuse_impossible(plan: Plan) -> None:
    for phase, period in plan.phases.items():
        if period.end is None and phase is not Phase.OPTIMIZATION:
            raise ValueError(f"{phase} has no end; only {Phase.OPTIMIZATION} goes on without one")
        if period.end is not None and period.end <= period.begin:
            raise ValueError(f"{phase} ends before it begins; exchange its dates")
    if plan.end <= plan.start:
        raise ValueError(f"{Phase.ADOPTION} ends before the migration starts; correct its dates, or `start`")


def planned_share(plan: Plan, at: Moment) -> float:
    """The share of repositories that the plan wants migrated by then.

    0 until the pilot begins, 80% at the end of expansion, 100% at the end of adoption; straight in
    between.
    """
    begin, expansion = plan.phases[Phase.PILOT].begin, plan.phases[Phase.EXPANSION]
    expanded = plan.end if expansion.end is None else expansion.end
    if at >= plan.end:
        return COMPLETE
    if at <= begin:
        return 0.0
    if at <= expanded:
        return EXPANDED * (at - begin) / (expanded - begin)
    return EXPANDED + (COMPLETE - EXPANDED) * (at - expanded) / (plan.end - expanded)
