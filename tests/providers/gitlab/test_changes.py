"""GitLab merge requests: each merge into the default branch is told once, with its lead time."""

from __future__ import annotations

import pytest

from exporter.model import Change, Facts
from tests.support.gitlab import DAY, HOUR, MINUTE, NOW, Hub, Project, Source, iso
from tests.support.replay import Answer

COMMITS = "/api/v4/projects/1/merge_requests/{}/commits"


def told(facts: Facts) -> list[str]:
    return [change.change_id for change in facts.changes]


def only(facts: Facts) -> Change:
    (change,) = facts.changes
    return change


def test_a_merge_is_told_once(project: Project, source: Source) -> None:
    project.merge(7, NOW - HOUR)
    change = only(source.poll(NOW))
    assert (str(change.repository), change.change_id) == ("acme/a", "7")
    assert (change.merged_at, change.opened_at, change.lead_time) == (NOW - HOUR, NOW - 2 * HOUR, 2 * HOUR)
    assert told(source.poll(NOW + MINUTE)) == []
    assert source.asked("/commits") == []


def test_new_ones_are_told_in_the_order_of_their_merges(project: Project, source: Source) -> None:
    source.poll(NOW)
    project.merge(2, NOW + 2 * MINUTE)
    project.merge(1, NOW + 3 * MINUTE)
    assert told(source.poll(NOW + HOUR)) == ["2", "1"]


def test_only_merges_into_the_default_branch_count(project: Project, source: Source) -> None:
    project.merge(1, NOW - HOUR, into="release")
    project.merge(2, NOW - HOUR)
    project.merges[2]["state"] = "closed"
    assert told(source.poll(NOW)) == []


def test_one_merged_before_the_history_is_not_told(project: Project, source: Source) -> None:
    project.merge(1, NOW - 30 * DAY)
    project.merges[1]["updated_at"] = iso(NOW - HOUR)
    assert told(source.poll(NOW)) == []


def test_a_later_comment_tells_nothing_again(project: Project, source: Source) -> None:
    project.merge(1, NOW - HOUR)
    source.poll(NOW)
    project.merges[1]["updated_at"] = iso(NOW + DAY)
    assert told(source.poll(NOW + DAY)) == []


def test_one_that_was_imported_has_no_date_and_is_left_out(project: Project, source: Source) -> None:
    project.merge(1, NOW - HOUR)
    project.merges[1]["merged_at"] = None
    facts = source.poll(NOW)
    assert (told(facts), facts.unreadable) == ([], ())


def test_the_first_commit_is_on_the_last_page(project: Project, source: Source) -> None:
    project.merge(1, NOW - HOUR, commits=250)
    assert only(source.poll(NOW)).first_commit_at == NOW - 3 * HOUR
    assert len(source.asked("/commits")) == 3


@pytest.mark.parametrize("commits", [[], [{"authored_date": None}], [{}], [{"authored_date": "1970-01-01"}]])
def test_without_a_believable_date_the_opening_stands(project: Project, source: Source, commits: list[object]) -> None:
    project.merge(1, NOW - HOUR)
    project.commits[1] = commits
    assert only(source.poll(NOW)).lead_time == HOUR


@pytest.mark.parametrize("answer", [Answer(403), Answer(404), Answer(500), Answer.of_json({}), Answer.of_json([7])])
def test_one_whose_commits_cannot_be_read_is_told_later(
    hub: Hub, project: Project, source: Source, answer: Answer
) -> None:
    project.merge(1, NOW - 2 * HOUR)
    project.merge(2, NOW - HOUR)
    hub.broken[COMMITS.format(1)] = answer
    facts = source.poll(NOW)
    assert told(facts) == ["2"]
    assert [one.item for one in facts.unreadable] == ["acme/a merge request 1"]
    hub.broken.clear()
    assert told(source.poll(NOW + DAY)) == ["1"]


def test_a_malformed_entry_spares_the_others(project: Project, source: Source) -> None:
    for number in (1, 2):
        project.merge(number, NOW - HOUR)
    project.merges[1]["created_at"] = "soon"
    facts = source.poll(NOW)
    assert told(facts) == ["2"]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a merge request 1", "bad_payload")]


def test_every_page_is_read(hub: Hub, project: Project, source: Source) -> None:
    hub.page_size = 2
    for number in range(1, 6):
        project.merge(number, NOW - HOUR + number)
    assert told(source.poll(NOW)) == ["1", "2", "3", "4", "5"]


def test_a_list_that_cannot_be_read_hides_nothing_else(hub: Hub, project: Project, source: Source) -> None:
    project.ran(1, NOW - HOUR)
    hub.broken["/api/v4/projects/1/merge_requests"] = Answer(403)
    facts = source.poll(NOW)
    assert len(facts.runs) == len(facts.repositories) == 1
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", "forbidden")]
