"""What Jenkins shows is what happened in the organisation; and it answers as Jenkins does to whom it should."""

from collections import defaultdict
from dataclasses import replace

import pytest
import requests

from exporter.demo.hosts import Host, all_on, told
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer

START = 1_760_000_000
OURS = {
    "SUCCESS": "success",
    "FAILURE": "failure",
    "UNSTABLE": "failure",
    "ABORTED": "cancellation",
    "NOT_BUILT": "skip",
}
GIT = "remoteUrls,lastBuiltRevision[SHA1]"
WHY = "causes[shortDescription]"
FIELDS = (
    f"number,timestamp,duration,building,result,queueId,actions[queuingDurationMillis,{WHY},{GIT}],culprits[fullName]"
)
EVERY = f"jobs[name,jobs[name,displayName,jobs[name,allBuilds[{FIELDS}]]]]"


class Jenkins:
    """An organisation on plain git in the test's hand, and its Jenkins."""

    def __init__(self, server, organisation):
        self.server, self.organisation = server, organisation
        self.moment = float(organisation.start)

    def advance(self, seconds):
        self.moment += seconds

    def ask(self, path, **params):
        auth = ("demo", self.server.tokens.jenkins)
        return requests.get(f"{self.server.addresses.jenkins}{path}", params=params, auth=auth, timeout=30)

    def builds(self):
        """By repository, workflow, job and number."""
        acme = self.ask("/job/acme/api/json", tree=EVERY).json()
        return {
            (folder["name"], project["displayName"], job["name"], build["number"]): build
            for folder in acme["jobs"]
            for project in folder["jobs"]
            for job in project["jobs"]
            for build in job["allBuilds"]
        }


@pytest.fixture
def moving():
    organisation = Organisation(seed=3, start=START, spread=all_on(Host.GIT))
    made = Jenkins(None, organisation)
    with DemoServer(organisation, lambda: made.moment) as server:
        made.server = server
        yield made


def shown_as(repository, run, attempt):
    outcome = attempt.outcome and told(attempt.outcome.result, Host.GIT)
    return repository.name, run.sha, attempt.requested_at, attempt.started_at, attempt.finished_at, outcome


def read_as(name, build):
    waited, git = build["actions"][2], build["actions"][3]
    started = build["timestamp"] // 1000
    finished = None if build["building"] else started + build["duration"] // 1000
    asked = started - waited["queuingDurationMillis"] // 1000
    result = build["result"] and OURS[build["result"]]
    return name, git["lastBuiltRevision"]["SHA1"], asked, started, finished, result


def test_every_launch_that_began_is_a_build_and_nothing_else(moving):
    moving.advance(600)
    read = sorted(read_as(key[0], build) for key, build in moving.builds().items())
    readable = [each for each in moving.organisation.repositories.values() if not each.unreadable]
    known = [shown_as(r, run, a) for r in readable for run in r.runs for a in run.attempts if a.started_at]
    assert [tuple(map(str, each)) for each in read] == sorted(tuple(map(str, each)) for each in known)


def test_both_kinds_of_failure_are_told(moving):
    moving.advance(600)
    results = {build["result"] for build in moving.builds().values()}
    assert results == {*OURS, None}


def test_a_checkout_names_the_address_that_git_serves(moving):
    git = moving.server.addresses.git
    for (repository, *_), build in moving.builds().items():
        assert build["actions"][3]["remoteUrls"] == [f"{git}/acme/{repository}.git"]


def test_a_number_that_was_shown_stays_and_none_turns_up_below_it(moving):
    seen, newest = {}, {}
    for _ in range(12):
        moving.advance(30)
        now = moving.builds()
        for (*job, number), build in sorted(now.items()):
            place = (*job, number)
            if place not in seen:
                assert number == newest.get(tuple(job), 0) + 1
                newest[tuple(job)] = number
            assert seen.setdefault(place, build["queueId"]) == build["queueId"]


def test_forgotten_builds_are_gone_and_the_others_keep_their_numbers(moving):
    before = moving.builds()
    moving.organisation.forget_runs(START - 3600)
    after = moving.builds()
    assert 0 < len(after) < len(before)
    assert all(before[key] == build for key, build in after.items())
    repository, _, job, number = next(key for key in before if key not in after and key[1] == "CI")
    assert moving.ask(f"/job/acme/job/{repository}/job/ci/job/{job}/{number}/api/json").status_code == 404


