"""What clients do not check: filters, pages, ETags, limits, refusals, the spelling of paths."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from starlette.datastructures import QueryParams

from exporter.demo.api.answers import Limit, Refused
from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.paging import by_offset, where
from exporter.demo.api.gitlab.projects import active_at
from exporter.demo.api.gitlab.routes import Routes
from exporter.demo.deployment import Deployment
from exporter.demo.hosts import Host, all_on
from exporter.demo.launches import launches
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.clock import Clock

START = 1_760_000_000
PROJECT = "/projects/acme%2Fpayments%2Fpayments-api"


def written(moment):
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def of(repository):
    return f"/projects/{repository.repository_id}"


def ids(reply):
    assert reply.status_code == 200, reply.text
    return [each["id"] for each in reply.json()]


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def moving(clock):
    """A server whose time we make, and a way to ask it."""
    server = DemoServer(Organisation(start=START, repositories=12, spread=all_on(Host.GITLAB)), clock)
    server._gitlab._limit = Limit(50)
    with server, requests.Session() as session:
        session.headers["PRIVATE-TOKEN"] = server.tokens.gitlab

        def ask(path, *, headers=None, **params):
            url = f"{server.addresses.gitlab}/api/v4{path}"
            return session.get(url, params=params, headers=headers, timeout=10)

        yield server, ask


@pytest.fixture
def repository(moving):
    return moving[0]._organisation.repositories["payments-api"]


# Paths and credentials


def test_a_route_is_found_in_what_nobody_has_decoded():
    routes = Routes({"/projects/:id": 1, "/projects/:id/pipelines/:number": 2, "/projects/:id/pipelines/latest": 3})
    assert routes.find("/projects/a%2Fb%2Fc") == (1, {"id": "a/b/c"})
    assert routes.find("/projects/7/pipelines/12") == (2, {"id": "7", "number": "12"})
    assert routes.find("/projects/7/pipelines/latest") == (3, {"id": "7"})
    assert routes.find("/projects/a/b/c") is None
    assert routes.find("/projects/") is None


def test_a_project_is_known_by_its_id_and_by_its_path_in_any_case(gitlab_host, gitlab_acme):
    number = gitlab_acme.repositories["payments-api"].repository_id
    for path in (PROJECT, f"/projects/{number}", "/projects/ACME%2fPayments%2FPAYMENTS-API"):
        assert gitlab_host(path).json()["id"] == number
    assert gitlab_host("/projects/acme/payments/payments-api").json() == {"error": "404 Not Found"}


def test_a_slash_in_a_file_s_path_is_encoded_too(gitlab_host):
    path = "migration-backup%2Fseparate-systems.backup.yml"
    assert gitlab_host(f"{PROJECT}/repository/files/{path}", ref="main").json()["file_name"].endswith(".backup.yml")
    assert gitlab_host(f"{PROJECT}/repository/files/{path.replace('%2F', '/')}", ref="main").status_code == 404


@pytest.mark.parametrize("path", ["/version", "/groups/acme", PROJECT, f"{PROJECT}/deployments"])
@pytest.mark.parametrize("header", ["PRIVATE-TOKEN", "JOB-TOKEN", "Authorization"])
def test_a_wrong_token_is_refused(gitlab_host, path, header):
    value = "Bearer wrong" if header == "Authorization" else "wrong"
    reply = gitlab_host(path, headers={header: value})
    assert (reply.status_code, reply.json()) == (401, {"message": "401 Unauthorized"})


def test_who_shows_no_token_is_told_that_there_is_nothing(gitlab_host):
    for path, status, message in (
        ("/version", 401, "401 Unauthorized"),
        ("/user", 401, "401 Unauthorized"),
        (f"{PROJECT}/deployments", 401, "401 Unauthorized"),
        (f"{PROJECT}/environments", 401, "401 Unauthorized"),
        ("/groups/acme", 404, "404 Group Not Found"),
        (f"{PROJECT}/pipelines", 404, "404 Project Not Found"),
    ):
        reply = gitlab_host(path, headers={})
        assert (reply.status_code, reply.json()) == (status, {"message": message})
    assert gitlab_host("/projects", headers={}).json() == []


# Parameters


@pytest.mark.parametrize(
    ("path", "params", "error"),
    [
        (f"{PROJECT}/pipelines", {"status": "broken"}, "status does not have a valid value"),
        (f"{PROJECT}/pipelines", {"scope": "all"}, "scope does not have a valid value"),
        (f"{PROJECT}/pipelines", {"source": "magic"}, "source does not have a valid value"),
        (f"{PROJECT}/pipelines", {"order_by": "created_at"}, "order_by does not have a valid value"),
        (f"{PROJECT}/pipelines", {"sort": "up"}, "sort does not have a valid value"),
        (f"{PROJECT}/pipelines", {"updated_after": "yesterday"}, "updated_after is invalid"),
        (f"{PROJECT}/pipelines", {"page": "two"}, "page is invalid"),
        (f"{PROJECT}/pipelines", {"per_page": "0"}, "per_page has a value not allowed"),
        (f"{PROJECT}/pipelines/twelve", {}, "pipeline_id is invalid"),
        (f"{PROJECT}/merge_requests", {"state": "open"}, "state does not have a valid value"),
        (f"{PROJECT}/deployments", {"order_by": "ref"}, "order_by does not have a valid value"),
        (f"{PROJECT}/deployments", {"status": "done"}, "status does not have a valid value"),
        (f"{PROJECT}/repository/files/README.md", {}, "ref is missing, ref is empty"),
        (f"{PROJECT}/repository/files/README.md", {"ref": ""}, "ref is empty"),
        ("/groups/acme/projects", {"archived": "perhaps"}, "archived is invalid"),
        ("/groups/acme/projects", {"order_by": "size"}, "order_by does not have a valid value"),
    ],
)
def test_a_wrong_parameter_is_told_by_name(gitlab_host, path, params, error):
    reply = gitlab_host(path, **params)
    assert (reply.status_code, reply.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"updated_after": "2025-01-01"}, "`updated_at` filter requires `updated_at` sort"),
        ({"finished_after": "2025-01-01", "status": "success"}, "`finished_at` filter requires `finished_at` sort"),
        ({"finished_after": "2025-01-01", "order_by": "finished_at"}, "must be combined with `success` status"),
        ({"order_by": "finished_at"}, "`finished_at` sort requires"),
        ({"updated_after": "2025-01-01", "finished_before": "2025-01-01", "order_by": "updated_at"}, "Both"),
    ],
)
def test_deployments_are_not_filtered_by_a_time_that_they_are_not_ordered_by(gitlab_host, asked, why):
    reply = gitlab_host(f"{PROJECT}/deployments", **asked)
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("400 Bad request - ")
    assert why in reply.json()["message"]


def test_a_moment_is_read_in_its_own_time_zone():
    asked = Asked(QueryParams("a=2026-01-02T03:04:05%2B01:00&b=2026-01-02T02:04:05Z&c=2026-01-02"))
    assert asked.moment("a") == asked.moment("b") == 1767319445
    assert asked.moment("c") == 1767312000
    with pytest.raises(Refused, match="d is invalid"):
        Asked(QueryParams("d=2026-01-02T03:04:05+01:00")).moment("d")


# Filters


def test_pipelines_by_time(gitlab_host, merging):
    known = list(reversed(launches(merging)))
    middle = sorted(each.attempt.changed_at for each in known)[len(known) // 2]
    path = f"{of(merging)}/pipelines"
    for name, moment in (("updated", lambda a: a.changed_at), ("created", lambda a: a.requested_at)):
        after = [each.launch_id for each in known if moment(each.attempt) >= middle]
        before = [each.launch_id for each in known if moment(each.attempt) <= middle]
        assert ids(gitlab_host(path, per_page=100, **{f"{name}_after": written(middle)})) == after
        assert ids(gitlab_host(path, per_page=100, **{f"{name}_before": written(middle)})) == before
        assert 0 < len(after) < len(known)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"source": "merge_request_event"}, lambda p: p["ref"].startswith("refs/merge-requests/")),
        ({"source": "push"}, lambda p: p["ref"] == "main" and p["source"] == "push"),
        ({"ref": "main"}, lambda p: p["ref"] == "main"),
        ({"name": "CI"}, lambda p: p["name"] == "CI"),
        ({"scope": "finished"}, lambda p: p["status"] in ("success", "failed", "canceled")),
        ({"scope": "running"}, lambda p: p["status"] == "running"),
        ({"status": "canceled"}, lambda p: p["status"] == "canceled"),
        ({"source": "parent_pipeline"}, lambda p: False),
        ({"scope": "tags"}, lambda p: False),
    ],
)
def test_pipelines_by_what_they_are(gitlab_host, gitlab_acme, asked, fits):
    readable = [
        each for each in gitlab_acme.repositories.values() if not each.unreadable and each.plan.branch == "main"
    ]
    busy = [each for each in readable if each.runs]
    for repository in busy[:8]:
        every = gitlab_host(f"{of(repository)}/pipelines", per_page=100)
        assert len(every.json()) < 100
        found = gitlab_host(f"{of(repository)}/pipelines", per_page=100, **asked).json()
        assert found == [each for each in every.json() if fits(each)]


def test_pipelines_by_commit_and_the_newest_of_a_branch(gitlab_host, merging):
    path, sha = f"{of(merging)}/pipelines", merging.runs[-1].sha
    assert {each["sha"] for each in gitlab_host(path, sha=sha).json()} == {sha}
    on_branch = [each for each in launches(merging) if each.run.default_branch]
    assert ids(gitlab_host(path, scope="branches")) == [on_branch[-1].launch_id]


@pytest.mark.parametrize("order", ["id", "status", "ref", "updated_at", "user_id"])
def test_pipelines_in_another_order(gitlab_host, merging, order):
    rising = gitlab_host(f"{of(merging)}/pipelines", order_by=order, sort="asc", per_page=100).json()
    falling = gitlab_host(f"{of(merging)}/pipelines", order_by=order, sort="desc", per_page=100).json()
    assert rising == falling[::-1]
    if order != "user_id":
        assert [each[order] for each in rising] == sorted(each[order] for each in rising)


def test_every_state_of_a_pipeline_is_seen(gitlab_host, gitlab_acme):
    readable = [each for each in gitlab_acme.repositories.values() if not each.unreadable]
    seen = {}
    for repository in readable:
        for shown in gitlab_host(f"{of(repository)}/pipelines", per_page=100).json():
            seen.setdefault(shown["status"], f"{of(repository)}/pipelines/{shown['id']}")
    assert {"success", "failed", "canceled", "skipped", "running"} <= set(seen)
    for word, path in seen.items():
        shown = gitlab_host(path).json()
        ended = word in ("success", "failed", "canceled")
        assert shown["detailed_status"]["group"] == shown["status"] == word
        assert (shown["finished_at"] is not None, shown["duration"] is not None) == (ended, ended)
        assert (shown["started_at"] is not None) == (word != "pending")


def test_merge_requests_by_what_they_are(gitlab_host, gitlab_acme):
    repository = next(
        each
        for each in gitlab_acme.repositories.values()
        if not each.unreadable and {pull.closed_at is None for pull in each.pulls} == {True, False}
    )
    path, pulls = f"{of(repository)}/merge_requests", repository.pulls
    every = gitlab_host(path, per_page=100).json()
    assert [each["iid"] for each in every] == [each.number for each in reversed(pulls)]
    for state in ("opened", "closed", "merged", "all", "locked"):
        found = gitlab_host(path, per_page=100, state=state).json()
        assert found == [each for each in every if state in ("all", each["state"])]
    changed = sorted(each.updated_at for each in pulls)[len(pulls) // 2]
    found = gitlab_host(path, per_page=100, updated_after=written(changed), order_by="updated_at", sort="asc").json()
    assert {each["iid"] for each in found} == {each.number for each in pulls if each.updated_at >= changed}
    assert gitlab_host(path, target_branch="elsewhere").json() == []
    assert len(gitlab_host(path, target_branch=repository.plan.branch, per_page=100).json()) == len(pulls)
    assert [each["iid"] for each in gitlab_host(path, **{"iids[]": [1, 2]}).json()] == [2, 1]
    assert set(gitlab_host(path, view="simple").json()[0]) == {
        *("id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at", "web_url")
    }


def test_deployments_by_time_and_state(moving, repository):
    _, ask = moving
    head = repository.head.sha
    repository.deployments[:] = [
        Deployment(1, 1, head, START - 900, finished_at=START - 600, succeeded=True),
        Deployment(2, 2, head, START - 800, "staging", START - 700),
        Deployment(3, 3, head, START - 500, finished_at=START - 300, succeeded=True),
        Deployment(4, 4, head, START - 100),
    ]
    path = f"{of(repository)}/deployments"
    assert ids(ask(path)) == [1, 2, 3, 4]
    assert ids(ask(path, sort="desc", environment="production")) == [4, 3, 1]
    assert ids(ask(path, order_by="updated_at", updated_after=written(START - 600))) == [1, 3, 4]
    assert ids(ask(path, order_by="updated_at")) == [2, 1, 3, 4]
    finished = {"order_by": "finished_at", "status": "success"}
    assert ids(ask(path, finished_after=written(START - 600), **finished)) == [1, 3]
    assert ids(ask(path, finished_before=written(START - 300), **finished)) == [1]
    assert [each["status"] for each in ask(path).json()] == ["success", "failed", "success", "running"]
    assert [each["deployable"]["finished_at"] is None for each in ask(path).json()] == [False, False, False, True]
    assert [each["name"] for each in ask(f"{of(repository)}/environments").json()] == ["production", "staging"]
    assert [each["tier"] for each in ask(f"{of(repository)}/environments", name="staging").json()] == ["other"]


def test_commits_by_time_path_and_author(gitlab_host, merging):
    path, commits = f"{of(merging)}/repository/commits", list(reversed(merging.commits))
    middle = commits[len(commits) // 2]
    found = gitlab_host(path, since=written(middle.at), per_page=100)
    assert ids(found) == [each.sha for each in commits if each.at >= middle.at]
    assert ids(gitlab_host(path, ref_name=middle.sha, per_page=100))[0] == middle.sha
    assert ids(gitlab_host(path, path="README.md", per_page=100)) == [commits[-1].sha]
    wanted = [each.sha for each in commits if each.author == middle.author]
    assert ids(gitlab_host(path, author=middle.author.name, per_page=100)) == wanted
    assert ids(gitlab_host(path, ref_name="elsewhere")) == []


def test_a_commit_of_a_merge_request_can_be_asked_for(gitlab_host, merging):
    commit = merging.pulls[0].commits[0]
    for name in (commit.sha, commit.sha[:8]):
        assert gitlab_host(f"{of(merging)}/repository/commits/{name}").json()["id"] == commit.sha
    assert "stats" not in gitlab_host(f"{of(merging)}/repository/commits/{commit.sha}", stats="false").json()


# Pages


def test_links_lead_through_the_pages_and_keep_the_question(gitlab_host, gitlab_server):
    path = "/groups/acme/projects"
    first = gitlab_host(path, include_subgroups="true", per_page=15, order_by="id", sort="asc")
    assert set(first.links) == {"next", "first", "last"}
    second = gitlab_host(first.links["next"]["url"])
    assert set(second.links) == {"prev", "next", "first", "last"}
    assert second.links["next"]["url"].startswith(f"{gitlab_server.addresses.gitlab}/api/v4{path}?")
    asked = parse_qs(urlsplit(second.url).query)
    assert asked == {
        "id": ["acme"],
        "include_subgroups": ["true"],
        "order_by": ["id"],
        "page": ["2"],
        "per_page": ["15"],
        "sort": ["asc"],
    }
    third = gitlab_host(second.links["last"]["url"])
    assert set(third.links) == {"prev", "first", "last"}
    every = [*ids(first), *ids(second), *ids(third)]
    assert every == sorted(every)
    assert len(set(every)) == 40
    told = {name: third.headers[name] for name in ("X-Page", "X-Per-Page", "X-Prev-Page", "X-Next-Page")}
    assert told == {"X-Page": "3", "X-Per-Page": "15", "X-Prev-Page": "2", "X-Next-Page": ""}
    assert (third.headers["X-Total"], third.headers["X-Total-Pages"]) == ("40", "3")


def test_a_link_keeps_the_path_as_it_was_written(gitlab_host, gitlab_server):
    reply = gitlab_host(f"{PROJECT}/pipelines", per_page=2)
    assert reply.links["next"]["url"].startswith(f"{gitlab_server.addresses.gitlab}/api/v4{PROJECT}/pipelines?")
    assert len(gitlab_host(reply.links["next"]["url"]).json()) == 2


def test_a_page_has_twenty_items_and_a_hundred_at_most(gitlab_host):
    usual = gitlab_host("/groups/acme/projects", include_subgroups="true")
    assert (len(usual.json()), usual.headers["X-Per-Page"]) == (20, "20")
    most = gitlab_host("/groups/acme/projects", include_subgroups="true", per_page=1000)
    assert (len(most.json()), most.headers["X-Per-Page"]) == (40, "100")
    beyond = gitlab_host("/groups/acme/projects", include_subgroups="true", page=9)
    assert (beyond.json(), beyond.headers["X-Next-Page"]) == ([], "")


def test_a_long_list_does_not_tell_its_length():
    place, asked = where("http://host/list", Asked(QueryParams("page=2"))), Asked(QueryParams("page=2"))
    told, untold = by_offset(place, asked, range(10_000)), by_offset(place, asked, range(10_001))
    assert (told.headers["X-Total"], told.headers["X-Total-Pages"]) == ("10000", "500")
    assert 'rel="last"' in told.headers["Link"]
    assert {"X-Total", "X-Total-Pages"} & set(untold.headers) == set()
    assert 'rel="last"' not in untold.headers["Link"]
    assert 'page=3&per_page=20>; rel="next"' in untold.headers["Link"]


def test_commits_are_not_counted(gitlab_host, merging):
    reply = gitlab_host(f"{of(merging)}/repository/commits", per_page=2)
    assert {"X-Total", "X-Total-Pages"} & set(reply.headers) == set()
    assert (reply.headers["X-Next-Page"], set(reply.links)) == ("2", {"next", "first"})


def test_pages_by_key_tell_a_link_alone_and_end_with_an_empty_one(gitlab_host):
    asked = {"pagination": "keyset", "order_by": "id", "sort": "asc", "per_page": 20, "simple": "true"}
    first = gitlab_host("/projects", **asked)
    assert not [name for name in first.headers if name.startswith("X-")]
    second = gitlab_host(first.links["next"]["url"])
    assert f"id_after={ids(first)[-1]}" in second.url
    assert min(ids(second)) > max(ids(first))
    third = gitlab_host(second.links["next"]["url"])
    assert (third.json(), "Link" in third.headers) == ([], False)


def test_pages_by_key_are_in_the_order_of_ids_alone(gitlab_host):
    reply = gitlab_host("/projects", pagination="keyset", order_by="name")
    assert reply.status_code == 405
    assert reply.json() == {"error": "Keyset pagination is not yet available for this type of request"}


def test_a_group_s_projects_are_paged_by_offset_whatever_is_asked(gitlab_host):
    reply = gitlab_host("/groups/acme/projects", include_subgroups="true", pagination="keyset", order_by="id")
    assert reply.headers["X-Total"] == "40"
    assert "page=2" in reply.links["next"]["url"]


# Conditional requests and limits


@pytest.mark.parametrize(
    "path", ["/groups/acme/projects?include_subgroups=true", f"{PROJECT}/pipelines", f"{PROJECT}/merge_requests"]
)
def test_an_etag_holds_while_nothing_changes_and_is_billed_all_the_same(moving, clock, path):
    _, ask = moving
    first = ask(path)
    assert first.headers["ETag"].startswith('W/"')
    again = ask(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers["RateLimit-Remaining"], again.headers["RateLimit-Remaining"]) == ("49", "48")
    clock.advance(7200)
    assert ask(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_raw_content_is_not_to_be_kept(gitlab_host):
    reply = gitlab_host(f"{PROJECT}/repository/files/README.md/raw", ref="HEAD")
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert "no-store" in reply.headers["Cache-Control"]
    assert "ETag" not in reply.headers
    assert reply.headers["X-Gitlab-File-Path"] == "README.md"


def test_the_rate_limit_runs_dry_and_begins_anew(moving, clock):
    _, ask = moving
    for used in range(1, 51):
        headers = ask("/groups/acme").headers
        assert (headers["RateLimit-Observed"], headers["RateLimit-Remaining"]) == (str(used), str(50 - used))
    clock.advance(600)
    dry = ask("/groups/acme")
    assert (dry.status_code, dry.text.strip()) == (429, "Retry later")
    assert dry.headers["Content-Type"].startswith("text/plain")
    told = {name: dry.headers[name] for name in ("RateLimit-Limit", "RateLimit-Reset", "RateLimit-Name", "Retry-After")}
    assert told == {
        "RateLimit-Limit": "50",
        "RateLimit-Reset": str(START + 3600),
        "RateLimit-Name": "throttle_authenticated_api",
        "Retry-After": "3000",
    }
    assert dry.headers["RateLimit-ResetTime"] == "Thu, 09 Oct 2025 09:53:20 GMT"
    clock.advance(3000)
    assert ask("/groups/acme").status_code == 200


# What is there, and what is not


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/groups/nobody", "404 Group Not Found"),
        ("/groups/acme%2Fnobody/projects", "404 Group Not Found"),
        ("/projects/acme%2Fpayments-api", "404 Project Not Found"),
        ("/projects/1/pipelines", "404 Project Not Found"),
        (f"{PROJECT}/pipelines/1", "404 Not found"),
        (f"{PROJECT}/pipelines/1/jobs", "404 Not found"),
        (f"{PROJECT}/merge_requests/100000", "404 Not found"),
        (f"{PROJECT}/merge_requests/0/commits", "404 Not found"),
        (f"{PROJECT}/repository/tree?ref=nothing", "404 Tree Not Found"),
        (f"{PROJECT}/repository/tree?path=nothing", "404 invalid revision or path Not Found"),
        (f"{PROJECT}/repository/files/README.md?ref=nothing", "404 Commit Not Found"),
        (f"{PROJECT}/repository/files/nothing?ref=main", "404 File Not Found"),
        (f"{PROJECT}/repository/files/nothing/raw", "404 File Not Found"),
        (f"{PROJECT}/repository/blobs/nothing", "404 Blob Not Found"),
        (f"{PROJECT}/repository/branches/nothing", "404 Branch Not Found"),
        (f"{PROJECT}/repository/commits/nothing", "404 Commit Not Found"),
    ],
)
def test_what_is_not_there_is_named(gitlab_host, path, message):
    reply = gitlab_host(path)
    assert (reply.status_code, reply.json()) == (404, {"message": message})


def test_an_address_at_which_there_is_nothing(gitlab_host):
    for path in ("/nothing", f"{PROJECT}/nothing", f"{PROJECT}/pipelines/1/2/3"):
        reply = gitlab_host(path)
        assert (reply.status_code, reply.json()) == (404, {"error": "404 Not Found"})


def test_an_empty_project_has_nothing_in_it(gitlab_host, gitlab_acme):
    path = of(gitlab_acme.repositories["voice-assistant"])
    project = gitlab_host(path).json()
    assert (project["empty_repo"], project["default_branch"], project["readme_url"]) == (True, None, None)
    assert gitlab_host(f"{path}/repository/tree").json() == {"message": "404 Tree Not Found"}
    for page in ("repository/branches", "repository/commits", "pipelines", "merge_requests", "deployments"):
        assert gitlab_host(f"{path}/{page}").json() == []
    assert gitlab_host(f"{path}/pipelines/latest").status_code == 403


def test_the_unreadable_project_is_listed_but_shows_nothing_of_its_code(gitlab_host, gitlab_acme):
    path = of(gitlab_acme.repositories["fraud-models"])
    listed = gitlab_host("/groups/acme/projects", include_subgroups="true", search="fraud-models").json()
    assert [(each["path"], "default_branch" in each, each["jobs_enabled"]) for each in listed] == [
        ("fraud-models", False, False)
    ]
    assert gitlab_host(path).status_code == 200
    for page in (
        *("repository/tree", "repository/branches", "repository/commits", "repository/files/README.md?ref=main"),
        *("pipelines", "pipelines/1", "merge_requests", "merge_requests/1", "deployments", "environments"),
    ):
        reply = gitlab_host(f"{path}/{page}")
        assert (reply.status_code, reply.json()) == (403, {"message": "403 Forbidden"})


def test_forgotten_pipelines_are_listed_no_more(moving, repository):
    server, ask = moving
    known = ids(ask(f"{PROJECT}/pipelines"))
    server._organisation.forget_runs(before=START + 1)
    assert ids(ask(f"{PROJECT}/pipelines")) == []
    assert ask(f"{PROJECT}/pipelines/{known[0]}").status_code == 404
    repository.deployments[:] = [Deployment(1, 1, repository.head.sha, START - 900)]
    assert ask(f"{PROJECT}/deployments").json()[0]["deployable"] is None


def test_a_tree_can_still_be_read_by_its_commit_after_the_next_push(moving, clock):
    _, ask = moving
    before = ask(f"{PROJECT}/repository/branches/main").json()["commit"]["id"]
    held = ask(f"{PROJECT}/repository/tree", ref=before, recursive="true").json()
    clock.advance(1800)
    assert ask(f"{PROJECT}/repository/branches/main").json()["commit"]["id"] != before
    assert ask(f"{PROJECT}/repository/tree", ref=before, recursive="true").json() == held
    assert ask(f"{PROJECT}/repository/tree", recursive="true").json() != held


def test_the_last_activity_is_looked_up_once_an_hour(moving, clock, repository):
    _, ask = moving
    shown = set()
    for _ in range(12):
        clock.advance(600)
        shown.add(ask(PROJECT).json()["last_activity_at"])
        assert active_at(repository) <= max(repository.pushed_at, *(pull.updated_at for pull in repository.pulls))
    assert len({commit.at for commit in repository.commits if commit.at > START}) > len(shown)
    assert 2 <= len(shown) <= 4


def test_attempts_are_pipelines_of_their_own(gitlab_host, gitlab_acme):
    repository, run = next(
        (each, run) for each in gitlab_acme.repositories.values() for run in each.runs if len(run.attempts) > 1
    )
    mine = [each for each in launches(repository) if each.run is run]
    shown = [gitlab_host(f"{of(repository)}/pipelines/{each.launch_id}").json() for each in mine]
    assert len({each["id"] for each in shown}) == len(run.attempts)
    assert {(each["sha"], each["name"]) for each in shown} == {(run.sha, shown[0]["name"])}
    assert shown[1]["created_at"] > shown[0]["updated_at"]
