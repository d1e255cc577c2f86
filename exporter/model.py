"""The facts: what a provider can say, in words that belong to no vendor.

Every value is frozen. Moments are Unix seconds in UTC, durations are seconds, ratios go from 0 to 1.
Words for results and states are those of OpenTelemetry's CI/CD conventions
(https://opentelemetry.io/docs/specs/semconv/cicd/); each provider maps its vendor's words to them.

This module knows nothing of HTTP, SQL, Prometheus or any provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Moment: TypeAlias = float
Seconds: TypeAlias = float


def iso_day(moment: Moment) -> str:
    """Its date in UTC, as `2026-11-23`."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


class Result(StrEnum):
    """How a pipeline run ended (`cicd.pipeline.result`), and `unknown` for words newer than us."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    TIMEOUT = "timeout"
    CANCELLATION = "cancellation"
    SKIP = "skip"
    UNKNOWN = "unknown"


class RunState(StrEnum):
    """Where a run that has not ended stands (`cicd.pipeline.run.state`)."""

    PENDING = "pending"
    EXECUTING = "executing"
    FINALIZING = "finalizing"


class Workflow(StrEnum):
    """Which of the two tools' workflows a run executed; `other` is any run without them."""

    INTEGRATED = "integrated"
    LEGACY = "legacy"
    OTHER = "other"


class Stage(StrEnum):
    """How far a repository has come in its migration."""

    NONE = "none"
    LEGACY = "legacy"
    PARTIAL = "partial"
    INTEGRATED = "integrated"
    ROLLED_BACK = "rolled_back"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """The six phases of the migration, in order."""

    ASSESSMENT = "assessment"
    PREPARATION = "preparation"
    PILOT = "pilot"
    EXPANSION = "expansion"
    ADOPTION = "adoption"
    OPTIMIZATION = "optimization"


class Component(StrEnum):
    """The four parts whose health makes the uptime; K2A and A2K are the bridges."""

    ORCHEX = "orchex"
    KILO = "kilo"
    K2A = "k2a"
    A2K = "a2k"


BRIDGES = (Component.K2A, Component.A2K)


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class Circuit(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True, order=True)
class Repository:
    """A repository's name within its source; the owner may hold slashes, or be empty."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}" if self.owner else self.name


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a pipeline run that has ended. Keyed by repository, run id and attempt."""

    repository: Repository
    pipeline: str
    run_id: str
    attempt: int
    result: Result
    workflow: Workflow
    default_branch: bool
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment

    @property
    def duration(self) -> Seconds:
        """From start (or creation, where the host gives no start) to the end; never negative."""
        begun = self.created_at if self.started_at is None else self.started_at
        return max(0.0, self.finished_at - begun)

    @property
    def is_sample(self) -> bool:
        """Whether it shows the level before the migration: the separate tools' workflow, and it succeeded."""
        return self.workflow is Workflow.LEGACY and self.result is Result.SUCCESS

    @property
    def queued(self) -> Seconds | None:
        """From creation to start; None where the host gives no start."""
        return None if self.started_at is None else max(0.0, self.started_at - self.created_at)


@dataclass(frozen=True, slots=True)
class ActiveRuns:
    """The runs of one repository that have not ended, counted by state."""

    repository: Repository
    pending: int = 0
    executing: int = 0
    finalizing: int = 0

    @classmethod
    def counted(cls, repository: Repository, states: Iterable[RunState]) -> ActiveRuns:
        every = list(states)
        return cls(repository, *(every.count(state) for state in RunState))


