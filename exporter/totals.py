"""Which totals a fact changes, and by how much. Totals live for ever in the ledger.

A total is named by a family and its label values, in the order that stands beside the family below.
An increment of 0 makes a series known before its first event, so that a rate over it starts right.
Histograms keep one count a bucket (not cumulative); the metric adds them up when it is read.

Pure: facts in, increments out. It knows neither SQL nor Prometheus.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from exporter.model import BridgeReading, Change, Deployment, Moment, Result, Run, Seconds

RUN_BUCKETS: tuple[Seconds, ...] = (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600)
LEAD_TIME_BUCKETS: tuple[Seconds, ...] = (3600, 14400, 43200, 86400, 172800, 345600, 604800, 1209600, 2592000)
EXPECTED_RESULTS = (Result.SUCCESS, Result.FAILURE, Result.ERROR)
KNOWN_RESULTS = tuple(result for result in Result if result is not Result.UNKNOWN)
"""All that a workflow's runs can end with, known from its first run on: an `increase()` cannot see a first value."""


class Family(StrEnum):
    """The totals that are kept, each with its labels."""

    RUNS = "runs"  # owner, repository, pipeline, result
    RUN_SECONDS = "run_seconds"  # owner, repository, pipeline, result
    RUN_BUCKETS = "run_buckets"  # owner, pipeline, result, le
    RUN_OWNER_SECONDS = "run_owner_seconds"  # owner, pipeline, result
    QUEUED_RUNS = "queued_runs"  # owner, pipeline
    QUEUED_SECONDS = "queued_seconds"  # owner, pipeline
    WORKFLOW_RUNS = "workflow_runs"  # workflow, result
    CHANGES = "changes"  # owner, repository
    LEAD_SECONDS = "lead_seconds"  # owner, repository
    LEAD_BUCKETS = "lead_buckets"  # owner, le
    DEPLOYMENTS = "deployments"  # owner
    DEPLOYED = "deployed"  # owner, repository
    DEPLOYED_SECONDS = "deployed_seconds"  # owner, repository
    DEPLOYED_BUCKETS = "deployed_buckets"  # owner, le
    BRIDGE_OPERATIONS = "bridge_operations"  # bridge
    BRIDGE_ERRORS = "bridge_errors"  # bridge
    BRIDGE_VALIDATIONS = "bridge_validations"  # bridge
    BRIDGE_TEMPLATES = "bridge_templates"  # bridge


class Increment(NamedTuple):
    family: Family
    labels: tuple[str, ...]
    amount: float


Increments: TypeAlias = Iterator[Increment]


def of_run(run: Run) -> Increments:
    """What a newly recorded run adds."""
    owner, name = run.repository.owner, run.repository.name
    for result in EXPECTED_RESULTS:
        yield Increment(Family.RUNS, (owner, name, run.pipeline, result), 0)
        yield Increment(Family.RUN_SECONDS, (owner, name, run.pipeline, result), 0)
    yield Increment(Family.RUNS, (owner, name, run.pipeline, run.result), 1)
    yield Increment(Family.RUN_SECONDS, (owner, name, run.pipeline, run.result), run.duration)
    bucket = bucket_of(run.duration, RUN_BUCKETS)
    yield Increment(Family.RUN_BUCKETS, (owner, run.pipeline, run.result, bucket), 1)
    yield Increment(Family.RUN_OWNER_SECONDS, (owner, run.pipeline, run.result), run.duration)
    if run.queued is not None:
        yield Increment(Family.QUEUED_RUNS, (owner, run.pipeline), 1)
        yield Increment(Family.QUEUED_SECONDS, (owner, run.pipeline), run.queued)
    for result in KNOWN_RESULTS:
        yield Increment(Family.WORKFLOW_RUNS, (run.workflow, result), 0)
    yield Increment(Family.WORKFLOW_RUNS, (run.workflow, run.result), 1)


def of_change(change: Change) -> Increments:
    """What a newly recorded change adds."""
    owner, name = change.repository.owner, change.repository.name
    yield Increment(Family.CHANGES, (owner, name), 1)
    yield Increment(Family.LEAD_SECONDS, (owner, name), change.lead_time)
    yield Increment(Family.LEAD_BUCKETS, (owner, bucket_of(change.lead_time, LEAD_TIME_BUCKETS)), 1)


def of_deployment(deployment: Deployment) -> Increments:
    """What a newly recorded deployment adds, whatever it deploys."""
    yield Increment(Family.DEPLOYMENTS, (deployment.repository.owner,), 1)


def of_deployed(change: Change, at: Moment) -> Increments:
    """What a change adds that turns out to have been deployed at that moment."""
    owner, name = change.repository.owner, change.repository.name
    seconds = max(0.0, at - change.first_commit_at)
    yield Increment(Family.DEPLOYED, (owner, name), 1)
    yield Increment(Family.DEPLOYED_SECONDS, (owner, name), seconds)
    yield Increment(Family.DEPLOYED_BUCKETS, (owner, bucket_of(seconds, LEAD_TIME_BUCKETS)), 1)


def bucket_of(value: float, bounds: tuple[float, ...]) -> str:
    """The `le` of the smallest bucket that holds `value` (bounds are inclusive, as in Prometheus)."""
    index = bisect_left(bounds, value)
    return f"{float(bounds[index])}" if index < len(bounds) else "+Inf"


@dataclass(frozen=True, slots=True)
class BridgeCounts:
    """A bridge's own counters as last seen; None where it does not report one."""

    events: int | None
    errors: int | None
    validations: int | None
    templates_served: int | None


@dataclass(frozen=True, slots=True)
class BridgeDelta:
    """What a bridge did between two looks. `operations` includes the failed ones."""

    operations: int
    errors: int
    validations: int
    templates: int


def bridge_delta(before: BridgeCounts | None, now: BridgeReading) -> BridgeDelta:
    """What happened since `before`, by the bridge's own counters.

    Before the first look (`before` is None) nothing is known, so nothing is counted. A counter that
    fell means that the bridge restarted: then every counter began at 0 again, and its value is what
    happened since. A bridge that counts more errors than events had at least that many operations.
    """
    if before is None:
        return BridgeDelta(0, 0, 0, 0)
    pairs = (
        (before.events, now.events),
        (before.errors, now.errors),
        (before.validations, now.validations),
        (before.templates_served, now.templates_served),
    )
    restarted = any(old is not None and new is not None and new < old for old, new in pairs)
    events, failed, validations, templates = (_gain(old, new, restarted=restarted) for old, new in pairs)
    return BridgeDelta(max(events, failed), failed, validations, templates)


def _gain(old: int | None, new: int | None, *, restarted: bool) -> int:
    if new is None:
        return 0
    if restarted:
        return new
    return 0 if old is None else new - old


def of_bridge(reading: BridgeReading, delta: BridgeDelta) -> Increments:
    """What a bridge reading adds; families that the bridge does not report stay absent."""
    bridge = (reading.bridge,)
    if reading.events is not None or reading.errors is not None:
        yield Increment(Family.BRIDGE_OPERATIONS, bridge, delta.operations)
        yield Increment(Family.BRIDGE_ERRORS, bridge, delta.errors)
    if reading.validations is not None:
        yield Increment(Family.BRIDGE_VALIDATIONS, bridge, delta.validations)
    if reading.templates_served is not None:
        yield Increment(Family.BRIDGE_TEMPLATES, bridge, delta.templates)
