"""Jenkins' builds: each is told once, whatever is renamed, made anew, forgotten or out of sight for a while."""

from __future__ import annotations

import pytest

from exporter.model import Repository, Result
from exporter.providers.jenkins import builds
from exporter.providers.jenkins.api import LastBuild
from exporter.providers.jenkins.builds import OVERLAP, PAGE, on_default_branch, own_repository, repository_of, run_id
from exporter.providers.jenkins.jobs import Job as Listed
from tests.support.jenkins import DAY, HOUR, MINUTE, NOW, Controller, Job, Source, build
from tests.support.replay import Answer, Request

LIST = "/job/nightly/api/json"


@pytest.fixture
def job(controller: Controller) -> Job:
    return controller.top.job("nightly")


def results(source: Source) -> list[str]:
    return [run.result.value for run in source.runs.values()]


class TestOrder:
    def test_a_build_is_told_when_it_has_ended_and_counted_until_then(self, job: Job, jenkins: Source) -> None:
        slow = job.start(NOW - HOUR)
        job.ran(NOW - 30 * MINUTE)
        first = jenkins.poll()
        assert [run.result for run in first.runs] == [Result.SUCCESS], "the younger build ended first"
        assert [(one.repository, one.executing) for one in first.active] == [(Repository("acme", "shop"), 1)]
        job.end(slow, "FAILURE")
        second = jenkins.poll(NOW + MINUTE)
        assert [run.result for run in second.runs] == [Result.FAILURE]
        assert [one.executing for one in second.active] == [0]
        assert jenkins.news == ["/job/nightly/1/api/json"]

    def test_each_build_is_told_once(self, job: Job, jenkins: Source) -> None:
        for minute in range(5):
            job.ran(NOW + minute * MINUTE)
            jenkins.poll(NOW + minute * MINUTE)
        jenkins.poll(NOW + HOUR)
        assert len(jenkins.told) == len(jenkins.runs) == 5

    def test_a_result_while_building_is_not_final(self, job: Job, jenkins: Source) -> None:
        going = job.start(NOW - MINUTE, result="UNSTABLE")
        jenkins.poll()
        assert jenkins.told == []
        job.end(going, "FAILURE")
        jenkins.poll(NOW + MINUTE)
        assert results(jenkins) == ["failure"]

    def test_a_build_that_stopped_without_a_result_is_given_up_with_the_history(
        self, job: Job, jenkins: Source
    ) -> None:
        job.ran(NOW - HOUR)
        job.start(NOW, building=False)
        job.ran(NOW + MINUTE)
        jenkins.poll(NOW + MINUTE)
        jenkins.poll(NOW + 2 * MINUTE)
        assert jenkins.news == ["/job/nightly/2/api/json"]
        jenkins.poll(NOW + 8 * DAY)
        jenkins.poll(NOW + 8 * DAY)
        assert jenkins.news == []

    def test_an_open_build_that_was_deleted_is_no_longer_asked_for(self, job: Job, jenkins: Source) -> None:
        job.start(NOW - HOUR)
        job.ran(NOW)
        jenkins.poll()
        job.builds.pop()
        assert jenkins.poll(NOW + MINUTE).unreadable == ()
        jenkins.poll(NOW + 2 * MINUTE)
        assert jenkins.news == []

    def test_an_open_build_that_cannot_be_read_stays_open(
        self, controller: Controller, job: Job, jenkins: Source
    ) -> None:
        slow = job.start(NOW - HOUR)
        job.ran(NOW)
        jenkins.poll()
        controller.broken["/job/nightly/1/api/json"] = Answer(500)
        broken = jenkins.poll(NOW + MINUTE)
        assert [(one.item, one.reason) for one in broken.unreadable] == [("nightly #1", "server_error")]
        assert [one.executing for one in broken.active] == [1]
        controller.broken.clear()
        job.end(slow)
        assert len(jenkins.poll(NOW + 2 * MINUTE).runs) == 1

    def test_the_newest_build_is_asked_for_while_its_repository_is_not_known(self, job: Job, jenkins: Source) -> None:
        going = job.start(NOW - MINUTE, actions=[])
        assert [str(one.repository) for one in jenkins.poll().active] == ["nightly"]
        going["actions"] = [{"remoteUrls": ["https://git.example/acme/docs.git"]}]
        second = jenkins.poll(NOW + MINUTE)
        assert {str(one.repository): one.executing for one in second.active} == {"acme/docs": 1, "nightly": 0}
        jenkins.poll(NOW + 2 * MINUTE)
        assert jenkins.news == [], "the list of jobs says that it is still building"


