"""The documented ratios: worked examples by hand, and what must hold for any history."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.answers import Operations, RepositoryView, Span
from exporter.kpis import ratios
from exporter.kpis.ratios import Share, Uptime
from exporter.model import Component, Health, Probe, Repository, Result, Stage, Workflow

ORCHEX, KILO, K2A, A2K = Component
BOTH = {ORCHEX: ["o"], KILO: ["k"]}


def span(component: Component, begin: float, end: float, *, up: bool = True, source: str | None = None) -> Span:
    return Span(source or component[0], component, begin, end, up)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([], Uptime(0, 0, 100), id="nothing observed"),
        pytest.param([span(ORCHEX, 0, 100), span(KILO, 0, 100)], Uptime(100, 0, 0), id="all healthy"),
        pytest.param([span(ORCHEX, 0, 100)], Uptime(0, 0, 100), id="one never seen: not known to be up"),
        pytest.param([span(ORCHEX, 0, 40, up=False)], Uptime(0, 40, 60), id="one seen down is enough to be down"),
        pytest.param(
            [span(ORCHEX, 0, 100), span(KILO, 0, 60), span(KILO, 60, 100, up=False)],
            Uptime(60, 40, 0),
            id="one goes down",
        ),
        pytest.param(
            [span(ORCHEX, 0, 50, up=False), span(ORCHEX, 50, 100), span(KILO, 0, 100)],
            Uptime(50, 50, 0),
            id="down, then up",
        ),
        pytest.param(
            [span(ORCHEX, 0, 50, up=False), span(KILO, 25, 75, up=False)],
            Uptime(0, 75, 25),
            id="two at once are down once",
        ),
        pytest.param(
            [span(ORCHEX, -50, 30), span(ORCHEX, 60, 150), span(KILO, -50, 150)],
            Uptime(70, 0, 30),
            id="cut at the window, exporter down for a third of it",
        ),
    ],
)
def test_uptime(spans: list[Span], expected: Uptime) -> None:
    assert ratios.uptime(spans, BOTH, 0, 100) == expected


def test_a_component_that_no_source_reports_leaves_uptime_unknown() -> None:
    seen = ratios.uptime([span(ORCHEX, 0, 100)], {ORCHEX: ["o"], KILO: []}, 0, 100)
    assert (seen.ratio, seen.coverage) == (None, 0.0)


def test_every_source_that_reports_a_component_must_see_it_healthy() -> None:
    spans = [
        span(ORCHEX, 0, 100, source="a"),
        span(ORCHEX, 0, 75, source="b"),
        span(ORCHEX, 75, 100, up=False, source="b"),
    ]
    assert ratios.uptime(spans, {ORCHEX: ["a", "b"]}, 0, 100).ratio == 0.75


def test_spans_of_other_sources_and_components_do_not_count() -> None:
    spans = [span(ORCHEX, 0, 100), span(KILO, 0, 100, up=False), span(ORCHEX, 0, 100, up=False, source="removed")]
    assert ratios.uptime(spans, {ORCHEX: ["o"]}, 0, 100).ratio == 1.0


EVERY = {ORCHEX: ["o"], KILO: ["k"], K2A: ["b"], A2K: ["b"]}
TWICE = {ORCHEX: ["a", "b"]}
UP, DEGRADED, DOWN = Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY


def looks(**seen: dict[Component, Health]) -> dict[str, list[Probe]]:
    return {source: [Probe(component, health) for component, health in each.items()] for source, each in seen.items()}


@pytest.mark.parametrize(
    ("seen", "watched", "expected"),
    [
        pytest.param(looks(o={ORCHEX: UP}, k={KILO: UP}, b={K2A: UP, A2K: UP}), EVERY, True, id="all four up"),
        pytest.param(looks(o={ORCHEX: UP}, k={KILO: UP}, b={K2A: UP, A2K: DOWN}), EVERY, False, id="one down"),
        pytest.param(looks(o={ORCHEX: UP}, k={KILO: UP}, b={K2A: DEGRADED, A2K: UP}), EVERY, False, id="degraded"),
        pytest.param(looks(o={ORCHEX: UP}, k={}, b={K2A: DOWN, A2K: UP}), EVERY, False, id="one down, one unknown"),
        pytest.param(looks(o={ORCHEX: UP}, k={KILO: UP}, b={K2A: UP}), EVERY, None, id="one unknown"),
        pytest.param(looks(), EVERY, None, id="nothing seen"),
        pytest.param(looks(o={ORCHEX: UP}), {ORCHEX: ["o"], KILO: []}, None, id="one that nobody reports"),
        pytest.param(looks(o={ORCHEX: DOWN}), {ORCHEX: ["o"], KILO: []}, False, id="down beside one nobody reports"),
        pytest.param(looks(a={ORCHEX: UP}, b={ORCHEX: UP}), TWICE, True, id="two sources agree"),
        pytest.param(looks(a={ORCHEX: UP}, b={ORCHEX: DOWN}), TWICE, False, id="two sources disagree"),
        pytest.param(looks(a={ORCHEX: DOWN}, b={ORCHEX: UP}), TWICE, False, id="they disagree the other way"),
        pytest.param(looks(a={ORCHEX: UP}, b={}), TWICE, None, id="one of two has not told"),
        pytest.param(
            looks(o={ORCHEX: UP}, b={K2A: DOWN}), {ORCHEX: ["o"]}, True, id="one that is not required is down"
        ),
        pytest.param(looks(o={ORCHEX: UP}, x={ORCHEX: DOWN}), {ORCHEX: ["o"]}, True, id="a source that does not count"),
        pytest.param(looks(o={ORCHEX: UP}), {}, None, id="nothing is required"),
    ],
)
def test_system_up(seen: dict[str, list[Probe]], watched: ratios.Watched, expected: bool | None) -> None:  # noqa: FBT001  # a parameter of the table
    assert ratios.system_up(seen, watched) is expected


@st.composite
def histories(draw: st.DrawFn) -> list[Span]:
    """For each component, states that follow one another, some of them not observed."""
    spans = []
    for component in (ORCHEX, KILO):
        bounds = sorted(draw(st.lists(st.integers(0, 1000), unique=True, max_size=12)))
        for begin, end in pairwise(bounds):
            state = draw(st.sampled_from([True, False, None]))
            if state is not None:
                spans.append(span(component, begin, end, up=state))
    return spans


@given(histories(), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_uptime_of_a_split_window_adds_up_in_any_order(spans: list[Span], cut: int, random) -> None:
    whole = ratios.uptime(spans, BOTH, 0, 1000)
    random.shuffle(spans)
    parts = ratios.uptime(spans, BOTH, 0, cut) + ratios.uptime(spans, BOTH, cut, 1000)
    assert (parts.up, parts.down, parts.unobserved) == (whole.up, whole.down, whole.unobserved)
    assert whole.up + whole.down + whole.unobserved == 1000
    assert whole.ratio is None or 0 <= whole.ratio <= 1


def test_which_run_results_are_operations_and_which_of_them_failed() -> None:
    results = dict.fromkeys(Result, 1)
    assert ratios.run_operations(results) == Operations(total=5, failed=2)


@pytest.mark.parametrize(
    ("operations", "error", "success"),
    [(Operations(0, 0), None, None), (Operations(200, 2), 0.01, 0.99), (Operations(4, 4), 1.0, 0.0)],
)
def test_error_and_success_ratio(operations: Operations, error: float | None, success: float | None) -> None:
    assert ratios.error_ratio(operations) == error
    assert ratios.success_ratio(operations) == success


def view(name: str, **known: object) -> RepositoryView:
    return RepositoryView(Repository("acme", name), **{"stage": Stage.LEGACY, "template": False, **known})


def test_template_adoption_leaves_out_what_could_not_be_read() -> None:
    views = [view("a", template=True), view("b"), view("c", stage=Stage.UNKNOWN, template=None)]
    share = ratios.template_adoption(views)
    assert share == Share(part=1, whole=2, unknown=1)
    assert share.ratio == 0.5
    assert ratios.template_adoption([views[2]]).ratio is None


def test_workflow_adoption_counts_repositories_with_activity_in_the_window() -> None:
    integrated, legacy = Workflow.INTEGRATED, Workflow.LEGACY
    views = [
        view("on", active_at=90, workflow=integrated, workflow_at=90),
        view("on, deployed since", active_at=99, workflow=integrated, workflow_at=60),
        view("not on", active_at=90, workflow=legacy, workflow_at=90),
        view("neither workflow", active_at=90),
        view("was on before the window", active_at=90, workflow=integrated, workflow_at=40),
        view("asleep", active_at=40, workflow=integrated, workflow_at=40),
        view("never ran"),
    ]
    assert ratios.workflow_adoption(views, since=50) == Share(part=2, whole=5)
    assert ratios.workflow_adoption([], since=50).ratio is None