def test_a_build_says_why_it_was_asked_for_and_whose_changes_are_in_it(moving):
    moving.advance(600)
    by_cause = defaultdict(set)
    for build in moving.builds().values():
        cause = build["actions"][0]["causes"][0]["shortDescription"].partition("user ")[0]
        by_cause[cause].add((read_as("", build)[1:3], tuple(each["fullName"] for each in build["culprits"])))
    expected = defaultdict(set)
    readable = [each for each in moving.organisation.repositories.values() if not each.unreadable]
    begun = [(run, a) for each in readable for run in each.runs for a in run.attempts if a.started_at]
    for run, attempt in begun:
        first, nightly = attempt.number == 1, run.event == "schedule"
        cause = ("Started by timer" if nightly else "Branch indexing") if first else "Started by "
        by = (run.attempts[0].actor.name,) if first and not nightly else ()
        expected[cause].add(((run.sha, attempt.requested_at), by))
    assert by_cause == expected
    assert len(by_cause) == 3


def test_what_waits_is_in_the_queue_and_what_runs_takes_an_executor(moving):
    moving.advance(300)
    queue = moving.ask("/queue/api/json").json()
    nodes = moving.ask("/computer/api/json", depth=2).json()
    every = [(r, a) for r in moving.organisation.repositories.values() for run in r.runs for a in run.attempts]
    waiting = [a for r, a in every if a.started_at is None and not r.unreadable]
    running = [a for r, a in every if a.started_at and not a.finished_at]
    assert len(queue["items"]) == len(waiting)
    assert nodes["busyExecutors"] == len(running) > 0
    busy = [e for node in nodes["computer"] for e in node["executors"] if not e["idle"]]
    assert len(busy) == len(running)
    online = [node for node in nodes["computer"] if not node["offline"]]
    assert nodes["totalExecutors"] == sum(node["numExecutors"] for node in online) >= len(running)


def test_what_runs_out_of_sight_takes_an_executor_and_is_not_named(moving):
    unreadable = next(r for r in moving.organisation.repositories.values() if r.unreadable)

    def open_():
        return [a for run in unreadable.runs for a in run.attempts if not a.finished_at]

    while not {bool(a.started_at) for a in open_()} >= {True, False}:
        moving.advance(1)
        moving.organisation.advance(moving.moment)
    nodes = moving.ask("/computer/api/json", tree="computer[executors[idle,currentExecutable[url]]]").json()["computer"]
    nameless = [e for node in nodes for e in node["executors"] if not e["idle"] and e["currentExecutable"] is None]
    assert len(nameless) == sum(bool(a.started_at) for a in open_())
    queue = moving.ask("/queue/api/json").json()
    assert not any(unreadable.name in item["task"]["url"] for item in queue["items"])
    stubs = queue["discoverableItems"]
    assert len(stubs) == sum(not a.started_at for a in open_())
    assert all(set(stub["task"]) == {"name"} for stub in stubs)


def test_builds_show_the_newest_hundred_and_all_builds_all(moving):
    repository = moving.organisation.repositories["payments-api"]
    main = [run for run in repository.runs if run.path.endswith("/ci.yml") and not run.pull and run.latest.finished_at]
    main[0].attempts = [replace(main[0].attempts[0], number=number) for number in range(1, 151)]
    job = "/job/acme/job/payments-api/job/ci/job/main/api/json"
    shown = moving.ask(job, tree="builds[number],allBuilds[number],firstBuild[number],nextBuildNumber").json()
    newest = shown["nextBuildNumber"] - 1
    assert newest > 150
    assert [each["number"] for each in shown["builds"]] == list(range(newest, newest - 100, -1))
    assert [each["number"] for each in shown["allBuilds"]] == list(range(newest, 0, -1))
    assert shown["firstBuild"]["number"] == 1
    assert "allBuilds" not in moving.ask(job).json()


def test_folders_of_repositories_in_which_nothing_runs_are_empty(ask_jenkins, on_git):
    listed = ask_jenkins("/api/json", tree="jobs[jobs[name,jobs[name]]]").json()["jobs"][0]["jobs"]
    empty = {each["name"] for each in listed if not each["jobs"]}
    assert empty == {name for name, each in on_git.repositories.items() if not each.runs or each.unreadable}
    assert {"cart-legacy", "voice-assistant", "fraud-models"} <= empty


def test_jobs_say_what_they_build(ask_jenkins, on_git):
    jobs = ask_jenkins("/job/acme/job/payments-api/job/ci/api/json", tree="jobs[name,buildable,actions[*]]").json()[
        "jobs"
    ]
    primary = {job["name"] for job in jobs for action in job["actions"] if "Primary" in action.get("_class", "")}
    assert primary == {"main"}
    repository = on_git.repositories["payments-api"]
    for job in jobs:
        if job["name"] != "main":
            pull = repository.pull(int(job["name"].removeprefix("PR-")))
            titles = [action["objectDisplayName"] for action in job["actions"] if "objectDisplayName" in action]
            assert (titles, job["buildable"]) == ([pull.title], pull.closed_at is None)


