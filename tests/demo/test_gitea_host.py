"""The Gitea-shaped host: who may ask, pages, runs, files, and what it says instead.

The expectations are what a Gitea 1.26.0 answers.
"""

import base64
import hashlib
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from exporter.demo.hosts import Host, all_on, told
from exporter.demo.launches import launches
from exporter.demo.organisation import Organisation
from exporter.demo.run import Attempt, Outcome
from exporter.demo.server import DemoServer
from tests.support.clock import Clock

START = 1_760_000_000
REPOSITORY, EMPTY = "/repos/acme/payments-api", "/repos/acme/voice-assistant"
RUNS = f"{REPOSITORY}/actions/runs"


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def moving(clock):
    """An organisation of two that lives, and one's way to ask it."""
    acme = Organisation(start=START, repositories=2, spread=all_on(Host.GITEA))
    with DemoServer(acme, clock) as server, requests.Session() as session:
        session.headers["Authorization"] = f"token {server.tokens.gitea}"
        yield acme, lambda path: session.get(f"{server.addresses.gitea}/api/v1{path}", timeout=10)


def basic(user, password):
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def every(gitea, path, name=None, **params):
    """All items of a listing, by its links."""
    reply = gitea(path, **params)
    items = reply.json()[name] if name else reply.json()
    while "next" in reply.links:
        reply = gitea(reply.links["next"]["url"])
        items += reply.json()[name] if name else reply.json()
    return items


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "token {}"},
        {"Authorization": "Bearer {}"},
        {"Authorization": "TOKEN {}"},
        basic("anybody", "{}"),
        basic("{}", ""),
        basic("{}", "x-oauth-basic"),
    ],
)
def test_a_token_is_taken_in_many_ways(gitea, gitea_server, headers):
    value = headers["Authorization"]
    if value.startswith("Basic"):
        pair = base64.b64decode(value.split()[1]).decode().replace("{}", gitea_server.tokens.gitea)
        value = f"Basic {base64.b64encode(pair.encode()).decode()}"
    shown = {"Authorization": value.replace("{}", gitea_server.tokens.gitea)}
    assert gitea("/user", headers=shown).json()["login"] == "demo"


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_a_token_in_the_query_wins(gitea, gitea_server, name):
    assert gitea("/user", headers={}, **{name: gitea_server.tokens.gitea}).status_code == 200
    assert gitea("/user", **{name: "wrong"}).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Authorization": "token wrong"}, {"Authorization": "Bearer wrong"}, basic("demo", "wrong")]
)
def test_a_wrong_token_is_refused_everywhere(gitea, headers):
    for path in ("/version", "/user", "/orgs/acme", "/orgs/acme/repos", REPOSITORY):
        reply = gitea(path, headers=headers)
        assert reply.status_code == 401
        assert reply.json()["message"] == "invalid username, password or token"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Digest x"}, {"PRIVATE-TOKEN": "x"}, {"Authorization": "Basic !"}]
)
def test_who_shows_nothing_sees_what_is_public(gitea, headers):
    assert gitea("/version", headers=headers).json() == {"version": "1.26.0"}
    assert gitea("/orgs/acme", headers=headers).status_code == 200
    assert gitea("/orgs/acme/repos", headers=headers).json() == []
    assert gitea("/repos/search", headers=headers).json() == {"ok": True, "data": []}
    assert gitea(REPOSITORY, headers=headers).status_code == 404
    refused = gitea("/user", headers=headers)
    assert (refused.status_code, refused.json()["message"]) == (401, "token is required")


def test_the_unreadable_repository_is_listed_but_refuses_everything_else(gitea):
    assert "fraud-models" in {each["name"] for each in every(gitea, "/orgs/acme/repos")}
    for path in (
        "",
        "/branches",
        "/git/trees/main",
        "/contents/README.md",
        "/pulls",
        "/actions/runs",
        "/actions/tasks",
    ):
        reply = gitea(f"/repos/acme/fraud-models{path}")
        assert reply.status_code == 403
        assert "does not have at least one of required scope(s)" in reply.json()["message"]


