"""Repositories: their stage in the migration, and their merged changes."""

from __future__ import annotations

from collections import Counter

from exporter.metrics.declare import POLLED, Bucketed, Samples, gauge, histogram, info, summary
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
    for source, view in snapshot.views():
        if view.repositories:
            stages = Counter(repository.stage for repository in view.repositories)
            yield from (((source, stage), stages[stage]) for stage in Stage)


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
    for name, source in snapshot.sources.items():
        totals = source.view.totals
        sums: Counter[tuple[str, ...]] = Counter()
        for (owner, _), seconds in totals.get(Family.LEAD_SECONDS, {}).items():
            sums[(owner,)] += seconds  # type: ignore[assignment]  # Counter's stubs know only whole numbers
        for labels, counts in bucketed(totals.get(Family.LEAD_BUCKETS, {}), LEAD_TIME_BUCKETS):
            yield (name, source.vcs_provider_name, *labels), Bucketed(counts, sums[labels])
