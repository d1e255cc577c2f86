"""`migration:` and `teams:`: when it began, what is planned, and what it is compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from exporter.answers import CycleEnd
from exporter.kpis.inputs import Baseline, Level
from exporter.migration import plan
from exporter.migration.plan import Period, Plan, Size
from exporter.model import Moment, Phase, Seconds
from exporter.providers.base import Duration
from exporter.settings.sections import Section

MOST_TEAMS = 100
"""More teams than that would be a label without bounds."""


def midnight(day: date) -> Moment:
    """The moment at which a day begins, UTC."""
    return datetime.combine(day, time(), UTC).timestamp()


class PeriodSettings(Section):
    """`phases:` of the migration, the planned dates of a phase."""

    start: date
    """Its first day."""
    end: date
    """Its last day."""

    @model_validator(mode="after")
    def _forwards(self) -> PeriodSettings:
        if self.end < self.start:
            raise ValueError("it ends before it begins; exchange `start` and `end`")
        return self

    @property
    def period(self) -> Period:
        return Period(midnight(self.start), midnight(self.end + timedelta(days=1)))


class BaselineSettings(Section):
    """`baselines:` of the migration, the levels before it. What is given wins over what `backfill` measures."""

    run_duration: Duration | None = None
    """A pipeline run's median duration, of all repositories alike; measured, it is each repository's own."""
    cycle_time: Duration | None = None
    """The median time from a change's first commit to its end as `cycle_time_until` says."""
    violations_per_repository_week: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Compliance violations, of one repository in one week."""
    cost: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """The cost that a feed's `cost` is compared with: same currency, same period."""
    tickets_per_week: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Support tickets opened in a week."""

    def levels(self) -> dict[Level, Baseline]:
        """Those that are given."""
        given = {level: getattr(self, level.value) for level in Level}
        return {level: Baseline(value) for level, value in given.items() if value is not None}


class MigrationSettings(Section):
    """`migration:`, its start and plan. Without it there are no phases, no schedule and no measured baselines."""

    start: date
    """Its first day, UTC; what was before is the baseline."""
    size: Size | None = None
    """The documented timeline: `small`, `medium` or `large`; by `developers` otherwise."""
    developers: Annotated[int, Field(ge=1)] | None = None
    """How many developers there are; gives the size: below 50, to 200, above."""
    weeks: float | None = None
    """How long it is to take from start to full adoption, within the timeline's range; its longest otherwise."""
    phases: dict[Phase, PeriodSettings] = Field(default_factory=dict)
    """Planned dates that differ from the timeline, by phase."""
    pilot: tuple[str, ...] = ()
    """Shell patterns of the pilot's repositories, by name or owner and name."""
    cycle_time_until: CycleEnd = CycleEnd.MERGED
    """What ends a change's cycle for the criterion and for `backfill`: `merged`, or `deployed`, for which the
    sources must tell deployments; then what was never deployed does not count."""
    baselines: BaselineSettings = BaselineSettings()
    """The levels before the migration."""

    @model_validator(mode="after")
    def _plannable(self) -> MigrationSettings:
        if self.size is None and self.developers is None:
            raise ValueError("give `size` (small, medium, large) or `developers`")
        self.plan()
        return self

    @property
    def start_at(self) -> Moment:
        return midnight(self.start)

    def plan(self) -> Plan:
        """The plan that this means. ValueError when the timeline does not allow it."""
        size = self.size or plan.size_of(self.developers or 1)
        given = {phase: dates.period for phase, dates in self.phases.items()}
        return plan.plan(self.start_at, size, self.weeks, given)

    def baseline_window(self, length: Seconds) -> tuple[Moment, Moment]:
        """The time of that length before the start."""
        return self.start_at - length, self.start_at


def bounded(teams: dict[str, str]) -> dict[str, str]:
    """`teams:` becomes a label, so there is a limit."""
    if len(set(teams.values())) > MOST_TEAMS:
        raise ValueError(f"more than {MOST_TEAMS} teams; group them")
    return teams


TeamName = Annotated[str, Field(min_length=1, max_length=60)]
Teams = Annotated[dict[str, TeamName], AfterValidator(bounded)]
"""Shell patterns of repositories, by name or owner and name, to teams; the first that matches wins."""
