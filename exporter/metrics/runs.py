"""Pipeline runs, in the names of OpenTelemetry's CI/CD conventions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from exporter.metrics.declare import POLLED, Bucketed, Labels, Samples, counter, gauge, histogram, summary
from exporter.metrics.repositories import OWNER, REPOSITORY
from exporter.metrics.totals import bucketed, counted, summed
from exporter.model import RunState
from exporter.snapshot import Snapshot
from exporter.totals import RUN_BUCKETS, Family


@histogram(
    "cicd_pipeline_run_duration_seconds",
    "Duration of finished pipeline runs, by owner, pipeline and result." + POLLED,
    labels=(*OWNER, "cicd_pipeline_name", "cicd_pipeline_result"),
)
def duration(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        totals = source.view.totals
        sums = totals.get(Family.RUN_OWNER_SECONDS, {})
        for labels, counts in bucketed(totals.get(Family.RUN_BUCKETS, {}), RUN_BUCKETS):
            yield (name, source.vcs_provider_name, *labels), Bucketed(counts, sums.get(labels, 0.0))


@summary(
    "cicd_repository_run_duration_seconds",
    "Duration of finished pipeline runs, by repository and result." + POLLED,
    labels=(*REPOSITORY, "cicd_pipeline_result"),
)
def repository_duration(snapshot: Snapshot) -> Samples:
    return summed(snapshot, Family.RUNS, Family.RUN_SECONDS, _without_pipeline)


def _without_pipeline(labels: Labels) -> Labels:
    owner, repository, _, result = labels
    return owner, repository, result


@summary(
    "cicd_repository_pipeline_run_duration_seconds",
    "Duration of finished pipeline runs, by repository, pipeline and result; only with `series.pipelines`." + POLLED,
    labels=(*REPOSITORY, "cicd_pipeline_name", "cicd_pipeline_result"),
)
def repository_pipeline_duration(snapshot: Snapshot) -> Samples:
    if snapshot.pipelines:
        yield from summed(snapshot, Family.RUNS, Family.RUN_SECONDS)


@summary(
    "cicd_pipeline_run_queue_seconds",
    "Time that finished pipeline runs had waited from creation to start, by owner and pipeline." + POLLED,
    labels=(*OWNER, "cicd_pipeline_name"),
)
def queue(snapshot: Snapshot) -> Samples:
    return summed(snapshot, Family.QUEUED_RUNS, Family.QUEUED_SECONDS)


@gauge(
    "cicd_pipeline_run_active",
    "Pipeline runs that have not ended, by owner and state." + POLLED,
    labels=(*OWNER, "cicd_pipeline_run_state"),
)
def active(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        for (owner, state), count in _active(snapshot, name):
            yield (name, source.vcs_provider_name, owner, state), count


def _active(snapshot: Snapshot, name: str) -> Iterator[tuple[Labels, float]]:
    view = snapshot.sources[name].view
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    owners = {labels[0] for labels in view.totals.get(Family.RUNS, {})}
    for owner in sorted(owners | {runs.repository.owner for runs in view.active}):
        counts.update({(owner, state): 0.0 for state in RunState})
    for runs in view.active:
        owner = runs.repository.owner
        counts[owner, RunState.PENDING] += runs.pending
        counts[owner, RunState.EXECUTING] += runs.executing
        counts[owner, RunState.FINALIZING] += runs.finalizing
    yield from counts.items()


@gauge(
    "cicd_workers",
    "Workers of the CI system (Jenkins: executors) by state: available, busy or offline." + POLLED,
    labels=("source", "cicd_worker_state"),
)
def workers(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        for told in source.view.workers:
            yield (name, "available"), told.available
            yield (name, "busy"), told.busy
            yield (name, "offline"), told.offline


@counter(
    "orchex_kilo_workflow_runs_total",
    "Finished pipeline runs by the workflow that they executed: integrated, legacy (separate tools) or other." + POLLED,
    labels=("source", "workflow", "cicd_pipeline_result"),
)
def workflow_runs(snapshot: Snapshot) -> Samples:
    return counted(snapshot, Family.WORKFLOW_RUNS)
