"""What has happened, for ever: nothing here is forgotten when an API stops to list it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt that ended. `result` is what was meant by it, in OpenTelemetry's words."""

    at: int
    repository: str
    pipeline: str
    run_id: int
    attempt: int
    result: str
    workflow: str
    """`integrated`, `legacy` or `other`: which of the tools' workflows it executed."""
    default_branch: bool
    created_at: int
    """When this attempt was asked for."""
    started_at: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A pull request that got in."""

    at: int
    repository: str
    number: int
    first_commit_at: int
    opened_at: int


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment to production that succeeded."""

    at: int
    repository: str
    deployment_id: int
    begun_at: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A repository that came to another standing."""

    at: int
    repository: str
    standing: str


@dataclass(slots=True)
class Journal:
    """Each list is in the order of its moments."""

    finished: list[Finished] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    deployed: list[Deployed] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
