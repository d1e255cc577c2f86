"""A bridge's own counters become operations: none before the first look, none lost, none twice."""

import pytest

from exporter.answers import Operations
from exporter.ledger import Ledger
from exporter.ledger.bridges import carried
from exporter.model import Component, Facts, Health
from exporter.totals import BridgeCounts, Family
from tests.support.facts import NOW, bridge

K2A, A2K = Component.K2A, Component.A2K
START = NOW // 60 * 60


def reading(events=None, errors=None, which=K2A, **more):
    return bridge(which, events=events, errors=errors, **more)


def see(ledger, at, *readings, source="acme"):
    ledger.record(source, Facts(bridges=readings), at=START + at, gap=60, succeeded=True)


def total(ledger, family=Family.BRIDGE_OPERATIONS, which=K2A, source="acme"):
    return ledger.view(source).totals[family][(which,)]


def test_what_happened_before_the_first_look_is_not_counted(ledger):
    see(ledger, 0, reading(1000, 50))
    assert total(ledger) == 0
    assert total(ledger, Family.BRIDGE_ERRORS) == 0
    assert ledger.operations(0) == {}


def test_a_fall_is_a_restart_and_the_new_count_happened_since(ledger):
    for at, events, errors in ((0, 100, 3), (30, 110, 4), (60, 6, 1), (90, 8, 1)):
        see(ledger, at, reading(events, errors))
    assert total(ledger) == 10 + 6 + 2
    assert total(ledger, Family.BRIDGE_ERRORS) == 1 + 1 + 0
    assert ledger.operations(0) == {K2A: Operations(18, 2)}


def test_restarts_on_either_side_lose_and_double_nothing(url):
    for at, events in ((0, 100), (30, 110), (60, 4), (90, 9)):
        with Ledger.open(url) as ledger:
            see(ledger, at, reading(events))
    with Ledger.open(url) as ledger:
        assert total(ledger) == 10 + 4 + 5
        assert ledger.view("acme").bridges == (reading(9),)


def test_a_bridge_that_says_little_has_no_totals(ledger):
    see(ledger, 0, bridge(A2K, Health.UNKNOWN))
    see(ledger, 30, bridge(A2K, Health.UNKNOWN))
    assert ledger.view("acme").totals == {}


def test_validations_and_templates_are_counted(ledger):
    see(ledger, 0, reading(which=A2K, validations=5, templates_served=1))
    see(ledger, 30, reading(which=A2K, validations=9, templates_served=4))
    assert total(ledger, Family.BRIDGE_VALIDATIONS, A2K) == 4
    assert total(ledger, Family.BRIDGE_TEMPLATES, A2K) == 3


def test_counts_that_are_left_out_for_a_while_are_not_lost(ledger):
    for at, given in enumerate((reading(100, 5), reading(None, None), reading(107, None), reading(110, 6))):
        see(ledger, at, given)
    assert total(ledger) == 10
    assert total(ledger, Family.BRIDGE_ERRORS) == 1


def test_a_restart_that_only_one_count_showed_is_no_second_one(ledger):
    for at, given in enumerate((reading(100, 5), reading(None, 1), reading(20, 2))):
        see(ledger, at, given)
    assert total(ledger) == 1 + 20  # the first error after the restart was an operation
    assert total(ledger, Family.BRIDGE_ERRORS) == 2


def test_operations_are_kept_by_the_minute(ledger):
    for at, events, errors in ((0, 0, 0), (59, 10, 1), (60, 14, 1), (119, 15, 2), (180, 20, 2)):
        see(ledger, at, reading(events, errors))
    assert ledger.operations(START) == {K2A: Operations(20, 2)}
    assert ledger.operations(START + 59.9) == {K2A: Operations(20, 2)}
    assert ledger.operations(START + 60) == {K2A: Operations(10, 1)}
    assert ledger.operations(START + 120) == {K2A: Operations(5, 0)}
    assert ledger.operations(START + 240) == {}


def test_bridges_and_sources_are_apart(ledger):
    for at, count in ((0, 0), (30, 5)):
        see(ledger, at, reading(count), reading(count * 2, count, A2K))
        see(ledger, at, reading(count * 3), source="other")
    assert ledger.operations(0) == {K2A: Operations(20, 0), A2K: Operations(10, 5)}
    assert ledger.operations(0, ["other"]) == {K2A: Operations(15, 0)}
    assert ledger.operations(0, ()) == {}
    assert total(ledger, source="other") == 15


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        (None, reading(5, None), (5, None)),
        (BridgeCounts(5, 1, None, None), reading(7, None), (7, 1)),
        (BridgeCounts(5, 1, None, None), reading(2, None), (2, 0)),
        (BridgeCounts(5, None, None, None), reading(2, None), (2, None)),
        (BridgeCounts(5, 1, None, None), reading(None, None), (5, 1)),
    ],
)
def test_what_the_next_reading_is_compared_with(before, now, kept):
    assert (carried(before, now)["events"], carried(before, now)["errors"]) == kept
