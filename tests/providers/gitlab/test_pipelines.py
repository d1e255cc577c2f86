"""GitLab pipelines: each end is told once, with the words and times of the real one."""

from __future__ import annotations

import logging

import pytest

from exporter.model import ActiveRuns, Facts, Repository, Result, Run, RunState, Workflow
from exporter.providers.common import words
from exporter.providers.gitlab.api import Target
from exporter.providers.gitlab.history import ENDS_KEPT, PipelinesMark
from exporter.providers.gitlab.jobs import ERRORS, TIMEOUTS, JobPayload, result_of
from exporter.providers.gitlab.pipelines import parse_pipeline, to_run
from tests.support.gitlab import DAY, HOUR, INTEGRATED, LEGACY, MINUTE, NOW, Hub, Project, Source, iso
from tests.support.replay import Answer, Request, Server

CI = ".gitlab-ci.yml"
PIPELINES = "/api/v4/projects/1/pipelines"


def active(facts: Facts) -> tuple[int, int, int]:
    (one,) = facts.active
    return one.pending, one.executing, one.finalizing


def only(facts: Facts) -> Run:
    (run,) = facts.runs
    return run


class TestStatuses:
    @pytest.mark.parametrize(
        ("status", "result"),
        [
            ("success", Result.SUCCESS),
            ("failed", Result.FAILURE),
            ("canceled", Result.CANCELLATION),
            ("skipped", Result.SKIP),
        ],
    )
    def test_what_has_ended(self, project: Project, source: Source, status: str, result: Result) -> None:
        project.ran(1, NOW - HOUR, status)
        facts = source.poll(NOW)
        assert only(facts).result is result
        assert active(facts) == (0, 0, 0)

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("created", RunState.PENDING),
            ("waiting_for_resource", RunState.PENDING),
            ("waiting_for_callback", RunState.PENDING),
            ("preparing", RunState.PENDING),
            ("pending", RunState.PENDING),
            ("running", RunState.EXECUTING),
            ("canceling", RunState.FINALIZING),
            ("manual", RunState.PENDING),
            ("scheduled", RunState.PENDING),
        ],
    )
    def test_what_has_not(self, project: Project, source: Source, status: str, state: RunState) -> None:
        project.start(1, NOW - HOUR, status=status)
        facts = source.poll(NOW)
        assert facts.runs == ()
        assert facts.active == (ActiveRuns(Repository("acme", "a"), **{state.value: 1}),)
        assert source.asked("/pipelines/") == []

    def test_a_newer_word_executes_until_it_has_an_end(
        self, project: Project, source: Source, caplog: pytest.LogCaptureFixture
    ) -> None:
        words.newer_word.cache_clear()
        project.start(1, NOW - HOUR, status="dreaming")
        with caplog.at_level(logging.WARNING):
            assert active(source.poll(NOW)) == (0, 1, 0)
            project.finish(1, NOW, "dreamt")
            assert only(source.poll(NOW + MINUTE)).result is Result.UNKNOWN
            project.becomes(1, NOW + 2 * MINUTE, "dreamt")
            source.poll(NOW + 3 * MINUTE)
        assert source.told == [("1", 1, "unknown")]
        assert [record.message.rpartition(" ")[2] for record in caplog.records] == ["'dreaming'", "'dreamt'"]

    def test_a_pipeline_whose_definition_is_wrong_is_an_error(self, project: Project, source: Source) -> None:
        project.ran(1, NOW - HOUR, "failed", yaml_errors="jobs config should contain at least one visible job")
        assert only(source.poll(NOW)).result is Result.ERROR
        assert source.asked("/jobs") == []


