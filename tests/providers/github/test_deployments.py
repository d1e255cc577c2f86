"""GitHub deployments: each success is told once; what has not ended is waited for; nothing is asked for unasked."""

from __future__ import annotations

import pytest

from exporter.model import Deployment, Repository
from exporter.providers.github import deployments
from exporter.providers.github.deployments import Outcome, StatusPayload, outcome_of
from tests.support.github import DAY, HOUR, MINUTE, NOW, Hub, Repo, Source
from tests.support.replay import Answer, Server

LISTED, STATUSES = "/repos/acme/a/deployments", "/repos/acme/a/deployments/{}/statuses"


@pytest.fixture
def source(server: Server) -> Source:
    return Source(server, environments=["production"])


def told(source: Source, now: float) -> list[str]:
    return [deployment.deployment_id for deployment in source.poll(now).deployments]


def test_a_success_is_told_once_with_its_times(repo: Repo, source: Source) -> None:
    repo.deployed(7, NOW - HOUR)
    facts = source.poll(NOW)
    assert facts.deployments == (Deployment(Repository("acme", "a"), "7", NOW - HOUR, NOW - HOUR + MINUTE),)
    assert source.poll(NOW + MINUTE).deployments == ()
    repo.deployed(8, NOW + MINUTE)
    assert told(source, NOW + 3 * MINUTE) == ["8"]
    assert len(source.asked("/statuses")) == 1


def test_without_environments_none_are_asked_for(repo: Repo, server: Server) -> None:
    repo.deployed(7, NOW - HOUR)
    source = Source(server)
    assert source.poll(NOW).deployments == ()
    assert source.asked("deployments") == []


def test_only_the_default_branch_and_the_named_environments_count(repo: Repo, server: Server) -> None:
    source = Source(server, environments=["live/eu", "production"])
    repo.deployed(1, NOW - 6 * MINUTE, ref="release")
    repo.deployed(2, NOW - 5 * MINUTE, ref="v1.2.3")
    repo.deployed(3, NOW - 4 * MINUTE, environment="staging")
    repo.deployed(4, NOW - 3 * MINUTE, environment="live/eu")
    repo.deployed(5, NOW - 2 * MINUTE, ref="refs/heads/main")
    assert told(source, NOW) == ["4", "5"]
    assert len(source.asked("/statuses")) == 2


def test_one_that_has_not_ended_is_asked_for_until_it_has(repo: Repo, source: Source) -> None:
    repo.deploy(7, NOW - MINUTE)
    for later, state in enumerate(("queued", "in_progress", "success")):
        assert told(source, NOW + later * MINUTE) == []
        repo.status(7, state, NOW + later * MINUTE)
    assert told(source, NOW + 3 * MINUTE) == ["7"]
    source.poll(NOW + 4 * MINUTE)
    assert source.asked("/statuses") == []


def test_an_inactive_one_counts_from_its_success(repo: Repo, source: Source) -> None:
    repo.deployed(7, NOW - HOUR)
    repo.status(7, "inactive", NOW - MINUTE)
    (deployment,) = source.poll(NOW).deployments
    assert deployment.finished_at == NOW - HOUR + MINUTE


@pytest.mark.parametrize("state", ["failure", "error", "inactive"])
def test_one_that_ends_without_success_is_never_told(repo: Repo, source: Source, state: str) -> None:
    repo.deploy(7, NOW - MINUTE)
    repo.status(7, state, NOW)
    assert told(source, NOW) == []
    source.poll(NOW + MINUTE)
    assert source.asked("/statuses") == []


def test_old_open_ones_are_asked_for_ever_more_rarely_and_given_up(repo: Repo, source: Source) -> None:
    repo.deploy(7, NOW)
    asked = 0
    for hour in range(0, 36 * 24, 3):
        source.poll(NOW + hour * HOUR)
        asked += len(source.asked("/statuses"))
    assert 50 < asked < 90, "of 288 polls"
    repo.status(7, "success", NOW + 36 * DAY)
    assert told(source, NOW + 36 * DAY) == []


def test_of_many_that_never_end_a_part_is_asked_for_at_a_time(repo: Repo, source: Source) -> None:
    for number in range(30):
        repo.deploy(number, NOW - DAY + number)
    source.poll(NOW)
    assert len(source.asked("/statuses")) == 30, "each once"
    source.poll(NOW + 2 * HOUR)
    first = source.asked("/statuses")
    source.poll(NOW + 2 * HOUR + MINUTE)
    assert (len(first), len(source.asked("/statuses"))) == (deployments.ASKED_AT_MOST, 10)
    assert not set(first) & set(source.asked("/statuses"))


