"""Lead time, whoever tells of the change."""

from collections.abc import Iterable

import pytest

from exporter.errors import NotFound, Unauthorized
from exporter.model import Repository
from exporter.providers.common.changes import Merge, change_of, read_merges

SHOP = Repository("acme", "shop")
HOUR = 3600.0
NOON = 1_768_046_400.0  # 2026-01-10T12:00:00Z


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        ([], NOON - HOUR),
        (["2026-01-10T10:30:00Z", "2026-01-10T09:00:00+01:00"], NOON - 4 * HOUR),
        ([NOON - 2 * HOUR, None, True, "soon", {}, 1e300], NOON - 2 * HOUR),
        (["2026-01-10T12:00:01Z", "1999-12-31T00:00:00Z"], NOON - HOUR),
    ],
    ids=["none", "the oldest", "nonsense is left out", "after the merge, before 2000"],
)
def test_a_change_begins_with_its_oldest_believable_commit(dates: list[object], first: float) -> None:
    change = change_of(SHOP, "7", opened_at=NOON - HOUR, merged_at=NOON, commit_dates=dates)
    assert (change.first_commit_at, change.lead_time) == (first, NOON - first)


def test_merges_are_told_oldest_first_and_one_that_cannot_be_read_is_named() -> None:
    def dates(merge: Merge) -> Iterable[object]:
        if merge.number == 2:
            raise NotFound("its commits are gone")
        return [merge.opened_at - HOUR]

    merges = [Merge(number, NOON + number, NOON + 10 * number) for number in (3, 2, 1)]
    found = read_merges(SHOP, "pull", merges, dates)
    assert [(change.change_id, change.first_commit_at) for change in found.changes] == [
        ("1", NOON + 1 - HOUR),
        ("3", NOON + 3 - HOUR),
    ]
    assert found.missing == (NOON + 20,)
    assert [(one.item, one.reason) for one in found.unreadable] == [("acme/shop pull 2", "not_found")]
    assert found.told == {1: NOON + 10, 3: NOON + 30}


def test_what_is_wrong_with_the_source_is_no_matter_of_one_merge() -> None:
    def refused(_: Merge) -> Iterable[object]:
        raise Unauthorized("the token has ended")

    with pytest.raises(Unauthorized):
        read_merges(SHOP, "pull", [Merge(1, NOON, NOON)], refused)