class TestReasons:
    @pytest.mark.parametrize(
        ("reasons", "result"),
        [
            ([], Result.FAILURE),
            ([None], Result.FAILURE),
            (["unknown_failure"], Result.FAILURE),
            (["script_failure"], Result.FAILURE),
            (["runner_system_failure", "job_execution_timeout", "script_failure"], Result.FAILURE),
            (["runner_system_failure", "stuck_or_timeout_failure"], Result.TIMEOUT),
            (["runner_system_failure"], Result.ERROR),
            (["eaten_by_a_dog", "api_failure"], Result.ERROR),
            (["eaten_by_a_dog"], Result.UNKNOWN),
        ],
    )
    def test_the_weightiest_counts(
        self, project: Project, source: Source, reasons: list[str | None], result: Result
    ) -> None:
        project.failed(1, NOW - HOUR, *reasons)
        assert only(source.poll(NOW)).result is result
        assert source.asked("/jobs") == [f"GET {PIPELINES}/1/jobs?scope[]=failed&per_page=100"]

    @pytest.mark.parametrize(
        ("reasons", "result"), [(TIMEOUTS, Result.TIMEOUT), (ERRORS, Result.ERROR)], ids=["timeouts", "errors"]
    )
    def test_each_documented_reason(self, reasons: frozenset[str], result: Result) -> None:
        assert {result_of([JobPayload(failure_reason=reason)]) for reason in reasons} == {result}

    def test_what_is_no_list_of_jobs_says_nothing(self, hub: Hub, project: Project, source: Source) -> None:
        project.failed(1, NOW - HOUR, "script_failure")
        hub.broken[f"{PIPELINES}/1/jobs"] = Answer.of_json({})
        facts = source.poll(NOW)
        assert facts.runs == ()
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a pipeline 1", "bad_payload")]

    def test_no_reason_stands_in_two_lists(self) -> None:
        assert TIMEOUTS.isdisjoint(ERRORS)

    def test_a_job_that_may_fail_says_nothing(self) -> None:
        allowed = JobPayload(failure_reason="script_failure", allow_failure=True)
        assert result_of([allowed, JobPayload(failure_reason="job_execution_timeout")]) is Result.TIMEOUT


class TestTimes:
    TARGET = Target(Repository("acme", "a"), 1, "http://x", "main")

    def run(self, after: float | None = None, **told: object) -> Run:
        usual = {"id": 1, "status": "success", "ref": "main", "created_at": NOW - 1000}
        pipeline = parse_pipeline({**usual, **told}, "here")
        return to_run(pipeline, self.TARGET, Result.SUCCESS, lambda _: Workflow.OTHER, 1, after)

    def test_the_documented_example(self) -> None:
        run = self.run(
            created_at="2022-09-21T01:05:07.200Z",
            started_at="2022-09-21T01:05:14.197Z",
            finished_at="2022-09-21T01:05:50.175Z",
            duration=34,
            queued_duration=6,
        )
        assert run.duration == pytest.approx(35.978)
        assert run.queued == pytest.approx(6.997)

    def test_what_a_pipeline_waited_for_a_person_is_no_part_of_it(self) -> None:
        run = self.run(started_at=NOW - 900, finished_at=NOW, duration=300)
        assert (run.duration, run.queued, run.finished_at) == (300, 100, NOW)

    def test_a_retry_begins_after_the_end_before(self) -> None:
        run = self.run(started_at=NOW - 900, finished_at=NOW, duration=700, after=NOW - 100)
        assert (run.duration, run.queued) == (100, 0)

    def test_a_late_retry_takes_as_long_as_its_jobs(self) -> None:
        run = self.run(started_at=NOW - 9000, finished_at=NOW, duration=50, after=NOW - 8000)
        assert (run.duration, run.queued) == (50, 0)

    def test_one_that_never_started_has_no_start(self) -> None:
        run = self.run(status="skipped", updated_at=NOW - 990)
        assert (run.started_at, run.finished_at, run.duration) == (None, NOW - 990, 10)


