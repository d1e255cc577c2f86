"""What happened, counted.

All words are the standard ones (OpenTelemetry's results, the documented stages). A repository is in
scope when the demo's configuration covers it; one that nobody may read is in scope, but unknown, and
its runs and changes are no part of the truth that anybody could learn.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from exporter.demo.bridge import BridgeCounts
from exporter.demo.catalogue import in_scope
from exporter.demo.incidents import BRIDGES
from exporter.demo.journal import Deployed, Finished, Merged
from exporter.demo.repository import Repository

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation

COMPONENTS = ("orchex", "kilo", *BRIDGES)
UNKNOWN = "unknown"
RunKey = tuple[str, str, str]
"""Repository (without its owner), pipeline, result."""


class Operations(NamedTuple):
    """Operations of a time, the failed ones included."""

    total: int
    failed: int


def stage(repository: Repository) -> str:
    return UNKNOWN if repository.unreadable else str(repository.standing)


def migrated(stages: Counter[str]) -> float | None:
    """Integrated repositories ÷ those that use either tool and can be read; None without any."""
    using = sum(stages[word] for word in ("legacy", "partial", "integrated", "rolled_back"))
    return stages["integrated"] / using if using else None


def _first(change: Merged, deployments: list[Deployed]) -> int | None:
    """When the first of its repository's deployments ended that began at the change's merge or later."""
    since = (each for each in deployments if each.begun_at >= change.at)
    first = min(since, key=lambda each: each.begun_at, default=None)
    return None if first is None else first.at


class Truth:
    """Answers as of the organisation's `now`. Moments are Unix seconds; `since` itself is not included."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def runs(self) -> Counter[RunKey]:
        """Every attempt that ever finished, whether or not an API still lists it."""
        return self.runs_finished(since=0)

    def runs_finished(self, since: float) -> Counter[RunKey]:
        """The attempts that finished after `since`."""
        return Counter((f.repository, f.pipeline, f.result) for f in self.finished() if f.at > since)

    def stages(self) -> Counter[str]:
        """Repositories in scope by stage."""
        with self._organisation.lock:
            return Counter(stage(repository) for repository in self.in_scope())

    def migrated_share(self) -> float | None:
        """As `migrated`, of all repositories."""
        return migrated(self.stages())

    def template_adoption(self) -> float:
        """Repositories that use a KILO template ÷ repositories in scope that can be read."""
        with self._organisation.lock:
            readable = [repository for repository in self.in_scope() if not repository.unreadable]
            return sum(repository.template for repository in readable) / len(readable)

    def workflow_adoption(self, since: float) -> float:
        """Repositories whose newest default-branch run of the tools was integrated ÷ active ones.

        Active is a repository with a finished run that was asked for at `since` or later.
        """
        runs = sorted((f for f in self.finished() if f.created_at >= since), key=lambda f: f.created_at)
        active = {run.repository for run in runs}
        newest = {run.repository: run.workflow for run in runs if run.default_branch and run.workflow != "other"}
        return sum(workflow == "integrated" for workflow in newest.values()) / len(active) if active else 0.0

    def changes(self) -> list[Merged]:
        """Every pull request that was merged."""
        with self._organisation.lock:
            known = self.known_names()
            return [merged for merged in self._organisation.journal.merged if merged.repository in known]

    def deployments(self) -> list[Deployed]:
        """Every deployment to production that succeeded."""
        with self._organisation.lock:
            known = self.known_names()
            return [deployed for deployed in self._organisation.journal.deployed if deployed.repository in known]

    def deployed_changes(self) -> list[tuple[Merged, int]]:
        """Each merged pull request that came to production, and when: by the first deployment since its merge."""
        with self._organisation.lock:
            deployments: dict[str, list[Deployed]] = defaultdict(list)
            for deployed in self.deployments():
                deployments[deployed.repository].append(deployed)
            found = ((change, _first(change, deployments[change.repository])) for change in self.changes())
            return [(change, at) for change, at in found if at is not None]

    def bridge_counts(self) -> Mapping[str, BridgeCounts]:
        """What each bridge reports just now."""
        with self._organisation.lock:
            return {name: bridge.counts for name, bridge in self._organisation.bridges.items()}

    def operations(self, since: float) -> Mapping[str, Operations]:
        """What was done after `since`: by each bridge, by ORCHEX (`tasks`), by integrated runs (`runs`).

        Bridges and tasks are known from the start on. A failing test is no failed operation.
        """
        with self._organisation.lock:
            done = {name: Operations(*b.tallies.since(since)) for name, b in self._organisation.bridges.items()}
            tasks = Operations(*self._organisation.tasks.tallies.since(since))
        ended = [f for f in self.finished() if f.at > since and f.workflow == "integrated"]
        results = [finished.result for finished in ended if finished.result != "skip"]
        runs = Operations(len(results), sum(result in ("error", "timeout") for result in results))
        return {**done, "tasks": tasks, "runs": runs}

    def bridge_success(self, since: float) -> Mapping[str, float]:
        """Successful ÷ all operations after `since`, per bridge and `together`; what did nothing is absent."""
        done = self.operations(since)
        parts = {name: done[name] for name in BRIDGES}
        parts["together"] = Operations(*map(sum, zip(*parts.values(), strict=True)))
        return {name: 1 - part.failed / part.total for name, part in parts.items() if part.total}

    def component_up(self, at: float) -> Mapping[str, bool]:
        """Which of the four components were healthy at a moment."""
        with self._organisation.lock:
            ill = next((ill for since, ill in reversed(self._organisation.health) if since <= at), frozenset())
            return {component: component not in ill for component in COMPONENTS}

    def in_scope(self) -> list[Repository]:
        """Those that the demo's configuration covers, readable or not."""
        return [each for each in self._organisation.repositories.values() if in_scope(each.plan)]

    def known_names(self) -> set[str]:
        """The repositories in scope that can be read."""
        return {repository.name for repository in self.in_scope() if not repository.unreadable}

    def finished(self) -> list[Finished]:
        """Every attempt that ended in them, in order."""
        with self._organisation.lock:
            known = self.known_names()
            return [finished for finished in self._organisation.journal.finished if finished.repository in known]
