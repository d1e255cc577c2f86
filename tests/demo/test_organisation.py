import itertools
import threading
from collections import Counter
from dataclasses import replace

import pytest

from exporter.demo.catalogue import Trait
from exporter.demo.files import WORKFLOWS, pipeline_name, workflow_name
from exporter.demo.hosts import Host, all_on, over_all, told
from exporter.demo.organisation import DAY, Organisation

START = 1_760_000_000


def everything(organisation: Organisation) -> object:
    """All that happened and all that is, for a comparison."""
    attempts = [
        (name, run.run_id, run.sha, run.path, run.event, run.created_at, run.attempts)
        for name, repository in organisation.repositories.items()
        for run in repository.runs
    ]
    pulls = [(name, repository.pulls) for name, repository in organisation.repositories.items()]
    heads = [repository.head for repository in organisation.repositories.values()]
    tasks = organisation.tasks.over("1h", organisation.now), organisation.tasks.queued
    return attempts, pulls, heads, organisation.journal, organisation.truth.bridge_counts(), tasks


def test_the_same_seed_gives_the_same_world_however_often_it_is_moved():
    at_once, in_steps = Organisation(start=START), Organisation(start=START)
    at_once.advance(START + 600)
    for tenth in range(1, 1001):
        in_steps.advance(START + tenth * 0.6)
    assert everything(at_once) == everything(in_steps)


def test_another_seed_gives_another_world():
    one, other = Organisation(seed=1, start=START), Organisation(seed=2, start=START)
    assert one.truth.runs() != other.truth.runs()


@pytest.mark.parametrize("host", Host)
def test_the_same_happens_whatever_the_host_in_words_that_the_host_has(host):
    usual, there = Organisation(start=START), Organisation(start=START, spread=all_on(host))
    for organisation in (usual, there):
        organisation.advance(START + 600)
    names = {workflow_name(path): pipeline_name(path, host) for path in WORKFLOWS}
    assert there.journal.finished == [
        replace(finished, result=told(finished.result, host), pipeline=names[finished.pipeline])
        for finished in usual.journal.finished
    ]
    assert (there.journal.merged, there.journal.moved) == (usual.journal.merged, usual.journal.moved)


def test_spread_over_all_each_host_has_a_share_and_plain_git_only_what_it_can_tell():
    organisation = Organisation(start=START, spread=over_all)
    there = {host: organisation.on(host) for host in Host}
    assert sorted(name for held in there.values() for name in held) == sorted(organisation.repositories)
    assert min(len(held) for held in there.values()) >= 7
    assert {each.plan.trait for each in there[Host.GIT].values()} <= {Trait.ORDINARY, Trait.REGRETS}


def test_the_start_may_lie_between_two_seconds():
    assert everything(Organisation(start=START + 0.7)) == everything(Organisation(start=START))


def test_time_never_goes_back():
    organisation = Organisation(start=START, repositories=12)
    organisation.advance(START + 60)
    before = everything(organisation)
    organisation.advance(START)
    assert organisation.now == START + 60
    assert everything(organisation) == before


def test_the_history_is_bounded_and_lies_within_the_days_asked_for():
    organisation = Organisation(start=START)
    runs = [run for repository in organisation.repositories.values() for run in repository.runs]
    assert 1_200 < len(runs) < 3_000
    assert min(run.created_at for run in runs) > START - 7 * DAY + 3600
    assert max(run.created_at for run in runs) <= START


def test_some_runs_are_under_way_at_the_start():
    organisation = Organisation(start=START)
    states = Counter(r.latest.status for each in organisation.repositories.values() for r in each.runs)
    assert states["in_progress"] > 5
    assert states["completed"] > 1_000


def test_at_pace_1_numbers_move_visibly():
    organisation = Organisation(start=START)
    organisation.advance(START + 1800)
    minutes = 30
    assert 20 < organisation.truth.runs_finished(START).total() / minutes < 40
    assert 2 < sum(change.at > START for change in organisation.truth.changes()) / minutes < 8
    operations = organisation.truth.operations(START)
    assert 4.5 < (operations["k2a"].total + operations["a2k"].total) / 1800 < 5.5
    assert 0.001 < (operations["k2a"].failed + operations["a2k"].failed) / 9000 < 0.006


def test_something_finishes_within_the_first_fifteen_seconds():
    for seed in range(5):
        organisation = Organisation(seed, START)
        organisation.advance(START + 15)
        assert organisation.truth.runs_finished(START).total() > 0


