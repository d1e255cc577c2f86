"""GitHub merges: each is told once with its first commit; old ones are not told anew."""

from __future__ import annotations

import pytest

from tests.support.github import DAY, HOUR, MINUTE, NOW, Hub, Repo, Source, iso
from tests.support.replay import Answer


def told(source: Source, now: float) -> list[str]:
    return [change.change_id for change in source.poll(now).changes]


def test_a_merge_is_told_once_with_its_times(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR)
    (change,) = source.poll(NOW).changes
    assert (change.first_commit_at, change.opened_at, change.merged_at) == (NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR)
    assert change.lead_time == 2 * HOUR
    repo.merge(2, NOW + MINUTE)
    assert told(source, NOW + 2 * MINUTE) == ["2"]
    assert len(source.asked("/commits")) == 1


def test_a_merge_within_the_overlap_is_not_asked_for_again(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - 2 * MINUTE)
    repo.merge(2, NOW - MINUTE)
    assert told(source, NOW) == ["1", "2"]
    repo.merge(3, NOW)
    assert told(source, NOW + MINUTE) == ["3"]
    assert len(source.asked("/commits")) == 1


def test_a_merge_that_shows_late_is_told(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - MINUTE)
    source.poll(NOW)
    repo.merge(2, NOW - 3 * MINUTE)
    assert told(source, NOW + MINUTE) == ["2"]


def test_the_first_poll_goes_back_as_far_as_history(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - 8 * DAY)
    repo.merge(2, NOW - 6 * DAY)
    assert told(source, NOW) == ["2"]


def test_a_comment_on_an_old_merge_is_no_merge(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - 6 * DAY)
    repo.merge(2, NOW - HOUR)
    assert told(source, NOW) == ["1", "2"]
    repo.pulls[1]["updated_at"] = iso(NOW + MINUTE)
    assert told(source, NOW + 2 * MINUTE) == []
    assert source.asked("/commits") == []


def test_only_merges_into_the_default_branch_count(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR, base="release")
    repo.merge(2, NOW - HOUR)
    repo.pulls[2]["merged_at"] = None
    assert told(source, NOW) == []


def test_an_outage_within_history_loses_nothing(repo: Repo, source: Source) -> None:
    source.poll(NOW)
    repo.merge(1, NOW + HOUR)
    repo.merge(2, NOW + 5 * DAY)
    assert told(source, NOW + 6 * DAY) == ["1", "2"]


def test_pages_are_read_until_what_is_known(hub: Hub, repo: Repo, source: Source) -> None:
    hub.page_size = 2
    for number in range(1, 8):
        repo.merge(number, NOW - (8 - number) * HOUR)
    assert len(told(source, NOW)) == 7
    assert len(source.asked("/pulls")) == 4 + 7
    repo.merge(8, NOW)
    assert told(source, NOW + MINUTE) == ["8"]
    assert len(source.asked("/pulls")) == 2 + 1, "down to the overlap, and the commits of the new one"


def test_all_commits_are_looked_at(hub: Hub, repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR, commits=5)
    repo.commits[1].reverse()
    hub.page_size = 2
    (change,) = source.poll(NOW).changes
    assert change.first_commit_at == NOW - 3 * HOUR
    assert len(source.asked("/commits")) == 3


def test_what_could_not_be_read_is_asked_for_until_it_can(hub: Hub, repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - 2 * HOUR)
    repo.merge(2, NOW - HOUR)
    hub.broken["/repos/acme/a/pulls/1/commits"] = Answer(500)
    facts = source.poll(NOW)
    assert [change.change_id for change in facts.changes] == ["2"]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a pull 1", "server_error")]
    repo.merge(3, NOW + HOUR)
    assert told(source, NOW + 2 * HOUR) == ["3"], "the mark waits for the first, and the others are not told again"
    hub.broken.clear()
    assert told(source, NOW + 3 * HOUR) == ["1"]
    assert told(source, NOW + 4 * HOUR) == []
    assert source.outcomes == {"billed": 1, "not_modified": 2}


def test_a_malformed_pull_request_spares_the_others(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR)
    repo.merge(2, NOW - HOUR)
    repo.pulls[1]["created_at"] = None
    facts = source.poll(NOW)
    assert [change.change_id for change in facts.changes] == ["2"]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a pull 1", "bad_payload")]


def test_a_date_in_the_future_hides_no_merge(repo: Repo, source: Source) -> None:
    repo.merge(1, NOW - HOUR)
    repo.pulls[1]["updated_at"] = iso(NOW + 365 * DAY)
    source.poll(NOW)
    repo.merge(2, NOW + HOUR)
    assert told(source, NOW + 2 * HOUR) == ["2"]


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        ([], NOW - 2 * HOUR),
        (["1970-01-01T00:00:00Z", "0000-00-00", 5, None, True], NOW - 2 * HOUR),
        ([iso(NOW)], NOW - 2 * HOUR),
        ([iso(NOW - 30 * HOUR), "1970-01-01T00:00:00Z", iso(NOW - 20 * HOUR)], NOW - 30 * HOUR),
    ],
    ids=["none", "absurd", "after the merge", "some good"],
)
def test_authors_clocks_are_not_trusted(repo: Repo, source: Source, dates: list[object], first: float) -> None:
    repo.merge(1, NOW - HOUR)
    repo.commits[1] = [{"commit": {"author": {"date": date}}} for date in dates]
    (change,) = source.poll(NOW).changes
    assert change.first_commit_at == first