class TestPages:
    @pytest.mark.parametrize(("new", "requests"), [(1, 1), (PAGE - 1, 1), (PAGE, 2), (2 * PAGE - 1, 2), (2 * PAGE, 3)])
    def test_a_changed_job_costs_a_page_for_each_hundred_builds(
        self, job: Job, jenkins: Source, new: int, requests: int
    ) -> None:
        job.ran(NOW - HOUR)
        jenkins.poll()
        for second in range(new):
            job.ran(NOW + second)
        assert len(jenkins.poll(NOW + HOUR).runs) == new
        assert jenkins.news == [LIST] * requests
        assert len(set(jenkins.told)) == new + 1

    @pytest.mark.parametrize(("young", "requests"), [(1, 1), (PAGE - 1, 1), (PAGE, 2), (2 * PAGE, 3)])
    def test_the_first_poll_reads_the_history_and_no_more(
        self, job: Job, jenkins: Source, young: int, requests: int
    ) -> None:
        for second in range(3 * PAGE):
            job.ran(NOW - 8 * DAY + second)
        for second in range(young):
            job.ran(NOW - DAY + second)
        assert len(jenkins.poll().runs) == young
        assert jenkins.news == [LIST] * requests

    def test_a_job_that_rested_longer_than_the_history_is_not_read(self, job: Job, jenkins: Source) -> None:
        job.ran(NOW - 8 * DAY)
        jenkins.poll()
        assert (jenkins.news, jenkins.told) == ([], [])

    @pytest.mark.parametrize("deleted", [1, OVERLAP])
    def test_builds_that_are_deleted_between_two_pages_hide_none(
        self, controller: Controller, job: Job, jenkins: Source, deleted: int
    ) -> None:
        for second in range(PAGE + 50):
            job.ran(NOW - DAY + second)

        def answer(request: Request) -> Answer:
            found = controller(request)
            if "builds[" in str(request) and len(job.builds) == PAGE + 50:
                del job.builds[:deleted]
            return found

        jenkins.server.answer = answer
        assert len({run.run_id for run in jenkins.poll().runs}) == PAGE + 50

    def test_builds_that_begin_between_two_pages_are_told_by_the_next_poll(
        self, controller: Controller, job: Job, jenkins: Source
    ) -> None:
        for second in range(PAGE + 50):
            job.ran(NOW - DAY + second)

        def answer(request: Request) -> Answer:
            found = controller(request)
            if "builds[" in str(request) and len(job.builds) == PAGE + 50:
                for second in range(3):
                    job.ran(NOW + second)
            return found

        jenkins.server.answer = answer
        jenkins.poll(NOW + MINUTE)
        jenkins.poll(NOW + 2 * MINUTE)
        assert len(set(jenkins.told)) == len(jenkins.told) == PAGE + 53

    def test_a_job_that_cannot_be_read_is_read_from_where_it_was(
        self, controller: Controller, job: Job, jenkins: Source
    ) -> None:
        job.ran(NOW - HOUR)
        jenkins.poll()
        job.ran(NOW)
        controller.broken[LIST] = Answer(403)
        assert [(one.item, one.reason) for one in jenkins.poll(NOW).unreadable] == [("nightly", "forbidden")]
        controller.broken.clear()
        assert len(jenkins.poll(NOW + MINUTE).runs) == 1


class TestIdentity:
    def test_builds_that_jenkins_forgets_are_not_missed(self, job: Job, jenkins: Source) -> None:
        for minute in range(10):
            job.ran(NOW - HOUR + minute * MINUTE)
        jenkins.poll()
        job.ran(NOW)
        del job.builds[1:]
        jenkins.poll(NOW + MINUTE)
        assert len(set(jenkins.told)) == len(jenkins.told) == 11
        job.builds.clear()
        jenkins.poll(NOW + 2 * MINUTE)
        job.ran(NOW + 2 * MINUTE, number=12)
        jenkins.poll(NOW + 3 * MINUTE)
        assert len(jenkins.runs) == len(jenkins.told) == 12

    @pytest.mark.parametrize("builds_anew", [1, 3, 5])
    def test_a_job_made_anew_counts_from_one_and_is_told_whole(
        self, controller: Controller, job: Job, jenkins: Source, builds_anew: int
    ) -> None:
        """Whether it has fewer builds than the old one, as many, or already more."""
        for minute in range(3):
            job.ran(NOW - HOUR + minute * MINUTE)
        jenkins.poll()
        anew = controller.top.job("nightly")
        for minute in range(builds_anew):
            anew.ran(NOW + minute * MINUTE)
        jenkins.poll(NOW + HOUR)
        assert len(jenkins.runs) == len(jenkins.told) == 3 + builds_anew

    def test_an_open_build_of_a_job_made_anew_is_not_the_old_one(
        self, controller: Controller, job: Job, jenkins: Source
    ) -> None:
        job.start(NOW - HOUR)
        jenkins.poll()
        anew = controller.top.job("nightly")
        anew.ran(NOW)
        anew.ran(NOW + MINUTE)
        jenkins.poll(NOW + HOUR)
        assert len(jenkins.runs) == len(jenkins.told) == 2

    def test_a_renamed_job_is_not_counted_twice(self, controller: Controller, job: Job, jenkins: Source) -> None:
        job.ran(NOW - HOUR)
        jenkins.poll()
        job.name = "every-night"
        controller.top.children = {job.name: job}
        job.ran(NOW)
        jenkins.poll(NOW + MINUTE)
        assert len(jenkins.runs) == 2
        assert [run.pipeline for run in jenkins.runs.values()] == ["nightly", "every-night"]

    def test_a_job_that_was_out_of_sight_is_counted_once(
        self, controller: Controller, job: Job, jenkins: Source
    ) -> None:
        job.ran(NOW - HOUR)
        jenkins.poll()
        hidden = controller.top.children.pop("nightly")
        jenkins.poll(NOW + MINUTE)
        controller.top.children["nightly"] = hidden
        job.ran(NOW + 2 * MINUTE)
        jenkins.poll(NOW + HOUR)
        assert len(jenkins.runs) == 2

    def test_two_jobs_of_a_repository_may_begin_at_once(self, controller: Controller, jenkins: Source) -> None:
        for index, name in enumerate(("ci", "nightly")):
            controller.top.job(name).ran(NOW - HOUR, queueId=index + 1)
        assert len({run.run_id for run in jenkins.poll().runs}) == 2

    def test_without_a_number_in_the_queue_the_jobs_name_tells_builds_apart(self) -> None:
        job = Listed(("acme", "ci"), "ci")
        assert run_id(build(queueId=12), job) == "7@1768046400000:12"
        assert {run_id(build(queueId=none), job) for none in (None, 0, -1)} == {"7@1768046400000:acme/ci"}


