"""Asks the ledger all that a snapshot needs, and no more often than it can have changed.

A source's facts are read again only after that source was polled; the medians, which take long to
work out, only when something new is in them. It knows the ledger's questions; nothing of rendering or threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from exporter.answers import (
    CycleEnd,
    MeasuredBaseline,
    Median,
    Operations,
    RepositoryView,
    Slowdown,
    SourceView,
    Standing,
)
from exporter.exposition import NO_CAPS, Caps
from exporter.kpis import ratios
from exporter.kpis.inputs import Baseline, Level
from exporter.ledger import TREND_STEP, Ledger
from exporter.migration.forecast import together
from exporter.migration.plan import Plan
from exporter.model import BRIDGES, Moment, Phase, Stage, iso_day
from exporter.observed import WINDOW, Observed, Work, measured_levels
from exporter.poller import Poller
from exporter.providers.base import Capability
from exporter.scorecard import Wanted, scorecard
from exporter.snapshot import Snapshot, Source
from exporter.totals import Family


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says of publishing and of the migration."""

    caps: Caps = NO_CAPS
    pipelines: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    baselines: Mapping[Level, Baseline] = field(default_factory=dict)
    """Those that are given; they win over what was measured."""
    cycle_until: CycleEnd = CycleEnd.MERGED

    @property
    def run_duration(self) -> float | None:
        given = self.baselines.get(Level.RUN_DURATION)
        return None if given is None else given.value


@dataclass(frozen=True, slots=True)
class Trends:
    """What the criteria stood at, and the step of time in which that was asked."""

    step: float | None = None
    standings: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Medians:
    """What takes long to work out, and what it was worked out from."""

    made_from: tuple[object, ...] = ()
    slowdown: Mapping[str, Slowdown] = field(default_factory=dict)
    """By window."""
    lead_time: Median | None = None


