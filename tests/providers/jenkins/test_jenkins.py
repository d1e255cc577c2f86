"""The Jenkins provider: what it finds in folders of any depth, what is active, and what a poll costs."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.model import Repository, Workers, Workflow
from exporter.providers.base import Since
from exporter.providers.jenkins import STEP, Jenkins
from exporter.providers.jenkins.jobs import LEVELS, WIDTH
from exporter.providers.jenkins.load import PAGE as TASKS
from exporter.providers.jenkins.marks import JobMark, folders_below, parts_of
from tests.support.jenkins import DAY, HOUR, MINUTE, MULTIBRANCH, NOW, PRIMARY, Controller, Folder, Source, tree_of
from tests.support.replay import Answer, Server

TOP = "/api/json"


def organisation(controller: Controller, repositories: int, *branches: str) -> list[Folder]:
    """`acme/REPOSITORY/ci` with a job of each branch, which was built a day ago."""
    projects = [controller.top.project("acme", f"r{index:03}", "ci", title="CI") for index in range(repositories)]
    for index, project in enumerate(projects):
        for branch in branches or ("main",):
            project.job(branch, repository=f"https://git.example/acme/r{index:03}.git").ran(NOW - DAY)
    return projects


class TestConfiguration:
    @pytest.mark.parametrize("half", [{"user": "exporter"}, {"token": "secret"}, {"token_file": "/run/token"}])
    def test_a_user_and_a_token_belong_together(self, half: dict[str, str]) -> None:
        with pytest.raises(ValidationError, match="user and its API token belong together"):
            Jenkins.model_validate({"kind": "jenkins", "url": "https://ci.example", **half})

    def test_the_token_goes_as_the_users_password(self, server: Server, controller: Controller) -> None:
        controller.top.job("a").ran(NOW)
        Source(server, user="exporter", token="of-jenkins").poll()
        sent = {request.headers["authorization"] for request in server.requests}
        assert {b64decode(header.removeprefix("Basic ")) for header in sent} == {b"exporter:of-jenkins"}

    def test_the_token_file_is_read_at_every_poll(self, server: Server, tmp_path: Path) -> None:
        file = tmp_path / "token"
        source = Source(server, user="exporter", token_file=str(file))
        seen = []
        for secret in ("one", "two"):
            file.write_text(f"{secret}\n")
            source.poll()
            seen.append(b64decode(server.requests[0].headers["authorization"].removeprefix("Basic ")))
        assert seen == [b"exporter:one", b"exporter:two"]

    def test_nobody_is_asked_for_without_a_token(self, jenkins: Source, server: Server) -> None:
        jenkins.poll()
        assert not any("authorization" in request.headers for request in server.requests)

    def test_jobs_are_told_apart_by_their_full_names(self) -> None:
        names = {"integrated_jobs": ["*/integrated-quality/*"], "legacy_jobs": ["*/separate-*"]}
        source = Jenkins.model_validate({"kind": "jenkins", "url": "https://ci.example", **names})
        kinds = [source.workflow(f"acme/shop/{job}/main") for job in ("integrated-quality", "separate-systems", "ci")]
        assert kinds == [Workflow.INTEGRATED, Workflow.LEGACY, Workflow.OTHER]


class TestJobs:
    def test_a_pipeline_is_called_as_its_project(self, controller: Controller, jenkins: Source) -> None:
        organisation(controller, 1, "main", "feature%2Fx")
        controller.top.job("nightly", title="Every night").ran(NOW - HOUR)
        found = {(run.pipeline, str(run.repository), run.default_branch) for run in jenkins.poll().runs}
        assert found == {
            ("CI", "acme/r000", True),
            ("CI", "acme/r000", False),
            ("Every night", "acme/shop", True),
        }

    def test_the_primary_branch_is_the_default_one(self, controller: Controller, jenkins: Source) -> None:
        (project,) = organisation(controller, 1, "main", "trunk")
        project.children["trunk"].actions = [{}, {"_class": PRIMARY}]  # type: ignore[union-attr]
        runs = jenkins.poll().runs
        assert len(runs) == 2
        assert [run.run_id for run in runs if run.default_branch] == [runs[1].run_id], "trunk comes after main"

    def test_a_branch_may_hold_a_slash(self, server: Server, controller: Controller) -> None:
        organisation(controller, 1, "release%2F1")
        source = Source(server, default_branch=["release/1"])
        assert [run.default_branch for run in source.poll().runs] == [True]
        assert source.news == ["/job/acme/job/r000/job/ci/job/release%252F1/api/json"]

    @pytest.mark.parametrize("depth", [1, LEVELS - 1, LEVELS, LEVELS + 1, 2 * LEVELS + 1])
    def test_folders_may_have_any_depth(self, controller: Controller, jenkins: Source, depth: int) -> None:
        names = [f"f{index}" for index in range(depth)]
        controller.top.folder(*names).job("deep").ran(NOW - HOUR)
        assert [run.pipeline for run in jenkins.poll().runs] == ["deep"]
        jenkins.poll(NOW + MINUTE)
        assert jenkins.cost == 3 + depth // LEVELS
        assert len(jenkins.told) == 1

    def test_an_empty_folder_is_not_asked_for(self, controller: Controller, jenkins: Source) -> None:
        controller.top.folder(*(f"f{index}" for index in range(LEVELS)))
        jenkins.poll()
        assert jenkins.cost == 3

    @pytest.mark.parametrize("entries", [WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH])
    def test_a_folder_of_many_entries_is_read_in_parts(
        self, controller: Controller, jenkins: Source, entries: int
    ) -> None:
        for index in range(entries):
            controller.top.folder("acme").job(f"j{index:03}").start(NOW - HOUR, queueId=index + 1)
        assert [one.executing for one in jenkins.poll().active] == [entries]
        jenkins.poll(NOW + MINUTE)
        assert jenkins.cost == 3 + entries // WIDTH

    def test_a_job_that_moves_between_two_parts_is_read_once(self, controller: Controller, jenkins: Source) -> None:
        folder = controller.top.folder("acme")
        for index in range(WIDTH + 1):
            folder.job(f"j{index:03}").ran(NOW - HOUR, queueId=index + 1)

        def answer(request: Any) -> Answer:
            found = controller(request)
            if request.path == TOP:
                folder.job("a new one")  # the last of the first part becomes the first of the second
            return found

        jenkins.server.answer = answer
        jenkins.poll()
        assert len(jenkins.told) == len(set(jenkins.told)) == WIDTH + 1

    def test_a_class_that_is_not_known_is_a_folder_where_it_has_jobs(
        self, controller: Controller, jenkins: Source
    ) -> None:
        controller.top.folder("acme", nature="com.example.Shelf").job("a", nature="com.example.Thing").ran(NOW)
        assert [run.pipeline for run in jenkins.poll().runs] == ["a"]

    def test_only_jobs_in_scope_are_read(self, server: Server, controller: Controller) -> None:
        for name in ("a", "b", "c-try"):
            controller.top.folder("acme").job(name).ran(NOW - HOUR)
        controller.top.folder("attic", *(f"f{index}" for index in range(LEVELS))).job("old").ran(NOW)
        source = Source(server, jobs=["acme/*"], exclude=["*-try", "attic"])
        assert [run.pipeline for run in source.poll().runs] == ["a", "b"]
        assert source.cost == 5, "an excluded folder is not looked into"

    @pytest.mark.parametrize("inside", [(), ("further", "down")])
    def test_a_folder_that_cannot_be_read_for_a_while_is_counted_once(
        self, controller: Controller, jenkins: Source, inside: tuple[str, ...]
    ) -> None:
        names = [f"f{index}" for index in range(LEVELS)]
        job = controller.top.folder(*names, *inside).job("deep")
        job.ran(NOW - HOUR)
        going = job.start(NOW - MINUTE)
        jenkins.poll()
        place = "/" + "".join(f"job/{name}/" for name in names) + "api/json"
        controller.broken[place] = Answer(403)
        broken = jenkins.poll(NOW + MINUTE)
        assert [(one.item, one.reason) for one in broken.unreadable] == [("/".join(names), "forbidden")]
        assert [one.executing for one in broken.active] == [1], "as far as we know it goes on"
        controller.broken.clear()
        job.end(going)
        job.ran(NOW + 2 * MINUTE)
        jenkins.poll(NOW + 10 * DAY)
        assert len(jenkins.told) == len(jenkins.runs) == 3

    def test_an_entry_that_cannot_be_read_leaves_the_others_noted(
        self, controller: Controller, jenkins: Source
    ) -> None:
        first, second = (controller.top.job(name) for name in ("a", "b"))
        for job in (first, second):
            job.ran(NOW - 8 * DAY, queueId=len(job.name))
        jenkins.poll()
        noted = dict(jenkins.marks)
        first.name = ""
        assert [one.item for one in jenkins.poll(NOW + MINUTE).unreadable] == [""]
        assert jenkins.marks == noted

    def test_the_notes_of_a_job_go_with_it(self, controller: Controller, jenkins: Source) -> None:
        (project,) = organisation(controller, 1, "main", "feature")
        jenkins.poll()
        del project.children["feature"]
        jenkins.poll(NOW + MINUTE)
        assert "main" in jenkins.marks["builds:acme/r000/ci"]
        assert "feature" not in jenkins.marks["builds:acme/r000/ci"]


class TestActive:
    def test_what_waits_is_counted_for_its_jobs_repository(self, controller: Controller, jenkins: Source) -> None:
        (project,) = organisation(controller, 1, "main", "feature%2Fx")
        controller.wait(1, "acme", "r000", "ci", "main")
        controller.wait(2, "acme", "r000", "ci", "feature%2Fx")
        project.children["main"].start(NOW)  # type: ignore[union-attr]
        (active,) = jenkins.poll().active
        assert (str(active.repository), active.pending, active.executing) == ("acme/r000", 2, 1)

    def test_what_is_no_run_of_ours_does_not_count(self, server: Server, controller: Controller) -> None:
        organisation(controller, 1)
        controller.wait(1, "acme", "r000", "ci", nature=MULTIBRANCH)  # it waits to be scanned
        controller.wait(2, "elsewhere", "job")
        controller.queue.append({"id": 3, "task": {"_class": "a.b.ExecutorStepExecution$PlaceholderTask"}})
        assert Source(server, jobs=["acme/*"]).poll().active == ()

    def test_what_is_not_known_counts_to_the_owner(self, server: Server, controller: Controller) -> None:
        controller.queue += [{"id": 1}, {"id": 2, "task": {"_class": "hudson.model.Queue$StubTask", "name": "hidden"}}]
        controller.wait(3, "made-a-moment-ago")
        (active,) = Source(server, owner="acme").poll().active
        assert (active.repository, active.pending) == (Repository("acme", ""), 3)

    def test_where_nothing_is_active_any_more_it_is_said_once(self, controller: Controller, jenkins: Source) -> None:
        job = controller.top.job("nightly")
        going = job.start(NOW - HOUR)
        jenkins.poll()
        job.end(going)
        assert [(one.pending, one.executing) for one in jenkins.poll(NOW + MINUTE).active] == [(0, 0)]
        assert jenkins.poll(NOW + 2 * MINUTE).active == ()

    def test_a_long_queue_is_read_in_parts(self, controller: Controller, jenkins: Source) -> None:
        controller.top.job("nightly")
        for number in range(TASKS):
            controller.wait(number, "nightly")
        assert [one.pending for one in jenkins.poll().active] == [TASKS]
        assert jenkins.cost == 4

    def test_without_the_queue_nothing_is_told_of_what_is_active(self, controller: Controller, jenkins: Source) -> None:
        controller.top.job("nightly").start(NOW - HOUR)
        controller.broken["/queue/api/json"] = Answer(500)
        facts = jenkins.poll()
        assert (facts.active, [(one.item, one.reason) for one in facts.unreadable]) == ((), [("queue", "server_error")])
        assert facts.workers, "the executors could be read"

    def test_the_executors_are_told_by_their_states(self, jenkins: Source) -> None:
        assert jenkins.poll().workers == (Workers(available=3, busy=1, offline=2),)

    def test_executors_that_cannot_be_read_are_not_told(self, controller: Controller, jenkins: Source) -> None:
        controller.broken["/computer/api/json"] = Answer(403)
        facts = jenkins.poll()
        assert (facts.workers, [one.item for one in facts.unreadable]) == ((), ["computer"])


class TestBudget:
    @pytest.mark.parametrize("repositories", [1, WIDTH - 1, WIDTH, 2 * WIDTH + 1])
    def test_an_organisation_in_which_nothing_changed(
        self, controller: Controller, jenkins: Source, repositories: int
    ) -> None:
        organisation(controller, repositories)
        jenkins.poll()
        assert jenkins.cost == 3 + repositories // WIDTH + repositories, "each job has builds within the history"
        jenkins.poll(NOW + MINUTE)
        assert jenkins.cost == 3 + repositories // WIDTH
        assert len(jenkins.runs) == len(jenkins.told) == repositories

    @pytest.mark.parametrize("changed", [1, 7])
    def test_each_changed_job_costs_a_request(self, controller: Controller, jenkins: Source, changed: int) -> None:
        projects = organisation(controller, 20, "main", "feature")
        jenkins.poll()
        for project in projects[:changed]:
            project.children["main"].ran(NOW)  # type: ignore[union-attr]
        jenkins.poll(NOW + MINUTE)
        assert jenkins.cost == 3 + changed

    def test_each_older_build_that_is_open_costs_a_request(self, controller: Controller, jenkins: Source) -> None:
        job = controller.top.job("nightly")
        for minute in range(4):
            job.start(NOW - HOUR + minute * MINUTE)
        jenkins.poll()
        jenkins.poll(NOW + MINUTE)
        assert jenkins.cost == 3 + 3, "the list of jobs tells of the newest one"
        job.ran(NOW + MINUTE)
        jenkins.poll(NOW + 2 * MINUTE)
        assert jenkins.cost == 3 + 1 + 3, "the list of new builds holds the newest of the open ones"

    def test_every_list_that_is_asked_for_is_bounded(self, controller: Controller, jenkins: Source) -> None:
        controller.top.job("nightly").ran(NOW)
        jenkins.poll()
        trees = [tree_of(dict(request.query)["tree"]) for request in jenkins.server.requests]
        assert len(trees) == 4
        lists = {"jobs", "builds", "allBuilds", "items", "computer"}
        assert [name for tree in trees for name in _unbounded(tree) if name in lists] == []


def _unbounded(tree: Any) -> Iterator[str]:
    for name, (children, part) in tree.items():
        if part.stop is None:
            yield name
        yield from _unbounded(children)


class TestCut:
    def test_a_poll_that_is_cut_goes_on_with_the_next_folder(self, controller: Controller, jenkins: Source) -> None:
        projects = organisation(controller, 4)
        jenkins.poll(steps=3)
        assert len(jenkins.told) == 2, "the first step says what could not be read"
        projects[0].children["main"].ran(NOW)  # type: ignore[union-attr]
        jenkins.poll(NOW + MINUTE, steps=2)
        assert len(jenkins.told) == 3
        assert jenkins.news == ["/job/acme/job/r002/job/ci/job/main/api/json"]
        jenkins.poll(NOW + 2 * MINUTE)
        jenkins.poll(NOW + 3 * MINUTE)
        assert len(jenkins.runs) == len(jenkins.told) == 5

    def test_a_folder_of_many_jobs_is_kept_in_parts(self, controller: Controller, jenkins: Source) -> None:
        for index in range(2 * STEP + 1):
            controller.top.job(f"j{index:03}").ran(NOW - HOUR, queueId=index + 1)
        jenkins.poll(steps=2)
        assert len(jenkins.told) == STEP
        jenkins.poll(NOW + MINUTE)
        assert len(jenkins.runs) == len(jenkins.told) == 2 * STEP + 1


class TestMarks:
    def test_an_identity_that_is_none_is_older_than_all(self) -> None:
        assert parts_of("12@34") == (12, 34)
        assert parts_of("") == parts_of("x@1") == parts_of("1@2@3") == (-1, -1)
        assert JobMark().known is None

    def test_folders_are_below_themselves_and_those_above(self) -> None:
        since = Since(NOW, {f"builds:{name}": "" for name in ("", "a", "a/b", "ab")} | {"cursor": ""})
        assert folders_below(since, "a") == ["a", "a/b"]
        assert folders_below(since, "") == ["", "a", "a/b", "ab"]

    def test_notes_that_cannot_be_read_are_none(self, controller: Controller, jenkins: Source) -> None:
        controller.top.job("nightly").ran(NOW - HOUR)
        jenkins.marks = {"builds:": "{", "active": "[]", "cursor": "/gone"}
        assert len(jenkins.poll().runs) == 1


@pytest.mark.parametrize("status", [200, 403])
def test_a_page_to_sign_in_is_no_jenkins(controller: Controller, jenkins: Source, status: int) -> None:
    page = b"<html><head><meta http-equiv='refresh' content='1;url=/login?from=%2Fapi%2Fjson'/></head></html>"
    controller.broken[TOP] = Answer(status, {"Content-Type": "text/html;charset=utf-8"}, page)
    jenkins.poll()
    words = {
        200: "HTML instead of JSON; is this the address of the API?",
        403: "403, the credentials do not allow this",
    }
    assert words[status] in str(jenkins.error)
