"""What one survey gathered: who tells what, since when, and what is no longer known."""

from dataclasses import replace

from exporter.answers import MeasuredBaseline, Median, Operations, RepositoryView, Slowdown, SourceView, Span
from exporter.kpis.inputs import Baseline, Events, Level, Seen
from exporter.kpis.ratios import WINDOWS, Share
from exporter.model import BridgeReading, Component, Health, Probe, Reading, Repository, Result, Stage, Workflow
from exporter.observed import Observed, Work, measured_levels, seen_at
from exporter.providers.base import Provider
from exporter.snapshot import Source, SourceHealth
from tests.support.scripted import Scripted

NOW = 1_750_000_000.0
DAY = 86400.0
K2A, A2K = Component.K2A, Component.A2K
INTEGRATED = Workflow.INTEGRATED


class Telling(Scripted):
    """A source that tells of components alone."""

    capabilities = frozenset()


def source(name: str = "s", view: SourceView | None = None, **known: float) -> Source:
    health = SourceHealth(name, "scripted", 30.0, 300.0, **{"last_success_at": NOW - 10, **known})
    return Source(health, view=view or SourceView())


def observed(view: SourceView, *spans: Span, lost: tuple[RepositoryView, ...] = (), k2a: float = 0) -> Observed:
    provider = Scripted(probes=(K2A, A2K))
    work = dict.fromkeys(WINDOWS, Work(bridges={K2A: Operations(k2a, 0)}))
    return Observed(NOW, {"s": provider}, {"s": source(view=view)}, spans, work, lost=lost)


def inputs(seen: Observed):
    return seen.known(seen.indicators(frozenset({K2A}))).inputs


def test_each_kind_of_observation_is_as_old_as_the_source_that_succeeded_longest_ago() -> None:
    providers: dict[str, Provider] = {"a": Scripted(probes=(K2A,)), "b": Scripted(), "c": Telling(probes=(A2K,))}
    sources = {
        "a": source("a", last_success_at=NOW - 5),
        "b": source("b", last_success_at=NOW - 50),
        "c": source("c", last_success_at=NOW - 500),
    }
    assert seen_at(providers, sources) == {
        Seen.PROBES: NOW - 500,
        Seen.BRIDGES: NOW - 500,
        Seen.RUNS: NOW - 50,
        Seen.REPOSITORIES: NOW - 50,
        Seen.CHANGES: NOW - 50,
    }


def test_a_source_that_never_succeeded_tells_nothing() -> None:
    never = {"a": source("a", last_success_at=None)}
    assert seen_at({"a": Scripted(probes=(K2A,))}, never) == {}


def test_silence_is_an_observation_of_components_though_no_success() -> None:
    silent = {"a": source("a", last_success_at=NOW - 5 * DAY, probed_at=NOW - 1)}
    seen = seen_at({"a": Telling(probes=(Component.ORCHEX,))}, silent)
    assert seen == {Seen.PROBES: NOW - 1, Seen.TASKS: NOW - 5 * DAY}


def test_repositories_of_a_source_that_is_too_old_are_in_scope_but_unknown() -> None:
    known = RepositoryView(Repository("acme", "shop"), Stage.INTEGRATED, template=True)
    lost = RepositoryView(Repository("old", "web"), Stage.UNKNOWN, template=None)
    seen = observed(SourceView(repositories=(known,)), lost=(lost,))
    assert seen.indicators(frozenset()).template_adoption == Share(1, 1, 1)
    assert inputs(seen).repositories == (known, lost)


def ran(repository: Repository, at: float, workflow: Workflow, result: Result = Result.SUCCESS) -> RepositoryView:
    """What a CI system knows of a repository."""
    return RepositoryView(repository, Stage.UNKNOWN, None, at, workflow, at, result)


