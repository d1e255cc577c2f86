"""Two client libraries against the simulated host: py-gitea, and pyforgejo as far as the two servers agree."""

import base64
from datetime import UTC, datetime

import gitea as pygitea
import httpx
import pytest
from pyforgejo import PyforgejoApi
from pyforgejo.core.api_error import ApiError

from exporter.demo.launches import launches


@pytest.fixture
def py(gitea_server):
    client = pygitea.Gitea(gitea_server.addresses.gitea, gitea_server.tokens.gitea, log_level="CRITICAL")
    yield client
    client.requests.close()


@pytest.fixture
def forgejo(gitea_server):
    with httpx.Client(timeout=10) as http:
        url, key = f"{gitea_server.addresses.gitea}/api/v1", f"token {gitea_server.tokens.gitea}"
        yield PyforgejoApi(base_url=url, api_key=key, httpx_client=http)


@pytest.fixture(scope="module")
def lively(gitea_acme):
    """The repository in which most pull requests were merged."""
    readable = [each for each in gitea_acme.repositories.values() if each.plan.branch == "main" and not each.unreadable]
    return max(readable, key=lambda each: sum(pull.merged_at is not None for pull in each.pulls))


def moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def test_py_gitea_knows_the_server_its_user_and_the_organisation(py):
    assert py.get_version() == "1.26.0"
    assert py.get_user().username == "demo"
    assert pygitea.User.request(py, "amara-o").full_name == "Amara Okafor"
    assert pygitea.Organization.request(py, "acme").full_name == "Acme"


def test_py_gitea_lists_repositories_page_by_page(py, gitea_acme):
    found = pygitea.Organization.request(py, "acme").get_repositories()
    assert [each.name for each in found] == list(gitea_acme.repositories)
    special = {each.name for each in found if each.archived or each.fork or each.empty}
    assert special == {"cart-legacy", "postgres-operator", "voice-assistant"}


def test_py_gitea_reads_branches_commits_and_files(py, gitea_acme):
    known = gitea_acme.repositories["payments-api"]
    repository = pygitea.Repository.request(py, "acme", "payments-api")
    heads = {branch.name: branch.commit["id"] for branch in repository.get_branches()}
    assert heads["main"] == known.head.sha
    commits = repository.get_commits()
    assert [each.sha for each in commits] == [each.sha for each in reversed(known.commits)]
    assert commits[0].inner_commit["author"]["name"] == known.head.author.name
    root = {content.name: content for content in repository.get_git_content()}
    assert set(root) == {path.split("/")[0] for path in known.files}
    text = repository.get_file_content(root["README.md"])
    assert base64.b64decode(text).decode() == known.files["README.md"]
    assert [each.path for each in repository.get_file_content(root[".gitea"])] == [".gitea/workflows"]


def test_py_gitea_understands_refusals(py, gitea_server, caplog):
    with pytest.raises(pygitea.NotFoundException):
        pygitea.Organization.request(py, "nobody")
    with pytest.raises(pygitea.exceptions.Unauthorized, match="403"):
        pygitea.Repository.request(py, "acme", "fraud-models")
    empty = pygitea.Repository.request(py, "acme", "voice-assistant")
    assert empty.get_commits() == []
    assert "Empty" in caplog.text
    wrong = pygitea.Gitea(gitea_server.addresses.gitea, "wrong", log_level="CRITICAL")
    with pytest.raises(pygitea.exceptions.Forbidden, match="401"):
        wrong.get_user()
    wrong.requests.close()


def test_pyforgejo_reads_pull_requests_and_their_commits(forgejo, lively):
    at = {"owner": "acme", "repo": lively.name}
    found = forgejo.repository.repo_list_pull_requests(**at, state="closed", sort="recentupdate", limit=50)
    known = [pull for pull in lively.pulls if pull.closed_at]
    assert {pull.number for pull in found} == {pull.number for pull in known}
    assert [pull.updated_at for pull in found] == sorted((pull.updated_at for pull in found), reverse=True)
    for pull in found:
        facts = lively.pull(pull.number)
        assert pull.merged_at == (moment(facts.merged_at) if facts.merged_at else None)
        commits = forgejo.repository.repo_get_pull_request_commits(**at, index=pull.number)
        assert [each.sha for each in commits] == [each.sha for each in reversed(facts.commits)]
        assert min(each.created for each in commits) == moment(facts.first_commit_at)


def test_pyforgejo_reads_trees_and_blobs(forgejo, gitea_acme):
    at, files = {"owner": "acme", "repo": "payments-api"}, gitea_acme.repositories["payments-api"].files
    tree = forgejo.repository.get_tree(**at, sha="main", recursive=True)
    assert {entry.path for entry in tree.tree if entry.type == "blob"} == set(files)
    for entry in tree.tree:
        if entry.type == "blob":
            blob = forgejo.repository.get_blob(**at, sha=entry.sha)
            assert base64.b64decode(blob.content).decode() == files[entry.path]


def test_pyforgejo_reads_tasks(forgejo, lively):
    tasks = forgejo.repository.list_action_tasks(owner="acme", repo=lively.name, limit=50).workflow_runs
    taken = [each for each in launches(lively) if each.attempt.started_at is not None]
    newest = sorted(taken, key=lambda each: (each.attempt.started_at, each.number), reverse=True)[:50]
    assert [task.run_number for task in tasks] == [each.number for each in newest]
    assert [task.run_started_at for task in tasks] == [moment(each.attempt.started_at) for each in newest]
    assert [task.workflow_id for task in tasks] == [each.run.path.rpartition("/")[2] for each in newest]


def test_pyforgejo_understands_refusals(forgejo):
    with pytest.raises(ApiError) as forbidden:
        forgejo.repository.repo_get(owner="acme", repo="fraud-models")
    assert forbidden.value.status_code == 403
    with pytest.raises(ApiError) as missing:
        forgejo.repository.repo_get(owner="acme", repo="nothing")
    assert missing.value.status_code == 404