class TestRepository:
    def test_it_is_the_one_that_was_checked_out(self) -> None:
        job = Listed(("acme", "build all"), "build all")
        checked = build(actions=[{"remoteUrls": ["git@git.example:acme/shop.git"]}])
        assert repository_of(checked, job, "us", None) == (Repository("acme", "shop"), True)

    @pytest.mark.parametrize(
        ("path", "name"), [(("acme", "Shop", "main"), "shop"), (("acme", "other"), "tools")], ids=["named", "last"]
    )
    def test_of_several_it_is_the_one_that_the_path_names_or_the_last(self, path: tuple[str, ...], name: str) -> None:
        addresses = [f"https://git.example/acme/{each}.git" for each in ("library", "shop", "tools")]
        several = build(actions=[{"remoteUrls": [address]} for address in addresses])
        assert repository_of(several, Listed(path, "ci"), "", None)[0].name == name

    def test_without_a_checkout_it_is_the_jobs_own(self) -> None:
        job = Listed(("acme", "shop", "main"), "shop", branch="main")
        known = Repository("acme", "shop-api")
        assert repository_of(build(), job, "us", known) == (known, False)
        assert repository_of(build(), job, "us", None) == (Repository("acme", "shop"), False)
        assert own_repository(Listed(("shop",), "shop"), "us") == Repository("us", "shop")

    def test_a_build_that_failed_before_its_checkout_belongs_with_the_others(self, job: Job, jenkins: Source) -> None:
        job.ran(NOW - HOUR)
        job.ran(NOW - MINUTE, "FAILURE", actions=[])
        jenkins.poll()
        job.ran(NOW, "ABORTED", actions=[])
        jenkins.poll(NOW + MINUTE)
        assert {str(run.repository) for run in jenkins.runs.values()} == {"acme/shop"}


class TestDefaultBranch:
    NAMES = ("main", "")

    @pytest.mark.parametrize(
        ("job", "default"),
        [
            (Listed(("a", "trunk"), "a", branch="trunk", primary=True), True),
            (Listed(("a", "main"), "a", branch="main", primary=False), False),
            (Listed(("a", "main"), "a", branch="main"), True),
            (Listed(("a", "PR-1"), "a", branch="PR-1"), False),
        ],
    )
    def test_of_a_multibranch_project(self, job: Listed, *, default: bool) -> None:
        assert on_default_branch(build(), job, self.NAMES) is default

    @pytest.mark.parametrize(("branch", "default"), [("origin/main", True), ("feature", False), ("detached", True)])
    def test_of_another_job_it_is_what_was_checked_out(self, branch: str, *, default: bool) -> None:
        action = {"remoteUrls": ["/srv/a.git"], "lastBuiltRevision": {"branch": [{"name": branch}]}}
        assert on_default_branch(build(actions=[action]), Listed(("a",), "a"), self.NAMES) is default

    def test_without_a_checkout_it_is_the_branch_without_a_name(self) -> None:
        assert on_default_branch(build(), Listed(("a",), "a"), self.NAMES)
        assert not on_default_branch(build(), Listed(("a",), "a"), ("main",))


def test_a_run_waited_before_it_began(job: Job, jenkins: Source) -> None:
    job.ran(NOW - HOUR, actions=[{"queuingDurationMillis": 2000}])
    job.ran(NOW - MINUTE)
    waited, unknown = sorted(jenkins.poll().runs, key=lambda run: run.created_at)
    assert (waited.queued, waited.duration) == (2.0, 60.0)
    assert (unknown.queued, unknown.duration) == (None, 60.0)


def test_the_mark_of_a_job_is_its_newest_build() -> None:
    assert LastBuild(number=3, timestamp=5).identity == "3@5"
    assert builds.stamp_of({"number": 3, "timestamp": 5, "more": 1}) is not None
    assert [builds.stamp_of(entry) for entry in (None, {}, {"number": None, "timestamp": 5}, [])] == [None] * 4
