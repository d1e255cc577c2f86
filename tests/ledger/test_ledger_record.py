"""What is recorded counts once, together or not at all, and stays."""

from dataclasses import replace

import pytest

from exporter.answers import SourceView
from exporter.ledger import Ledger, LedgerUnavailable, LedgerUnstorable
from exporter.model import (
    ActiveRuns,
    Circuit,
    Component,
    Facts,
    Health,
    OrchexReading,
    Phase,
    Result,
    TaskReading,
    Workers,
    Workflow,
)
from exporter.totals import Family
from tests.support.facts import DAY, HOUR, INTEGRATED, MINUTE, NOW, SHOP, WEB, bridge, change, probe, run, state, sums


def record(ledger, source="acme", *, at=NOW, gap=60.0, succeeded=True, **facts):
    ledger.record(source, Facts(**facts), at=at, gap=gap, succeeded=succeeded)


def test_a_source_that_was_never_recorded_is_empty(ledger):
    assert ledger.view("acme") == SourceView()
    assert ledger.marks("acme") == {}
    assert ledger.spans(0) == ()
    assert ledger.operations(0) == {}
    assert ledger.run_results(0) == {}
    ledger.prune(NOW)


def test_runs_and_changes_change_the_totals_once(ledger):
    runs = (run("1"), run("2", result=Result.FAILURE), run("2", attempt=2), run("1", repository=WEB))
    changes = (change("1"), change("2", merged=NOW - 10), change("1", repository=WEB))
    record(ledger, runs=runs[:3], changes=changes[:2])
    record(ledger, runs=runs, changes=changes)
    record(ledger, runs=(*runs, *runs), changes=(*changes, *changes))
    assert ledger.view("acme").totals == sums(*runs, *changes)


def test_a_result_that_never_happened_is_known_as_zero(ledger):
    record(ledger, runs=(run(),))
    totals = ledger.view("acme").totals
    assert totals[Family.RUNS]["acme", "shop", "ci", "error"] == 0
    assert totals[Family.RUNS]["acme", "shop", "ci", "success"] == 1


def test_labels_may_hold_anything_that_text_can(ledger):
    strange = 'a "quoted", [listed] \\ name/with: öäü 🚀 and, commas'
    record(ledger, runs=(run(pipeline=strange),))
    assert ledger.view("acme").totals[Family.RUNS]["acme", "shop", strange, "success"] == 1


def test_sources_are_counted_apart(ledger):
    record(ledger, "acme", runs=(run(),), marks={"a": "1"})
    record(ledger, "other", runs=(run(), run("2")), marks={"b": "2"})
    assert ledger.view("acme").totals == sums(run())
    assert ledger.view("other").totals == sums(run(), run("2"))
    assert ledger.marks("acme") == {"a": "1"}
    assert ledger.marks("other") == {"b": "2"}
    assert ledger.run_results(0) == {Result.SUCCESS: 3}
    assert ledger.run_results(0, sources=["acme", "unheard"]) == {Result.SUCCESS: 1}
    assert ledger.run_results(0, sources=[]) == {}


def test_marks_replace_one_another_and_stay_when_not_mentioned(ledger):
    record(ledger, marks={"a": "1", "b": "1"})
    record(ledger, marks={"b": "2", "c": ""})
    assert ledger.marks("acme") == {"a": "1", "b": "2", "c": ""}


def test_a_poll_that_failed_keeps_its_facts_and_leaves_the_last_success_alone(ledger):
    record(ledger, runs=(run("0"),), succeeded=False)
    assert ledger.view("acme").last_success_at is None
    record(ledger, at=NOW + 30)
    record(ledger, at=NOW + 60, runs=(run("1"),), probes=(probe(up=False),), marks={"a": "1"}, succeeded=False)
    view = ledger.view("acme")
    assert view.last_success_at == NOW + 30
    assert view.totals == sums(run("0"), run("1"))
    assert view.probes == (probe(up=False),)
    assert ledger.marks("acme") == {"a": "1"}


