"""A well-known client library against the simulated host: python-gitlab."""

from datetime import datetime

import gitlab
import pytest

from exporter.demo.api.answers import Limit
from exporter.demo.files import workflow_name
from exporter.demo.hosts import Host, all_on
from exporter.demo.launches import launches
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.clock import Clock

START = 1_760_000_000
FAILED = {"failure": "script_failure", "error": "runner_system_failure", "timeout": "job_execution_timeout"}
"""Results that are all `failed` on GitLab, and what the job says of each."""


def seconds(text):
    return datetime.fromisoformat(text).timestamp()


def path_of(repository):
    return f"acme/{repository.plan.team}/{repository.name}"


@pytest.fixture
def client(gitlab_server):
    with gitlab.Gitlab(gitlab_server.addresses.gitlab, private_token=gitlab_server.tokens.gitlab) as opened:
        yield opened


def test_it_signs_in_with_each_kind_of_token(gitlab_server):
    token = gitlab_server.tokens.gitlab
    for kind in ("private_token", "oauth_token", "job_token"):
        with gitlab.Gitlab(gitlab_server.addresses.gitlab, **{kind: token}) as client:
            assert client.projects.get("acme/payments/payments-api").name == "payments-api"
    with gitlab.Gitlab(gitlab_server.addresses.gitlab, private_token=token) as client:
        client.auth()
        assert client.user.username == "exporter-bot"
        assert client.version()[0].startswith("18.")


def test_it_lists_the_projects_of_a_group_and_of_those_below(client, gitlab_acme):
    group = client.groups.get("acme")
    assert group.projects.list(get_all=True) == []
    found = group.projects.list(get_all=True, include_subgroups=True, per_page=7)
    assert {each.path for each in found} == set(gitlab_acme.repositories)
    created = [each.created_at for each in found]
    assert created == sorted(created, reverse=True)
    teams = {each.plan.team for each in gitlab_acme.repositories.values()}
    assert [each.path for each in group.subgroups.list(get_all=True)] == sorted(teams)
    payments = client.groups.get("acme/payments")
    own = {name for name, each in gitlab_acme.repositories.items() if each.plan.team == "payments"}
    assert {each.path for each in payments.projects.list(get_all=True)} == own
    assert client.groups.get(payments.id).full_path == "acme/payments"


def test_it_sees_what_is_special_of_a_project(client):
    projects = client.groups.get("acme").projects.list(get_all=True, include_subgroups=True)
    assert [each.path for each in projects if each.archived] == ["cart-legacy"]
    assert [each.path for each in projects if each.empty_repo] == ["voice-assistant"]
    origins = {each.path: getattr(each, "forked_from_project", None) for each in projects}
    forks = {name: origin["path_with_namespace"] for name, origin in origins.items() if origin}
    assert forks == {"postgres-operator": "upstream/postgres-operator"}
    assert client.projects.get("acme/labs/voice-assistant").default_branch is None


def test_it_filters_and_orders_projects(client):
    group = client.groups.get("acme")
    archived = group.projects.list(include_subgroups=True, archived=True, get_all=True)
    assert [each.path for each in archived] == ["cart-legacy"]
    alive = group.projects.list(include_subgroups=True, archived=False, get_all=True, order_by="name", sort="asc")
    assert [each.path for each in alive] == sorted(each.path for each in alive)
    assert len(alive) == 39
    found = group.projects.list(include_subgroups=True, search="storefront", simple=True, get_all=True)
    assert {each.path for each in found} == {"storefront-web", "storefront-bff"}
    assert not hasattr(found[0], "empty_repo")


