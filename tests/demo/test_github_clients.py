"""Two well-known client libraries against the simulated host: PyGithub and githubkit."""

import base64
from datetime import UTC, datetime

import github as pygithub
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from githubkit import AppInstallationAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed

APP, INSTALLATION = 4711, 99


@pytest.fixture(params=["github", "github_root"])
def base(request, server):
    """The host as GitHub Enterprise Server has it, and as api.github.com has it."""
    return getattr(server.addresses, request.param)


@pytest.fixture
def py(server, base):
    auth = pygithub.Auth.Token(server.tokens.github)
    client = pygithub.Github(base_url=base, auth=auth, seconds_between_requests=0, retry=None)
    yield client
    client.close()


@pytest.fixture
def kit(server, base):
    auth = TokenAuthStrategy(server.tokens.github)
    return GitHub(auth, base_url=base, http_cache=False, auto_retry=False)


@pytest.fixture(scope="module")
def private_key(server):
    """The key of an App that the host knows."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    server.gate.register(APP, key.public_key(), INSTALLATION)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_pygithub_lists_repositories_page_by_page(py, frozen):
    py.per_page = 7
    repositories = list(py.get_organization("acme").get_repos(sort="full_name"))
    assert [repository.name for repository in repositories] == sorted(frozen.repositories)
    flags = {r.name: (r.archived, r.fork) for r in repositories if r.archived or r.fork}
    assert flags == {"cart-legacy": (True, False), "postgres-operator": (False, True)}


def test_pygithub_reads_runs_and_their_filters(py, frozen):
    repository = py.get_repo("acme/payments-api")
    known = frozen.repositories["payments-api"].runs
    runs = list(repository.get_workflow_runs())
    assert [run.id for run in runs] == [run.run_id for run in reversed(known)]
    failed = [run.id for run in repository.get_workflow_runs(status="failure")]
    assert failed == [r.run_id for r in reversed(known) if r.latest.outcome and r.latest.outcome.result == "failure"]
    newest = repository.get_workflow_run(runs[0].id)
    assert newest.head_sha == known[-1].sha
    assert newest.created_at == datetime.fromtimestamp(known[-1].created_at, UTC)
    workflows = {workflow.path: workflow.id for workflow in repository.get_workflows()}
    assert workflows[known[-1].path] == newest.workflow_id


def test_pygithub_reads_pull_requests_and_their_commits(py, lively):
    known = [pull for pull in lively.pulls if pull.closed_at]
    pulls = list(py.get_repo(lively.full_name).get_pulls(state="closed", sort="updated", direction="desc"))
    assert {pull.number for pull in pulls} == {pull.number for pull in known}
    assert [p.updated_at for p in pulls] == sorted((p.updated_at for p in pulls), reverse=True)
    merged = next(pull for pull in pulls if pull.merged_at)
    facts = next(pull for pull in known if pull.number == merged.number)
    assert merged.merged
    dates = [commit.commit.author.date for commit in merged.get_commits()]
    assert min(dates) == datetime.fromtimestamp(facts.first_commit_at, UTC)
    assert merged.merge_commit_sha == facts.merge_sha


def test_pygithub_reads_deployments_and_their_statuses(py, deployer):
    repository, known = py.get_repo(deployer.full_name), deployer.deployments
    assert list(repository.get_deployments(environment="staging")) == []
    found = list(repository.get_deployments(environment="production", ref=deployer.plan.branch))
    assert [each.id for each in found] == [each.deployment_id for each in reversed(known)]
    assert {each.created_at for each in found} == {datetime.fromtimestamp(each.created_at, UTC) for each in known}
    for each, fact in zip(found, reversed(known), strict=True):
        succeeded = [status.created_at for status in each.get_statuses() if status.state == "success"]
        assert succeeded == ([datetime.fromtimestamp(fact.finished_at, UTC)] if fact.succeeded else [])


def test_pygithub_reads_files(py, frozen):
    repository = py.get_repo("acme/payments-api")
    files = frozen.repositories["payments-api"].files
    tree = repository.get_git_tree(repository.default_branch, recursive=True).tree
    assert {entry.path for entry in tree if entry.type == "blob"} == set(files)
    path = ".github/workflows/integrated-quality.yml"
    assert repository.get_contents(path).decoded_content.decode() == files[path]
    blob = repository.get_git_blob(next(entry.sha for entry in tree if entry.path == path))
    assert base64.b64decode(blob.content).decode() == files[path]
    head = repository.get_branch("main").commit
    assert head.sha == frozen.repositories["payments-api"].head.sha
    assert repository.get_git_tree(head.commit.tree.sha).sha == head.commit.tree.sha


def test_pygithub_asks_conditionally(py):
    repository = py.get_repo("acme/payments-api")
    used = py.get_rate_limit().resources.core.used
    assert repository.update() is False
    assert py.get_rate_limit().resources.core.used == used


def test_pygithub_understands_refusals(py, server, base):
    with pytest.raises(pygithub.UnknownObjectException):
        py.get_organization("nobody")
    with pytest.raises(pygithub.GithubException, match="not accessible") as forbidden:
        py.get_repo("acme/fraud-models")
    assert forbidden.value.status == 403
    with pytest.raises(pygithub.GithubException, match="empty") as empty:
        py.get_repo("acme/voice-assistant").get_git_tree("main")
    assert empty.value.status == 409
    wrong = pygithub.Github(base_url=base, auth=pygithub.Auth.Token("wrong"), seconds_between_requests=0, retry=None)
    with pytest.raises(pygithub.BadCredentialsException):
        wrong.get_organization("acme")
    wrong.close()


def test_pygithub_signs_in_as_an_app(server, base, private_key):
    auth = pygithub.Auth.AppAuth(APP, private_key).get_installation_auth(INSTALLATION)
    client = pygithub.Github(base_url=base, auth=auth, seconds_between_requests=0, retry=None)
    assert client.get_repo("acme/payments-api").default_branch == "main"
    client.close()


def test_githubkit_lists_repositories_page_by_page(kit, frozen):
    pages = kit.rest.paginate(kit.rest.repos.list_for_org, org="acme", per_page=9)
    assert sorted(repository.name for repository in pages) == sorted(frozen.repositories)


def test_githubkit_reads_runs_pulls_commits_tree_and_limit(kit, lively):
    known, at = lively, {"owner": "acme", "repo": lively.name}
    runs = kit.rest.actions.list_workflow_runs_for_repo(**at, per_page=100).parsed_data
    assert runs.total_count == len(known.runs)
    assert runs.workflow_runs[0].id == known.runs[-1].run_id
    pulls = kit.rest.pulls.list(**at, state="all", per_page=100).parsed_data
    assert [pull.number for pull in pulls] == [pull.number for pull in reversed(known.pulls)]
    commits = kit.rest.pulls.list_commits(**at, pull_number=pulls[0].number).parsed_data
    assert [commit.sha for commit in commits] == [commit.sha for commit in known.pulls[-1].commits]
    tree = kit.rest.git.get_tree(**at, tree_sha="main", recursive="1").parsed_data
    assert set(known.files) <= {entry.path for entry in tree.tree}
    assert kit.rest.rate_limit.get().parsed_data.resources.core.limit == 1_000_000


def test_githubkit_asks_conditionally(kit):
    etag = kit.rest.orgs.get(org="acme").headers["ETag"]
    assert kit.request("GET", "/orgs/acme", headers={"If-None-Match": etag}).status_code == 304
    with pytest.raises(RequestFailed) as gone:
        kit.request("GET", "/orgs/nobody", headers={"If-None-Match": etag})
    assert gone.value.response.status_code == 404


def test_githubkit_signs_in_as_an_app(base, private_key):
    auth = AppInstallationAuthStrategy(APP, private_key, INSTALLATION)
    kit = GitHub(auth, base_url=base, http_cache=False, auto_retry=False)
    assert kit.rest.repos.get(owner="acme", repo="payments-api").parsed_data.default_branch == "main"