class Surveyor:
    """Makes snapshots, one at a time."""

    def __init__(self, ledger: Ledger, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._now = now
        self._views: dict[str, tuple[int, SourceView]] = {}
        """Each source's facts, and after how many of its polls they were read."""
        self._medians = Medians()
        self._trends = Trends()

    def survey(self, pollers: Mapping[str, Poller], policy: Policy) -> Snapshot:
        """All that is known now. Raises LedgerError."""
        observed = self._observe(dict(sorted(pollers.items())), policy)
        indicators = observed.indicators(policy.wanted.required)
        card = scorecard(policy.wanted, observed.known(indicators))
        trends = self._trends_at(observed.now)
        return Snapshot(observed.now, observed.sources, indicators, card, pipelines=policy.pipelines, trends=trends)

    def _observe(self, pollers: Mapping[str, Poller], policy: Policy) -> Observed:
        now = self._now()
        sources = {name: self._source(poller, now) for name, poller in pollers.items()}
        measured = self._ledger.baseline()
        medians = self._medians_for(pollers, policy, measured, now)
        return Observed(
            now=now,
            providers={name: poller.provider for name, poller in pollers.items()},
            sources=sources,
            spans=self._ledger.spans(now - WINDOW, list(pollers)),
            work={window: self._work(window, now, pollers, sources) for window in ratios.WINDOWS},
            slowdown=medians.slowdown,
            lead_time=medians.lead_time,
            cycle_until=policy.cycle_until,
            baselines={**measured_levels(measured), **policy.baselines},
            reached=self._reached(policy.wanted.plan),
            history=together(list(self._ledger.adoption(list(pollers)).values())),
            lost=tuple(self._lost(sources, now)),
        )

    def _source(self, poller: Poller, now: Moment) -> Source:
        """The source with its facts, unless they are too old to be shown.

        A component that does not answer is seen to be down at every poll: that stays, however long
        it is since the source last answered.
        """
        health = poller.health  # before the facts: a poll that ends now must not look good without them
        view = self._view(poller.name, health.polls)
        if health.too_old(health.last_success_at, now):
            probes = () if health.too_old(health.probed_at, now) else view.probes
            view = SourceView(probes=probes)
        hosts = Capability.REPOSITORIES in poller.provider.capabilities
        return Source(health, poller.provider.vcs_provider_name, view, hosts)

    def _view(self, name: str, polls: int) -> SourceView:
        """The facts of a source as they are after so many polls."""
        read_after, view = self._views.get(name, (None, SourceView()))
        if read_after != polls:
            view = self._ledger.view(name)
            self._views[name] = (polls, view)
        return view

    def _lost(self, sources: Mapping[str, Source], now: Moment) -> Iterator[RepositoryView]:
        """The repositories of sources whose facts were dropped: nothing is known of them now."""
        for name, source in sources.items():
            if source.health.stale(now):
                for view in self._views[name][1].repositories:
                    yield RepositoryView(view.repository, Stage.UNKNOWN, template=None, source=name)

    def _work(self, window: str, now: Moment, pollers: Mapping[str, Poller], sources: Mapping[str, Source]) -> Work:
        """What was done in the window; None and absent where no source has told of it yet."""
        since, names = now - ratios.WINDOWS[window], list(pollers)
        telling = [poller.provider for poller in pollers.values() if poller.health.last_success_at is not None]
        components = {component for provider in telling for component in provider.components()}
        done = self._ledger.operations(since, names)
        tasks = [task for source in sources.values() for task in source.view.tasks if task.period == window]
        runs = any(Capability.RUNS in provider.capabilities for provider in telling)
        return Work(
            bridges={bridge: done.get(bridge, Operations()) for bridge in BRIDGES if bridge in components},
            tasks=Operations(sum(task.tasks for task in tasks), sum(task.failed for task in tasks)) if tasks else None,
            runs=ratios.run_operations(self._ledger.run_results(since, sources=names)) if runs else None,
        )

    def _medians_for(
        self, pollers: Mapping[str, Poller], policy: Policy, measured: MeasuredBaseline | None, now: Moment
    ) -> Medians:
        """The medians, worked out again when there is news for them, and once an hour."""
        telling = {Capability.RUNS, Capability.CHANGES}
        names = [name for name, poller in pollers.items() if telling & poller.provider.capabilities]
        made_from = (
            *((name, _news(self._views[name][1])) for name in names),
            policy.run_duration,
            policy.cycle_until,
            measured and measured.measured_at,
            now // ratios.HOUR,
        )
        if self._medians.made_from != made_from:
            starts = [now - length for length in ratios.WINDOWS.values()]
            with ThreadPoolExecutor(1) as beside:  # the database works without our lock: two questions at once
                lead_time = beside.submit(self._ledger.lead_time, now - WINDOW, names, policy.cycle_until)
                slowdowns = self._ledger.slowdowns(starts, names, policy.run_duration)
            by_window = dict(zip(ratios.WINDOWS, slowdowns, strict=True))
            self._medians = Medians(made_from, by_window, lead_time.result())
        return self._medians

    def _trends_at(self, now: Moment) -> Mapping[str, tuple[Standing, ...]]:
        """Asked once in a step: it gets no more than one value in it."""
        step = now // TREND_STEP
        if self._trends.step != step:
            self._trends = Trends(step, self._ledger.trends(now))
        return self._trends.standings

    def _reached(self, plan: Plan | None) -> Mapping[Phase, Moment]:
        return self._ledger.reached(mark_of(plan)) if plan else {}


def mark_of(plan: Plan) -> str:
    """What tells the gates of one migration from those of another: the day on which it began."""
    return iso_day(plan.start)


def _news(view: SourceView) -> tuple[object, ...]:
    """What changes when a run, a change or its deployment is recorded, or a repository comes to another stage."""
    families = (Family.WORKFLOW_RUNS, Family.CHANGES, Family.DEPLOYED)
    counts = (sum(view.totals.get(family, {}).values()) for family in families)
    return (*counts, Counter(repository.stage for repository in view.repositories))