def test_it_pages_by_offset(client):
    pages = client.groups.get("acme").projects.list(iterator=True, include_subgroups=True, per_page=15)
    assert (pages.total, pages.total_pages, pages.per_page) == (40, 3, 15)
    assert (pages.current_page, pages.prev_page, pages.next_page) == (1, None, 2)
    assert len({each.id for each in pages}) == 40
    assert (pages.current_page, pages.prev_page, pages.next_page) == (3, 2, None)


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_it_pages_by_key(client, gitlab_acme, sort):
    pages = client.projects.list(iterator=True, pagination="keyset", order_by="id", sort=sort, per_page=16)
    assert pages.total is None
    ids = sorted((each.repository_id for each in gitlab_acme.repositories.values()), reverse=sort == "desc")
    assert [each.id for each in pages] == ids


def test_it_pages_through_a_tree_by_key(client, gitlab_acme):
    held = gitlab_acme.repositories["payments-api"].files
    project = client.projects.get("acme/payments/payments-api")
    whole = {"recursive": True, "pagination": "keyset", "order_by": "id", "per_page": 3}
    entries = project.repository_tree(iterator=True, **whole)
    assert {each["path"] for each in entries if each["type"] == "blob"} == set(held)
    assert project.repository_tree(get_all=True, **whole) == project.repository_tree(get_all=True, recursive=True)


def test_it_reads_files(client, gitlab_acme):
    held = gitlab_acme.repositories["payments-api"]
    project = client.projects.get("acme/payments/payments-api")
    entries = project.repository_tree(recursive=True, get_all=True)
    assert [each["type"] for each in entries] == sorted((each["type"] for each in entries), reverse=True)
    for path in (".gitlab-ci.yml", "migration-backup/separate-systems.backup.yml"):
        assert project.files.get(path, ref="main").decode().decode() == held.files[path]
        assert project.files.raw(path, ref=held.head.sha).decode() == held.files[path]
        sha = next(each["id"] for each in entries if each["path"] == path)
        assert project.repository_raw_blob(sha).decode() == held.files[path]
        assert project.repository_blob(sha)["size"] == len(held.files[path].encode())
    below = project.repository_tree("migration-backup", ref="HEAD", get_all=True)
    assert {each["path"] for each in below} == {path for path in held.files if path.startswith("migration-backup/")}
    assert project.files.head("README.md", "main")["X-Gitlab-Last-Commit-Id"] == held.head.sha


def test_it_reads_branches_and_commits(client, merging):
    project = client.projects.get(path_of(merging))
    branch = project.branches.get(project.default_branch)
    assert branch.default
    assert branch.commit["id"] == merging.head.sha
    assert [each.name for each in project.branches.list(get_all=True)] == [merging.plan.branch]
    known = list(reversed(merging.commits))
    found = project.commits.list(get_all=True, per_page=5)
    assert [each.id for each in found] == [each.sha for each in known]
    assert seconds(found[0].committed_date) == known[0].at
    commit = project.commits.get(known[0].sha)
    assert (commit.message, commit.author_email) == (known[0].message, known[0].author.email)
    assert commit.last_pipeline["sha"] == known[0].sha


def test_it_reads_pipelines(client, merging):
    project, known = client.projects.get(path_of(merging)), list(reversed(launches(merging)))
    found = project.pipelines.list(get_all=True)
    assert [each.id for each in found] == [each.launch_id for each in known]
    assert [each.iid for each in found] == [each.number for each in known]
    assert [each.name for each in found] == [workflow_name(each.run.path) for each in known]
    assert [seconds(each.updated_at) for each in found] == [each.attempt.changed_at for each in known]
    failed = project.pipelines.list(get_all=True, status="failed")
    assert [each.id for each in failed] == [
        each.launch_id for each in known if each.attempt.outcome and each.attempt.outcome.result in FAILED
    ]
    latest = project.pipelines.latest()
    assert latest.sha == merging.head.sha


def test_it_learns_from_jobs_why_pipelines_failed(client, gitlab_acme):
    every = [(r, each) for r in gitlab_acme.repositories.values() if not r.unreadable for each in launches(r)]
    for result, reason in FAILED.items():
        repository, launch = next(
            (r, each) for r, each in every if each.attempt.outcome and each.attempt.outcome.result == result
        )
        pipeline = client.projects.get(path_of(repository), lazy=True).pipelines.get(launch.launch_id)
        assert pipeline.status == "failed"
        assert pipeline.duration == launch.attempt.finished_at - launch.attempt.started_at
        assert [job.failure_reason for job in pipeline.jobs.list(get_all=True, scope=["failed"])] == [reason]
        assert pipeline.jobs.list(get_all=True, scope=["success", "canceled"]) == []


