"""All that one survey gathered, and what it means: who tells what, since when, and in which window.

Pure. It turns the ledger's answers into the parts of the snapshot and into what the scorecard reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from exporter.answers import (
    AdoptionDay,
    CycleEnd,
    MeasuredBaseline,
    Median,
    Operations,
    RepositoryView,
    Slowdown,
    SourceView,
    Span,
)
from exporter.kpis import ratios
from exporter.kpis.inputs import Baseline, Events, Inputs, Level, Seen
from exporter.model import BRIDGES, Component, Moment, Phase, Reading
from exporter.providers.base import Capability, Provider
from exporter.scorecard import Known
from exporter.snapshot import Indicators, Source

WINDOW = ratios.WINDOWS[ratios.DOCUMENTED_WINDOW]
HOUR = "1h"


@dataclass(frozen=True, slots=True)
class Work:
    """The operations of one window, by who did them; absent or None where no source tells."""

    bridges: Mapping[Component, Operations] = field(default_factory=dict)
    tasks: Operations | None = None
    runs: Operations | None = None

    @property
    def both_bridges(self) -> Operations:
        return sum(self.bridges.values(), Operations())

    @property
    def everything(self) -> Operations:
        return self.both_bridges + (self.tasks or Operations()) + (self.runs or Operations())

    def by_bridge(self) -> Iterator[tuple[Component | None, Operations]]:
        """Each bridge's, also of one that nobody tells of; None is both together."""
        yield from ((bridge, self.bridges.get(bridge, Operations())) for bridge in BRIDGES)
        yield None, self.both_bridges


@dataclass(frozen=True, slots=True)
class Observed:
    """What was asked, and what the ledger answered."""

    now: Moment
    providers: Mapping[str, Provider]
    sources: Mapping[str, Source]
    spans: tuple[Span, ...]
    work: Mapping[str, Work]
    """By window."""
    slowdown: Mapping[str, Slowdown] = field(default_factory=dict)
    """By window."""
    lead_time: Median | None = None
    cycle_until: CycleEnd = CycleEnd.MERGED
    baselines: Mapping[Level, Baseline] = field(default_factory=dict)
    reached: Mapping[Phase, Moment] = field(default_factory=dict)
    history: tuple[AdoptionDay, ...] = ()
    lost: tuple[RepositoryView, ...] = ()
    """Repositories whose source's facts are too old: in scope, but no longer known."""

    @property
    def views(self) -> list[SourceView]:
        return [source.view for source in self.sources.values()]

    @property
    def repositories(self) -> tuple[RepositoryView, ...]:
        """Those in scope, each with what any source has run for it."""
        known = [repository for view in self.views for repository in view.repositories]
        built = _by_name(repository for view in self.views for repository in view.built)
        if not built:
            return (*known, *self.lost)
        return (*(_ran(repository, built.get(_name(repository), [])) for repository in known), *self.lost)

    def indicators(self, required: Collection[Component]) -> Indicators:
        """The documented ratios' parts, by window."""
        watched = {component: self._telling(component) for component in required}
        repositories = self.repositories
        return Indicators(
            uptime={
                window: ratios.uptime(self.spans, watched, self.now - length, self.now)
                for window, length in ratios.WINDOWS.items()
            },
            system_up=ratios.system_up({name: source.view.probes for name, source in self.sources.items()}, watched),
            operations={window: work.everything for window, work in self.work.items()},
            bridges={(bridge, window): done for window, work in self.work.items() for bridge, done in work.by_bridge()},
            slowdown=self.slowdown,
            template_adoption=ratios.template_adoption(repositories),
            workflow_adoption=ratios.workflow_adoption(repositories, self.now - WINDOW),
        )

    def known(self, indicators: Indicators) -> Known:
        """What the scorecard is made from."""
        return Known(
            inputs=self._inputs(indicators),
            attestations=tuple(each for view in self.views for each in view.attestations),
            phases=tuple(each for view in self.views for each in view.phases),
            reached=self.reached,
            up=self._up(),
            history=self.history,
            last_hour=self.work[HOUR].both_bridges,
        )

    def _inputs(self, indicators: Indicators) -> Inputs:
        window = ratios.DOCUMENTED_WINDOW
        work = self.work[window]
        seen = seen_at(self.providers, self.sources)
        return Inputs(
            now=self.now,
            uptime=indicators.uptime[window],
            bridges=work.bridges,
            tasks=work.tasks,
            runs=work.runs,
            repositories=self.repositories,
            slowdown=self.slowdown.get(window, Slowdown()),
            lead_time=self.lead_time,
            cycle_until=self.cycle_until,
            violations=self._violations(work, seen.get(Seen.BRIDGES, self.now)),
            latencies=self._latencies(),
            baselines=self.baselines,
            readings=self._readings(),
            seen_at=seen,
        )

    def _telling(self, component: Component) -> list[str]:
        return [name for name, provider in self.providers.items() if component in provider.components()]

    def _violations(self, work: Work, until: Moment) -> Events | None:
        """K2A's operations, each a governance event, from its first observation in the window to the last."""
        first = min((span.begin for span in self.spans if span.component is Component.K2A), default=None)
        done = work.bridges.get(Component.K2A)
        return None if first is None or done is None else Events(done.total, max(0.0, until - first))

    def _latencies(self) -> dict[Component, float]:
        """The slowest that any source tells of each bridge."""
        readings = [reading for view in self.views for reading in view.bridges if reading.avg_response is not None]
        ordered = sorted(readings, key=lambda reading: reading.avg_response or 0.0)
        return {reading.bridge: reading.avg_response or 0.0 for reading in ordered}

    def _readings(self) -> dict[str, Reading]:
        """The newest of each quantity."""
        every = sorted((reading for view in self.views for reading in view.readings), key=lambda reading: reading.at)
        return {reading.quantity: reading for reading in every}

    def _up(self) -> dict[Component, bool]:
        """Each component as it was last seen; up when every source that saw it says so."""
        probes = [probe for view in self.views for probe in view.probes]
        seen = {probe.component for probe in probes}
        return {each: all(probe.up for probe in probes if probe.component is each) for each in seen}


