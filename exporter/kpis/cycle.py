"""The cycle of a change: from its first commit to its merge, or to the deployment that brought it to production.

Pure, over the facts of one step of a poll, which holds a repository's changes and deployments together.
The ledger finds the same step by step (`exporter.ledger.deployments`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.answers import CycleEnd
from exporter.model import Change, Deployment, Facts, Moment, Repository, Seconds


@dataclass(frozen=True, slots=True)
class Cycle:
    """A change whose cycle has ended."""

    change: Change
    ended_at: Moment

    @property
    def seconds(self) -> Seconds:
        """Since the first commit; never negative (authors' clocks are not ours)."""
        return max(0.0, self.ended_at - self.change.first_commit_at)


def cycles(facts: Facts, until: CycleEnd) -> Iterator[Cycle]:
    """Every change whose cycle has ended; with `deployed`, those that a deployment of the same facts deploys."""
    if until is CycleEnd.MERGED:
        yield from (Cycle(change, change.merged_at) for change in facts.changes)
        return
    in_order = _by_repository(facts.deployments)
    for change in facts.changes:
        known = in_order.get(change.repository, ())
        first = bisect_left(known, change.merged_at, key=lambda deployment: deployment.begun_at)
        if first < len(known):
            yield Cycle(change, known[first].finished_at)


def _by_repository(deployments: Iterable[Deployment]) -> Mapping[Repository, Sequence[Deployment]]:
    """Each repository's, in the order in which they began."""
    found: dict[Repository, list[Deployment]] = defaultdict(list)
    for deployment in sorted(deployments, key=lambda deployment: (deployment.begun_at, deployment.finished_at)):
        found[deployment.repository].append(deployment)
    return found