def test_it_reads_merge_requests_and_their_commits(client, merging):
    project = client.projects.get(path_of(merging))
    merged = {pull.number: pull for pull in merging.pulls if pull.merged_at}
    found = project.mergerequests.list(state="merged", get_all=True, order_by="updated_at", sort="asc")
    assert {each.iid for each in found} == set(merged)
    assert [each.updated_at for each in found] == sorted(each.updated_at for each in found)
    request = project.mergerequests.get(found[0].iid)
    known = merged[request.iid]
    assert (seconds(request.created_at), seconds(request.merged_at)) == (known.opened_at, known.merged_at)
    assert (request.merge_commit_sha, request.sha, request.closed_at) == (known.merge_sha, known.head_sha, None)
    commits = list(request.commits())
    assert [each.id for each in commits] == [each.sha for each in reversed(known.commits)]
    assert min(seconds(each.authored_date) for each in commits) == known.first_commit_at
    assert request.head_pipeline["ref"] == f"refs/merge-requests/{known.number}/head"


def test_it_reads_deployments(client, shipping):
    project = client.projects.get(path_of(shipping))
    assert [each.name for each in project.environments.list(get_all=True)] == ["production"]
    found = project.deployments.list(get_all=True, environment="production")
    known = shipping.deployments
    assert [(each.id, each.iid, each.sha) for each in found] == [(d.deployment_id, d.number, d.sha) for d in known]
    told = project.deployments.list(get_all=True, status="success", order_by="updated_at", sort="desc")
    ended = [d for d in known if d.succeeded]
    assert {(each.id, seconds(each.updated_at)) for each in told} == {(d.deployment_id, d.finished_at) for d in ended}
    assert project.deployments.list(get_all=True, environment="staging") == []


def test_it_understands_refusals(client, gitlab_server):
    with pytest.raises(gitlab.GitlabGetError, match="404 Project Not Found") as missing:
        client.projects.get("acme/payments/nothing")
    assert missing.value.response_code == 404
    with pytest.raises(gitlab.GitlabGetError, match="404 Group Not Found"):
        client.groups.get("nobody")
    forbidden = client.projects.get("acme/risk/fraud-models")
    for ask in (forbidden.repository_tree, forbidden.pipelines.list, forbidden.mergerequests.list):
        with pytest.raises(gitlab.GitlabError, match="403 Forbidden") as refused:
            ask(get_all=False)
        assert refused.value.response_code == 403
    with pytest.raises(gitlab.GitlabListError, match="status does not have a valid value"):
        client.projects.get("acme/payments/payments-api").pipelines.list(status="broken", get_all=True)
    with (
        gitlab.Gitlab(gitlab_server.addresses.gitlab, private_token="wrong") as wrong,
        pytest.raises(gitlab.GitlabAuthenticationError, match="401 Unauthorized"),
    ):
        wrong.auth()


def test_it_understands_the_rate_limit(monkeypatch):
    clock = Clock(START)
    server = DemoServer(Organisation(start=START, repositories=3, history_days=0, spread=all_on(Host.GITLAB)), clock)
    server._gitlab._limit = Limit(2)
    with server, gitlab.Gitlab(server.addresses.gitlab, private_token=server.tokens.gitlab) as client:
        for _ in range(2):
            client.groups.get("acme")
        with pytest.raises(gitlab.GitlabGetError, match="Retry later") as throttled:
            client.groups.get("acme", obey_rate_limit=False)
        assert throttled.value.response_code == 429
        monkeypatch.setattr("gitlab.utils.time.sleep", clock.advance)
        assert client.groups.get("acme").path == "acme"
        assert clock() == START + 3600
