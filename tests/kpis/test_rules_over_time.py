"""What happens in a month: bridges restart, the exporter is down, the clock jumps. The criteria stay right."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from exporter.answers import Operations, Span
from exporter.kpis import ratios
from exporter.kpis.inputs import Events, Level
from exporter.kpis.verdict import State, Verdict
from exporter.ledger.spans import follow
from exporter.model import BridgeReading, Component, Health, Moment
from exporter.totals import BridgeCounts, bridge_delta
from tests.kpis.known import A2K, DAY, K2A, MINUTE, NOW, WINDOW, baseline, known, verdict, views

BEGIN = NOW - WINDOW
GAP = 2 * MINUTE


def counts(events: int, errors: int) -> BridgeCounts:
    return BridgeCounts(events, errors, None, None)


def operations(*looks: tuple[int, int]) -> Operations:
    """What a bridge did between its looks: events and errors as it counts them itself."""
    done = Operations()
    for before, (events, errors) in zip([None, *looks], looks, strict=False):
        reading = BridgeReading(K2A, active=True, health=Health.HEALTHY, events=events, errors=errors)
        delta = bridge_delta(before and counts(*before), reading)
        done += Operations(delta.operations, delta.errors)
    return done


def watched(probes: Iterable[tuple[Moment, bool]]) -> tuple[Span, ...]:
    """The spans that the ledger makes of a component's probes."""
    stretches: dict[Moment, object] = {}
    newest = None
    for at, up in probes:
        for stretch in follow(newest, up=up, at=at, gap=GAP):
            stretches[stretch.begin] = newest = stretch
    return tuple(Span("bridges", K2A, each.begin, each.end, each.up) for each in stretches.values())


def every(step: float, begin: Moment, end: Moment, *, up: bool = True) -> list[tuple[Moment, bool]]:
    return [(begin + step * number, up) for number in range(int((end - begin) / step) + 1)]


def uptime(spans: Iterable[Span], components: Iterable[Component] = (K2A,)) -> Verdict:
    required = {component: ["bridges"] for component in components}
    return verdict("uptime", known(uptime=ratios.uptime(spans, required, BEGIN, NOW)))


@pytest.mark.parametrize(
    ("looks", "done", "value", "state"),
    [
        pytest.param(
            [(1000, 10), (1500, 15), (40, 1), (100, 1)], (600, 6), 0.99, State.MISSED, id="exactly the target"
        ),
        pytest.param([(1000, 900), (0, 0), (50, 0)], (50, 0), 1.0, State.MET, id="what was before is forgotten"),
        pytest.param([(10, 0), (400, 0), (100, 4)], (490, 4), 486 / 490, State.AT_RISK, id="errors since the restart"),
    ],
)
def test_a_bridge_that_restarts_takes_nothing_back_and_adds_nothing_twice(
    looks: list[tuple[int, int]], done: tuple[int, int], value: float, state: State
) -> None:
    assert operations(*looks) == Operations(*done)
    found = verdict("bridge_success", known(bridges={K2A: operations(*looks), A2K: Operations()}))
    assert (found.value, found.state) == (round(value, 12), state)


def test_a_restart_changes_neither_the_error_rate_nor_the_violations() -> None:
    done = operations((500, 5), (508, 5), (2, 0), (4, 0))
    assert done == Operations(12, 0)
    inputs = known(
        bridges={K2A: done},
        violations=Events(done.total, WINDOW),
        repositories=views(10),
        baselines=baseline(Level.VIOLATIONS, 0.7),
    )
    assert verdict("error_rate", inputs).value == 0.0
    assert verdict("compliance_violation_reduction", inputs).value == 0.6


def test_what_a_bridge_did_while_the_exporter_was_down_counts_when_it_is_seen_again() -> None:
    """The counters went on for a third of the window, in which nobody looked."""
    with_a_pause, without = operations((100, 1), (400, 3)), operations((100, 1), (200, 2), (300, 2), (400, 3))
    assert with_a_pause == without == Operations(300, 2)


def test_an_exporter_that_was_down_for_a_third_of_the_window_leaves_that_out_of_the_uptime() -> None:
    probes = every(MINUTE, BEGIN, BEGIN + 10 * DAY) + every(MINUTE, BEGIN + 20 * DAY, NOW)
    found = uptime(watched(probes))
    assert (found.value, found.state, found.coverage) == (1.0, State.MET, pytest.approx(2 / 3))


@pytest.mark.parametrize(
    ("days_observed", "value", "state"), [(30, 0.999328703704, State.MET), (20, 0.998993055556, State.MISSED)]
)
def test_an_outage_of_29_minutes_weighs_more_when_less_was_observed(
    days_observed: int, value: float, state: State
) -> None:
    begin, back = NOW - days_observed * DAY, NOW - 5 * DAY
    outage = every(MINUTE, back - 29 * MINUTE, back - MINUTE, up=False)
    found = uptime(watched(every(MINUTE, begin, back - 30 * MINUTE) + outage + every(MINUTE, back, NOW)))
    assert (found.value, found.state) == (value, state)
    assert found.coverage == pytest.approx(days_observed / 30)


def test_a_third_of_the_window_without_a_look_lowers_only_the_coverage_of_violations() -> None:
    inputs = known(violations=Events(8, 20 * DAY), repositories=views(10), baselines=baseline(Level.VIOLATIONS, 0.7))
    found = verdict("compliance_violation_reduction", inputs)
    assert (found.value, found.coverage) == (0.6, pytest.approx(2 / 3))


def test_a_clock_that_is_set_back_neither_takes_back_time_nor_counts_it_twice() -> None:
    begin = NOW - 600
    before, after = every(MINUTE, begin, begin + 300), every(MINUTE, begin + 120, NOW)
    assert [b - a for (a, _), (b, _) in pairwise(before + after)].count(-180.0) == 1
    steady, jumped = uptime(watched(every(MINUTE, begin, NOW))), uptime(watched(before + after))
    assert (jumped.value, jumped.coverage) == (steady.value, steady.coverage) == (1.0, pytest.approx(600 / WINDOW))


def test_a_clock_that_is_set_forward_leaves_the_time_between_unobserved() -> None:
    probes = every(MINUTE, BEGIN, BEGIN + 3600) + every(MINUTE, NOW - 3600, NOW, up=False)
    found = uptime(watched(probes))
    assert (found.value, found.coverage) == (0.5, pytest.approx(7200 / WINDOW))


def test_time_that_the_clock_has_not_reached_yet_is_in_no_window() -> None:
    probes = every(MINUTE, NOW - 3600, NOW + 3600, up=True)
    found = uptime(watched(probes))
    assert (found.value, found.coverage) == (1.0, pytest.approx(3600 / WINDOW))


def test_a_component_that_nobody_has_seen_yet_leaves_the_uptime_unknown() -> None:
    assert uptime(watched(every(MINUTE, BEGIN, NOW)), (K2A, A2K)).state is State.NO_DATA
