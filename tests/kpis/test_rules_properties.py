"""What holds for the criteria whatever was observed."""

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from exporter.answers import Median, Operations, RepositoryView, Slowdown, Span
from exporter.kpis import ratios
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.inputs import Baseline, Events, Inputs, Level, Seen
from exporter.kpis.measure import Measure, Missing
from exporter.kpis.quantities import QUANTITIES, Unit
from exporter.kpis.ratios import Share, Uptime
from exporter.model import BRIDGES, Component, Reading, Repository, Stage, Workflow
from tests.kpis.known import BY_KEY, NOW, UNREADABLE, WINDOW, known, view

T = TypeVar("T")

seconds = st.floats(0, WINDOW)
levels = st.floats(0, 1e6)
shares = st.floats(0, 1)
moments = st.floats(NOW - 2 * WINDOW, NOW)
operations = st.integers(0, 1000).flatmap(lambda total: st.builds(Operations, st.just(total), st.integers(0, total)))
share = st.integers(0, 20).flatmap(
    lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole), st.integers(0, 9))
)
medians = st.builds(Median, levels, st.integers(1, 50), st.integers(1, 9))
uptimes = st.builds(Uptime, seconds, seconds, seconds)


@st.composite
def repository(draw: st.DrawFn, name: str) -> RepositoryView:
    if draw(st.booleans()):
        return view(name, **UNREADABLE)
    ran = draw(st.none() | moments)
    return RepositoryView(
        Repository("acme", name),
        draw(st.sampled_from(Stage)),
        draw(st.none() | st.booleans()),
        active_at=ran,
        workflow=None if ran is None else draw(st.none() | st.sampled_from(Workflow)),
        workflow_at=ran,
    )


organisations = st.integers(0, 8).flatmap(lambda count: st.tuples(*(repository(str(n)) for n in range(count))))


def reading(name: str) -> st.SearchStrategy[Reading]:
    value = shares if QUANTITIES[name].unit is Unit.RATIO else levels
    return st.builds(Reading, st.just(name), value, moments, st.none() | shares)


inputs = st.builds(
    Inputs,
    st.just(NOW),
    uptime=uptimes,
    bridges=st.dictionaries(st.sampled_from(BRIDGES), operations),
    tasks=st.none() | operations,
    runs=st.none() | operations,
    repositories=organisations,
    slowdown=st.builds(Slowdown, st.none() | medians, st.integers(0, 9)),
    lead_time=st.none() | medians,
    violations=st.none() | st.builds(Events, st.integers(0, 10**6), st.just(0.0) | st.floats(60, 2 * WINDOW)),
    latencies=st.dictionaries(st.sampled_from(BRIDGES), levels),
    phases_on_time=share,
    phase_deviation=st.none() | levels,
    baselines=st.dictionaries(st.sampled_from(Level), st.builds(Baseline, st.floats(-1, 0) | st.floats(0.01, 1e6))),
    readings=st.fixed_dictionaries({}, optional={name: reading(name) for name in QUANTITIES}),
    seen_at=st.dictionaries(st.sampled_from(Seen), moments),
)


def shuffled(random: Random, items: Sequence[T]) -> list[T]:
    return random.sample(items, len(items))


@given(inputs)
def test_ratios_and_coverage_are_from_0_to_1_and_what_is_not_known_has_no_number(facts: Inputs) -> None:
    for criterion in CRITERIA:
        outcome = criterion.rule(facts)
        if isinstance(outcome, Missing):
            assert outcome.remedy
            continue
        assert 0 <= outcome.coverage <= 1
        assert outcome.at <= NOW
        assert outcome.baseline is None or outcome.baseline > 0
        if criterion.unit is Unit.RATIO:
            assert 0 <= outcome.value <= 1


@given(inputs, st.randoms(use_true_random=False))
def test_the_order_in_which_things_became_known_never_matters(facts: Inputs, random: Random) -> None:
    mixed = {
        field.name: dict(shuffled(random, list(value.items())))
        for field in fields(Inputs)
        if isinstance(value := getattr(facts, field.name), dict)
    }
    mixed["repositories"] = tuple(shuffled(random, facts.repositories))
    other = replace(facts, **mixed)
    assert [criterion.rule(other) for criterion in CRITERIA] == [criterion.rule(facts) for criterion in CRITERIA]


@given(organisations, st.integers(1, 5))
def test_an_unreadable_repository_never_changes_adoption_only_its_coverage(
    organisation: tuple[RepositoryView, ...], count: int
) -> None:
    hidden = tuple(view(f"hidden-{number}", **UNREADABLE) for number in range(count))
    for key in ("template_adoption", "workflow_adoption"):
        before = BY_KEY[key].rule(known(repositories=organisation))
        after = BY_KEY[key].rule(known(repositories=organisation + hidden))
        if isinstance(before, Missing):
            assert after == before
        else:
            assert isinstance(after, Measure)
            assert after == replace(before, coverage=after.coverage)
            assert after.coverage < before.coverage or before.coverage == 0


@st.composite
def histories(draw: st.DrawFn) -> list[Span]:
    """For each component, states that follow one another, some of them not observed."""
    spans = []
    for component in Component:
        bounds = sorted(draw(st.lists(st.integers(0, 1000), unique=True, max_size=9)))
        for begin, end in pairwise(bounds):
            state = draw(st.sampled_from([True, True, False, None]))
            if state is not None:
                spans.append(Span("all", component, begin, end, state))
    return spans


@given(histories(), st.lists(st.integers(0, 1000), max_size=4), st.randoms(use_true_random=False))
def test_a_window_that_is_split_and_merged_has_the_same_uptime_in_any_order(
    spans: list[Span], cuts: list[int], random: Random
) -> None:
    watched = {component: ["all"] for component in Component}
    rule = BY_KEY["uptime"].rule
    bounds = [0, *sorted(cuts), 1000]
    pieces = [ratios.uptime(shuffled(random, spans), watched, *piece) for piece in pairwise(bounds)]
    merged = sum(shuffled(random, pieces), Uptime())
    assert rule(known(uptime=merged)) == rule(known(uptime=ratios.uptime(spans, watched, 0, 1000)))
