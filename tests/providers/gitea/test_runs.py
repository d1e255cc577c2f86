"""Gitea's runs over time: each attempt is told once, whatever slides, hides, reruns or fails between polls."""

from __future__ import annotations

import pytest

from tests.support.gitea import DAY, HOUR, MINUTE, NOW, Hub, Repo, Source
from tests.support.replay import Answer, Server


@pytest.fixture
def tasks(hub: Hub, source: Source) -> Source:
    """The same source, of a server that lists no runs."""
    hub.version = "1.24.7"
    return source


def test_a_run_is_told_when_it_has_ended(repo: Repo, source: Source) -> None:
    repo.start(1)
    facts = source.poll(NOW)
    assert (facts.runs, facts.active[0].pending) == ((), 1)
    repo.start(1, NOW + 30)
    facts = source.poll(NOW + MINUTE)
    assert (facts.runs, facts.active[0].executing) == ((), 1)
    repo.finish(1, NOW + 90, "failure")
    facts = source.poll(NOW + 2 * MINUTE)
    assert [(run.created_at, run.started_at, run.finished_at) for run in facts.runs] == [(NOW + 30, None, NOW + 90)]
    assert facts.active[0].executing == 0
    source.poll(NOW + 3 * MINUTE)
    assert source.told == [("1", 1, "failure")]


def test_the_first_poll_reads_down_to_the_history(hub: Hub, repo: Repo, server: Server) -> None:
    hub.page_size = 2
    for number in range(1, 9):
        repo.ran(number, NOW - (9 - number) * HOUR)
    source = Source(server.url, server, history="4h")
    source.poll(NOW)
    assert [told[0] for told in source.told] == ["5", "6", "7", "8"]
    assert len(source.asked("/actions/runs")) == 3