def test_the_organisation_s_repositories_are_shown_under_both_addresses(gitea, gitea_acme):
    ours = every(gitea, "/orgs/acme/repos", limit=7)
    assert [each["name"] for each in ours] == list(gitea_acme.repositories)
    assert ours == every(gitea, "/users/acme/repos", limit=50)
    assert gitea("/users/amara-o/repos").json() == []
    assert gitea("/orgs/amara-o/repos").status_code == 404
    assert {each["name"] for each in ours if each["archived"]} == {"cart-legacy"}
    assert {each["name"]: each["parent"]["full_name"] for each in ours if each["fork"]} == {
        "postgres-operator": "upstream/postgres-operator"
    }
    assert {each["name"] for each in ours if each["empty"]} == {"voice-assistant"}
    branches = {each["name"]: each["default_branch"] for each in ours}
    assert branches == {name: each.plan.branch for name, each in gitea_acme.repositories.items()}


def test_names_are_the_same_in_any_case(gitea):
    assert gitea("/repos/Acme/Payments-API").json() == gitea(REPOSITORY).json()


def test_search_finds_by_name_kind_and_state(gitea, gitea_acme):
    def names(**params):
        return [each["name"] for each in gitea("/repos/search", limit=50, **params).json()["data"]]

    assert names() == sorted(gitea_acme.repositories)
    assert names(q="STOREFRONT") == ["storefront-bff", "storefront-web"]
    assert names(mode="fork") == ["postgres-operator"]
    assert names(archived="true") == ["cart-legacy"]
    assert len(names(archived="false")) == 39


def test_links_lead_through_the_pages_and_keep_the_question(gitea, gitea_server):
    first = gitea("/orgs/acme/repos", limit=15, x="y")
    assert first.headers["X-Total-Count"] == "40"
    assert first.headers["Access-Control-Expose-Headers"] == "Link, X-Total-Count"
    assert set(first.links) == {"next", "last"}
    second = gitea(first.links["next"]["url"])
    assert set(second.links) == {"next", "last", "first", "prev"}
    assert second.links["last"]["url"].startswith(f"{gitea_server.addresses.gitea}/api/v1/orgs/acme/repos?")
    assert parse_qs(urlsplit(second.url).query) == {"limit": ["15"], "page": ["2"], "x": ["y"]}
    third = gitea(second.links["last"]["url"])
    assert set(third.links) == {"first", "prev"}
    assert len(first.json()) + len(second.json()) + len(third.json()) == 40
    assert [len(gitea("/orgs/acme/repos", limit=limit).json()) for limit in (0, 5, 1000)] == [30, 5, 40]
    beyond = gitea("/orgs/acme/repos", limit=15, page=9)
    assert (beyond.json(), parse_qs(urlsplit(beyond.links["prev"]["url"]).query)["page"]) == ([], ["2"])


def test_no_page_is_longer_than_fifty(gitea, gitea_acme):
    busy = max(gitea_acme.repositories.values(), key=lambda each: len(each.runs))
    reply = gitea(f"/repos/{busy.full_name}/actions/runs", limit=100)
    assert len(reply.json()["workflow_runs"]) == min(50, len(launches(busy)))


def test_runs_are_the_organisation_s(gitea, gitea_acme):
    seen = Counter()
    for repository in gitea_acme.repositories.values():
        if repository.unreadable:
            continue
        known = launches(repository)[::-1]
        shown = every(gitea, f"/repos/{repository.full_name}/actions/runs", "workflow_runs", limit=50)
        assert [run["id"] for run in shown] == [each.launch_id for each in known]
        assert [run["run_number"] for run in shown] == [each.number for each in known]
        for run, launch in zip(shown, known, strict=True):
            outcome = launch.attempt.outcome
            words = {"success": "success", "failure": "failure", "cancellation": "cancelled", "skip": "skipped"}
            result = words[told(outcome.result, Host.GITEA)] if outcome else None
            assert (run["status"], run.get("conclusion")) == (launch.attempt.status, result)
            seen[result] += 1
    assert set(seen) == {"success", "failure", "cancelled", "skipped", None}