PERMALINKS = {
    "lastBuild": lambda build: True,
    "lastCompletedBuild": lambda build: build["result"] is not None,
    "lastFailedBuild": lambda build: build["result"] == "FAILURE",
    "lastStableBuild": lambda build: build["result"] == "SUCCESS",
    "lastSuccessfulBuild": lambda build: build["result"] in ("SUCCESS", "UNSTABLE"),
    "lastUnstableBuild": lambda build: build["result"] == "UNSTABLE",
    "lastUnsuccessfulBuild": lambda build: build["result"] not in ("SUCCESS", None),
}


@pytest.mark.parametrize("name", PERMALINKS)
def test_a_permalink_is_the_newest_build_of_its_kind(ask_jenkins, on_git, name):
    found = 0
    for repository in ("payments-api", "checkout-gateway", "terraform-modules", "storefront-web"):
        branch = on_git.repositories[repository].plan.branch
        job = f"/job/acme/job/{repository}/job/ci/job/{branch}"
        known = ask_jenkins(f"{job}/api/json", tree=f"builds[number,result],{name}[number]").json()
        expected = next((each["number"] for each in known["builds"] if PERMALINKS[name](each)), None)
        assert (known[name] and known[name]["number"]) == expected
        reply = ask_jenkins(f"{job}/{name}/api/json")
        assert reply.status_code == (404 if expected is None else 200)
        found += expected is not None
    assert found


def garbled(request):
    request.headers["Authorization"] = "Basic %%%"
    return request


REFUSED = {
    "no credentials": (None, "/api/json", 403),
    "a wrong token": (("demo", "wrong"), "/api/json", 401),
    "no base64": (garbled, "/api/json", 401),
    "another user": (("someone", "demo-jenkins-token"), "/api/json", 401),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_may_not_is_refused_in_html(ask_jenkins, case):
    auth, path, status = REFUSED[case]
    reply = ask_jenkins(path, auth=auth)
    assert reply.status_code == status
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.headers["X-Jenkins"] == "2.462.3"
    assert ("WWW-Authenticate" in reply.headers) == (status == 401)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/job/acme/job/fraud-models/api/json", 403),
        ("/job/acme/job/fraud-models/job/ci/job/main/api/json", 403),
        ("/job/acme/job/nothing/api/json", 404),
        ("/job/acme/job/payments-api/job/ci/job/main/99999/api/json", 404),
        ("/job/acme/job/payments-api/job/ci/job/main/lastNonsense/api/json", 404),
        ("/job/acme/job/payments-api/job/ci/job/main/1/2/api/json", 404),
        ("/queue/item/1/api/json", 404),
        ("/computer/agent-99/api/json", 404),
        ("/nonsense", 404),
        ("/api/json?tree=jobs[", 500),
        ("/api/json?tree=", 500),
        ("/api/json?depth=deep", 500),
    ],
)
def test_what_cannot_be_shown_is_said_in_html(ask_jenkins, path, status):
    reply = ask_jenkins(path)
    assert reply.status_code == status
    assert reply.headers["Content-Type"].startswith("text/html")


def test_every_page_says_which_jenkins_it_is_and_none_can_be_asked_conditionally(ask_jenkins):
    for path in ("/", "/api/json", "/job/acme/", "/nonsense"):
        headers = ask_jenkins(path).headers
        assert {headers["X-Jenkins"], headers["X-Hudson"]} == {"2.462.3", "1.395"}
        assert headers["X-Jenkins-Session"]
        assert "ETag" not in headers


def test_views_lead_to_the_same_jobs(ask_jenkins):
    direct = ask_jenkins("/job/acme/job/payments-api/api/json").json()
    assert ask_jenkins("/view/all/job/acme/view/All/job/payments-api/api/json").json() == direct
    project = "/job/acme/job/payments-api/job/ci"
    views = [
        ask_jenkins(f"{project}/view/{name}/api/json", tree="jobs[name]") for name in ("default", "change-requests")
    ]
    apart = [[job["name"] for job in view.json()["jobs"]] for view in views]
    together = ask_jenkins(f"{project}/api/json", tree="jobs[name]").json()["jobs"]
    assert apart[0] == ["main"]
    assert sorted(apart[0] + apart[1]) == sorted(job["name"] for job in together)


def test_pretty_is_the_same_with_line_breaks(ask_jenkins):
    plain, pretty = ask_jenkins("/api/json"), ask_jenkins("/api/json", pretty="true")
    assert pretty.json() == plain.json()
    assert "\n" in pretty.text
    assert "\n" not in plain.text
