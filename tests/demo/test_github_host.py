"""What clients do not check: filters, the 1,000 results, pages, ETags, limits, refusals."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from exporter.demo.api.answers import Refused
from exporter.demo.api.github.filters import created_between
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.clock import Clock

START = 1_760_000_000
RUNS = "/repos/acme/payments-api/actions/runs"


def written(moment):
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(reply):
    return [run["id"] for run in reply.json()["workflow_runs"]]


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def moving(clock):
    """A server whose time we make, and a way to ask it."""
    server = DemoServer(Organisation(start=START, repositories=12), clock, github_limit=50)
    with server, requests.Session() as session:
        session.headers["Authorization"] = f"token {server.tokens.github}"

        def ask(path, *, headers=None, **params):
            return session.get(server.addresses.github + path, params=params, headers=headers, timeout=10)

        yield server, ask


@pytest.mark.parametrize(
    ("expression", "span"),
    [
        (">=2026-01-02T03:04:05Z", (1767323045, float("inf"))),
        (">2026-01-02T03:04:05Z", (1767323046, float("inf"))),
        ("<=2026-01-02T03:04:05Z", (float("-inf"), 1767323045)),
        ("<2026-01-02T04:04:05+01:00", (float("-inf"), 1767323044)),
        ("2026-01-02T03:04:05Z..2026-01-02T03:04:06Z", (1767323045, 1767323046)),
        ("*..2026-01-02", (float("-inf"), 1767398399)),
        ("2026-01-02..*", (1767312000, float("inf"))),
        ("2026-01-02", (1767312000, 1767398399)),
    ],
)
def test_the_created_filter_means_what_github_says(expression, span):
    assert created_between(expression) == span


@pytest.mark.parametrize("expression", ["yesterday", ">>2026-01-01", "2026-13-01", "..", ""])
def test_a_created_filter_that_is_none_is_refused(expression):
    with pytest.raises(Refused) as refused:
        created_between(expression)
    assert refused.value.status == 422


def test_runs_by_creation(github, frozen):
    runs = frozen.repositories["payments-api"].runs
    middle, later = runs[len(runs) // 3].created_at, runs[len(runs) // 2].created_at
    after = [r.run_id for r in reversed(runs) if r.created_at >= middle]
    between = [r.run_id for r in reversed(runs) if middle <= r.created_at <= later]
    assert 0 < len(between) < len(after) < len(runs)
    assert ids(github(RUNS, created=f">={written(middle)}", per_page=100)) == after
    assert ids(github(RUNS, created=f"{written(middle)}..{written(later)}", per_page=100)) == between


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"status": "completed"}, lambda run: run["status"] == "completed"),
        ({"status": "success"}, lambda run: run["conclusion"] == "success"),
        ({"branch": "main"}, lambda run: run["head_branch"] == "main"),
        ({"event": "pull_request"}, lambda run: run["event"] == "pull_request"),
    ],
)
def test_runs_by_what_they_are(github, frozen, asked, fits):
    readable = [r for r in frozen.repositories.values() if r.plan.branch == "main" and not r.unreadable]
    busy = next(each.name for each in readable if any(run.latest.status != "completed" for run in each.runs))
    path = f"/repos/acme/{busy}/actions/runs"
    every = github(path, per_page=100).json()["workflow_runs"]
    found = github(path, per_page=100, **asked).json()
    assert found["workflow_runs"] == [run for run in every if fits(run)]
    assert 0 < found["total_count"] < len(every)


def test_pull_requests_of_a_run_can_be_left_out(github):
    runs = github(RUNS, event="pull_request").json()["workflow_runs"]
    assert all(run["pull_requests"][0]["head"]["sha"] == run["head_sha"] for run in runs)
    runs = github(RUNS, event="pull_request", exclude_pull_requests="true").json()["workflow_runs"]
    assert all(run["pull_requests"] == [] for run in runs)


def test_a_filtered_list_ends_at_a_thousand_and_an_unfiltered_one_does_not():
    organisation = Organisation(start=START, repositories=1, pace=40)
    organisation.advance(START + 2700)
    organisation.freeze()
    count = len(organisation.repositories["payments-api"].runs)
    assert count > 1100
    with DemoServer(organisation, time.time) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.tokens.github}"
        url = server.addresses.github + RUNS
        filtered = session.get(url, params={"per_page": 100, "created": ">=2020-01-01"}, timeout=10)
        assert filtered.json()["total_count"] == count
        assert parse_qs(urlsplit(filtered.links["last"]["url"]).query)["page"] == ["10"]
        eleventh = session.get(url, params={"per_page": 100, "created": ">=2020-01-01", "page": 11}, timeout=10)
        assert ids(eleventh) == []
        eleventh = session.get(url, params={"per_page": 100, "page": 11}, timeout=10)
        assert len(ids(eleventh)) == min(100, count - 1000)


def test_a_rerun_keeps_its_creation_and_replaces_what_the_list_shows(github, frozen):
    name, run = next(
        (name, run)
        for name, each in frozen.repositories.items()
        for run in each.runs
        if len(run.attempts) > 1 and run.latest.status == "completed" and not each.unreadable
    )
    path = f"/repos/acme/{name}/actions/runs"
    listed = [r for r in github(path, created=written(run.created_at)).json()["workflow_runs"] if r["id"] == run.run_id]
    first = github(f"{path}/{run.run_id}/attempts/1").json()
    assert [shown["run_attempt"] for shown in listed] == [len(run.attempts)]
    assert listed[0]["created_at"] == first["created_at"] == written(run.created_at)
    assert listed[0]["run_started_at"] > first["updated_at"]
    assert first["previous_attempt_url"] is None
    assert github(f"{path}/{run.run_id}/attempts/{len(run.attempts) + 1}").status_code == 404


def test_forgotten_runs_are_listed_no_more(moving):
    server, ask = moving
    known = ids(ask(RUNS))
    server._organisation.forget_runs(before=START + 1)
    assert ask(RUNS).json()["total_count"] == 0
    assert ask(f"{RUNS}/{known[0]}").status_code == 404


def test_links_lead_through_the_pages_and_keep_the_question(github, server):
    first = github("/orgs/acme/repos", per_page=15, sort="full_name")
    assert set(first.links) == {"next", "last"}
    second = github(first.links["next"]["url"])
    assert set(second.links) == {"prev", "first", "next", "last"}
    assert second.links["next"]["url"].startswith(f"{server.addresses.github}/orgs/acme/repos?")
    assert parse_qs(urlsplit(second.url).query) == {"per_page": ["15"], "sort": ["full_name"], "page": ["2"]}
    third = github(second.links["last"]["url"])
    assert set(third.links) == {"prev", "first"}
    assert len(first.json()) + len(second.json()) + len(third.json()) == 40
    assert len(github("/orgs/acme/repos").json()) == 30
    assert "Link" not in github("/orgs/acme/repos", per_page=1000).headers


def test_trees_can_be_asked_for_level_by_level(github, frozen):
    root = github("/repos/acme/payments-api/git/trees/HEAD").json()
    assert all("/" not in entry["path"] for entry in root["tree"])
    folder = next(entry for entry in root["tree"] if entry["path"] == ".github")
    below = github(folder["url"], recursive=1).json()
    assert "workflows/ci.yml" in {entry["path"] for entry in below["tree"]}
    assert below["sha"] == folder["sha"]


def test_a_commit_s_tree_can_still_be_read_after_the_next_push(moving, clock):
    _, ask = moving
    before = ask("/repos/acme/payments-api/branches/main").json()["commit"]
    clock.advance(1800)
    after = ask("/repos/acme/payments-api/branches/main").json()["commit"]
    assert after["sha"] != before["sha"]
    for sha in (before["sha"], before["commit"]["tree"]["sha"]):
        tree = ask(f"/repos/acme/payments-api/git/trees/{sha}", recursive=1).json()
        assert tree["sha"] == before["commit"]["tree"]["sha"]


@pytest.mark.parametrize(
    "path",
    ["/orgs/acme/repos", RUNS, "/repos/acme/payments-api/git/trees/main", "/repos/acme/payments-api/pulls?state=all"],
)
def test_an_etag_holds_while_nothing_changes_and_costs_nothing(moving, clock, path):
    _, ask = moving
    first = ask(path)
    again = ask(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"] == "49"
    clock.advance(1800)
    changed = ask(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["X-RateLimit-Remaining"] == "48"


def test_a_run_that_ends_changes_the_etag_of_its_page(moving, clock):
    server, ask = moving
    active = [
        r for r in server._organisation.repositories.values() if r.runs and r.runs[-1].latest.status != "completed"
    ]
    path = f"/repos/acme/{active[0].name}/actions/runs"
    first = ask(path)
    while active[0].runs[-1].latest.status != "completed":
        clock.advance(1)
        server._organisation.advance(clock())
    assert ask(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_rate_limit_runs_dry_and_begins_anew(moving, clock):
    _, ask = moving
    for left in range(49, -1, -1):
        assert ask("/orgs/acme").headers["X-RateLimit-Remaining"] == str(left)
    dry = ask("/orgs/acme")
    assert dry.status_code == 403
    assert "rate limit" in dry.json()["message"]
    assert dry.headers["X-RateLimit-Remaining"] == "0"
    assert int(dry.headers["X-RateLimit-Reset"]) == START + 3600
    assert ask("/rate_limit").json()["resources"]["core"]["remaining"] == 0
    clock.advance(3600)
    assert ask("/orgs/acme").status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "token wrong", "Basic demo-github-token", "Bearer "])
def test_wrong_credentials_are_refused(github, authorization):
    reply = github("/orgs/acme", headers={"Authorization": authorization})
    assert reply.status_code == 401
    assert set(reply.json()) == {"message", "documentation_url", "status"}
    assert github("/rate_limit", headers={"Authorization": authorization}).status_code == 401


def test_a_revoked_token_is_refused(moving):
    server, ask = moving
    assert ask("/orgs/acme").status_code == 200
    server.gate.revoke(server.tokens.github)
    assert ask("/orgs/acme").status_code == 401


def test_the_unreadable_repository_is_listed_but_refuses_everything_else(github):
    assert "fraud-models" in {repository["name"] for repository in github("/orgs/acme/repos", per_page=100).json()}
    for path in ("", "/actions/runs", "/pulls", "/git/trees/main", "/contents/README.md"):
        assert github(f"/repos/acme/fraud-models{path}").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/repos/acme/nothing",
        "/repos/others/payments-api",
        "/repos/acme/payments-api/nothing",
        "/repos/acme/payments-api/branches/nothing",
        "/repos/acme/payments-api/git/trees/nothing",
        "/repos/acme/payments-api/git/blobs/nothing",
        "/repos/acme/payments-api/contents/nothing",
        "/repos/acme/payments-api/pulls/100000",
        "/repos/acme/payments-api/pulls/0",
        "/repos/acme/payments-api/actions/runs/1",
        "/repos/acme/voice-assistant/contents/README.md",
        "/repos/acme/voice-assistant/branches/main",
    ],
)
def test_what_is_not_there_is_404_in_json(github, path):
    reply = github(path)
    assert reply.status_code == 404
    assert reply.json()["status"] == "404"
