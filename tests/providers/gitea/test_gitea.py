"""Gitea as a source: its configuration, the order and the number of its questions, evidence, merges."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from exporter.errors import Reason
from exporter.model import Repository, Workflow
from exporter.providers.gitea import Gitea
from exporter.providers.gitea.api import Target
from exporter.providers.gitea.server import lists_runs
from tests.support.gitea import DAY, HOUR, INTEGRATED, LEGACY, MINUTE, NOW, Hub, Repo, Source
from tests.support.replay import Answer, Server


@pytest.fixture
def repo(hub: Hub) -> Repo:
    return hub.add("a", files={"README.md": "a"})


@pytest.mark.parametrize(
    ("version", "runs"),
    [
        ("1.24.7", False),
        ("1.25.0", True),
        ("1.26.0+dev-12-g0123456", True),
        ("v1.27.3", True),
        ("7.0.5+gitea-1.22.0", False),
        ("11.0.7+gitea-1.22.0", False),
        ("12.0.0+gitea-1.22.0", True),
        ("14.0.0-dev-99-abcdef+gitea-1.22.0", True),
        ("development", True),
    ],
)
def test_the_version_says_which_lists_there_are(version: str, *, runs: bool) -> None:
    assert lists_runs(version) is runs


@pytest.mark.parametrize("wrong", [{"owner": "a/b"}, {"url": "https://git.example.test/api/v1"}, {"lookback": "1d"}])
def test_a_wrong_configuration_is_refused(wrong: dict[str, str]) -> None:
    good = {"kind": "gitea", "url": "https://git.example.test/gitea", "owner": "acme"}
    assert Gitea.model_validate(good).base == "https://git.example.test/gitea/api/v1"
    with pytest.raises(ValidationError):
        Gitea.model_validate({**good, **wrong})


def test_an_instance_below_a_path_is_asked_there(hub: Hub, repo: Repo, server: Server) -> None:
    hub.prefix, hub.page_size = "/gitea", 1
    hub.add("b")
    source = Source(server.url + "/gitea/", server)
    facts = source.poll(NOW)
    assert source.error is None
    assert [str(repository) for repository in sorted(facts.scope or ())] == ["acme/a", "acme/b"]
    assert all(request.path.startswith("/gitea/api/v1/") for request in server.requests)


def test_the_token_has_the_scheme_that_every_version_understands(repo: Repo, server: Server) -> None:
    source = Source(server.url, server, token="canary")
    source.poll(NOW)
    assert {request.headers.get("authorization") for request in server.requests} == {"token canary"}


def test_the_version_is_asked_for_once_an_hour(hub: Hub, repo: Repo, source: Source) -> None:
    hub.version = "1.24.0"
    source.poll(NOW)
    assert source.asked("/version")
    assert source.asked("/actions/tasks")
    hub.version = "1.25.0"
    source.poll(NOW + HOUR - 1)
    assert not source.asked("/version")
    assert source.asked("/actions/tasks"), "what was known an hour ago"
    source.poll(NOW + HOUR)
    assert source.asked("/version")
    assert source.asked("/actions/runs")


def _organisation(hub: Hub, count: int) -> list[Repo]:
    """Repositories with a definition, a run and a merge each; of one more Gitea shows no actions and no content."""
    repos = [hub.add(f"r{number:03}") for number in range(count)]
    for repo in repos:
        repo.push(NOW - 2 * DAY, **{".gitea__workflows__ci.yml": LEGACY, "kilo.config.json": "{}"})
        repo.ran(1, NOW - DAY)
        repo.merge(1, NOW - DAY)
    return repos


@pytest.mark.parametrize(("count", "pages"), [(3, 1), (50, 1), (60, 2)])
def test_the_budget_of_the_first_poll(hub: Hub, source: Source, count: int, pages: int) -> None:
    _organisation(hub, count)
    facts = source.poll(NOW)
    assert source.error is None
    # the version, the listing; for each the branch, its tree, two files, the runs, the merges, one merge's commits
    assert source.cost == 1 + pages + count * 7
    assert (len(facts.runs), len(facts.changes), len(facts.repositories)) == (count, count, count)


@pytest.mark.parametrize(("count", "pages"), [(3, 1), (60, 2)])
def test_the_budget_of_an_unchanged_organisation(hub: Hub, source: Source, count: int, pages: int) -> None:
    _organisation(hub, count)
    source.poll(NOW)
    facts = source.poll(NOW + MINUTE)
    assert source.cost == pages + count
    assert (facts.runs, facts.changes, facts.repositories, facts.unreadable) == ((), (), (), ())


def test_the_budget_of_changed_ones(hub: Hub, source: Source) -> None:
    repos = _organisation(hub, 10)
    source.poll(NOW)
    repos[0].push(NOW + MINUTE)
    repos[1].push(NOW + MINUTE, **{"README.md": "b"})
    repos[2].push(NOW + MINUTE, **{".gitea__workflows__ci.yml": INTEGRATED})
    repos[3].merge(2, NOW + MINUTE, commits=51)
    facts = source.poll(NOW + 3 * MINUTE)
    # a push elsewhere: branch and merges; one that is no evidence: its tree too; evidence: two files too
    assert source.cost == 1 + 10 + 2 + 3 + 5 + (2 + 2)
    assert [str(state.repository) for state in facts.repositories] == ["acme/r002"]
    assert [change.change_id for change in facts.changes] == ["2"]
    source.poll(NOW + 4 * MINUTE)
    assert source.cost == 1 + 10


def test_the_budget_of_an_hour(hub: Hub, source: Source) -> None:
    _organisation(hub, 4)
    source.poll(NOW)
    source.poll(NOW + HOUR)
    assert source.cost == 1 + 1 + 4 + 4, "the version, the listing, the runs, and the merges that no push shows"


def test_an_empty_repository_costs_its_runs_alone(hub: Hub, source: Source) -> None:
    hub.add("bare")
    hub.add("silent", files={"x": "x"}, has_actions=False, has_pulls=False)
    facts = source.poll(NOW)
    assert facts.unreadable == ()
    assert source.cost == 2 + 1 + 2
    assert [(active.pending, active.executing) for active in facts.active] == [(0, 0), (0, 0)]


def test_what_is_out_of_scope_is_not_asked_for(hub: Hub, server: Server) -> None:
    for name, more in {"a": {}, "b": {"fork": True}, "c": {"archived": True}, "d": {}}.items():
        hub.add(name, **more)
    source = Source(server.url, server, exclude=["d"])
    facts = source.poll(NOW)
    assert [str(repository) for repository in facts.scope or ()] == ["acme/a"]
    assert not any(source.asked(f"/acme/{name}/") for name in "bcd")


def test_a_tree_is_read_page_by_page(hub: Hub, repo: Repo, source: Source) -> None:
    hub.tree_size = 2
    repo.push(NOW - DAY, **{f"f{number}": "" for number in range(4)}, **{"kilo.config.json": "{}"})
    facts = source.poll(NOW)
    assert len(source.asked("/git/trees/")) == 3
    assert [state.evidence and state.evidence.legacy_config for state in facts.repositories] == [True]


def test_a_push_in_the_second_of_the_reading_is_not_missed(repo: Repo, source: Source) -> None:
    repo.push(NOW - 1)
    source.poll(NOW)
    repo.push(NOW - 1, **{"kilo.config.json": "{}"})
    facts = source.poll(NOW + MINUTE)
    assert [state.evidence and state.evidence.legacy_config for state in facts.repositories] == [True]


def test_what_could_not_be_read_is_unknown_and_told_anew_when_it_can(hub: Hub, repo: Repo, source: Source) -> None:
    repo.push(NOW - DAY, **{"kilo.config.json": "{}"})
    hub.broken["/api/v1/repos/acme/a/branches/main"] = Answer.of_json({}, 500)
    facts = source.poll(NOW)
    assert [state.evidence for state in facts.repositories] == [None]
    assert [one.reason for one in facts.unreadable] == [Reason.SERVER_ERROR]
    hub.broken.clear()
    assert [state.evidence is None for state in source.poll(NOW + MINUTE).repositories] == [False]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ({".gitea": INTEGRATED, ".github": LEGACY}, Workflow.INTEGRATED),
        ({".github": LEGACY}, Workflow.LEGACY),
        ({".forgejo": LEGACY, ".gitea": INTEGRATED}, Workflow.LEGACY),
        ({}, Workflow.OTHER),
    ],
)
def test_a_runs_definition_is_found_by_the_name_of_its_file(
    repo: Repo, source: Source, folders: dict[str, str], expected: Workflow
) -> None:
    repo.push(NOW - DAY, **{f"{folder}__workflows__ci.yml": text for folder, text in folders.items()})
    repo.ran(1, NOW - HOUR)
    assert [run.workflow for run in source.poll(NOW).runs] == [expected]


def test_a_definition_that_is_gone_is_known_by_its_documented_name(repo: Repo, source: Source) -> None:
    repo.ran(1, NOW - HOUR, file="integrated-quality.yml")
    repo.ran(2, NOW - HOUR, file="separate-systems.yaml")
    assert [run.workflow for run in source.poll(NOW).runs] == [Workflow.INTEGRATED, Workflow.LEGACY]


def test_a_merge_is_told_once(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - 30)
    assert [change.change_id for change in source.poll(NOW).changes] == ["1"]
    assert source.poll(NOW + MINUTE).changes == ()
    assert source.asked("/pulls"), "the push was less than a minute old when it was read"
    assert source.poll(NOW + 2 * MINUTE).changes == ()
    assert not source.asked("/pulls")


def test_a_merge_that_is_noted_after_its_push_is_not_missed(repo: Repo, source: Source) -> None:
    repo.push(NOW - 2)
    assert source.poll(NOW).changes == ()
    repo.merge(1, NOW - 2)
    assert [change.change_id for change in source.poll(NOW + MINUTE).changes] == ["1"]


def test_a_pull_request_that_closes_without_a_push_is_looked_at(repo: Repo, source: Source) -> None:
    repo.open_pulls = 1
    source.poll(NOW)
    pushed = repo.updated_at
    repo.merge(1, NOW + 30)
    repo.updated_at, repo.open_pulls = pushed, 0
    assert [change.change_id for change in source.poll(NOW + MINUTE).changes] == ["1"]


def test_a_merge_whose_commits_cannot_be_read_is_told_later(hub: Hub, repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR)
    hub.broken["/api/v1/repos/acme/a/pulls/1/commits"] = Answer.of_json({}, 500)
    facts = source.poll(NOW)
    assert (facts.changes, [one.item for one in facts.unreadable]) == ((), ["acme/a pull 1"])
    hub.broken.clear()
    assert [change.change_id for change in source.poll(NOW + MINUTE).changes] == ["1"]


def test_a_repository_that_comes_back_into_scope_is_told_anew(hub: Hub, repo: Repo, source: Source) -> None:
    source.poll(NOW)
    repo.archived = True
    assert source.poll(NOW + MINUTE).scope == frozenset()
    repo.archived = False
    assert [str(state.repository) for state in source.poll(NOW + 2 * MINUTE).repositories] == ["acme/a"]


def test_names_are_quoted() -> None:
    target = Target(Repository("a b", "c/d"), "https://git.example.test/api/v1")
    assert target.at("pulls") == "https://git.example.test/api/v1/repos/a%20b/c%2Fd/pulls"