class TestWhatItIsCalled:
    def test_by_its_name_or_by_its_definition(self, hub: Hub, source: Source) -> None:
        hub.add().ran(1, NOW - HOUR, name="Quality")
        hub.add("acme/b", more={"ci_config_path": "ci/main.yml"}).ran(2, NOW - HOUR)
        hub.add("acme/c").ran(3, NOW - HOUR, name="")
        assert [run.pipeline for run in source.poll(NOW).runs] == ["Quality", "ci/main.yml", CI]

    def test_the_definition_says_which_workflow_it_is(self, hub: Hub, source: Source) -> None:
        hub.add(files={CI: INTEGRATED}).ran(1, NOW - HOUR, name="x")
        hub.add("acme/b", {CI: LEGACY}).ran(2, NOW - HOUR)
        hub.add("acme/c", {"ci/main.yml": LEGACY}, more={"ci_config_path": "ci/main.yml"}).ran(3, NOW - HOUR)
        hub.add("acme/d", {CI: INTEGRATED}, more={"ci_config_path": f"{CI}@acme/ci"}).ran(4, NOW - HOUR)
        found = [run.workflow for run in source.poll(NOW).runs]
        assert found == [Workflow.INTEGRATED, Workflow.LEGACY, Workflow.LEGACY, Workflow.OTHER]

    def test_names_decide_alone_where_they_are_given(self, hub: Hub, server: Server) -> None:
        project = hub.add(files={CI: INTEGRATED})
        for number, name in enumerate(("Integrated quality", "separate systems", "Lint"), 1):
            project.ran(number, NOW - HOUR, name=name)
        source = Source(server, integrated_pipelines=["integrated*"], legacy_pipelines=["*systems"])
        found = {run.pipeline: run.workflow for run in source.poll(NOW).runs}
        assert list(found.values()) == [Workflow.INTEGRATED, Workflow.LEGACY, Workflow.OTHER]

    @pytest.mark.parametrize(
        ("more", "default"),
        [
            ({}, True),
            ({"ref": "topic"}, False),
            ({"tag": True}, False),
            ({"ref": "refs/merge-requests/1/head", "source": "merge_request_event"}, False),
            ({"source": "merge_request_event"}, False),
            ({"ref": None}, False),
        ],
    )
    def test_the_default_branch(
        self,
        project: Project,
        source: Source,
        more: dict[str, object],
        default: bool,  # noqa: FBT001  # a table
    ) -> None:
        project.ran(1, NOW - HOUR, **more)
        assert only(source.poll(NOW)).default_branch is default


