"""Makes the snapshot and its exposition, and swaps both whole.

It reads the ledger's answers, lets the pure functions work on them, and renders. A source's facts
are read again only after that source was polled. Nobody who reads the result ever waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from exporter.answers import Operations, SourceView
from exporter.exposition import NO_CAPS, Caps, Exposition, render
from exporter.kpis import ratios
from exporter.ledger import Ledger
from exporter.model import BRIDGES, Component
from exporter.poller import Poller
from exporter.snapshot import ExporterHealth, Indicators, Snapshot, Source


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot and the bytes that were made from it."""

    snapshot: Snapshot
    exposition: Exposition


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says of publishing."""

    caps: Caps = NO_CAPS
    required: frozenset[Component] = frozenset(Component)
    """The components that must all be healthy for the uptime."""
    pipelines: bool = False


class Publisher:
    """Holds what is published now. `refresh` may be called from any thread, also while it runs."""

    def __init__(
        self,
        ledger: Ledger,
        pollers: Mapping[str, Poller],
        policy: Policy,
        *,
        exporter: Callable[[], ExporterHealth] = ExporterHealth,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._exporter = exporter
        self._render_seconds = 0.0
        self._ledger = ledger
        self._now = now
        self._views: dict[str, tuple[int, SourceView]] = {}
        """Each source's facts, and after how many of its polls they were read."""
        self._wanted = False
        self._guard = threading.Lock()
        self._work = threading.Lock()
        self.configure(pollers, policy)
        self.published = self._made()

    def configure(self, pollers: Mapping[str, Poller], policy: Policy) -> None:
        """Publishes for these sources from now on; call `refresh` after it."""
        with self._guard:
            self._pollers = dict(pollers)
            self._policy = policy

    def refresh(self) -> None:
        """Makes everything anew, with the facts of each source that was polled since read again.

        When another thread is at it, that one does this work too: a burst of polls costs two
        renderings, not one for each.
        """
        with self._guard:
            self._wanted = True
        while self._wanted and self._work.acquire(blocking=False):
            try:
                with self._guard:
                    self._wanted = False
                self.published = self._made()
            finally:
                self._work.release()

    def _made(self) -> Published:
        with self._guard:
            pollers, policy = self._pollers, self._policy
        begun = time.perf_counter()
        snapshot = self._snapshot(pollers, policy)
        read = time.perf_counter()
        itself = replace(self._exporter(), ledger_seconds=read - begun, render_seconds=self._render_seconds)
        snapshot = replace(snapshot, exporter=itself)
        exposition = render(snapshot, policy.caps)
        self._render_seconds = time.perf_counter() - read
        return Published(snapshot, exposition)

    def _snapshot(self, pollers: Mapping[str, Poller], policy: Policy) -> Snapshot:
        now = self._now()
        sources = {name: self._source(poller, now) for name, poller in sorted(pollers.items())}
        indicators = self._indicators(pollers, policy.required, sources, now)
        return Snapshot(now, sources, indicators, pipelines=policy.pipelines)

    def _source(self, poller: Poller, now: float) -> Source:
        """The source with its facts, unless they are too old to be shown.

        A component that does not answer is seen to be down at every poll: that stays, however long
        it is since the source last answered.
        """
        health = poller.health  # before the facts: a poll that ends now must not look good without them
        view = self._view(poller.name, health.polls)
        if health.too_old(health.last_success_at, now):
            probes = () if health.too_old(health.probed_at, now) else view.probes
            view = SourceView(probes=probes)
        return Source(health, poller.provider.vcs_provider_name, view)

    def _view(self, name: str, polls: int) -> SourceView:
        """The facts of a source as they are after so many polls."""
        read_after, view = self._views.get(name, (None, SourceView()))
        if read_after != polls:
            view = self._ledger.view(name)
            self._views[name] = (polls, view)
        return view

    def _indicators(
        self, pollers: Mapping[str, Poller], required: Collection[Component], sources: Mapping[str, Source], now: float
    ) -> Indicators:
        names = list(pollers)
        longest = now - max(ratios.WINDOWS.values())
        spans = self._ledger.spans(longest, names)
        watched = {
            component: [name for name in names if component in pollers[name].provider.components()]
            for component in required
        }
        repositories = [view for source in sources.values() for view in source.view.repositories]
        windows = {
            window: self._window(window, now - seconds, names, sources) for window, seconds in ratios.WINDOWS.items()
        }
        return Indicators(
            uptime={
                window: ratios.uptime(spans, watched, now - seconds, now) for window, seconds in ratios.WINDOWS.items()
            },
            operations={window: every for window, (every, _) in windows.items()},
            bridges={
                (bridge, window): found for window, (_, bridges) in windows.items() for bridge, found in bridges.items()
            },
            template_adoption=ratios.template_adoption(repositories),
            workflow_adoption=ratios.workflow_adoption(repositories, now - ratios.WINDOWS[ratios.DOCUMENTED_WINDOW]),
        )

    def _window(
        self, window: str, since: float, names: list[str], sources: Mapping[str, Source]
    ) -> tuple[Operations, dict[Component | None, Operations]]:
        """All operations since then, and those of each bridge (None: both)."""
        found = self._ledger.operations(since, names)
        bridges: dict[Component | None, Operations] = {bridge: found.get(bridge, Operations()) for bridge in BRIDGES}
        bridges[None] = sum(bridges.values(), Operations())
        tasks = [task for source in sources.values() for task in source.view.tasks if task.period == window]
        runs = ratios.run_operations(self._ledger.run_results(since, sources=names))
        asked = Operations(sum(task.tasks for task in tasks), sum(task.failed for task in tasks))
        return bridges[None] + asked + runs, bridges
