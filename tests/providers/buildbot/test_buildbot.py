"""The Buildbot provider: what its words mean, what it notes, and what a poll costs."""

import logging
import math
import time
from collections.abc import Sequence

import pytest

from exporter.errors import ServerFailed
from exporter.model import Facts, Repository, Result, Workflow
from exporter.providers.base import Since
from exporter.providers.buildbot import Buildbot, parse_run
from exporter.providers.buildbot.api import Build, Buildset, SourceStamp, parse_origin, parse_result
from exporter.providers.buildbot.marks import Marks, active_text, builds_text, identity_of
from exporter.providers.common.words import newer_word
from tests.support.replay import Answer, Request, Server

T = 1_768_000_000
NOW = T + 86400.0
PAGE = 100


def test_more_than_one_source_stamp_names_no_repository() -> None:
    stamp = SourceStamp(repository="https://git.example/acme/shop")
    assert parse_origin(Buildset(bsid=1, sourcestamps=(stamp,)), "us") == Repository("acme", "shop")
    assert parse_origin(Buildset(bsid=1, sourcestamps=(stamp, stamp)), "us") == Repository("us", "")
    assert parse_origin(Buildset(bsid=1), "us") == Repository("us", "")


def test_results_that_are_not_known_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    newer_word.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [parse_result(code) for code in (97, 97, "odd", None)] == [Result.UNKNOWN] * 4
    assert [record.getMessage() for record in caplog.records] == [
        "Buildbot reports a build result that is newer than this exporter: '97'",
        "Buildbot reports a build result that is newer than this exporter: 'odd'",
    ]


def test_a_run_waited_from_its_submission_to_its_start() -> None:
    build = Build.model_validate(build_of(7, started_at=T, complete_at=T + 60))
    source = Buildbot(kind="buildbot", url="http://ci.example", owner="us")
    run = parse_run(build, "docs", T - 5.0, source)
    assert (run.queued, run.duration, run.run_id, run.repository) == (5, 60, f"7@{T}", Repository("us", ""))
    unknown = parse_run(build, "docs", None, source)
    assert (unknown.queued, unknown.duration) == (None, 60)


@pytest.mark.parametrize(("branch", "default"), [(None, True), ("", True), ("main", False), ("trunk", True)])
def test_the_default_branch_has_the_configured_names(branch: str | None, default: bool) -> None:  # noqa: FBT001  # a table
    source = Buildbot(kind="buildbot", url="http://ci.example", default_branch=("trunk", ""))
    build = Build.model_validate(build_of(7, properties={"branch": [branch, "Build"]}))
    assert parse_run(build, "docs", None, source).default_branch is default


def test_builders_are_covered_and_classified_by_shell_patterns() -> None:
    patterns = {
        "builders": ["shop-*"],
        "exclude": ["*-try"],
        "integrated_builders": ["*-new"],
        "legacy_builders": ["*"],
    }
    source = Buildbot.model_validate({"kind": "buildbot", "url": "http://ci.example", **patterns})
    assert [source.covers(name) for name in ("shop-new", "shop-try", "docs")] == [True, False, False]
    assert [source.workflow(name) for name in ("shop-new", "shop-old")] == [Workflow.INTEGRATED, Workflow.LEGACY]
    assert Buildbot(kind="buildbot", url="http://ci.example").workflow("shop-new") is Workflow.OTHER


def test_marks_are_read_as_they_were_written() -> None:
    shop = Repository("a b/c", 'say "shop"')
    written = builds_text("12@5", {"9@4", "10@?"}) | active_text([shop])
    assert written["open"] == "9@4 10@?"
    assert Marks.of(Since(NOW, written)) == Marks("12@5", frozenset({"9@4", "10@?"}), frozenset({shop}))


@pytest.mark.parametrize("text", ["", "x", "1", "@", "[1, 2]", "[[1]]", "{", "9" * 40 + "@1"])
def test_marks_of_another_make_are_no_marks(text: str) -> None:
    assert Marks.of(Since(NOW, {"newest": text, "open": text, "active": text})) == Marks()