def test_a_run_names_its_file_and_ref_and_no_creation(gitea, gitea_acme):
    known = {each.launch_id: each for each in launches(gitea_acme.repositories["payments-api"])}
    shown = every(gitea, RUNS, "workflow_runs")
    for run in shown:
        launch = known[run["id"]].run
        ref = f"refs/pull/{launch.pull}/head" if launch.pull else f"refs/heads/{launch.branch}"
        assert run["path"] == f"{launch.path.rpartition('/')[2]}@{ref}"
        assert run.get("head_branch") == (None if launch.pull else launch.branch)
        assert not {"created_at", "updated_at", "name", "workflow_id", "repository_id"} & set(run)
        assert run["run_attempt"] == 0
        assert not any(run["repository"]["permissions"].values())
    assert {run["event"] for run in shown} == {"push", "pull_request", "schedule"}
    assert gitea(f"{RUNS}/{shown[0]['id']}").json() == shown[0]


def test_an_open_run_has_the_epoch_for_what_is_not_yet(moving):
    acme, ask = moving
    repository = acme.repositories["payments-api"]
    with acme.lock:
        acme.freeze()
        run = repository.runs[-1]
        run.attempts = [Attempt(1, run.created_at, run.attempts[0].actor)]
    waiting = ask(f"{RUNS}?status=queued").json()["workflow_runs"][0]
    assert (waiting["status"], waiting["started_at"], waiting["completed_at"]) == (
        "queued",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    )
    assert "conclusion" not in waiting
    assert waiting["run_number"] not in {task["run_number"] for task in tasks_of(ask)}
    run.latest.started_at = run.created_at + 5
    running = ask(f"{RUNS}?status=in_progress").json()["workflow_runs"][0]
    assert running["id"] == waiting["id"]
    assert running["started_at"] > waiting["started_at"] == running["completed_at"]
    assert [task["status"] for task in tasks_of(ask) if task["run_number"] == running["run_number"]] == ["running"]


def tasks_of(ask):
    return ask(f"{REPOSITORY}/actions/tasks?limit=50").json()["workflow_runs"]


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ("success", "success"),
        ("failure", "failure"),
        ("error", "failure"),
        ("timeout", "failure"),
        ("cancellation", "cancelled"),
        ("skip", "skipped"),
    ],
)
def test_each_result_has_gitea_s_word_in_runs_jobs_and_tasks(moving, result, word):
    acme, ask = moving
    repository = acme.repositories["payments-api"]
    with acme.lock:
        acme.freeze()
        run, actor = repository.runs[-1], repository.person(0)
        at = run.created_at
        run.attempts = [Attempt(1, at, actor, at + 1, at + 9, Outcome("?", result, 1))]
    shown = ask(RUNS).json()["workflow_runs"][0]
    assert shown["conclusion"] == word
    job = ask(f"{RUNS}/{shown['id']}/jobs").json()["jobs"][0]
    assert (job["conclusion"], job["run_id"], job["name"]) == (word, shown["id"], "payments")
    assert [task["status"] for task in tasks_of(ask) if task["run_number"] == shown["run_number"]] == [word]


def test_runs_can_be_asked_for_by_what_they_are(gitea, gitea_acme):
    known = launches(gitea_acme.repositories["payments-api"])[::-1]

    def numbers(**params):
        return [run["run_number"] for run in every(gitea, RUNS, "workflow_runs", **params)]

    assert numbers(event="push") == [each.number for each in known if each.run.event == "push"]
    assert numbers(branch="main") == [each.number for each in known if not each.run.pull]
    some = known[0]
    assert numbers(head_sha=some.run.sha) == [each.number for each in known if each.run.sha == some.run.sha]
    by_somebody = [each.number for each in known if each.attempt.actor == some.attempt.actor]
    assert numbers(actor=some.attempt.actor.login) == by_somebody
    completed, both = numbers(status="completed"), numbers(status=["failure", "success"])
    assert completed == [each.number for each in known if each.attempt.outcome]
    assert both == sorted([*numbers(status="failure"), *numbers(status="success")], reverse=True)
    assert numbers(status="pending") == []
    assert gitea(RUNS, status="nope").json()["message"] == "Invalid status nope"
    assert gitea(RUNS, status="nope").status_code == 400
    assert gitea(RUNS, actor="nobody").status_code == 500


