"""What the ledger answers: frozen values that the pure functions and the snapshot are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.model import (
    ActiveRuns,
    BridgeReading,
    Component,
    Moment,
    OrchexReading,
    Probe,
    Repository,
    Stage,
    TaskReading,
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
    created (None: no run seen); `workflow` and `workflow_at` tell of the newest default-branch run
    that executed either tool's workflow.
    """

    repository: Repository
    stage: Stage
    template: bool | None
    active_at: Moment | None = None
    workflow: Workflow | None = None
    workflow_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """All that is known of one source now: the last good facts and the totals."""

    last_success_at: Moment | None = None
    repositories: tuple[RepositoryView, ...] = ()
    totals: Mapping[Family, Mapping[tuple[str, ...], float]] = field(default_factory=dict)
    active: tuple[ActiveRuns, ...] = ()
    probes: tuple[Probe, ...] = ()
    bridges: tuple[BridgeReading, ...] = ()
    tasks: tuple[TaskReading, ...] = ()
    orchex: tuple[OrchexReading, ...] = ()
