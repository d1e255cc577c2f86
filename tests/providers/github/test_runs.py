"""GitHub runs: each attempt is told, whatever the order of things; nothing old is told anew."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.errors import BadPayload
from exporter.model import Repository, Result, RunState, Workflow
from exporter.providers.common.words import newer_word
from exporter.providers.github.api import Target
from exporter.providers.github.history import OpenRun
from exporter.providers.github.runs import RESULTS, RunPayload, parse_runs, to_run
from tests.support.github import DAY, HOUR, INTEGRATED, LEGACY, MINUTE, NOW, Hub, Repo, Source, iso
from tests.support.replay import Answer, Server

RUNS = "/repos/acme/a/actions/runs"


def payload(**more: object) -> RunPayload:
    return RunPayload.model_validate({"id": 1, "created_at": iso(NOW), "updated_at": iso(NOW), **more})


def target(branch: str | None = "main") -> Target:
    return Target(Repository("acme", "a"), branch, NOW, "http://127.0.0.1")


class TestOrder:
    def test_a_run_is_told_when_it_has_ended_and_counted_until_then(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        repo.ran(2, NOW - 30 * MINUTE)
        first = source.poll(NOW)
        assert [run.run_id for run in first.runs] == ["2"], "the younger run ended first"
        assert first.active[0].executing == 1
        repo.finish(1, NOW + MINUTE, "failure")
        second = source.poll(NOW + 2 * MINUTE)
        assert source.runs == {("1", 1): "failure", ("2", 1): "success"}
        assert second.active[0].executing == 0

    def test_a_304_leaves_the_active_runs_as_they_were(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        assert source.poll(NOW + MINUTE).active == ()

    def test_an_open_run_is_found_again_however_old_and_buried_it_is(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        for number in range(150):
            repo.ran(100 + number, NOW + number)
        later = NOW + 20 * DAY
        for number in range(150):
            repo.ran(1000 + number, later - HOUR + number)
        assert source.poll(later).active[0].executing == 1, "it is off the page, and remembered"
        repo.finish(1, later + MINUTE, "timed_out")
        source.poll(later + 30 * HOUR)
        assert source.runs["1", 1] == "timeout"

    def test_an_open_run_is_told_also_when_it_is_older_than_the_lookback(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        repo.ran(2, NOW + 3 * DAY)
        source.poll(NOW + 3 * DAY + HOUR)
        repo.finish(1, NOW + 3 * DAY + 2 * HOUR)
        source.poll(NOW + 3 * DAY + 3 * HOUR)
        assert ("1", 1) in source.runs

    def test_runs_that_show_late_are_found_below_the_first_page(self, hub: Hub, repo: Repo, source: Source) -> None:
        hub.page_size = 1
        repo.ran(1, NOW - HOUR)
        repo.ran(2, NOW - 30 * MINUTE)
        source.poll(NOW)
        repo.ran(3, NOW - 11 * MINUTE)
        repo.ran(4, NOW - 10 * MINUTE)
        repo.ran(5, NOW + MINUTE)
        source.poll(NOW + 2 * MINUTE)
        assert len(source.runs) == 5
        assert len(source.asked("/runs")) == 4

    def test_a_hidden_run_is_asked_for_at_growing_intervals(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - 4 * HOUR)
        source.poll(NOW)
        for number in range(100):
            repo.ran(100 + number, NOW + number)
        source.poll(NOW + 3 * MINUTE)
        assert len(source.asked("/runs")) == 2, "it is on the second page now"
        asked = {}
        for minute in (10, 16, 20, 29):
            source.poll(NOW + minute * MINUTE)
            asked[minute] = source.asked("/runs/")
            assert source.usage.requests["not_modified"] == 2, "also when the page itself is unchanged"
        question = [f"GET {RUNS}/1?exclude_pull_requests=true"]
        assert asked == {10: [], 16: question, 20: [], 29: question}, "each time a twentieth of four hours has passed"

    def test_a_deleted_run_is_forgotten(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        del repo.attempts[1]
        facts = source.poll(NOW + HOUR)
        assert source.asked("/runs/1")
        assert (facts.active[0].executing, facts.unreadable) == (0, ())
        source.poll(NOW + 3 * HOUR)
        assert source.asked("/runs/1") == []

    def test_a_run_that_never_ends_is_forgotten_when_github_gives_it_up(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        repo.ran(2, NOW + 36 * DAY)
        assert source.poll(NOW + 36 * DAY + HOUR).active[0].executing == 0

    def test_a_hidden_run_that_cannot_be_read_is_named_and_kept(self, hub: Hub, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        hub.page_size = 1
        repo.ran(2, NOW - 20 * MINUTE)
        hub.broken[f"{RUNS}/1"] = Answer(500)
        facts = source.poll(NOW + 30 * MINUTE)
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a run 1", "server_error")]
        assert facts.active[0].executing == 1
        source.poll(NOW + 31 * MINUTE)
        assert source.asked("/runs/") == [], "it is not asked for at once again"
        hub.broken.clear()
        repo.finish(1, NOW + HOUR)
        source.poll(NOW + 2 * HOUR)
        assert ("1", 1) in source.runs

    def test_waiting_for_approval_is_no_end(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        repo.finish(1, NOW - HOUR, "action_required")
        facts = source.poll(NOW)
        assert (facts.runs, facts.active[0].pending) == ((), 1)
        repo.finish(1, NOW, "success")
        source.poll(NOW + MINUTE)
        assert source.runs == {("1", 1): "success"}


class TestReruns:
    def test_every_attempt_is_told_with_its_own_times(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 3 * HOUR, "failure")
        source.poll(NOW)
        repo.rerun(1, NOW + HOUR)
        assert source.poll(NOW + HOUR).active[0].pending == 1
        repo.finish(1, NOW + HOUR + MINUTE, "success")
        (second,) = source.poll(NOW + 2 * HOUR).runs
        assert source.runs == {("1", 1): "failure", ("1", 2): "success"}
        assert (second.created_at, second.queued, second.duration) == (NOW + HOUR, 0, MINUTE)

    def test_attempts_that_were_never_seen_are_asked_for_once(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 3 * HOUR, "failure")
        for number in (1, 2):
            repo.rerun(1, NOW - 2 * HOUR + number * MINUTE)
            repo.finish(1, NOW - 2 * HOUR + number * MINUTE, "cancelled" if number == 1 else "success")
        source.poll(NOW)
        assert source.runs == {("1", 1): "failure", ("1", 2): "cancellation", ("1", 3): "success"}
        assert len(source.asked("/attempts/")) == 2
        repo.ran(2, NOW)
        source.poll(NOW + MINUTE)
        assert source.asked("/attempts/") == []

    def test_a_rerun_between_two_polls_loses_no_attempt(self, repo: Repo, source: Source) -> None:
        repo.start(1, NOW - HOUR)
        source.poll(NOW)
        repo.finish(1, NOW + MINUTE, "failure")
        repo.rerun(1, NOW + 2 * MINUTE)
        source.poll(NOW + 3 * MINUTE)
        assert source.runs == {("1", 1): "failure"}

    @pytest.mark.parametrize("depth", [0, 150])
    def test_a_rerun_within_the_lookback_is_seen_also_below_the_first_page(
        self, repo: Repo, source: Source, depth: int
    ) -> None:
        repo.ran(1, NOW - 20 * HOUR, "failure")
        for number in range(depth):
            repo.ran(100 + number, NOW - 10 * HOUR + number)
        source.poll(NOW)
        repo.rerun(1, NOW + MINUTE)
        repo.finish(1, NOW + 2 * MINUTE)
        for minute in (3, 30, 62):
            source.poll(NOW + minute * MINUTE)
        assert source.runs["1", 2] == "success"

    def test_what_is_remembered_of_reruns_ends_with_the_lookback(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - HOUR)
        repo.rerun(1, NOW)
        repo.finish(1, NOW + MINUTE)
        for days in (1, 3, 5):
            source.poll(NOW + days * DAY)
            repo.ran(days + 1, NOW + days * DAY)
        assert '"reruns":{}' in source.marks["runs:acme/a"]

    def test_an_attempt_that_github_forgot_is_no_trouble(self, hub: Hub, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 3 * HOUR)
        repo.rerun(1, NOW - HOUR)
        hub.broken[f"{RUNS}/1/attempts/1"] = Answer(404)
        assert source.poll(NOW).unreadable == ()

    def test_an_attempt_that_fails_is_asked_for_again(self, hub: Hub, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 3 * HOUR)
        repo.rerun(1, NOW - HOUR)
        hub.broken[f"{RUNS}/1/attempts/1"] = Answer(500)
        (trouble,) = source.poll(NOW).unreadable
        assert (trouble.item, trouble.reason) == ("acme/a run 1 attempt 1", "server_error")
        hub.broken.clear()
        assert source.poll(NOW + MINUTE).unreadable == ()
        assert source.runs == {("1", 1): "success"}


class TestDepth:
    def test_more_than_a_thousand_runs_are_all_told(self, repo: Repo, source: Source) -> None:
        for number in range(1150):
            repo.ran(number + 1, NOW - 6 * DAY + number * MINUTE)
        source.poll(NOW)
        assert len(source.runs) == 1150

    def test_the_first_poll_goes_back_as_far_as_history(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 8 * DAY)
        repo.ran(2, NOW - 6 * DAY)
        source.poll(NOW)
        assert set(source.runs) == {("2", 1)}

    def test_an_outage_within_history_loses_nothing(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.ran(1, NOW + HOUR)
        source.poll(NOW + 6 * DAY)
        assert set(source.runs) == {("1", 1)}

    def test_what_was_told_before_the_history_is_not_told_again(self, repo: Repo, source: Source) -> None:
        """The ledger may have pruned it by then, and would count it twice."""
        repo.ran(1, NOW - HOUR)
        source.poll(NOW)
        source.poll(NOW + 39 * DAY)
        source.told.clear()
        repo.ran(2, NOW + 40 * DAY)
        source.poll(NOW + 40 * DAY + HOUR)
        assert source.told == [("2", 1)]

    def test_a_busy_repository_is_read_shallow_between_the_hours(self, repo: Repo, source: Source) -> None:
        for number in range(350):
            repo.ran(number + 1, NOW - 20 * HOUR + number * MINUTE)
        source.poll(NOW)
        assert len(source.asked("/runs")) == 4
        repo.ran(1000, NOW + MINUTE)
        source.poll(NOW + 2 * MINUTE)
        assert len(source.asked("/runs")) == 1
        source.poll(NOW + 61 * MINUTE)
        assert len(source.asked("/runs")) == 4
        source.poll(NOW + 62 * MINUTE)
        assert source.outcomes["not_modified"] == 2

    def test_a_page_that_fails_is_read_again_whole(self, hub: Hub, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - HOUR)
        hub.broken[RUNS] = Answer(403)
        facts = source.poll(NOW)
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", "forbidden")]
        assert facts.active == ()
        hub.broken.clear()
        source.poll(NOW + MINUTE)
        assert set(source.runs) == {("1", 1)}

    def test_a_malformed_run_stays_visible_until_it_is_mended(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - HOUR)
        repo.attempts[1][0]["created_at"] = "soon"
        repo.ran(2, NOW - HOUR)
        for minute in (0, 1):
            (trouble,) = source.poll(NOW + minute * MINUTE).unreadable
            assert (trouble.item, trouble.reason) == ("acme/a run 1", "bad_payload")
        repo.attempts[1][0]["created_at"] = iso(NOW - HOUR)
        assert source.poll(NOW + 2 * MINUTE).unreadable == ()
        assert set(source.runs) == {("1", 1), ("2", 1)}

    def test_a_mark_that_cannot_be_read_counts_as_none(self, repo: Repo, source: Source) -> None:
        repo.ran(1, NOW - 5 * DAY)
        source.marks["runs:acme/a"] = json.dumps({"read_at": "never"})
        source.poll(NOW)
        assert set(source.runs) == {("1", 1)}


class TestAgainstTheTruth:
    @settings(max_examples=12, deadline=None, derandomize=True)
    @given(seed=st.integers(0, 2**32))
    def test_every_attempt_is_told_with_its_result(self, seed: int) -> None:
        """Two days of random starts, ends and reruns, on pages of three: at last all ended attempts are told."""
        chance = random.Random(seed)
        hub = Hub(page_size=3)
        repo = hub.add("a")
        now, number = NOW, 0
        with Server(hub) as server:
            source = Source(server)
            for _ in range(40):
                now += chance.choice([MINUTE, 10 * MINUTE, 2 * HOUR])
                for _ in range(chance.randrange(3)):
                    number += 1
                    repo.start(number, now - chance.randrange(50))
                for run_id in [
                    run for run, all_of_it in repo.attempts.items() if all_of_it[-1]["status"] != "completed"
                ]:
                    if chance.random() < 0.3:
                        repo.finish(run_id, now, chance.choice(sorted(RESULTS)))
                young = [run for run in repo.attempts if repo.attempts[run][0]["created_at"] > iso(now - 20 * HOUR)]
                ended = [run for run in young if repo.attempts[run][-1]["status"] == "completed"]
                if ended and chance.random() < 0.3:
                    repo.rerun(chance.choice(ended), now)
                if chance.random() < 0.7:
                    source.poll(now)
            for hours in (0, 2, 6):
                source.poll(now + hours * HOUR)
        truth = {
            (str(run["id"]), run["run_attempt"]): RESULTS[run["conclusion"]].value
            for attempts in repo.attempts.values()
            for run in attempts
            if run["status"] == "completed"
        }
        assert source.runs == truth


class TestWords:
    @pytest.mark.parametrize(
        ("word", "result"),
        [
            ("success", Result.SUCCESS),
            ("neutral", Result.SUCCESS),
            ("failure", Result.FAILURE),
            ("cancelled", Result.CANCELLATION),
            ("stale", Result.CANCELLATION),
            ("skipped", Result.SKIP),
            ("timed_out", Result.TIMEOUT),
            ("startup_failure", Result.ERROR),
            ("newer than us", Result.UNKNOWN),
        ],
    )
    def test_conclusions(self, word: str, result: Result) -> None:
        run = payload(status="completed", conclusion=word)
        assert (run.ended, run.result) == (True, result)

    @pytest.mark.parametrize(
        ("status", "conclusion", "state"),
        [
            ("queued", None, RunState.PENDING),
            ("requested", None, RunState.PENDING),
            ("waiting", None, RunState.PENDING),
            ("pending", None, RunState.PENDING),
            ("in_progress", None, RunState.EXECUTING),
            ("newer than us", None, RunState.EXECUTING),
            (None, None, RunState.EXECUTING),
            ("completed", None, RunState.FINALIZING),
            ("completed", "action_required", RunState.PENDING),
        ],
    )
    def test_states(self, status: str | None, conclusion: str | None, state: RunState) -> None:
        run = payload(status=status, conclusion=conclusion)
        assert (run.ended, run.state) == (False, state)

    def test_a_newer_word_is_said_once(self, caplog: pytest.LogCaptureFixture) -> None:
        newer_word.cache_clear()
        for _ in range(3):
            _ = payload(status="completed", conclusion="hatched").result
        assert [record.getMessage() for record in caplog.records] == [
            "GitHub reports a run conclusion that is newer than this exporter: 'hatched'"
        ]


class TestFacts:
    @pytest.mark.parametrize(
        ("name", "path", "pipeline"),
        [
            ("CI", ".github/workflows/ci.yml", "CI"),
            ("", ".github/workflows/ci.yml", "ci.yml"),
            (None, ".github/workflows/ci.yaml@refs/heads/main", "ci.yaml"),
            (".github/workflows/ci.yml", ".github/workflows/ci.yml", "ci.yml"),
            (".github/workflows/ci.yml", ".github/workflows/ci.yml@main", "ci.yml"),
            ("CodeQL", "dynamic/github-code-scanning/codeql", "CodeQL"),
            (None, None, "unknown"),
        ],
    )
    def test_the_pipeline_is_the_workflow_or_its_file(self, name: str | None, path: str | None, pipeline: str) -> None:
        assert payload(name=name, path=path).pipeline == pipeline

    @pytest.mark.parametrize(
        ("head", "branch", "default", "expected"),
        [
            ("acme/a", "main", "main", True),
            ("Acme/A", "main", "main", True),
            (None, "main", "main", True),
            ("someone/a", "main", "main", False),
            ("acme/a", "topic", "main", False),
            ("acme/a", None, None, False),
        ],
    )
    def test_the_default_branch_is_not_a_forks(
        self, head: str | None, branch: str | None, default: str | None, *, expected: bool
    ) -> None:
        run = payload(head_branch=branch, head_repository=None if head is None else {"full_name": head})
        assert run.on_default_branch(target(default)) is expected

    def test_the_workflow_is_asked_for_by_the_path_of_its_definition(self) -> None:
        kinds = {".github/workflows/ci.yml": Workflow.INTEGRATED}
        told = to_run(payload(path=".github/workflows/ci.yml@main", conclusion="success"), target(), kinds.__getitem__)
        assert told.workflow is Workflow.INTEGRATED

    def test_workflows_are_read_before_the_runs(self, repo: Repo, source: Source) -> None:
        repo.push(NOW - HOUR, **{".github__workflows__ci.yml": INTEGRATED, ".github__workflows__old.yml": LEGACY})
        repo.ran(1, NOW - HOUR)
        repo.ran(2, NOW - HOUR, path=".github/workflows/old.yml")
        repo.ran(3, NOW - HOUR, path=".github/workflows/gone.yml")
        told = {run.run_id: run.workflow for run in source.poll(NOW).runs}
        assert told == {"1": Workflow.INTEGRATED, "2": Workflow.LEGACY, "3": Workflow.OTHER}
        repo.ran(4, NOW)
        later = {run.run_id: run.workflow for run in source.poll(NOW + MINUTE).runs}
        assert later["4"] is Workflow.INTEGRATED, "the kinds are remembered while nothing is pushed"

    def test_a_definition_that_is_gone_keeps_what_it_was(self, repo: Repo, source: Source) -> None:
        repo.push(NOW - HOUR, **{".github__workflows__a.yml": INTEGRATED, "kilo.config.json": "{}"})
        source.poll(NOW)
        repo.ran(1, NOW, path=".github/workflows/a.yml")
        del repo.files[".github/workflows/a.yml"]
        repo.push(NOW, **{"kilo.config.json": "{ }"})
        repo.ran(2, NOW, path=".github/workflows/separate-systems.yml")
        told = {run.run_id: run.workflow for run in source.poll(NOW + MINUTE).runs}
        assert told == {"1": Workflow.INTEGRATED, "2": Workflow.LEGACY}, "the second one by its documented name"

    @pytest.mark.parametrize("page", [[], {}, None, {"workflow_runs": None}, {"workflow_runs": {}}])
    def test_what_is_no_page_of_runs_is_refused(self, page: object) -> None:
        with pytest.raises(BadPayload, match="acme"):
            parse_runs(page, "http://acme", Repository("acme", "a"))

    def test_the_pause_between_two_questions_grows_with_age(self) -> None:
        run = OpenRun(begun_at=NOW, state=RunState.PENDING)
        assert run.due_at(NOW + MINUTE) == NOW + 2 * MINUTE
        assert run.model_copy(update={"asked_at": NOW + 10 * DAY}).due_at(NOW) == NOW + 10.5 * DAY
