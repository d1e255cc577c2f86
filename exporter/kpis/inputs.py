"""What the rules read: all that is known as of one moment, in the shape in which they need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.answers import CycleEnd, Median, Operations, RepositoryView, Slowdown
from exporter.kpis.ratios import Share, Uptime
from exporter.model import Component, Moment, Reading, Seconds


class Seen(StrEnum):
    """Kinds of observation, for the moment at which each was last made."""

    PROBES = "probes"
    BRIDGES = "bridges"
    TASKS = "tasks"
    RUNS = "runs"
    REPOSITORIES = "repositories"
    CHANGES = "changes"


class Level(StrEnum):
    """The levels before the migration that criteria are compared with; keys of `migration.baselines`."""

    RUN_DURATION = "run_duration"
    """Seconds of a pipeline run, of all repositories alike; measured, it is each repository's own."""
    CYCLE_TIME = "cycle_time"
    """Seconds from a change's first commit to the end of its cycle."""
    VIOLATIONS = "violations_per_repository_week"
    COST = "cost"
    TICKETS = "tickets_per_week"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The level before the migration. `measured_at` is None when it was given; `count` is how many were measured.

    `until` is what ended the cycles that were measured; None where it was given, or is of something else.
    """

    value: float
    measured_at: Moment | None = None
    count: int | None = None
    until: CycleEnd | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """How many in which time."""

    count: float
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Inputs:
    """All over the documented window (30 days) that ends now. What nobody tells is None or absent, never 0."""

    now: Moment
    uptime: Uptime = field(default_factory=Uptime)
    bridges: Mapping[Component, Operations] = field(default_factory=dict)
    """A bridge that no source reports is absent; one that did nothing has no operations."""
    tasks: Operations | None = None
    runs: Operations | None = None
    """Integrated pipeline runs as operations; None when no source tells runs."""
    repositories: tuple[RepositoryView, ...] = ()
    slowdown: Slowdown = field(default_factory=Slowdown)
    lead_time: Median | None = None
    """Of changes that were merged into repositories while these were integrated, to the end of their cycle."""
    cycle_until: CycleEnd = CycleEnd.MERGED
    violations: Events | None = None
    """What K2A counted since it was first observed, in the window at the most."""
    latencies: Mapping[Component, Seconds] = field(default_factory=dict)
    """Each bridge's own average response time."""
    phases_on_time: Share = field(default_factory=Share)
    phase_deviation: float | None = None
    """The largest relative deviation of an ended phase's duration from its plan, as an absolute value."""
    baselines: Mapping[Level, Baseline] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """The newest reading of each quantity."""
    seen_at: Mapping[Seen, Moment] = field(default_factory=dict)
    """When the sources that tell it last succeeded, the oldest of them."""