@pytest.mark.parametrize(
    "item", [None, [], {}, {"buildid": True}, {"buildid": "7"}, {"buildid": -1}, {"buildid": 10**18}]
)
def test_what_has_no_id_has_no_identity(item: object) -> None:
    assert identity_of(item) is None


def build_of(number: int, **known: object) -> dict[str, object]:
    usual = {"buildid": number, "builderid": 1, "buildrequestid": number, "started_at": T + number}
    return {**usual, "complete": True, "complete_at": T + number + 1, "results": 0, **known}


class Master:
    """What a master with these builds and waiting requests answers; every filter that the provider uses is played."""

    def __init__(self, builds: Sequence[dict[str, object]], waiting: int = 0) -> None:
        self.builds = {int(str(build["buildid"])): build for build in builds}
        self.waiting = waiting
        self.failing = 0

    def __call__(self, request: Request) -> Answer:
        if self.failing and ("buildid__ge", str(self.failing)) in request.query:
            return Answer(500)
        collection = request.path.rpartition("/")[2]
        return Answer.of_json({collection: getattr(self, f"_{collection}")(request.query), "meta": {}})

    def _builds(self, query: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
        asked = dict(query)
        ids = [int(value) for key, value in query if key == "buildid"]
        found = [self.builds[one] for one in sorted(self.builds) if not ids or one in ids]
        found = [one for one in found if int(str(one["buildid"])) >= int(asked.get("buildid__ge", 0))]
        found = [one for one in found if int(str(one["started_at"])) >= int(asked.get("started_at__ge", 0))]
        found = [one for one in found if int(str(one["started_at"])) < int(asked.get("started_at__lt", 10**12))]
        found = [one for one in found if "complete" not in asked or not one["complete"]]
        return found[: int(asked.get("limit", 10**6))]

    def _buildrequests(self, query: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
        if ("claimed", "false") in query:
            return [{"buildrequestid": 10**6 + n, "builderid": 1, "buildsetid": n} for n in range(self.waiting)]
        return [{"buildrequestid": int(value), "submitted_at": T} for key, value in query if key == "buildrequestid"]

    def _builders(self, query: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
        return [{"builderid": 1, "name": "shop"}]

    def _buildsets(self, query: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
        return []


def poll(master: Master, marks: dict[str, str], **config: object) -> tuple[Facts, int]:
    """One poll, which keeps its `marks`; what it learned, also when it failed, and how many requests it sent."""
    steps: list[Facts] = []
    with Server(master) as server:
        source = Buildbot.model_validate({"kind": "buildbot", "url": server.url, **config})
        with source.connect(time.monotonic() + 20, source.auth()) as http:
            try:
                steps.extend(source.fetch(http, Since(NOW, dict(marks))))
            except ServerFailed:
                assert master.failing
    facts = Facts.merged(steps)
    marks.update(facts.marks)
    return facts, len(server.requests)


@pytest.mark.parametrize("new", [0, 1, 98, 99, 100, 250])
@pytest.mark.parametrize("still_open", [0, 1, 100, 101])
def test_a_poll_costs_what_the_formula_says(new: int, still_open: int) -> None:
    begun = [build_of(number, complete=False, complete_at=None, results=None) for number in range(1, still_open + 1)]
    master = Master([*begun, build_of(500)], waiting=1)
    marks: dict[str, str] = {}
    poll(master, marks)

    master.builds |= {number: build_of(number) for number in range(1, still_open + 1)}
    master.builds |= {number: build_of(number) for number in range(501, 501 + new)}
    facts, requests = poll(master, marks)

    assert len(facts.runs) == new + still_open
    pages, chunks = (new + 1) // PAGE + 1, math.ceil(still_open / PAGE)
    assert requests <= 2 * pages + 2 * chunks + 3
    assert requests >= 2 * pages + 2 * chunks + 1, (
        "the formula is no exaggeration: a page without new builds is cheaper"
    )
    master.waiting = 0
    assert poll(master, marks)[1] == 2


def test_the_first_poll_and_a_new_master_cost_little_more() -> None:
    marks: dict[str, str] = {}
    facts, requests = poll(Master([build_of(number) for number in range(1, 8)], waiting=1), marks)
    assert (len(facts.runs), requests) == (7, 2 + 3 + 1)
    facts, requests = poll(Master([build_of(number, started_at=T + 50) for number in range(1, 9)], waiting=1), marks)
    assert (len(facts.runs), requests) == (8, 2 + 3 + 2)


def test_a_poll_that_is_cut_goes_on_where_it_stood() -> None:
    master = Master([build_of(number, complete=number != 5) for number in range(1, 251)])
    marks: dict[str, str] = {}
    master.failing = 101
    first, _ = poll(master, marks)
    assert [run.run_id for run in first.runs] == [f"{n}@{T + n}" for n in range(1, 101) if n != 5]
    assert marks["newest"] == f"100@{T + 100}"

    master.failing = 0
    master.builds[5] = build_of(5)
    second, _ = poll(master, marks)
    assert [run.run_id for run in second.runs] == [f"{n}@{T + n}" for n in (5, *range(101, 251))]


def test_the_history_begins_where_it_is_configured_but_what_is_open_is_older() -> None:
    long_ago = build_of(1, started_at=T - 10**6, complete=False, complete_at=None)
    master = Master([long_ago, build_of(2, started_at=T - 7200), build_of(3, started_at=int(NOW) - 60)])
    marks: dict[str, str] = {}
    facts, _ = poll(master, marks, history="1h")
    assert [run.run_id for run in facts.runs] == [f"3@{int(NOW) - 60}"]
    assert [one.executing for one in facts.active] == [1]

    master.builds[1] = {**long_ago, "complete": True, "complete_at": T}
    facts, _ = poll(master, marks, history="1h")
    assert [run.run_id for run in facts.runs] == [f"1@{T - 10**6}"]


def test_an_old_build_that_is_alone_is_followed_until_it_ends() -> None:
    old = build_of(1, started_at=T - 10**7, complete=False, complete_at=None)
    master = Master([old])
    marks: dict[str, str] = {}
    assert poll(master, marks)[0].runs == ()
    assert poll(master, marks)[0].active[0].executing == 1
    master.builds[1] = {**old, "complete": True, "complete_at": T}
    assert [run.run_id for run in poll(master, marks)[0].runs] == [f"1@{T - 10**7}"]
    assert poll(master, marks)[0].runs == ()


def test_builds_that_the_master_forgot_are_no_reason_to_begin_again() -> None:
    master = Master([build_of(1, complete=False, complete_at=None), *(build_of(number) for number in range(2, 10))])
    marks: dict[str, str] = {}
    poll(master, marks)
    del master.builds[1]
    facts, requests = poll(master, marks)
    assert (facts.runs, [one.executing for one in facts.active], requests) == ((), [0], 3)
    master.builds.clear()
    assert poll(master, marks)[0].runs == ()
    assert marks["newest"] == marks["open"] == ""


def test_a_builder_that_came_during_the_poll_is_asked_for() -> None:
    class Growing(Master):
        asked = 0

        def _builders(self, query: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
            self.asked += 1
            return [{"builderid": number, "name": f"shop-{number}"} for number in range(1, self.asked + 1)]

    master = Growing([build_of(number, builderid=1 + number // 101) for number in range(1, 102)])
    facts, _ = poll(master, {})
    assert (facts.runs[0].pipeline, facts.runs[-1].pipeline, facts.unreadable) == ("shop-1", "shop-2", ())


def test_the_newest_build_is_counted_once_it_has_ended() -> None:
    master = Master([build_of(1, complete=False, complete_at=None)])
    marks: dict[str, str] = {}
    assert poll(master, marks)[0].runs == ()
    master.builds[1] = build_of(1)
    assert [run.run_id for run in poll(master, marks)[0].runs] == [f"1@{T + 1}"]
    facts, requests = poll(master, marks)
    assert (facts.runs, requests) == ((), 2)