def test_a_value_that_cannot_be_stored_keeps_nothing_of_its_poll(ledger):
    surrogate = "lone \ud800 surrogate"
    record(ledger, runs=(run("1"),), marks={"a": "1"})
    before = ledger.view("acme")
    facts = {
        "runs": (run("2"),),
        "changes": (change(),),
        "probes": (probe(),),
        "repositories": (state(INTEGRATED),),
        "bridges": (bridge(Component.K2A, events=1),),
    }
    with pytest.raises(LedgerUnstorable, match=r"cannot hold a value .* no text or number"):
        record(ledger, at=NOW + 30, **{**facts, "runs": (run("2"), run("3", pipeline=surrogate))}, marks={"a": "2"})
    with pytest.raises(LedgerUnstorable):
        record(ledger, at=NOW + 30, **facts, marks={"a": surrogate})
    assert ledger.view("acme") == before
    assert ledger.marks("acme") == {"a": "1"}
    assert ledger.spans(0) == ()
    record(ledger, at=NOW + 30, runs=(run("2"),))
    assert ledger.view("acme").totals == sums(run("1"), run("2"))


@pytest.mark.parametrize(
    "spoilt", [run(attempt=2**70), run(created_at=None), run(finished_at=float("inf"), run_id=None)]
)
def test_a_number_that_is_none_or_too_large_is_refused(ledger, spoilt):
    with pytest.raises(LedgerUnstorable):
        record(ledger, runs=(run("2"), spoilt))
    assert ledger.view("acme") == SourceView()


def test_the_latest_reading_of_each_thing_is_kept(ledger):
    reading = bridge(
        Component.K2A,
        health=Health.DEGRADED,
        version="2.1",
        events=7,
        errors=1,
        last_event_at=NOW - 5,
        circuit=Circuit.HALF_OPEN,
        queue_depth=3,
        avg_response=0.125,
        validations=4,
        templates_served=2,
        cache_hit_ratio=0.5,
    )
    orchex = OrchexReading(queued=1, error_ratio=0.25, agents={"healthy": 3}, parts={"router": Health.DEGRADED})
    active = ActiveRuns(WEB, pending=1, executing=2, finalizing=3)
    record(
        ledger,
        bridges=(
            bridge(Component.K2A, Health.UNKNOWN),
            bridge(Component.A2K),
        ),
        tasks=(TaskReading("1h", 5, 1), TaskReading("24h", 9, 2)),
        orchex=(OrchexReading(),),
        workers=(Workers(available=4, busy=0, offline=1),),
        active=(ActiveRuns(SHOP, pending=1), ActiveRuns(WEB, pending=9)),
        probes=(probe(Component.KILO, up=False), probe(Component.ORCHEX)),
    )
    record(
        ledger,
        bridges=(reading,),
        tasks=(TaskReading("1h", 6, 2),),
        orchex=(orchex,),
        workers=(Workers(available=1, busy=3, offline=0),),
        probes=(probe(Component.KILO),),
    )
    record(ledger, active=(ActiveRuns(SHOP), active))
    view = ledger.view("acme")
    assert view.bridges == (bridge(Component.A2K), reading)
    assert view.tasks == (TaskReading("1h", 6, 2), TaskReading("24h", 9, 2))
    assert view.orchex == (orchex,)
    assert view.workers == (Workers(available=1, busy=3, offline=0),)
    assert view.active == (active,)
    assert view.probes == (probe(Component.KILO), probe(Component.ORCHEX))


def test_runs_of_a_window_are_counted_by_workflow_and_result(ledger):
    runs = (
        run("1", ended=NOW - HOUR),
        run("2", ended=NOW - HOUR - 0.5),
        run("3", ended=NOW, result=Result.ERROR),
        run("4", ended=NOW, workflow=Workflow.LEGACY),
        run("5", ended=NOW, workflow=Workflow.OTHER, result=Result.TIMEOUT),
    )
    record(ledger, runs=runs)
    assert ledger.run_results(NOW - HOUR) == {Result.SUCCESS: 1, Result.ERROR: 1}
    assert ledger.run_results(NOW - HOUR, Workflow.LEGACY) == {Result.SUCCESS: 1}
    assert ledger.run_results(NOW + 1) == {}


def test_what_ended_before_the_retention_is_not_counted(url):
    with Ledger.open(url, retention=DAY) as ledger:
        kept, old = run("1", ended=NOW - DAY + 1), run("2", ended=NOW - DAY - 1)
        merged, long_ago = change("1", merged=NOW - DAY + 1), change("2", merged=NOW - DAY - 1)
        record(ledger, runs=(kept, old), changes=(merged, long_ago))
        assert ledger.view("acme").totals == sums(kept, merged)


