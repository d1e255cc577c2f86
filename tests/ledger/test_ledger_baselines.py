"""Samples are collected in pieces, frozen once, and then compared with for ever."""

import pytest

from exporter.answers import CycleEnd, MeasuredBaseline, Median
from exporter.ledger import Ledger, LedgerUnstorable
from exporter.model import Facts, Repository, Result, Workflow
from exporter.totals import Family
from tests.support.facts import DAY, HOUR, NOW, SHOP, WEB, change, deployment, sums
from tests.support.facts import run as run_now

BEGIN, END = NOW - 90 * DAY, NOW


def run(run_id="1", seconds=60.0, *, ended=NOW - DAY, **changes):
    usual = {"workflow": Workflow.LEGACY, "started_at": ended - seconds, "ended": ended}
    return run_now(run_id, **{**usual, **changes})


def merged(change_id="1", seconds=HOUR, **changes):
    at = changes.pop("at", NOW - DAY)
    return change(change_id, merged=at, first_commit_at=at - seconds, **changes)


def sample(ledger, source="acme", **facts):
    ledger.sample(source, Facts(**facts), begin=BEGIN, end=END)


def freeze(ledger):
    return ledger.freeze(begin=BEGIN, end=END, at=NOW + HOUR)


def frozen(runs=None, changes=None):
    return MeasuredBaseline(BEGIN, END, NOW + HOUR, runs, changes)


def test_there_is_none_before_one_was_frozen(ledger):
    assert ledger.baseline() is None
    sample(ledger, runs=(run(),))
    assert ledger.baseline() is None


def test_the_medians_of_all_samples_are_the_baseline(url):
    with Ledger.open(url) as ledger:
        sample(ledger, runs=(run("1", 10), run("2", 20), run("3", 90), run("1", 40, repository=WEB)))
        sample(ledger, changes=(merged("1", 100), merged("2", 300), merged("1", 500, repository=WEB)))
        told = frozen(Median(30, 4, 2), Median(300, 3, 2))
        assert freeze(ledger) == told
        assert ledger.baseline() == told
    with Ledger.open(url) as ledger:
        assert ledger.baseline() == told


@pytest.mark.parametrize(
    "other",
    [
        run(workflow=Workflow.INTEGRATED),
        run(workflow=Workflow.OTHER),
        run(result=Result.FAILURE),
        run(result=Result.ERROR),
        run(ended=END),
        run(ended=BEGIN - 1),
    ],
)
def test_runs_that_are_not_of_the_legacy_workflow_and_good_and_in_time_are_no_samples(ledger, other):
    sample(ledger, runs=(other,))
    assert freeze(ledger) == frozen()


def test_the_time_holds_its_begin_and_not_its_end(ledger):
    sample(ledger, runs=(run(ended=BEGIN),), changes=(merged("1", at=BEGIN), merged("2", at=BEGIN - 1)))
    sample(ledger, changes=(merged("3", at=END), merged("4", 60, at=END - 1)))
    assert freeze(ledger) == frozen(Median(60, 1, 1), Median((HOUR + 60) / 2, 2, 1))


def test_what_is_sampled_again_counts_once(ledger):
    attempts = (run("1", 10), run("1", 20, attempt=2))
    for _ in range(2):
        sample(ledger, runs=attempts, changes=(merged(),))
    sample(ledger, "other", runs=(run("1", 90),))
    assert freeze(ledger) == frozen(Median(20, 3, 2), Median(HOUR, 1, 1))


def test_samples_change_no_total_and_no_window(ledger):
    sample(ledger, runs=(run(),), changes=(merged(),))
    assert ledger.view("acme").totals == {}
    assert ledger.run_results(0, Workflow.LEGACY) == {}
    ledger.record("acme", Facts(runs=(run(),)), at=NOW, gap=60, succeeded=True)
    freeze(ledger)
    assert ledger.view("acme").totals[Family.RUNS] == sums(run())[Family.RUNS]


def test_the_backfill_s_marks_are_kept_with_its_samples(url):
    with Ledger.open(url) as ledger:
        assert ledger.sampling("acme") == {}
        sample(ledger, runs=(run("1", 10),), marks={"page": "1"})
        sample(ledger, runs=(run("2", 20),), marks={"page": "2", "done": "shop"})
    with Ledger.open(url) as ledger:
        assert ledger.sampling("acme") == {"page": "2", "done": "shop"}
        assert ledger.sampling("other") == {}
        assert ledger.marks("acme") == {}
        with pytest.raises(LedgerUnstorable):
            sample(ledger, runs=(run("3", 99),), marks={"page": "lone \ud800 surrogate"})
        assert freeze(ledger) == frozen(Median(15, 2, 1))
        assert ledger.sampling("acme") == {}


def test_freezing_replaces_the_baseline_with_what_was_sampled_since(ledger):
    sample(ledger, runs=(run("1", 10), run("1", 30, repository=WEB)), changes=(merged(),))
    freeze(ledger)
    sample(ledger, runs=(run("1", 50, repository=WEB),))
    assert freeze(ledger) == frozen(Median(50, 1, 1))
    assert ledger.baseline() == frozen(Median(50, 1, 1))
    after = run_now(workflow=Workflow.INTEGRATED, repository=SHOP)
    ledger.record("acme", Facts(runs=(after,)), at=NOW, gap=60, succeeded=True)
    assert ledger.slowdowns([0])[0].without_baseline == 1


def test_freezing_without_samples_says_that_nothing_was_found(ledger):
    assert freeze(ledger) == frozen()
    assert ledger.baseline() == frozen()


def test_samples_can_be_forgotten_and_the_baseline_stays(ledger):
    sample(ledger, runs=(run("1", 10),))
    told = freeze(ledger)
    sample(ledger, runs=(run("2", 90),), marks={"page": "1"})
    ledger.forget_samples()
    assert ledger.sampling("acme") == {}
    assert ledger.baseline() == told
    assert freeze(ledger) == frozen()


def test_a_run_or_change_never_lasts_less_than_nothing(ledger):
    sample(ledger, runs=(run("1", -5),), changes=(merged("1", -5),))
    sample(ledger, runs=(run("1", 8, repository=Repository("", "builder")),))
    assert freeze(ledger) == frozen(Median(4, 2, 2), Median(0, 1, 1))


def test_cycles_until_deployment_are_of_what_was_deployed_in_time_and_the_baseline_remembers_it(url):
    at = NOW - 2 * HOUR
    in_time, late = deployment("1", ended=NOW - HOUR), deployment("1", repository=WEB, ended=END)
    changes = (merged("1", 100, at=at), merged("2", at=NOW - HOUR), merged("1", at=at, repository=WEB))
    with Ledger.open(url) as ledger:
        facts = Facts(changes=changes, deployments=(in_time, late))
        ledger.sample("acme", facts, begin=BEGIN, end=END, until=CycleEnd.DEPLOYED)
        told = ledger.freeze(begin=BEGIN, end=END, at=NOW + HOUR, until=CycleEnd.DEPLOYED)
        assert told == MeasuredBaseline(BEGIN, END, NOW + HOUR, None, Median(HOUR + 100, 1, 1), CycleEnd.DEPLOYED)
    with Ledger.open(url) as ledger:
        assert ledger.baseline() == told
        sample(ledger, changes=changes)
        assert freeze(ledger).until is CycleEnd.MERGED
        assert ledger.baseline().until is CycleEnd.MERGED
