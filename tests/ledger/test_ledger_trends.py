"""What the criteria stood at: one value a step, and each step kept for its own time and no longer."""

import pytest

from exporter.answers import Standing
from exporter.ledger import TREND_STEP, Ledger
from exporter.model import Facts
from tests.support.facts import DAY, HOUR, MINUTE, NOW, run

SLOT = NOW // (6 * HOUR) * 6 * HOUR
"""The beginning of the six hours that hold NOW."""


def stand(ledger, at, **criteria):
    ledger.stand(criteria, at=at)


def moments(ledger, now, criterion="uptime"):
    """When it stood at something, in seconds since SLOT."""
    return [standing.at - SLOT for standing in ledger.trends(now).get(criterion, ())]


def kept(ledger, after):
    """What is told so long after SLOT; and that this is what is there once the rest was pruned, no more and no less."""
    told = moments(ledger, SLOT + after)
    ledger.prune(SLOT + after)
    assert moments(ledger, SLOT + after) == told
    with ledger._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT at FROM trend ORDER BY at").all()
    assert [at - SLOT for (at,) in rows] == told
    return told


def test_what_was_told_is_there_after_a_restart_oldest_first(url):
    with Ledger.open(url) as ledger:
        assert ledger.trends(NOW) == {}
        stand(ledger, SLOT + 90, uptime=0.5, cost_savings=-0.25)
        stand(ledger, SLOT + 10, uptime=0.25)
    with Ledger.open(url) as ledger:
        assert ledger.trends(SLOT + 90) == {
            "uptime": (Standing(SLOT + 10, 0.25), Standing(SLOT + 90, 0.5)),
            "cost_savings": (Standing(SLOT + 90, -0.25),),
        }


def test_of_a_minute_the_first_value_stays(ledger):
    assert TREND_STEP == MINUTE
    for second in (5, 59.9, 60, 119.9, 30):
        stand(ledger, SLOT + second, uptime=second)
    assert [(each.at - SLOT, each.value) for each in ledger.trends(SLOT + HOUR)["uptime"]] == [(5, 5), (60, 60)]


def test_a_criterion_has_its_own_steps(ledger):
    """One that has no fresh value for a while leaves a gap, and nobody else does."""
    stand(ledger, SLOT, uptime=1.0)
    stand(ledger, SLOT + MINUTE, error_rate=0.5, uptime=1.0)
    stand(ledger, SLOT + 2 * MINUTE, uptime=1.0)
    now = SLOT + 5 * HOUR
    assert (moments(ledger, now), moments(ledger, now, "error_rate")) == ([0], [MINUTE])


@pytest.fixture
def full(ledger):
    """Seven hours of a value a minute."""
    for minute in range(7 * 60):
        stand(ledger, SLOT + minute * MINUTE, uptime=float(minute))
    return ledger


def every(step, begin=0.0):
    """Each of these steps of the seven hours, from `begin` on."""
    return [at for at in range(0, 7 * 3600, int(step)) if at >= begin]


def test_minutes_are_kept_for_two_hours(ledger):
    for minute in range(3):
        stand(ledger, SLOT + minute * MINUTE, uptime=float(minute))
    assert kept(ledger, 2 * HOUR + MINUTE) == [0, 60, 120]
    assert kept(ledger, 2 * HOUR + MINUTE + 0.5) == [0, 120], "the first is a coarser one"
    assert kept(ledger, 2 * HOUR + 2 * MINUTE + 0.5) == [0]


def test_half_hours_are_kept_for_two_days(full):
    assert kept(full, 9 * HOUR) == every(30 * MINUTE)
    assert kept(full, 2 * DAY + 30 * MINUTE) == every(30 * MINUTE)
    assert kept(full, 2 * DAY + 30 * MINUTE + 0.5) == [0, *every(30 * MINUTE, begin=HOUR)]
    assert kept(full, 3 * DAY) == [0, 6 * HOUR]


def test_six_hours_are_kept_for_90_days(full):
    assert kept(full, 90 * DAY) == [0, 6 * HOUR]
    assert kept(full, 90 * DAY + 0.5) == [6 * HOUR]
    assert kept(full, 91 * DAY) == []


def test_all_three_steps_stand_side_by_side(full):
    assert kept(full, 7 * HOUR) == sorted({*every(30 * MINUTE), *every(MINUTE, begin=5 * HOUR)})


def test_the_first_value_of_a_time_stands_for_it_wherever_in_it_that_is(ledger):
    for at in (SLOT + HOUR + 7, SLOT + HOUR + 8 * MINUTE, SLOT + HOUR + 31 * MINUTE, SLOT + 6 * HOUR + 2 * MINUTE):
        stand(ledger, at, uptime=1.0)
    assert kept(ledger, DAY) == [HOUR + 7, HOUR + 31 * MINUTE, 6 * HOUR + 2 * MINUTE]
    assert kept(ledger, 5 * DAY) == [HOUR + 7, 6 * HOUR + 2 * MINUTE]


def test_what_is_told_again_after_its_minutes_were_pruned_is_no_first(full):
    full.prune(SLOT + 9 * HOUR)
    stand(full, SLOT + 5 * MINUTE, uptime=1.0)
    assert kept(full, 9 * HOUR) == every(30 * MINUTE)


def test_values_from_a_clock_that_was_ahead_wait_for_their_time(ledger):
    stand(ledger, NOW + 30 * DAY, uptime=0.5)
    stand(ledger, NOW, uptime=0.25)
    assert ledger.trends(NOW)["uptime"] == (Standing(NOW, 0.25),)
    assert len(ledger.trends(NOW + 30 * DAY)["uptime"]) == 2


def test_the_retention_of_facts_says_nothing_of_the_trend(url):
    with Ledger.open(url, retention=DAY) as ledger:
        ledger.record("acme", Facts(runs=(run(ended=SLOT),)), at=SLOT, gap=60, succeeded=True)
        stand(ledger, SLOT, uptime=1.0)
        assert kept(ledger, 30 * DAY) == [0]
        assert ledger.run_results(0) == {}


def test_two_exporters_on_one_ledger_note_a_minute_once(url):
    with Ledger.open(url) as one, Ledger.open(url) as other:
        stand(one, NOW, uptime=0.5)
        stand(other, NOW + 1, uptime=0.25, error_rate=0.125)
        assert one.trends(NOW + 1) == other.trends(NOW + 1)
        assert one.trends(NOW + 1) == {"uptime": (Standing(NOW, 0.5),), "error_rate": (Standing(NOW + 1, 0.125),)}