class TestOnce:
    def test_an_end_is_told_and_asked_for_once(self, project: Project, source: Source) -> None:
        project.ran(1, NOW - HOUR)
        source.poll(NOW)
        for minute in range(1, 4):
            source.poll(NOW + minute * MINUTE)
            assert source.asked("/pipelines/") == []
        assert source.told == [("1", 1, "success")]

    def test_an_update_that_is_no_end_is_not_told(self, project: Project, source: Source) -> None:
        project.ran(1, NOW - HOUR)
        source.poll(NOW)
        project.becomes(1, NOW, "success")
        source.poll(NOW + MINUTE)
        assert len(source.asked("/pipelines/1")) == 1
        source.poll(NOW + 2 * MINUTE)
        assert source.asked("/pipelines/1") == []
        assert source.told == [("1", 1, "success")]

    def test_a_retried_pipeline_is_the_next_attempt(self, project: Project, source: Source) -> None:
        project.failed(1, NOW - HOUR, "script_failure")
        source.poll(NOW)
        project.becomes(1, NOW + DAY, "running")
        assert active(source.poll(NOW + DAY)) == (0, 1, 0)
        project.finish(1, NOW + DAY + MINUTE, "success", duration=90)
        run = only(source.poll(NOW + DAY + 2 * MINUTE))
        assert (run.attempt, run.duration, run.queued) == (2, 90, 0)
        source.poll(NOW + DAY + 3 * MINUTE)
        assert source.told == [("1", 1, "failure"), ("1", 2, "success")]

    def test_a_skipped_one_that_is_started_later_is_the_next_attempt(self, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR, status="skipped", started_at=None)
        source.poll(NOW)
        project.becomes(1, NOW, "skipped")
        source.poll(NOW + MINUTE)
        project.finish(1, NOW + 2 * MINUTE, "success", duration=30)
        source.poll(NOW + 3 * MINUTE)
        assert source.told == [("1", 1, "skip"), ("1", 2, "success")]

    def test_they_end_in_any_order(self, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR)
        for number in range(2, 12):
            project.ran(number, NOW - HOUR + number * MINUTE)
        assert active(source.poll(NOW)) == (0, 1, 0)
        project.finish(1, NOW + 30 * MINUTE)
        facts = source.poll(NOW + 31 * MINUTE)
        assert only(facts).run_id == "1"
        assert active(facts) == (0, 0, 0)
        assert len(source.told) == 11

    def test_one_that_ended_before_the_history_is_not_told(self, project: Project, source: Source) -> None:
        project.ran(1, NOW - 30 * DAY)
        project.becomes(1, NOW - HOUR, "success")
        source.poll(NOW)
        assert source.told == []

    def test_an_outage_is_made_up_for(self, project: Project, source: Source) -> None:
        source.poll(NOW)
        for number in range(1, 8):
            project.ran(number, NOW + number * DAY)
        source.poll(NOW + 9 * DAY)
        assert [name for name, _, _ in source.told] == ["2", "3", "4", "5", "6", "7"], "seven days back from then"

    def test_the_memory_of_ends_is_bounded(self, project: Project, source: Source) -> None:
        for number in range(ENDS_KEPT + 20):
            project.ran(number, NOW - DAY + number)
        source.poll(NOW)
        mark = PipelinesMark.model_validate_json(source.marks["runs:acme/a"])
        assert list(mark.ends) == [str(number) for number in range(20, ENDS_KEPT + 20)]
        source.poll(NOW + MINUTE)
        assert len(source.told) == ENDS_KEPT + 20
        source.poll(NOW + 9 * DAY)
        assert PipelinesMark.model_validate_json(source.marks["runs:acme/a"]).ends == {}

    def test_a_clock_that_differs_hides_nothing(self, project: Project, source: Source) -> None:
        for behind in (-2 * HOUR, 2 * HOUR):
            project.ran(int(NOW + behind), NOW + behind)
            source.poll(NOW)
            project.ran(int(NOW + behind) + 1, NOW + behind + MINUTE)
            source.poll(NOW + MINUTE)
        assert len(source.told) == len(project.pipelines) == 4


class TestPages:
    def test_every_page_is_read(self, hub: Hub, project: Project, source: Source) -> None:
        hub.page_size = 3
        for number in range(1, 8):
            project.ran(number, NOW - HOUR + number)
        source.poll(NOW)
        assert len(source.told) == 7

    def test_what_jumps_to_the_front_between_two_pages_is_told_by_the_next_poll(
        self, hub: Hub, project: Project, server: Server, source: Source
    ) -> None:
        hub.page_size = 2
        for number in range(1, 5):
            project.start(number, NOW - HOUR + number)

        def moving(request: Request) -> Answer:
            answer = hub(request)
            if request.path == PIPELINES and project.pipelines[1]["status"] == "running":
                project.finish(1, NOW)
            return answer

        server.answer = moving
        assert active(source.poll(NOW)) == (0, 3, 0), "the first was on no page, the third on both"
        facts = source.poll(NOW + MINUTE)
        assert (only(facts).run_id, active(facts)) == ("1", (0, 3, 0))

    def test_a_malformed_entry_spares_the_others(self, hub: Hub, project: Project, source: Source) -> None:
        project.ran(1, NOW - HOUR)
        project.ran(2, NOW - HOUR, status=[])
        project.pipelines[2]["status"] = []
        facts = source.poll(NOW)
        assert source.told == [("1", 1, "success")]
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a pipeline 2", "bad_payload")]