def test_a_rerun_is_a_run_of_its_own(gitea, gitea_acme):
    repository, launch = next(
        (each, launch)
        for each in gitea_acme.repositories.values()
        for launch in launches(each)
        if launch.attempt.number == 2 and not each.unreadable
    )
    runs = f"/repos/{repository.full_name}/actions/runs"
    first = next(each for each in launches(repository) if each.run is launch.run and each.attempt.number == 1)
    again, before = gitea(f"{runs}/{launch.launch_id}").json(), gitea(f"{runs}/{first.launch_id}").json()
    assert again["path"] == before["path"]
    assert again["head_sha"] == before["head_sha"]
    assert again["id"] > before["id"]
    assert again["run_number"] > before["run_number"]


def test_forgotten_runs_are_listed_no_more(moving):
    acme, ask = moving
    known = ask(RUNS).json()["workflow_runs"][0]["id"]
    acme.forget_runs(before=START + 1)
    assert ask(RUNS).json() == {"workflow_runs": [], "total_count": 0}
    assert ask(f"{RUNS}/{known}").json()["errors"] == [f"run with id {known}: resource does not exist"]
    assert ask(f"{RUNS}/{known}/jobs").json() == {"jobs": [], "total_count": 0}


def test_workflows_are_the_files_in_gitea_s_folder(gitea, gitea_acme):
    shown = gitea(f"{REPOSITORY}/actions/workflows").json()
    paths = [path for path in gitea_acme.repositories["payments-api"].files if path.startswith(".gitea/workflows/")]
    assert [each["path"] for each in shown["workflows"]] == paths
    assert shown["total_count"] == len(paths) == 3
    assert {each["id"]: each["name"] for each in shown["workflows"]}["integrated-quality.yml"] == "Integrated quality"


def test_trees_have_git_s_own_names_and_order(gitea, gitea_acme):
    files = gitea_acme.repositories["payments-api"].files
    whole = gitea(f"{REPOSITORY}/git/trees/main", recursive="true").json()
    blobs = {entry["path"]: entry["sha"] for entry in whole["tree"] if entry["type"] == "blob"}
    contents = {path: text.encode() for path, text in files.items()}
    assert blobs == {path: hashlib.sha1(b"blob %d\0" % len(c) + c).hexdigest() for path, c in contents.items()}
    order = [entry["path"] + ("/" if entry["type"] == "tree" else "") for entry in whole["tree"]]
    assert order == sorted(order)
    assert whole["sha"] == gitea_acme.repositories["payments-api"].head.sha
    root = gitea(f"{REPOSITORY}/git/trees/main").json()["tree"]
    assert root == [entry for entry in whole["tree"] if "/" not in entry["path"]]
    folder = next(entry for entry in root if entry["path"] == ".gitea")
    below = gitea(folder["url"], recursive=1).json()
    assert "workflows/ci.yml" in {entry["path"] for entry in below["tree"]}
    assert below["sha"] == folder["sha"]


