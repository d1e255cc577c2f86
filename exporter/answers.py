"""What the ledger answers: frozen values that the pure functions and the snapshot are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.model import (
    ActiveRuns,
    Attestation,
    BridgeReading,
    Component,
    Moment,
    OrchexReading,
    PhaseDates,
    Probe,
    Reading,
    Repository,
    Result,
    Stage,
    TaskReading,
    Workers,
    Workflow,
)
from exporter.totals import Family


@dataclass(frozen=True, slots=True)
class Span:
    """A time without a gap in which one source saw one component in one state."""

    source: str
    component: Component
    begin: Moment
    end: Moment
    up: bool


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations of a window, the failed ones included."""

    total: float = 0.0
    failed: float = 0.0

    def __add__(self, other: Operations) -> Operations:
        return Operations(self.total + other.total, self.failed + other.failed)


@dataclass(frozen=True, slots=True)
class RepositoryView:
    """A repository in scope as it is now.

    `template` is None when the repository could not be read. `active_at` is when its newest run was
    created (None: no run seen); `workflow`, `workflow_at` and `workflow_result` tell of the newest
    default-branch run that executed either tool's workflow. `source` hosts it.
    """

    repository: Repository
    stage: Stage
    template: bool | None
    active_at: Moment | None = None
    workflow: Workflow | None = None
    workflow_at: Moment | None = None
    workflow_result: Result | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class SourceView:
    """All that is known of one source now: the last good facts and the totals.

    `repositories` are in its scope; `built` are those that it only runs pipelines of (a CI system alone): of
    them it knows the activity, and another source the state.
    """

    last_success_at: Moment | None = None
    repositories: tuple[RepositoryView, ...] = ()
    built: tuple[RepositoryView, ...] = ()
    totals: Mapping[Family, Mapping[tuple[str, ...], float]] = field(default_factory=dict)
    active: tuple[ActiveRuns, ...] = ()
    workers: tuple[Workers, ...] = ()
    probes: tuple[Probe, ...] = ()
    bridges: tuple[BridgeReading, ...] = ()
    tasks: tuple[TaskReading, ...] = ()
    orchex: tuple[OrchexReading, ...] = ()
    readings: tuple[Reading, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    phases: tuple[PhaseDates, ...] = ()


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of some values: runs or changes, of so many repositories."""

    value: float
    count: int
    repositories: int


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Integrated runs' durations, each divided by its own repository's baseline.

    `ratio` is None when no repository has both; `without_baseline` counts the repositories that have
    integrated runs but no baseline.
    """

    ratio: Median | None = None
    without_baseline: int = 0


class CycleEnd(StrEnum):
    """What ends a change's cycle, which begins with its first commit; words of `migration.cycle_time_until`."""

    MERGED = "merged"
    DEPLOYED = "deployed"


class Measured(StrEnum):
    """What `backfill` measures."""

    RUN_SECONDS = "run_seconds"
    CYCLE_SECONDS = "cycle_seconds"


@dataclass(frozen=True, slots=True)
class MeasuredBaseline:
    """The level before the migration, frozen: medians over [begin, end), in seconds.

    `runs` is over all repositories together, and only for people: `Slowdown` compares each
    repository with itself. `changes` is of cycles that ended as `until` says. None where nothing was found.
    """

    begin: Moment
    end: Moment
    measured_at: Moment
    runs: Median | None
    changes: Median | None
    until: CycleEnd = CycleEnd.MERGED


@dataclass(frozen=True, slots=True)
class AdoptionDay:
    """Repositories on the integrated workflow, and all that use either tool, as last seen on a day (UTC)."""

    day: int
    """Days since 1970-01-01."""
    migrated: int
    whole: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a criterion stood at, in its unit."""

    at: Moment
    value: float