class TestTroubles:
    @pytest.mark.parametrize("path", ["1", "1/jobs"])
    @pytest.mark.parametrize("status", [403, 404, 500])
    def test_what_cannot_be_read_is_asked_for_again(
        self, hub: Hub, project: Project, source: Source, path: str, status: int
    ) -> None:
        project.failed(1, NOW - HOUR, "script_failure")
        project.ran(2, NOW - MINUTE)
        hub.broken[f"{PIPELINES}/{path}"] = Answer(status)
        facts = source.poll(NOW)
        assert [one.item for one in facts.unreadable] == ["acme/a pipeline 1"]
        assert (source.told, active(facts)) == ([("2", 1, "success")], (0, 0, 0))
        hub.broken.clear()
        source.poll(NOW + HOUR)
        assert source.told == [("2", 1, "success"), ("1", 1, "failure")]

    def test_a_day_is_enough(self, hub: Hub, project: Project, source: Source) -> None:
        project.ran(1, NOW - HOUR)
        project.ran(2, NOW - MINUTE)
        hub.broken[f"{PIPELINES}/1"] = Answer(500)
        for later in (0, HOUR, 25 * HOUR):
            assert len(source.poll(NOW + later).unreadable) == 1
        assert source.poll(NOW + 26 * HOUR).unreadable == ()

    def test_an_open_one_that_was_deleted_is_forgotten(self, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR)
        project.ran(2, NOW - 20 * MINUTE)
        assert active(source.poll(NOW)) == (0, 1, 0)
        del project.pipelines[1]
        facts = source.poll(NOW + 10 * MINUTE)
        assert (active(facts), facts.unreadable) == ((0, 0, 0), ())

    def test_an_open_one_that_cannot_be_read_stays_open(self, hub: Hub, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR)
        project.ran(2, NOW - 20 * MINUTE)
        source.poll(NOW)
        hub.broken[f"{PIPELINES}/1"] = Answer(500)
        facts = source.poll(NOW + 10 * MINUTE)
        assert (active(facts), [one.item for one in facts.unreadable]) == ((0, 1, 0), ["acme/a pipeline 1"])

    def test_an_open_one_whose_end_the_list_hid_is_found(self, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR)
        project.ran(2, NOW - 20 * MINUTE)
        source.poll(NOW)
        project.finish(1, NOW)
        project.pipelines[1]["updated_at"] = iso(NOW - HOUR)
        source.poll(NOW + 10 * MINUTE)
        assert source.told[1:] == [("1", 1, "success")]

    def test_nobody_waits_for_ever(self, project: Project, source: Source) -> None:
        project.start(1, NOW - HOUR, status="manual")
        assert active(source.poll(NOW)) == (1, 0, 0)
        assert active(source.poll(NOW + 36 * DAY)) == (0, 0, 0)

    def test_what_the_time_does_not_suffice_for_is_read_by_the_next_poll(
        self, project: Project, server: Server
    ) -> None:
        source = Source(server, timeout="200s")
        for number in range(1, 4):
            project.ran(number, NOW - HOUR + number)
        project.start(4, NOW - HOUR)
        facts = source.poll(NOW, time_limit=19)
        assert (source.error, source.asked("/pipelines/"), facts.runs) == (None, [], ())
        assert (active(facts), facts.unreadable) == ((0, 1, 0), ())
        source.poll(NOW + HOUR, time_limit=21)
        assert [name for name, _, _ in source.told] == ["1", "2", "3"]

    def test_a_status_that_changes_between_the_list_and_the_pipeline(
        self, hub: Hub, project: Project, server: Server, source: Source
    ) -> None:
        project.failed(1, NOW - HOUR, "script_failure")

        def retried(request: Request) -> Answer:
            if request.path == f"{PIPELINES}/1":
                project.becomes(1, NOW, "running")
            return hub(request)

        server.answer = retried
        facts = source.poll(NOW)
        assert (facts.runs, active(facts)) == ((), (0, 1, 0))
        server.answer = hub
        project.finish(1, NOW + MINUTE)
        assert only(source.poll(NOW + 2 * MINUTE)).result is Result.SUCCESS
