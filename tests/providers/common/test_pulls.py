"""Pull requests in the shape that GitHub and Gitea share: how far a list is read, and what is told of it."""

import pytest

from exporter.errors import BadPayload
from exporter.model import Repository
from exporter.providers.common.changes import OVERLAP
from exporter.providers.common.pulls import PullPayload, Reach, Read, parse_commit_dates

SHOP = Repository("acme", "shop")
NOW = 1_768_046_400.0
HOUR = 3600.0


def pull(number: int, at: float, into: str = "main") -> PullPayload:
    """One that was merged, and so updated, at that moment."""
    moments = {"created_at": at - HOUR, "updated_at": at, "merged_at": at}
    return PullPayload.model_validate({"number": number, "base": {"ref": into}, **moments})


def test_pages_are_read_down_to_shortly_before_the_newest_that_was_seen() -> None:
    reach = Reach(NOW, NOW - 24 * HOUR, Read(NOW - 2 * HOUR, {}))
    first, second = [pull(3, NOW - HOUR)], [pull(2, NOW - 3 * HOUR), pull(3, NOW)]
    pages = iter([(first, ()), (second, ()), ([pull(1, NOW - 4 * HOUR)], ())])
    pulls, bad = reach.listed(pages)
    assert ([(one.number, one.updated_at) for one in pulls], bad) == ([(3, NOW - HOUR), (2, NOW - 3 * HOUR)], ())
    assert len(list(pages)) == 1, "no page is asked for beyond the floor"
    assert Reach(NOW, NOW - HOUR, Read(NOW - 2 * HOUR, {})).floor == NOW - HOUR


def test_each_merge_into_the_default_branch_is_told_once() -> None:
    reach = Reach(NOW, NOW - 24 * HOUR, Read(NOW - HOUR, {1: NOW - HOUR}))
    pulls = [pull(1, NOW - HOUR), pull(2, NOW - HOUR / 2), pull(3, NOW, into="release"), pull(4, NOW - 5 * HOUR)]
    merges = reach.merges(SHOP, pulls, "main".__eq__, lambda _: [])
    assert merges.told == {2: NOW - HOUR / 2}
    assert reach.after(pulls[:2], merges) == Read(NOW - HOUR / 2, {2: NOW - HOUR / 2})


def test_the_mark_passes_neither_what_could_not_be_read_nor_the_present() -> None:
    def dates(_: object) -> list[object]:
        raise BadPayload("its commits")

    reach = Reach(NOW, NOW - 24 * HOUR, None)
    pulls = [pull(1, NOW - HOUR), pull(5, NOW - HOUR / 2, into="release")]
    assert reach.after(pulls, reach.merges(SHOP, pulls, "main".__eq__, dates)).up_to == NOW - HOUR
    later = [pull(2, NOW + HOUR)]
    told = reach.merges(SHOP, later, "main".__eq__, lambda _: [])
    assert reach.after(later, told) == Read(NOW, {2: NOW + HOUR})
    assert reach.after([], reach.merges(SHOP, [], "main".__eq__, dates)).up_to == NOW - 24 * HOUR
    assert OVERLAP < HOUR / 2


@pytest.mark.parametrize("data", [{}, None, [5], [{"commit": "x"}]])
def test_what_is_no_list_of_commits_is_refused(data: object) -> None:
    with pytest.raises(BadPayload, match="the place"):
        parse_commit_dates(data, "the place")