def test_a_word_that_is_newer_than_us_is_waited_for_and_logged_once(
    repo: Repo, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    repo.deploy(7, NOW - MINUTE)
    repo.status(7, "hatching", NOW)
    assert told(source, NOW) == told(source, NOW + MINUTE) == []
    repo.status(7, "success", NOW + 2 * MINUTE)
    assert told(source, NOW + 3 * MINUTE) == ["7"]
    assert caplog.text.count("deployment state that is newer than this exporter: 'hatching'") == 1


def test_the_first_poll_goes_back_as_far_as_history(repo: Repo, source: Source) -> None:
    repo.deployed(1, NOW - 8 * DAY)
    repo.deployed(2, NOW - 6 * DAY)
    assert told(source, NOW) == ["2"]


def test_environments_that_come_later_look_back_as_far_as_changes_are_remembered(repo: Repo, server: Server) -> None:
    """Else all changes that are known would seem to be deployed by the first deployment of these days."""
    before = Source(server)
    before.poll(NOW)
    repo.deployed(1, NOW - 34 * DAY)
    repo.deployed(2, NOW - 36 * DAY)
    after = Source(server, environments=["production"])
    after.marks = before.marks
    assert told(after, NOW + MINUTE) == ["1"]


def test_pages_are_read_until_what_is_known(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    source.poll(NOW)
    for number in range(1, 6):
        repo.deployed(number, NOW + number * 10 * MINUTE)
    assert told(source, NOW + HOUR) == ["1", "2", "3", "4", "5"]
    repo.deployed(6, NOW + 2 * HOUR)
    assert told(source, NOW + 3 * HOUR) == ["6"]
    assert len(source.asked("/deployments")) == 2 + 1, "the page, the one after it, and the statuses"


def test_one_that_shows_late_is_told(repo: Repo, source: Source) -> None:
    repo.deployed(2, NOW - MINUTE)
    source.poll(NOW)
    repo.deployed(1, NOW - 4 * MINUTE)
    assert told(source, NOW + MINUTE) == ["1"]


def test_what_cannot_be_read_does_not_hide_the_rest_and_is_asked_for_again(
    hub: Hub, repo: Repo, source: Source
) -> None:
    repo.deployed(1, NOW - 3 * MINUTE)
    repo.deployed(2, NOW - 2 * MINUTE)
    repo.deployed(3, NOW - MINUTE)
    repo.deployments[3]["created_at"] = "some day"
    repo.merge(1, NOW - HOUR)
    hub.broken[STATUSES.format(1)] = Answer(500)
    facts = source.poll(NOW)
    assert [deployment.deployment_id for deployment in facts.deployments] == ["2"]
    items = {(item.item, item.reason) for item in facts.unreadable}
    assert items == {("acme/a deployment 1", "server_error"), ("acme/a deployment 3", "bad_payload")}
    assert len(facts.changes) == 1
    hub.broken.clear()
    assert told(source, NOW + MINUTE) == ["1"]


def test_one_that_was_deleted_is_forgotten(repo: Repo, source: Source) -> None:
    repo.deploy(7, NOW - MINUTE)
    source.poll(NOW)
    del repo.deployments[7], repo.statuses[7]
    assert source.poll(NOW + MINUTE).unreadable == ()
    source.poll(NOW + 2 * MINUTE)
    assert source.asked("/statuses") == []


def test_a_token_that_may_not_see_deployments_spoils_nothing_else(hub: Hub, repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR)
    hub.broken[LISTED] = Answer.of_json({"message": "Resource not accessible by personal access token"}, 403)
    facts = source.poll(NOW)
    assert [(item.item, item.reason) for item in facts.unreadable] == [("acme/a", "forbidden")]
    assert len(facts.changes) == 1


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([], Outcome()),
        (["waiting", "queued"], Outcome()),
        (["success", "failure"], Outcome(NOW, ended=True)),
        (["inactive", "success", "in_progress"], Outcome(NOW - 1, ended=True)),
        (["success", "success"], Outcome(NOW - 1, ended=True)),
        (["error", "pending"], Outcome(ended=True)),
    ],
)
def test_the_first_success_decides(states: list[str], outcome: Outcome) -> None:
    """Statuses as GitHub lists them: newest first."""
    listed = [StatusPayload(state=state, created_at=NOW - age) for age, state in enumerate(states)]
    assert outcome_of(listed) == outcome


class TestCost:
    """The formula in the provider's docstring, counted: what deployments add to it."""

    def usual(self, repositories: int) -> dict[str, int]:
        return {"billed": 1, "not_modified": 2 * repositories}

    def test_the_first_poll(self, hub: Hub, server: Server) -> None:
        for number in range(3):
            repo = hub.add(f"r{number}", files={"README.md": ""})
            for one in range(4):
                repo.deployed(one, NOW - HOUR - one * MINUTE)
        source = Source(server, environments=["production", "live"])
        source.poll(NOW)
        trees, runs, merges, lists, statuses = 1, 1, 1, 2, 4
        assert source.outcomes == {"billed": 1 + 3 * (trees + runs + merges + lists + statuses)}

    def test_nothing_changed(self, hub: Hub, server: Server) -> None:
        for number in range(3):
            hub.add(f"r{number}").deployed(1, NOW - HOUR)
        hub.repos["r0"].deploy(2, NOW - MINUTE)
        source = Source(server, environments=["production", "live"])
        source.poll(NOW)
        source.poll(NOW + MINUTE)
        lists, still_open = 2 * 3, 1
        assert source.outcomes == {"billed": 1, "not_modified": 2 * 3 + lists + still_open}

    def test_a_changed_one(self, hub: Hub, server: Server) -> None:
        repos = [hub.add(f"r{number}") for number in range(3)]
        source = Source(server, environments=["production"])
        source.poll(NOW)
        repos[1].deploy(1, NOW)
        source.poll(NOW + MINUTE)
        assert source.outcomes == {"billed": 1 + 1 + 1, "not_modified": 2 * 3 + 2}
        repos[1].status(1, "success", NOW + MINUTE)
        source.poll(NOW + 2 * MINUTE)
        assert source.outcomes == {"billed": 1 + 1, "not_modified": 2 * 3 + 3}
        source.poll(NOW + 3 * MINUTE)
        assert source.outcomes == {"billed": 1, "not_modified": 2 * 3 + 3}