@dataclass(frozen=True, slots=True)
class Change:
    """A merged change (pull request, merge request). Keyed by repository and change id."""

    repository: Repository
    change_id: str
    first_commit_at: Moment
    opened_at: Moment
    merged_at: Moment

    @property
    def lead_time(self) -> Seconds:
        """First commit to merge; never negative (authors' clocks are not ours)."""
        return max(0.0, self.merged_at - self.first_commit_at)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment of the default branch to production that succeeded. Keyed by repository and deployment id.

    It deploys every change of its repository that was merged at or before its beginning and that no
    earlier one deployed.
    """

    repository: Repository
    deployment_id: str
    begun_at: Moment
    finished_at: Moment


@dataclass(frozen=True, slots=True)
class Workers:
    """A CI system's workers (Jenkins: executors) by state (`cicd.worker.state`)."""

    available: int
    busy: int
    offline: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a default branch shows of its migration (see `exporter.evidence`)."""

    legacy_config: bool = False
    integrated_config: bool = False
    legacy_workflow: bool = False
    integrated_workflow: bool = False
    backup: bool = False
    template: bool = False


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """A repository as its default branch shows it; `evidence` is None when it could not be read."""

    repository: Repository
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item that could not be read: not a failed poll. `reason` is an `errors.Reason` value."""

    item: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at a component. `latency` is the answer's time, None where nothing answered."""

    component: Component
    health: Health
    latency: Seconds | None = None
    version: str = ""

    @property
    def up(self) -> bool:
        """Only `healthy` counts as up: the documented uptime asks for a healthy answer."""
        return self.health is Health.HEALTHY


@dataclass(frozen=True, slots=True)
class BridgeReading:
    """A bridge's own report. Counts run since the bridge started; None where it does not say."""

    bridge: Component
    active: bool
    health: Health
    version: str = ""
    events: int | None = None
    errors: int | None = None
    last_event_at: Moment | None = None
    circuit: Circuit | None = None
    queue_depth: int | None = None
    avg_response: Seconds | None = None
    validations: int | None = None
    templates_served: int | None = None
    cache_hit_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class TaskReading:
    """ORCHEX tasks over a rolling period that ORCHEX itself chose (`1h 24h 7d 30d`).

    ORCHEX tells a success rate; `failed` is the whole number of tasks that it means.
    """

    period: str
    tasks: int
    failed: int


@dataclass(frozen=True, slots=True)
class OrchexReading:
    """ORCHEX's own load and parts, as `/health` and `/status` tell them."""

    queued: int | None = None
    running: int | None = None
    avg_wait: Seconds | None = None
    requests_per_second: float | None = None
    avg_response: Seconds | None = None
    error_ratio: float | None = None
    agents: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Health] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a feed tells of a named quantity (`exporter.kpis.quantities`), in that quantity's unit.

    `at` is when it was true, `coverage` the share of the whole that it speaks for, where it says.
    """

    quantity: str
    value: float
    at: Moment
    coverage: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person vouches for: that an exit criterion of a phase holds, or that it does not."""

    phase: Phase
    criterion: str
    holds: bool
    by: str
    at: Moment


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """When a phase really began and ended, as people know it; None: not said, or not yet."""

    phase: Phase
    started_at: Moment | None = None
    ended_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The source's own words: requests allowed, left, and the moment of the reset."""

    limit: float
    remaining: float
    reset_at: Moment | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What one step of a poll learned; complete in itself, so that it can be kept if the next fails.

    `scope` is every repository that the source now covers (None: this step does not know); what is
    no longer in scope is forgotten, but never its totals. `told` names all that a feed tells of now
    (None: this step does not know): quantities, `PHASE.CRITERION` and phases; readings, attestations
    and dates of other names are forgotten. `marks` are the provider's own notes for the next poll,
    kept in the same transaction as the facts.
    """

    runs: tuple[Run, ...] = ()
    active: tuple[ActiveRuns, ...] = ()
    repositories: tuple[RepositoryState, ...] = ()
    changes: tuple[Change, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    workers: tuple[Workers, ...] = ()
    probes: tuple[Probe, ...] = ()
    bridges: tuple[BridgeReading, ...] = ()
    tasks: tuple[TaskReading, ...] = ()
    orchex: tuple[OrchexReading, ...] = ()
    readings: tuple[Reading, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    phases: tuple[PhaseDates, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    scope: frozenset[Repository] | None = None
    told: frozenset[str] | None = None
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def merged(cls, parts: Iterable[Facts]) -> Facts:
        """All parts in order. A later scope, told or mark replaces an earlier one."""
        steps = list(parts)
        lists = [f.name for f in fields(cls) if f.name not in ("scope", "told", "marks")]
        joined: dict[str, Any] = {name: tuple(fact for step in steps for fact in getattr(step, name)) for name in lists}
        scope = next((step.scope for step in reversed(steps) if step.scope is not None), None)
        told = next((step.told for step in reversed(steps) if step.told is not None), None)
        marks = {key: mark for step in steps for key, mark in step.marks.items()}
        return cls(**joined, scope=scope, told=told, marks=marks)
