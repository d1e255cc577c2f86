"""Repositories: their stage in the migration, their merged changes and deployments."""

from __future__ import annotations

from collections import Counter

from exporter.metrics.declare import POLLED, Bucketed, Samples, counter, gauge, histogram, info, summary
from exporter.metrics.totals import bucketed, summed
from exporter.model import Stage
from exporter.snapshot import Snapshot
from exporter.totals import LEAD_TIME_BUCKETS, Family

OWNER = ("source", "vcs_provider_name", "vcs_owner_name")
REPOSITORY = (*OWNER, "vcs_repository_name")


@gauge(
    "orchex_kilo_repositories",
    "Repositories in scope by migration stage; unknown could not be read." + POLLED,
    labels=("source", "stage"),
)
def repositories(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        if source.hosts and source.view.last_success_at is not None:
            stages = Counter(repository.stage for repository in source.view.repositories)
            yield from (((name, stage), stages[stage]) for stage in Stage)


@info(
    "orchex_kilo_repository_info",
    "A repository in scope and its migration stage." + POLLED,
    labels=(*REPOSITORY, "stage"),
)
def repository_info(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        for view in source.view.repositories:
            repository = view.repository
            yield (name, source.vcs_provider_name, repository.owner, repository.name, view.stage), 1


@summary(
    "vcs_repository_change_lead_time_seconds",
    "Time from a change's first commit to its merge into the default branch, by repository." + POLLED,
    labels=REPOSITORY,
)
def repository_lead_time(snapshot: Snapshot) -> Samples:
    return summed(snapshot, Family.CHANGES, Family.LEAD_SECONDS)


@histogram(
    "vcs_change_lead_time_seconds",
    "Time from a change's first commit to its merge into the default branch, by owner." + POLLED,
    labels=OWNER,
)
def lead_time(snapshot: Snapshot) -> Samples:
    return _by_owner(snapshot, Family.LEAD_SECONDS, Family.LEAD_BUCKETS)


@counter(
    "vcs_deployments_total",
    "Deployments of the default branch to production that succeeded, by owner; of sources that tell them." + POLLED,
    labels=OWNER,
)
def deployments(snapshot: Snapshot) -> Samples:
    for name, source in snapshot.sources.items():
        for labels, count in source.view.totals.get(Family.DEPLOYMENTS, {}).items():
            yield (name, source.vcs_provider_name, *labels), count


@summary(
    "vcs_repository_change_deployment_lead_time_seconds",
    "Time from a change's first commit to the end of the deployment that brought it to production, by repository; "
    "what was not deployed is not in it." + POLLED,
    labels=REPOSITORY,
)
def repository_deployment_lead_time(snapshot: Snapshot) -> Samples:
    return summed(snapshot, Family.DEPLOYED, Family.DEPLOYED_SECONDS)


@histogram(
    "vcs_change_deployment_lead_time_seconds",
    "Time from a change's first commit to the end of the deployment that brought it to production, by owner; "
    "what was not deployed is not in it." + POLLED,
    labels=OWNER,
)
def deployment_lead_time(snapshot: Snapshot) -> Samples:
    return _by_owner(snapshot, Family.DEPLOYED_SECONDS, Family.DEPLOYED_BUCKETS)


def _by_owner(snapshot: Snapshot, seconds: Family, buckets: Family) -> Samples:
    """Lead times as a histogram, from their sums by repository and their buckets by owner."""
    for name, source in snapshot.sources.items():
        totals = source.view.totals
        sums: Counter[tuple[str, ...]] = Counter()
        for (owner, _), total in totals.get(seconds, {}).items():
            sums[(owner,)] += total  # type: ignore[assignment]  # Counter's stubs know only whole numbers
        for labels, counts in bucketed(totals.get(buckets, {}), LEAD_TIME_BUCKETS):
            yield (name, source.vcs_provider_name, *labels), Bucketed(counts, sums[labels])