def test_pruning_forgets_facts_and_keeps_totals_state_history_and_baseline(url):
    with Ledger.open(url, retention=DAY) as ledger:
        old, new = run("1", ended=NOW - HOUR), run("2", ended=NOW + HOUR)
        reading = bridge(Component.K2A, events=5)
        facts = {"probes": (probe(),), "repositories": (state(INTEGRATED),), "active": (ActiveRuns(SHOP, pending=1),)}
        record(ledger, at=NOW - HOUR, bridges=(reading,), **facts)
        record(ledger, at=NOW, runs=(old,), changes=(change(merged=NOW - HOUR),), bridges=(replace(reading, events=8),))
        record(ledger, at=NOW + HOUR, runs=(new,), bridges=(replace(reading, events=9),), marks={"a": "1"})
        before = ledger.view("acme")
        ledger.sample("acme", Facts(changes=(change(),)), begin=0, end=NOW + 1)
        baseline = ledger.freeze(begin=0, end=NOW + 1, at=NOW)
        ledger.reach("2025", {Phase.PILOT: NOW})
        history = ledger.adoption()
        ledger.prune(NOW + DAY + MINUTE)
        assert ledger.view("acme") == before
        assert (ledger.adoption(), ledger.baseline()) == (history, baseline)
        assert ledger.reached("2025") == {Phase.PILOT: NOW}
        assert ledger.marks("acme") == {"a": "1"}
        assert ledger.run_results(0) == {Result.SUCCESS: 1}
        assert ledger.spans(0) == ()
        assert ledger.operations(0)[Component.K2A].total == 1


def test_pruned_runs_that_come_back_are_not_counted_again(url):
    facts = {"runs": (run("1"),), "changes": (change("1", merged=NOW - 5),)}
    with Ledger.open(url, retention=DAY) as ledger:
        record(ledger, **facts)
        ledger.prune(NOW + DAY + 1)
        record(ledger, at=NOW + DAY + 1, **facts)
        record(ledger, at=NOW, **facts)  # the clock was set back
        assert ledger.view("acme").totals == sums(*facts["runs"], *facts["changes"])
    with Ledger.open(url, retention=30 * DAY) as ledger:  # the retention was raised
        record(ledger, at=NOW + DAY + 1, **facts)
        later = run("2", ended=NOW + 1)
        record(ledger, at=NOW + DAY + 1, runs=(later,))
        assert ledger.view("acme").totals == sums(*facts["runs"], *facts["changes"], later)


def test_a_clock_far_ahead_does_not_stop_the_counting_for_years(ledger):
    record(ledger, runs=(run("1"),))
    ledger.prune(NOW + 3650 * DAY)
    record(ledger, at=NOW + 60, runs=(run("1"), run("2", ended=NOW + 30)))
    assert ledger.view("acme").totals == sums(run("1"), run("2", ended=NOW + 30))


def test_everything_is_there_after_a_restart(url):
    facts = {"runs": (run(),), "changes": (change(),), "probes": (probe(),), "repositories": (state(INTEGRATED),)}
    bridges = [bridge(Component.K2A, events=count) for count in (5, 8)]
    with Ledger.open(url) as ledger:
        record(ledger, **facts, bridges=tuple(bridges), marks={"a": "1"})
        answers = [
            ledger.view("acme"),
            ledger.marks("acme"),
            ledger.spans(0),
            ledger.operations(0),
            ledger.run_results(0),
        ]
    with Ledger.open(url) as ledger:
        again = [
            ledger.view("acme"),
            ledger.marks("acme"),
            ledger.spans(0),
            ledger.operations(0),
            ledger.run_results(0),
        ]
    assert again == answers
    assert all(answers)


def test_a_closed_ledger_says_so(url):
    ledger = Ledger.open(url)
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerUnavailable, match="it was closed"):
        record(ledger)
    with pytest.raises(LedgerUnavailable, match="it was closed"):
        ledger.view("acme")


def test_a_reading_of_another_shape_is_left_out_until_the_next_poll(ledger, caplog):
    record(ledger, tasks=(TaskReading("1h", 5, 1), TaskReading("24h", 9, 2)))
    with ledger._database.writing("test") as connection:
        connection.exec_driver_sql("UPDATE latest SET payload = '{\"tasks\": []}' WHERE key = '1h'")
    assert ledger.view("acme").tasks == (TaskReading("24h", 9, 2),)
    assert "left out a task reading" in caplog.text
