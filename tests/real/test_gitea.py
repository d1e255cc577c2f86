"""The provider against a real Gitea: what it says of an organisation whose history is made here.

    make gitea
    .venv/bin/pytest tests/real --gitea=/path/to/gitea

The binary is a release for this machine (1.25 or newer), or what `tests/real/build-gitea` builds; that
one stays beside its templates. It needs git, and nothing else: the jobs are taken by a runner of ours,
which only says how they ended.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from exporter.errors import Reason
from exporter.model import Facts
from exporter.providers.base import Since
from tests.real.gitea import RealGitea, Runner
from tests.support.gitea import Source
from tests.support.waiting import until

DEFINITION = """
on: [push, pull_request]
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: ORCHEX analyze . --governance-check}]}
  test: {runs-on: ubuntu-latest, needs: build, steps: [{run: make test}]}
"""
BUILDS = {"1": "SUCCESS", "2": "FAILURE", "3": "SUCCESS", "4": "CANCELLED"}
"""How `build` ends in the runs of the definition's push, the topic's push, its pull request, and the merge."""
SCOPES = ("read:repository", "read:organization", "read:user")


@pytest.fixture(scope="module")
def gitea(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealGitea]:
    with RealGitea(pytestconfig.getoption("--gitea"), tmp_path_factory.mktemp("gitea")) as running:
        yield running


@pytest.fixture(scope="module")
def runner(gitea: RealGitea) -> Runner:
    return gitea.runner()


@pytest.fixture(scope="module")
def token(gitea: RealGitea) -> str:
    return gitea.token("boss", *SCOPES)


@pytest.fixture(scope="module")
def acme(gitea: RealGitea, runner: Runner) -> RealGitea:
    """An organisation: a repository with a history, an empty one, an archived one, a silent one and a fork."""
    gitea.api("POST", "/orgs", username="acme")
    for name, initial in {"api": True, "bare": False, "gone": True, "silent": True}.items():
        gitea.api("POST", "/orgs/acme/repos", name=name, auto_init=initial, default_branch="main")
    gitea.api("PATCH", "/repos/acme/gone", archived=True)
    gitea.api("PATCH", "/repos/acme/silent", has_actions=False, has_pull_requests=False)
    gitea.api("POST", "/repos/acme/silent/forks", organization="acme", name="copied")
    # in one commit: Gitea looks at a push later, and then for the definitions that are there by now
    gitea.push("acme/api", {"kilo.config.json": "{}", ".gitea/workflows/ci.yml": DEFINITION})
    _until_runs(gitea, 1)
    gitea.push("acme/api", {"topic.txt": "x"}, new_branch="topic")
    _until_runs(gitea, 2)
    pull = gitea.api("POST", "/repos/acme/api/pulls", base="main", head="topic", title="topic")["number"]
    until(lambda: gitea.api("GET", f"/repos/acme/api/pulls/{pull}")["mergeable"], "the pull request can be merged")
    _until_runs(gitea, 3)
    gitea.api("POST", f"/repos/acme/api/pulls/{pull}/merge", Do="squash")
    _until_runs(gitea, len(BUILDS))
    for _ in range(6):  # the four of `build`, and `test` of the two whose `build` succeeds
        task = runner.take()
        runner.end(task, BUILDS[task["context"]["run_number"]] if task["context"]["job"] == "build" else "SUCCESS")
    until(lambda: all(run["status"] == "completed" for run in _runs(gitea)), "the runs have ended")
    return gitea


def _until_runs(gitea: RealGitea, count: int) -> None:
    """Waits until Gitea, which makes runs after it answered, has made so many."""
    until(lambda: len(_runs(gitea)) == count, f"there are {count} runs")


def _runs(gitea: RealGitea, repository: str = "acme/api") -> list[dict[str, Any]]:
    return [
        run
        for page in (1, 2)
        for run in gitea.api("GET", f"/repos/{repository}/actions/runs?page={page}&limit=50")["workflow_runs"]
    ]


def _source(gitea: RealGitea, token: str, **config: Any) -> Source:
    return Source(gitea.url, token=token, **config)


def _results(facts: Facts) -> dict[str, str]:
    return {run.run_id: run.result.value for run in facts.runs}


def test_the_first_poll_tells_all(acme: RealGitea, token: str) -> None:
    source = _source(acme, token)
    facts = source.poll(time.time())
    assert (source.error, facts.unreadable) == (None, ())
    assert sorted(map(str, facts.scope or ())) == ["acme/api", "acme/bare", "acme/silent"]
    evidence = {str(state.repository): state.evidence for state in facts.repositories}
    api, bare = evidence["acme/api"], evidence["acme/bare"]
    assert api is not None
    assert bare is not None
    assert (api.legacy_config, api.integrated_workflow, bare.legacy_config) == (True, True, False)
    assert _results(facts) == {"1": "success", "2": "failure", "3": "success", "4": "cancellation"}
    runs = {run.run_id: run for run in facts.runs}
    assert {run.pipeline for run in facts.runs} == {"ci.yml"}
    assert {run.workflow.value for run in facts.runs} == {"integrated"}
    assert [runs[number].default_branch for number in "1234"] == [True, False, False, True]
    assert all(run.finished_at >= run.created_at > time.time() - 3600 for run in facts.runs)
    assert [(str(change.repository), change.change_id) for change in facts.changes] == [("acme/api", "1")]
    assert all(change.first_commit_at <= change.opened_at <= change.merged_at for change in facts.changes)


def test_an_unchanged_organisation_costs_the_listing_and_the_newest_runs(acme: RealGitea, token: str) -> None:
    source = _source(acme, token)
    now = time.time() + 120  # so that no push is too young to be settled
    source.poll(now)
    facts = source.poll(now + 60)
    listing = 2  # five repositories, three on a page
    assert source.cost == listing + 2, "`silent` has no runs to ask for"
    assert (facts.runs, facts.changes, facts.repositories, facts.unreadable) == ((), (), (), ())


def test_tasks_tell_the_same_runs(acme: RealGitea, token: str) -> None:
    """What a server that lists no runs would be read by; this one lists tasks as well."""
    now = time.time() + 600
    by_task = _source(acme, token)
    by_task.marks["server"] = f'{{"version": "1.24.0", "asked_at": {now}}}'
    facts = by_task.poll(now)
    assert (by_task.error, facts.unreadable) == (None, ())
    by_run = {run.run_id: run for run in _source(acme, token).poll(now).runs}
    assert facts.runs
    for run in facts.runs:
        other = by_run[run.run_id]
        assert (run.result, run.pipeline, run.workflow) == (other.result, other.pipeline, other.workflow)
        assert run.default_branch == other.default_branch
        assert run.finished_at == pytest.approx(other.finished_at, abs=2)


def test_a_rerun_is_the_next_attempt(acme: RealGitea, runner: Runner, token: str) -> None:
    acme.api("POST", "/orgs/acme/repos", name="again", auto_init=True, default_branch="main")
    acme.push("acme/again", {".gitea/workflows/one.yml": DEFINITION.partition("  test:")[0]})
    run = until(lambda: _runs(acme, "acme/again")[:1], "the run is there")[0]
    source = _source(acme, token, repositories=["again"])
    assert source.poll(time.time()).active[0].pending == 1
    task = runner.take()
    assert source.poll(time.time()).active[0].executing == 1
    runner.end(task, "FAILURE")
    source.poll(time.time())
    acme.api("POST", f"/repos/acme/again/actions/runs/{run['id']}/rerun")
    source.poll(time.time())
    until(lambda: int(time.time()) > task_second(acme), "the clock moved by a second")
    runner.end(runner.take())
    source.poll(time.time())
    acme.api("DELETE", "/repos/acme/again")
    assert source.told == [("1", 1, "failure"), ("1", 2, "success")]


def task_second(gitea: RealGitea) -> int:
    """The second in which the newest task of `again` was last heard of: Gitea tells no finer time."""
    newest = gitea.api("GET", "/repos/acme/again/actions/tasks?page=1&limit=1")["workflow_runs"][0]
    return int(time.mktime(time.strptime(newest["updated_at"][:19], "%Y-%m-%dT%H:%M:%S")))


def test_a_repository_that_gets_another_name_meanwhile_is_read_to_its_end(acme: RealGitea, token: str) -> None:
    provider = _source(acme, token, repositories=["old-name"]).provider
    acme.api("POST", "/orgs/acme/repos", name="old-name", auto_init=True, default_branch="main")
    with provider.connect(time.monotonic() + 20, provider.auth()) as http:
        since = Since(time.time())
        target = provider.listing(http, since).targets[0]
        acme.api("PATCH", "/repos/acme/old-name", name="new-name")
        facts = provider.read(http, target, since)
    acme.api("DELETE", "/repos/acme/new-name")
    assert facts.unreadable == ()
    assert [str(state.repository) for state in facts.repositories] == ["acme/old-name"]


def test_one_who_may_not_read_actions_hears_so_for_them_alone(acme: RealGitea, token: str) -> None:
    """Site administrators may read everything, so this asks as somebody whose team reads code alone."""
    acme.api("POST", "/admin/users", username="reader", password="Canary-5f0c1d", email="r@example.test",
             must_change_password=False)  # fmt: skip
    acme.api("PATCH", "/repos/acme/api", private=True)
    team = acme.api("POST", "/orgs/acme/teams", name="readers", units_map={"repo.code": "read"}, permission="read")
    acme.api("PUT", f"/teams/{team['id']}/members/reader")
    acme.api("PUT", f"/teams/{team['id']}/repos/acme/api")
    facts = _source(acme, acme.token("reader", *SCOPES), repositories=["api"]).poll(time.time())
    acme.api("PATCH", "/repos/acme/api", private=False)
    assert [str(repository) for repository in facts.scope or ()] == ["acme/api"]
    assert [state.evidence is None for state in facts.repositories] == [False]
    assert {(one.item, one.reason) for one in facts.unreadable} == {
        ("acme/api", Reason.FORBIDDEN),  # Actions
        ("acme/api", Reason.NOT_FOUND),  # pull requests
    }


def test_a_user_is_an_owner_too(acme: RealGitea, token: str) -> None:
    acme.api("POST", "/user/repos", name="mine", auto_init=True, default_branch="main")
    source = _source(acme, token, owner="boss")
    facts = source.poll(time.time())
    assert [str(repository) for repository in facts.scope or ()] == ["boss/mine"]
    assert facts.marks["owner_kind"] == "users"


@pytest.mark.parametrize(
    ("token", "owner", "reason"),
    [("0" * 40, "acme", Reason.UNAUTHORIZED), (None, "nobody", Reason.NOT_FOUND)],
    ids=["a_wrong_token", "nobody"],
)
def test_what_ends_a_poll(acme: RealGitea, token: str | None, owner: str, reason: Reason) -> None:
    source = Source(acme.url, owner=owner, **({} if token is None else {"token": token}))
    source.poll(time.time())
    assert source.error is not None
    assert source.error.reason is reason