def test_new_runs_are_read_down_to_the_newest_known_one(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    for number in range(1, 7):
        repo.ran(number, NOW - HOUR + number)
    source.poll(NOW)
    for number in range(7, 10):
        repo.ran(number, NOW)
    source.poll(NOW + 2 * MINUTE)
    assert len(source.asked("/actions/runs")) == 2
    assert [told[0] for told in source.told] == [str(number) for number in range(1, 10)]


def test_a_run_that_slid_off_the_pages_is_asked_for_by_its_id(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    repo.start(1, NOW - HOUR)
    source.poll(NOW)
    for number in range(2, 6):
        repo.ran(number, NOW + 10)
    source.poll(NOW + MINUTE)
    assert not source.asked("/actions/runs/1"), "it was seen a minute ago; its age has not grown by a twentieth"
    repo.finish(1, NOW + 2 * MINUTE)
    facts = source.poll(NOW + 5 * MINUTE)
    assert source.asked("/actions/runs/1")
    assert ("1", 1, "success") in source.told
    assert facts.active[0].executing == 0


def test_a_hidden_run_that_was_deleted_is_forgotten(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 1
    repo.start(1, NOW - MINUTE)
    repo.ran(2, NOW)
    source.poll(NOW)
    del repo.runs[1]
    facts = source.poll(NOW + 10 * MINUTE)
    assert (facts.active[0].executing, facts.unreadable) == (0, ())


def test_a_hidden_run_that_cannot_be_read_stays_open(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 1
    repo.start(1, NOW - MINUTE)
    source.poll(NOW)
    repo.ran(2, NOW)
    source.poll(NOW + MINUTE)
    hub.broken["/api/v1/repos/acme/a/actions/runs/1"] = Answer.of_json({}, 500)
    facts = source.poll(NOW + 10 * MINUTE)
    assert [one.item for one in facts.unreadable] == ["acme/a run 1"]
    assert facts.active[0].executing == 1
    hub.broken.clear()
    repo.finish(1, NOW + 11 * MINUTE)
    source.poll(NOW + 20 * MINUTE)
    assert ("1", 1, "success") in source.told


def test_a_run_that_nobody_ends_is_given_up(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 1
    repo.start(1, NOW - MINUTE)
    source.poll(NOW)
    repo.ran(2, NOW)
    repo.ran(3, NOW)
    hub.broken["/api/v1/repos/acme/a/actions/runs/1"] = Answer.of_json({}, 500)
    assert source.poll(NOW + 34 * DAY).active[0].executing == 1
    assert source.poll(NOW + 36 * DAY).active[0].executing == 0


def test_a_rerun_keeps_its_id_and_is_the_next_attempt(repo: Repo, source: Source) -> None:
    repo.ran(1, NOW - HOUR, "failure")
    source.poll(NOW)
    repo.start(1)
    facts = source.poll(NOW + MINUTE)
    assert facts.active[0].pending == 1
    repo.ran(1, NOW + 2 * MINUTE)
    source.poll(NOW + 4 * MINUTE)
    repo.ran(1, NOW + 5 * MINUTE, "cancelled")
    source.poll(NOW + 7 * MINUTE)
    source.poll(NOW + 8 * MINUTE)
    assert source.told == [("1", 1, "failure"), ("1", 2, "success"), ("1", 3, "cancellation")]


def test_a_run_that_opens_again_with_the_same_end_is_no_rerun(repo: Repo, source: Source) -> None:
    repo.ran(1, NOW - HOUR, "failure")
    source.poll(NOW)
    repo.runs[1]["status"] = "queued"
    source.poll(NOW + MINUTE)
    repo.runs[1]["status"] = "completed"
    source.poll(NOW + 2 * MINUTE)
    assert source.told == [("1", 1, "failure")]


def test_a_rerun_behind_the_first_page_is_seen_within_the_hour(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    for number in range(1, 7):
        repo.ran(number, NOW - HOUR + number)
    source.poll(NOW)
    repo.ran(1, NOW + MINUTE, "failure")
    source.poll(NOW + 3 * MINUTE)
    assert ("1", 2, "failure") not in source.told
    source.poll(NOW + HOUR)
    assert ("1", 2, "failure") in source.told


def test_numbered_attempts_are_asked_for_once(hub: Hub, repo: Repo, source: Source) -> None:
    repo.ran(1, NOW - 2 * HOUR, "failure", run_attempt=1)
    source.poll(NOW)
    repo.attempts[1, 1] = dict(repo.runs[1])
    repo.ran(1, NOW - HOUR, "cancelled", run_attempt=2)
    repo.attempts[1, 2] = dict(repo.runs[1])
    repo.start(1, NOW, run_attempt=3)
    hub.broken["/api/v1/repos/acme/a/actions/runs/1/attempts/2"] = Answer.of_json({}, 500)
    facts = source.poll(NOW + MINUTE)
    assert [one.item for one in facts.unreadable] == ["acme/a run 1"]
    hub.broken.clear()
    source.poll(NOW + 2 * MINUTE)
    source.poll(NOW + 3 * MINUTE)
    assert not source.asked("/attempts/"), "the second was told by the poll before"
    repo.finish(1, NOW + 4 * MINUTE)
    source.poll(NOW + 5 * MINUTE)
    assert source.told == [("1", 1, "failure"), ("1", 2, "cancellation"), ("1", 3, "success")]


def test_an_outage_is_made_up_for(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    repo.ran(1, NOW - HOUR)
    source.poll(NOW)
    for number in range(2, 9):
        repo.ran(number, NOW + number * HOUR)
    hub.broken["/api/v1/repos/acme/a/actions/runs"] = Answer.of_json({}, 500)
    assert [one.item for one in source.poll(NOW + DAY).unreadable] == ["acme/a"]
    hub.broken.clear()
    source.poll(NOW + 2 * DAY)
    assert [told[0] for told in source.told] == [str(number) for number in range(1, 9)]


def test_a_group_of_tasks_is_one_run(repo: Repo, tasks: Source) -> None:
    repo.took(1, 7, NOW - 10 * MINUTE, "build")
    repo.did(1, NOW - 9 * MINUTE)
    repo.took(2, 7, NOW - MINUTE, "test")
    assert tasks.poll(NOW).active[0].executing == 1
    repo.did(2, NOW + MINUTE, "failure")
    facts = tasks.poll(NOW + 2 * MINUTE)
    assert (facts.runs, facts.active[0].finalizing) == ((), 1), "another job may need these"
    facts = tasks.poll(NOW + 7 * MINUTE)
    spans = [(run.created_at, run.finished_at, run.duration) for run in facts.runs]
    assert spans == [(NOW - 10 * MINUTE, NOW + MINUTE, 11 * MINUTE)]
    tasks.poll(NOW + 8 * MINUTE)
    assert tasks.told == [("7", 1, "failure")]


def test_a_job_that_needs_another_is_a_part_of_its_run(repo: Repo, tasks: Source) -> None:
    repo.took(1, 7, NOW - 3 * MINUTE, "build")
    repo.did(1, NOW - 2 * MINUTE)
    tasks.poll(NOW)
    repo.took(2, 7, NOW + MINUTE, "test")
    repo.did(2, NOW + 2 * MINUTE, "cancelled")
    tasks.poll(NOW + 3 * MINUTE)
    tasks.poll(NOW + 8 * MINUTE)
    assert tasks.told == [("7", 1, "cancellation")]


@pytest.mark.parametrize("page_size", [1, 2, 3, 50])
def test_a_group_that_pages_cut_is_whole(hub: Hub, repo: Repo, server: Server, page_size: int) -> None:
    hub.version, hub.page_size = "1.22.0", page_size
    for task, (run, result) in enumerate([(1, "success"), (2, "failure"), (1, "skipped"), (2, "success")], 1):
        repo.took(task, run, NOW - 2 * HOUR + task * MINUTE, f"job{task}")
        repo.did(task, NOW - 2 * HOUR + (task + 1) * MINUTE, result)
    source = Source(server.url, server, history="117m")
    source.poll(NOW)
    assert source.told == [("1", 1, "success"), ("2", 1, "failure")], "also its part from before the history"


def test_a_task_that_runs_is_read_again_however_far_down_it_is(hub: Hub, repo: Repo, tasks: Source) -> None:
    hub.page_size = 2
    repo.took(1, 1, NOW - MINUTE)
    tasks.poll(NOW)
    for task in range(2, 8):
        repo.took(task, task, NOW + MINUTE)
        repo.did(task, NOW + 2 * MINUTE)
    repo.did(1, NOW + 3 * MINUTE)
    tasks.poll(NOW + 10 * MINUTE)
    assert ("1", 1, "success") in tasks.told
    tasks.poll(NOW + 11 * MINUTE)
    assert len(tasks.asked("/actions/tasks")) == 1
    assert sorted(told[0] for told in tasks.told) == [str(run) for run in range(1, 8)]


def test_a_job_that_is_run_again_begins_an_attempt(repo: Repo, tasks: Source) -> None:
    repo.took(1, 1, NOW - HOUR)
    repo.did(1, NOW - HOUR + MINUTE, "failure")
    tasks.poll(NOW)
    repo.took(2, 1, NOW + MINUTE)
    assert tasks.poll(NOW + 2 * MINUTE).active[0].executing == 1
    repo.did(2, NOW + 3 * MINUTE)
    tasks.poll(NOW + 10 * MINUTE)
    tasks.poll(NOW + DAY)
    tasks.poll(NOW + 2 * DAY)
    assert tasks.told == [("1", 1, "failure"), ("1", 2, "success")]


def test_a_server_that_comes_to_list_runs_tells_them_by_the_same_names(hub: Hub, repo: Repo, tasks: Source) -> None:
    repo.took(5, 1, NOW - HOUR)
    repo.did(5, NOW - HOUR + MINUTE)
    repo.ran(901, NOW - HOUR, run_number=1)
    tasks.poll(NOW)
    hub.version = "1.25.0"
    tasks.poll(NOW + HOUR)
    assert tasks.told == [("1", 1, "success"), ("1", 1, "success")], "the ledger counts one key once"