def test_pace_makes_life_and_migration_busier():
    slow, fast = Organisation(start=START), Organisation(start=START, pace=5)
    for organisation in (slow, fast):
        organisation.advance(START + 300)
    assert fast.truth.runs_finished(START).total() > 3 * slow.truth.runs_finished(START).total()
    assert fast.truth.stages()["integrated"] > slow.truth.stages()["integrated"]


def test_repositories_migrate_one_after_another_until_all_have():
    organisation = Organisation(start=START)
    integrated = []
    for minute in range(0, 31, 3):
        organisation.advance(START + 60 * minute)
        integrated.append(organisation.truth.stages()["integrated"])
    assert all(0 <= after - before <= 4 for before, after in itertools.pairwise(integrated))
    assert organisation.truth.stages() == {"integrated": 32, "none": 3, "rolled_back": 1, "unknown": 1}


def test_one_repository_rolls_back_shortly_after_the_start():
    organisation = Organisation(start=START)
    assert organisation.truth.stages()["rolled_back"] == 0
    organisation.advance(START + 40)
    assert organisation.truth.stages()["rolled_back"] == 1
    assert organisation.repositories["checkout-web"].standing == "rolled_back"


def test_all_results_happen_and_some_runs_are_run_again():
    organisation = Organisation(start=START)
    organisation.advance(START + 3600)
    results = Counter()
    for (_, _, result), count in organisation.truth.runs().items():
        results[result] += count
    assert set(results) == {"success", "failure", "error", "timeout", "cancellation", "skip"}
    assert 0.8 < results["success"] / results.total() < 0.92
    conclusions = {
        attempt.outcome.conclusion
        for repository in organisation.repositories.values()
        for run in repository.runs
        for attempt in run.attempts
        if attempt.outcome
    }
    assert {"success", "failure", "cancelled", "skipped", "neutral", "timed_out", "startup_failure"} <= conclusions
    reruns = [finished for finished in organisation.journal.finished if finished.attempt > 1]
    assert 0.005 < len(reruns) / len(organisation.journal.finished) < 0.08


def test_what_lies_still_has_no_runs():
    organisation = Organisation(start=START)
    organisation.advance(START + 600)
    for name in ("voice-assistant", "cart-legacy", "billing-2019-archive", "postgres-operator"):
        assert not organisation.repositories[name].runs
    assert organisation.repositories["voice-assistant"].head is None


def test_frozen_it_stands_still():
    organisation = Organisation(start=START)
    organisation.freeze()
    before = everything(organisation)
    organisation.advance(START + 600)
    assert everything(organisation) == before
    assert organisation.now == START


def test_a_restarted_bridge_counts_from_zero_while_the_truth_goes_on():
    organisation = Organisation(start=START)
    organisation.advance(START + 60)
    before = organisation.truth.operations(START)["k2a"].total
    organisation.restart("k2a")
    assert organisation.truth.bridge_counts()["k2a"].events == 0
    assert organisation.truth.bridge_counts()["a2k"].events > 500_000
    organisation.advance(START + 120)
    assert (
        organisation.truth.bridge_counts()["k2a"].events == organisation.truth.operations(START)["k2a"].total - before
    )


def test_fresh_bridges_have_no_past():
    organisation = Organisation(start=START, fresh_bridges=True)
    organisation.advance(START + 60)
    counts, done = organisation.truth.bridge_counts(), organisation.truth.operations(START)
    assert {name: (c.events, c.errors) for name, c in counts.items()} == {n: tuple(done[n]) for n in counts}


def test_forgotten_runs_stay_in_the_truth():
    organisation = Organisation(start=START)
    before = organisation.truth.runs()
    organisation.forget_runs(before=START + 1)
    assert not any(repository.runs_from(0) for repository in organisation.repositories.values())
    assert organisation.truth.runs() == before


def test_many_threads_may_move_and_read_it():
    organisation, alone = Organisation(start=START), Organisation(start=START)
    alone.advance(START + 300)

    def work(offset: int) -> None:
        for second in range(offset, 301, 4):
            organisation.advance(START + second)
            organisation.truth.stages()

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert everything(organisation) == everything(alone)


@pytest.mark.parametrize("days", [0, 0.01, 1])
def test_shorter_histories(days):
    organisation = Organisation(start=START, history_days=days, repositories=12)
    organisation.advance(START + 120)
    assert organisation.truth.runs().total() > 0
    assert organisation.truth.stages()["unknown"] == 1