def test_a_repository_that_a_ci_system_builds_has_its_newest_activity() -> None:
    shop, docs = Repository("acme", "shop"), Repository("acme", "docs")
    hosted = (RepositoryView(shop, Stage.INTEGRATED, template=True), RepositoryView(docs, Stage.LEGACY, template=False))
    newest, older = ran(Repository("Acme", "Shop"), NOW - 5, INTEGRATED), ran(shop, NOW - 20, Workflow.LEGACY)
    stranger = ran(Repository("else", "where"), NOW - 5, INTEGRATED)
    seen = observed(SourceView(repositories=hosted, built=(older, newest, stranger)))
    activity = {"active_at": NOW - 5, "workflow": INTEGRATED, "workflow_at": NOW - 5}
    joined = replace(hosted[0], workflow_result=Result.SUCCESS, **activity)
    assert inputs(seen).repositories == (joined, hosted[1])
    assert seen.indicators(frozenset()).workflow_adoption == Share(1, 1)


def test_a_hosts_own_newer_run_hides_that_of_a_ci_system() -> None:
    own = replace(ran(Repository("acme", "shop"), NOW - 1, Workflow.LEGACY), stage=Stage.PARTIAL, template=True)
    built = ran(own.repository, NOW - 50, INTEGRATED)
    assert inputs(observed(SourceView(repositories=(own,), built=(built,)))).repositories == (own,)


def test_violations_are_counted_from_the_first_look_at_k2a_to_the_last_success() -> None:
    first = Span("s", K2A, NOW - 3 * DAY, NOW - 2 * DAY, up=True)
    other = Span("s", A2K, NOW - 9 * DAY, NOW, up=True)
    assert inputs(observed(SourceView(), first, other, k2a=30)).violations == Events(30, 3 * DAY - 10)
    assert inputs(observed(SourceView(), other, k2a=30)).violations is None


def test_a_component_is_up_when_every_source_that_saw_it_says_so() -> None:
    probes = (Probe(K2A, Health.HEALTHY), Probe(K2A, Health.DEGRADED), Probe(A2K, Health.HEALTHY))
    seen = observed(SourceView(probes=probes))
    assert seen.known(seen.indicators(frozenset())).up == {K2A: False, A2K: True}


def test_the_system_is_up_when_every_source_of_a_required_component_says_so() -> None:
    def up(healths: dict[str, Health], *required: Component) -> bool | None:
        providers: dict[str, Provider] = {name: Telling(probes=(K2A,)) for name in healths} | {"o": Scripted()}
        views = {name: SourceView(probes=(Probe(K2A, health),)) for name, health in healths.items()}
        sources = {name: source(name, views.get(name)) for name in providers}
        work = dict.fromkeys(WINDOWS, Work())
        return Observed(NOW, providers, sources, (), work).indicators(required).system_up

    assert up({"a": Health.HEALTHY, "b": Health.HEALTHY}, K2A) is True
    assert up({"a": Health.HEALTHY, "b": Health.DEGRADED}, K2A) is False
    assert up({"a": Health.HEALTHY}, K2A, A2K) is None, "nobody reports A2K"
    assert up({"a": Health.UNHEALTHY}, K2A, A2K) is False


def test_criteria_read_the_slowdown_of_the_documented_window() -> None:
    month, hour = Slowdown(Median(1.5, 9, 3)), Slowdown(Median(2.0, 1, 1))
    seen = replace(observed(SourceView()), slowdown={"1h": hour, "30d": month})
    assert inputs(seen).slowdown == month
    assert seen.indicators(frozenset()).slowdown == {"1h": hour, "30d": month}
    assert inputs(observed(SourceView())).slowdown == Slowdown()


def test_the_newest_reading_of_a_quantity_counts_and_the_slowest_of_a_bridge() -> None:
    old, new = Reading("cost", 2.0, NOW - DAY), Reading("cost", 1.0, NOW)
    slow, quick, silent = (BridgeReading(K2A, active=True, health=Health.HEALTHY, avg_response=t) for t in (2, 1, None))
    for order in ((old, new), (new, old)):
        seen = inputs(observed(SourceView(readings=order, bridges=(slow, quick, silent))))
        assert seen.readings == {"cost": new}
        assert seen.latencies == {K2A: 2}


def test_what_was_measured_becomes_levels_and_what_was_not_found_does_not() -> None:
    measured = MeasuredBaseline(NOW - 9 * DAY, NOW - 2 * DAY, NOW, runs=Median(45.0, 300, 20), changes=None)
    assert measured_levels(measured) == {Level.RUN_DURATION: Baseline(45.0, NOW, 300)}
    assert measured_levels(None) == {}
