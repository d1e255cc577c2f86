"""The documented ratios, as pure functions over the ledger's answers.

None means "not known": nothing was observed. It is never the same as 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from exporter.answers import Operations, RepositoryView, Span
from exporter.model import Component, Moment, Probe, Result, Seconds, Workflow

HOUR: Seconds = 3600.0
WINDOWS: Mapping[str, Seconds] = {"1h": HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR, "30d": 30 * 24 * HOUR}
"""The windows that ratios are given for: those that ORCHEX itself offers. The documented one is 30d."""
DOCUMENTED_WINDOW = "30d"

Watched: TypeAlias = Mapping[Component, Collection[str]]
"""Which sources report each required component; a component that nobody reports has none."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """How a window's seconds divide. Windows that touch can be added."""

    up: Seconds = 0.0
    down: Seconds = 0.0
    unobserved: Seconds = 0.0

    def __add__(self, other: Uptime) -> Uptime:
        return Uptime(self.up + other.up, self.down + other.down, self.unobserved + other.unobserved)

    @property
    def ratio(self) -> float | None:
        """up ÷ (up + down), or None when no time was observed."""
        observed = self.up + self.down
        return self.up / observed if observed > 0 else None

    @property
    def coverage(self) -> float:
        """The observed share of the window."""
        whole = self.up + self.down + self.unobserved
        return (self.up + self.down) / whole if whole > 0 else 0.0


def uptime(spans: Iterable[Span], watched: Watched, begin: Moment, end: Moment) -> Uptime:
    """The share of [begin, end] in which every required component answered healthy.

    A moment is down when any required component was seen not healthy; up when all of them were seen
    healthy, by every source that reports them; otherwise unobserved, and in no ratio.
    """
    required = {(source, component) for component, sources in watched.items() for source in sources}
    blind = any(not sources for sources in watched.values())
    changes: list[tuple[Moment, int, bool]] = []
    for span in spans:
        first, last = max(span.begin, begin), min(span.end, end)
        if (span.source, span.component) in required and first < last:
            changes += [(first, 1, span.up), (last, -1, span.up)]
    seconds = {True: 0.0, False: 0.0}
    count = {True: 0, False: 0}
    before = begin
    for moment, step, is_up in sorted(changes):
        if count[False]:
            seconds[False] += moment - before
        elif count[True] == len(required) and not blind:
            seconds[True] += moment - before
        before = moment
        count[is_up] += step
    known = seconds[True] + seconds[False]
    return Uptime(seconds[True], seconds[False], max(0.0, end - begin - known))


def system_up(seen: Mapping[str, Iterable[Probe]], watched: Watched) -> bool | None:
    """Whether every required component was last seen healthy, by what each source has `seen` last.

    As in the uptime: one seen not healthy is enough to be down; up needs a healthy look of every source
    that reports a required component; otherwise None.
    """
    last = {(source, probe.component): probe.up for source, probes in seen.items() for probe in probes}
    looks = [last.get((source, component)) for component, sources in watched.items() for source in sources]
    if False in looks:
        return False
    blind = not watched or not all(watched.values())
    return None if blind or None in looks else True


NO_OPERATIONS = (Result.SKIP, Result.UNKNOWN)
"""A skipped run did nothing, and a result that we do not know says nothing."""
FAILED_OPERATIONS = (Result.ERROR, Result.TIMEOUT)
"""A failing test is not an operational error."""


def run_operations(results: Mapping[Result, int]) -> Operations:
    """Integrated pipeline runs as operations."""
    counted = {result: n for result, n in results.items() if result not in NO_OPERATIONS}
    return Operations(sum(counted.values()), sum(counted.get(result, 0) for result in FAILED_OPERATIONS))


def error_ratio(operations: Operations) -> float | None:
    """failed ÷ all operations, or None without operations."""
    return operations.failed / operations.total if operations.total > 0 else None


def success_ratio(operations: Operations) -> float | None:
    """successful ÷ all operations, or None without operations."""
    return (operations.total - operations.failed) / operations.total if operations.total > 0 else None


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a whole, and how many could not be judged (they are in neither)."""

    part: int = 0
    whole: int = 0
    unknown: int = 0

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None


def template_adoption(repositories: Iterable[RepositoryView]) -> Share:
    """Repositories that use a KILO template ÷ repositories in scope that could be read."""
    every = list(repositories)
    read = [view for view in every if view.template is not None]
    return Share(sum(1 for view in read if view.template), len(read), len(every) - len(read))


def workflow_adoption(repositories: Iterable[RepositoryView], since: Moment) -> Share:
    """Repositories on the integrated workflow ÷ repositories with CI activity since `since`.

    A repository is on it when the newest default-branch run that executed either tool's workflow
    executed the integrated one. Runs of other workflows (a deployment, say) do not hide it;
    activity without either workflow counts as not on it.
    """
    active = [view for view in repositories if view.active_at is not None and view.active_at >= since]
    integrated = [
        view
        for view in active
        if view.workflow is Workflow.INTEGRATED and view.workflow_at is not None and view.workflow_at >= since
    ]
    return Share(len(integrated), len(active))