def _name(view: RepositoryView) -> str:
    """What a repository is called on its host and in a CI system; their spelling may differ in case."""
    return str(view.repository).casefold()


def _by_name(views: Iterable[RepositoryView]) -> dict[str, list[RepositoryView]]:
    named: dict[str, list[RepositoryView]] = {}
    for view in views:
        named.setdefault(_name(view), []).append(view)
    return named


def _ran(repository: RepositoryView, elsewhere: list[RepositoryView]) -> RepositoryView:
    """A repository with the newest of its own host's activity and that of CI systems that build it."""
    if not elsewhere:
        return repository
    every = [repository, *elsewhere]
    active_at = max((view.active_at for view in every if view.active_at is not None), default=None)
    tools = max(every, key=lambda view: -1.0 if view.workflow_at is None else view.workflow_at)
    return replace(
        repository,
        active_at=active_at,
        workflow=tools.workflow,
        workflow_at=tools.workflow_at,
        workflow_result=tools.workflow_result,
    )


def seen_at(providers: Mapping[str, Provider], sources: Mapping[str, Source]) -> dict[Seen, Moment]:
    """When each kind of observation was last made: by the source that succeeded longest ago."""
    moments: dict[Seen, list[Moment]] = {}
    for name, provider in providers.items():
        health = sources[name].health
        for kind in kinds_of(provider):
            # not answering is an observation of a component, though no success
            last = health.probed_at or health.last_success_at if kind is Seen.PROBES else health.last_success_at
            if last is not None:
                moments.setdefault(kind, []).append(last)
    return {kind: min(found) for kind, found in moments.items()}


def kinds_of(provider: Provider) -> set[Seen]:
    """What a source of this kind tells."""
    components = set(provider.components())
    told = {
        Seen.PROBES: bool(components),
        Seen.BRIDGES: bool(components & set(BRIDGES)),
        Seen.TASKS: Component.ORCHEX in components,
        Seen.RUNS: Capability.RUNS in provider.capabilities,
        Seen.REPOSITORIES: Capability.REPOSITORIES in provider.capabilities,
        Seen.CHANGES: Capability.CHANGES in provider.capabilities,
    }
    return {kind for kind, tells in told.items() if tells}


def measured_levels(measured: MeasuredBaseline | None) -> dict[Level, Baseline]:
    """A measured baseline's levels; what was not found is absent."""
    if measured is None:
        return {}
    medians = {Level.RUN_DURATION: measured.runs, Level.CYCLE_TIME: measured.changes}
    ends = {Level.CYCLE_TIME: measured.until}
    return {
        level: Baseline(median.value, measured.measured_at, median.count, ends.get(level))
        for level, median in medians.items()
        if median is not None
    }