def test_trees_come_in_pages(gitea):
    path = f"{REPOSITORY}/git/trees/main"
    whole = gitea(path, recursive=1)
    assert whole.json()["truncated"] is False
    assert whole.headers["X-Total-Count"] == str(whole.json()["total_count"]) == str(len(whole.json()["tree"]))
    pages = [gitea(path, recursive=1, per_page=4, page=page).json() for page in range(1, 9)]
    read = [entry for page in pages if page["tree"] for entry in page["tree"]]
    assert read == whole.json()["tree"]
    last = -(-len(read) // 4)
    assert [page["truncated"] for page in pages] == [True] * (last - 1) + [False] * (9 - last)
    assert pages[-1]["tree"] is None


def test_a_file_can_be_read_in_four_ways(gitea, gitea_acme):
    text = gitea_acme.repositories["payments-api"].files["README.md"]
    head = gitea_acme.repositories["payments-api"].head.sha
    entry = gitea(f"{REPOSITORY}/contents/README.md").json()
    assert base64.b64decode(entry["content"]).decode() == text
    assert base64.b64decode(gitea(entry["git_url"]).json()["content"]).decode() == text
    for path in ("raw/README.md", "raw/README.md?ref=main", "raw/main/README.md", f"raw/{head}/README.md"):
        assert gitea(f"{REPOSITORY}/{path}").text == text
    folder = gitea(f"{REPOSITORY}/contents/.gitea/workflows").json()
    assert all((each["content"], each["encoding"], each["type"]) == (None, None, "file") for each in folder)
    assert gitea(f"{REPOSITORY}/raw/.gitea").status_code == 404


def test_only_raw_files_have_an_etag(gitea):
    raw = gitea(f"{REPOSITORY}/raw/README.md")
    headers = {**raw.request.headers, "If-None-Match": raw.headers["ETag"]}
    assert gitea(f"{REPOSITORY}/raw/README.md", headers=headers).status_code == 304
    for path in ("/orgs/acme/repos", REPOSITORY, RUNS, f"{REPOSITORY}/pulls", f"{REPOSITORY}/git/trees/main"):
        assert "ETag" not in gitea(path).headers


def test_a_file_s_last_commit_is_the_one_that_changed_it(moving, clock):
    acme, ask = moving
    clock.advance(3600)
    changes = ask(f"{REPOSITORY}/contents/CHANGES.md").json()
    readme = ask(f"{REPOSITORY}/contents/README.md").json()
    commits = list(acme.repositories["payments-api"].commits)
    assert readme["last_commit_sha"] == commits[0].sha
    known = next(each for each in commits if each.sha == changes["last_commit_sha"])
    assert known.files["CHANGES.md"] == commits[-1].files["CHANGES.md"]
    assert commits[commits.index(known) - 1].files["CHANGES.md"] != known.files["CHANGES.md"]


def test_commits_tell_what_they_change_unless_one_does_not_care(gitea):
    commits = gitea(f"{REPOSITORY}/commits", limit=5)
    assert commits.headers["X-HasMore"] == "true"
    assert commits.headers["X-Total"] == commits.headers["X-Total-Count"]
    newest = commits.json()[0]
    assert {"filename": "CHANGES.md", "status": "modified"} in newest["files"]
    assert newest["stats"]["additions"] >= 1
    assert newest["commit"]["tree"]["sha"] == newest["sha"]
    quiet = gitea(f"{REPOSITORY}/commits", limit=1, stat="false", files="false", verification="false").json()[0]
    assert (quiet["stats"], quiet["files"], quiet["commit"]["verification"]) == (None, None, None)
    assert gitea(f"{REPOSITORY}/commits", sha=commits.json()[2]["sha"]).json()[0] == commits.json()[2]


def test_a_pull_request_s_branch_goes_when_it_is_closed(gitea, gitea_acme):
    opened = next(
        (each, pull)
        for each in gitea_acme.repositories.values()
        for pull in each.pulls
        if not pull.closed_at and not each.unreadable
    )
    closed = next(
        (each, pull) for each in gitea_acme.repositories.values() for pull in each.pulls if pull.closed_at and each.head
    )
    shown = {state: gitea(f"/repos/{at.full_name}/pulls/{pull.number}").json() for state, (at, pull) in
             {"open": opened, "closed": closed}.items()}  # fmt: skip
    assert shown["open"]["head"]["ref"] == opened[1].branch
    assert shown["closed"]["head"]["ref"] == f"refs/pull/{closed[1].number}/head"
    assert shown["closed"]["head"]["label"] == closed[1].branch
    for (repository, pull), status in ((opened, 200), (closed, 404)):
        assert gitea(f"/repos/{repository.full_name}/branches/{pull.branch}").status_code == status
    names = {each["name"] for each in gitea(f"/repos/{opened[0].full_name}/branches").json()}
    assert {opened[0].plan.branch, opened[1].branch} <= names


@pytest.mark.parametrize("sort", ["oldest", "recentupdate", "recentclose", "leastupdate", ""])
def test_pull_requests_are_listed_by_state_and_in_order(gitea, gitea_acme, sort):
    repository = max(gitea_acme.repositories.values(), key=lambda each: len(each.pulls))
    path = f"/repos/{repository.full_name}/pulls"
    shown = every(gitea, path, sort=sort, limit=3)
    assert {pull["number"] for pull in shown} == {pull.number for pull in repository.pulls}
    key = {
        "oldest": "created_at",
        "recentupdate": "updated_at",
        "recentclose": "closed_at",
        "leastupdate": "updated_at",
    }
    moments = [pull[key.get(sort, "created_at")] or "" for pull in shown]
    assert moments == sorted(moments, reverse=sort not in ("oldest", "leastupdate"))
    for state in ("open", "closed"):
        expected = {pull.number for pull in repository.pulls if pull.state == state}
        assert {pull["number"] for pull in every(gitea, path, state=state)} == expected
    assert gitea(path, base_branch="nothing").json() == []


def test_who_merged_is_told_by_the_pull_request_but_not_by_the_list(gitea, gitea_acme):
    repository = max(gitea_acme.repositories.values(), key=lambda each: len(each.pulls))
    listed = {pull["number"]: pull for pull in every(gitea, f"/repos/{repository.full_name}/pulls", state="closed")}
    merged = next(pull for pull in repository.pulls if pull.merged_at)
    whole = gitea(f"/repos/{repository.full_name}/pulls/{merged.number}").json()
    assert listed[merged.number]["merged_by"] is None
    assert whole["merged_by"]["login"] == repository.person(merged.number).login
    assert whole["merge_commit_sha"] == listed[merged.number]["merge_commit_sha"] == merged.merge_sha
    assert whole["merge_base"] == merged.base_sha
    assert whole["base"]["sha"] == repository.head.sha


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/orgs/nobody", 404, "GetOrgByName"),
        ("/users/nobody", 404, "user redirect does not exist [name: nobody]"),
        ("/repos/nobody/x", 404, "GetUserByName"),
        ("/repos/acme/nothing", 404, "not found"),
        (f"{REPOSITORY}/branches/nothing", 404, "not found"),
        (f"{REPOSITORY}/git/trees/nothing", 400, "sha not found [nothing]"),
        (f"{REPOSITORY}/git/blobs/nothing", 400, "length 7 has no matched object format: nothing"),
        (f"{REPOSITORY}/git/blobs/{'0' * 40}", 400, f"object does not exist [id: {'0' * 40}, rel_path: ]"),
        (f"{REPOSITORY}/contents/nothing", 404, "GetContentsOrList"),
        (f"{REPOSITORY}/contents/README.md?ref=nothing", 404, "not found"),
        (f"{REPOSITORY}/raw/nothing", 404, "not found"),
        (f"{REPOSITORY}/pulls/100000", 404, "not found"),
        (f"{RUNS}/1", 404, "not found"),
        (f"{EMPTY}/commits", 409, "Git Repository is empty."),
        (f"{EMPTY}/branches/main", 404, "not found"),
        (f"{EMPTY}/git/trees/main", 400, "sha not found [main]"),
        (f"{EMPTY}/contents", 404, "not found"),
        (f"{EMPTY}/raw/README.md", 404, "repository is empty"),
        (f"{EMPTY}/pulls", 404, "not found"),
    ],
)
def test_what_is_not_there_is_said_in_gitea_s_words(gitea, path, status, says):
    reply = gitea(path)
    assert (reply.status_code, reply.json()["message"]) == (status, says)


def test_an_empty_repository_has_no_branches_and_no_runs(gitea):
    assert gitea(f"{EMPTY}/branches").json() is None
    assert gitea(f"{EMPTY}/actions/runs").json() == {"workflow_runs": [], "total_count": 0}
    assert gitea(f"{EMPTY}/actions/workflows").status_code == 500


@pytest.mark.parametrize("path", ["/nothing", f"{REPOSITORY}/nothing"])
def test_an_address_without_meaning_is_not_answered_in_json(gitea, path):
    reply = gitea(path)
    assert (reply.status_code, reply.text) == (404, "404 page not found\n")


def test_the_head_moves_with_each_push(moving, clock):
    _, ask = moving
    before = ask(f"{REPOSITORY}/branches/main").json()["commit"]
    listed = ask(REPOSITORY).json()["updated_at"]
    clock.advance(1800)
    after = ask(f"{REPOSITORY}/branches/main").json()["commit"]
    assert (after["id"] != before["id"], after["timestamp"] > before["timestamp"]) == (True, True)
    assert ask(REPOSITORY).json()["updated_at"] == after["timestamp"] > listed
    assert ask(f"{REPOSITORY}/git/trees/{before['id']}").json()["sha"] == before["id"]
