"""What the criteria stood at: one value a step, and each step kept for its own time and no longer."""

import pytest

from exporter.answers import Standing
from exporter.ledger import TREND_STEP, Ledger
from exporter.model import Facts
from tests.support.facts import DAY, HOUR, MINUTE, NOW, run

LATER = NOW + 1000 * DAY
SLOT = NOW // (6 * HOUR) * 6 * HOUR
"""The beginning of the six hours that hold NOW."""


def stand(ledger, at, **criteria):
    ledger.stand(criteria, at=at)


def moments(ledger, criterion="uptime"):
    """When it stood at something, in seconds since SLOT."""
    return [standing.at - SLOT for standing in ledger.trends(LATER).get(criterion, ())]


def test_what_was_told_is_there_after_a_restart_oldest_first(url):
    with Ledger.open(url) as ledger:
        assert ledger.trends(LATER) == {}
        stand(ledger, SLOT + 90, uptime=0.5, cost_savings=-0.25)
        stand(ledger, SLOT + 10, uptime=0.25)
    with Ledger.open(url) as ledger:
        assert ledger.trends(LATER) == {
            "uptime": (Standing(SLOT + 10, 0.25), Standing(SLOT + 90, 0.5)),
            "cost_savings": (Standing(SLOT + 90, -0.25),),
        }


def test_of_a_minute_the_first_value_stays(ledger):
    assert TREND_STEP == MINUTE
    for second in (5, 59.9, 60, 119.9, 30):
        stand(ledger, SLOT + second, uptime=second)
    assert [(each.at - SLOT, each.value) for each in ledger.trends(LATER)["uptime"]] == [(5, 5), (60, 60)]


def test_a_criterion_has_its_own_steps(ledger):
    """One that has no fresh value for a while leaves a gap, and nobody else does."""
    stand(ledger, SLOT, uptime=1.0)
    stand(ledger, SLOT + MINUTE, error_rate=0.5, uptime=1.0)
    stand(ledger, SLOT + 2 * MINUTE, uptime=1.0)
    ledger.prune(SLOT + 5 * HOUR)
    assert (moments(ledger), moments(ledger, "error_rate")) == ([0], [MINUTE])


@pytest.fixture
def full(ledger):
    """Seven hours of a value a minute."""
    for minute in range(7 * 60):
        stand(ledger, SLOT + minute * MINUTE, uptime=float(minute))
    return ledger


def every(step, end=7 * HOUR, begin=0.0):
    return [at * step for at in range(int(end / step)) if at * step >= begin]


def test_minutes_are_kept_for_two_hours(full):
    full.prune(SLOT + 2 * HOUR)
    assert moments(full) == every(MINUTE)
    full.prune(SLOT + 2 * HOUR + MINUTE)
    assert moments(full) == every(MINUTE), "the first is a coarser one"
    full.prune(SLOT + 2 * HOUR + 2 * MINUTE)
    assert moments(full) == [0, *every(MINUTE, begin=2 * MINUTE)]
    full.prune(SLOT + 9 * HOUR)
    assert moments(full) == every(30 * MINUTE)


def test_half_hours_are_kept_for_two_days(full):
    full.prune(SLOT + 2 * DAY + 30 * MINUTE)
    assert moments(full) == every(30 * MINUTE)
    full.prune(SLOT + 2 * DAY + 30 * MINUTE + 0.5)
    assert moments(full) == [0, *every(30 * MINUTE, begin=HOUR)]
    full.prune(SLOT + 3 * DAY)
    assert moments(full) == [0, 6 * HOUR]


def test_six_hours_are_kept_for_90_days(full):
    full.prune(SLOT + 90 * DAY)
    assert moments(full) == [0, 6 * HOUR]
    full.prune(SLOT + 90 * DAY + 0.5)
    assert moments(full) == [6 * HOUR]
    full.prune(SLOT + 91 * DAY)
    assert full.trends(LATER) == {}


def test_a_value_that_stands_for_long_is_the_first_of_its_time_wherever_that_begins(ledger):
    for at in (SLOT + HOUR + 7, SLOT + HOUR + 8 * MINUTE, SLOT + HOUR + 31 * MINUTE, SLOT + 6 * HOUR + 2 * MINUTE):
        stand(ledger, at, uptime=1.0)
    ledger.prune(SLOT + DAY)
    assert moments(ledger) == [HOUR + 7, HOUR + 31 * MINUTE, 6 * HOUR + 2 * MINUTE]
    ledger.prune(SLOT + 5 * DAY)
    assert moments(ledger) == [HOUR + 7, 6 * HOUR + 2 * MINUTE]


def test_what_is_told_again_after_its_minutes_were_pruned_is_no_first(full):
    full.prune(SLOT + 9 * HOUR)
    stand(full, SLOT + 5 * MINUTE, uptime=1.0)
    full.prune(SLOT + 9 * HOUR)
    assert moments(full) == every(30 * MINUTE)


def test_values_from_a_clock_that_was_ahead_wait_for_their_time(ledger):
    stand(ledger, NOW + 365 * DAY, uptime=0.5)
    stand(ledger, NOW, uptime=0.25)
    assert ledger.trends(NOW)["uptime"] == (Standing(NOW, 0.25),)
    assert len(ledger.trends(NOW + 365 * DAY)["uptime"]) == 2


def test_the_retention_of_facts_says_nothing_of_the_trend(url):
    with Ledger.open(url, retention=DAY) as ledger:
        ledger.record("acme", Facts(runs=(run(ended=SLOT),)), at=SLOT, gap=60, succeeded=True)
        stand(ledger, SLOT, uptime=1.0)
        ledger.prune(SLOT + 30 * DAY)
        assert ledger.run_results(0) == {}
        assert moments(ledger) == [0]


def test_two_exporters_on_one_ledger_note_a_minute_once(url):
    with Ledger.open(url) as one, Ledger.open(url) as other:
        stand(one, NOW, uptime=0.5)
        stand(other, NOW + 1, uptime=0.25, error_rate=0.125)
        assert one.trends(LATER) == other.trends(LATER)
        assert one.trends(LATER) == {"uptime": (Standing(NOW, 0.5),), "error_rate": (Standing(NOW + 1, 0.125),)}
