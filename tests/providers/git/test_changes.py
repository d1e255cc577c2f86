"""Which merges are told, with which dates, and how often: held against git's own log."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.errors import Reason
from exporter.model import Change
from tests.support.git import DAY, HOUR, NOW, Repo, Source


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "srv" / "shop.git")


@pytest.fixture
def source(shop: Repo, tmp_path: Path) -> Source:
    return Source(tmp_path / "cache", shop.path)


def told(source: Source, now: float = NOW) -> tuple[Change, ...]:
    facts = source.poll(now)
    assert (source.error, facts.unreadable) == (None, ())
    return facts.changes


def side(shop: Repo, *days_ago: float, origin: str | None = None, authored: float | None = None) -> str:
    """A branch off `origin` (the head otherwise), with a commit for each day."""
    at = origin or str(shop.tip())
    for days in days_ago:
        at = shop.commit(NOW - days * DAY, parents=[at], branch="side", authored=authored)
    return at


class TestDates:
    def test_the_first_commit_is_the_oldest_author_date_that_came_in(self, shop: Repo, source: Source) -> None:
        shop.commit(NOW - 6 * DAY)
        first = shop.commit(NOW - 4 * DAY, parents=[str(shop.tip())], branch="side", authored=NOW - 5 * DAY)
        shop.commit(NOW - 5.5 * DAY)
        merge = shop.merge(NOW - 2 * DAY, side(shop, 3, origin=first), authored=NOW - 6.5 * DAY)
        (change,) = told(source)
        assert (change.change_id, change.first_commit_at, change.merged_at) == (merge, NOW - 5 * DAY, NOW - 2 * DAY)
        assert change.opened_at == NOW - 5 * DAY

    def test_what_main_brought_into_the_branch_is_not_the_branch_s(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        first = side(shop, 3, origin=base)
        main = shop.commit(NOW - 5 * DAY)
        update = shop.commit(NOW - 2.5 * DAY, parents=[first, main], branch="side")
        shop.merge(NOW - 2 * DAY, update)
        assert [change.first_commit_at for change in told(source)] == [NOW - 3 * DAY]

    def test_an_octopus_is_one_change_of_all_that_came_in(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        shop.merge(NOW - DAY, side(shop, 3, origin=base), side(shop, 4, origin=base))
        assert [change.first_commit_at for change in told(source)] == [NOW - 4 * DAY]

    def test_a_merge_of_nothing_new_began_when_it_was_made(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        shop.commit(NOW - 5 * DAY)
        shop.merge(NOW - DAY, base)
        assert [change.lead_time for change in told(source)] == [0]

    @pytest.mark.parametrize("authored", ["A <a> 0 +0000", "A <a> 99999999999 +0000", NOW + DAY])
    def test_an_author_s_date_beyond_belief_is_left_out(
        self, shop: Repo, source: Source, authored: float | str
    ) -> None:
        shop.commit(NOW - 6 * DAY)
        date = authored if isinstance(authored, float) else authored.partition("> ")[2]
        shop.merge(NOW - DAY, shop.commit(NOW - 2 * DAY, parents=[str(shop.tip())], branch="side", authored=date))
        assert [change.first_commit_at for change in told(source)] == [NOW - DAY]

    def test_a_merge_of_the_far_future_is_an_item_and_the_others_are_told(self, shop: Repo, source: Source) -> None:
        shop.commit(NOW - 6 * DAY)
        good = shop.merge(NOW - 2 * DAY, side(shop, 3))
        odd = shop.merge(NOW + 40 * DAY, side(shop, 2))
        facts = source.poll()
        assert [change.change_id for change in facts.changes] == [good]
        assert [(one.item, one.reason) for one in facts.unreadable] == [(f"shop merge {odd[:12]}", Reason.BAD_PAYLOAD)]
        assert source.poll().unreadable == (), "said once"

    def test_a_committer_s_clock_that_runs_ahead_is_believed(self, shop: Repo, source: Source) -> None:
        shop.commit(NOW - 6 * DAY)
        shop.merge(NOW + HOUR, side(shop, 1))
        assert [change.merged_at for change in told(source)] == [NOW + HOUR]


class TestLine:
    def test_a_merge_inside_a_branch_is_no_change_of_its_own(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        inner = shop.commit(NOW - 5 * DAY, parents=[base], branch="inner")
        shop.commit(NOW - 4 * DAY, parents=[base], branch="side")
        outer = shop.merge(NOW - DAY, shop.merge(NOW - 3 * DAY, inner, branch="side"))
        (change,) = told(source)
        assert (change.change_id, change.first_commit_at) == (outer, NOW - 5 * DAY)

    def test_squashed_and_rebased_changes_are_not_counted(self, shop: Repo, source: Source) -> None:
        shop.commit(NOW - 6 * DAY)
        shop.commit(NOW - 2 * DAY, authored=NOW - 5 * DAY, files={"squashed": "1"})
        assert told(source) == ()

    def test_history_is_how_far_back_the_first_poll_goes(self, shop: Repo, tmp_path: Path) -> None:
        shop.commit(NOW - 40 * DAY)
        old = shop.merge(NOW - 20 * DAY, side(shop, 21))
        new = shop.merge(NOW - 5 * DAY, side(shop, 6))
        assert [one.change_id for one in told(Source(tmp_path / "a", shop.path))] == [new]
        reaching = Source(tmp_path / "b", shop.path)
        reaching.provider = reaching.provider.reaching(30 * DAY)
        assert [one.change_id for one in told(reaching)] == [old, new]

    def test_a_longer_history_in_the_same_mirror_and_back(self, shop: Repo, tmp_path: Path) -> None:
        """As a backfill does, beside the exporter that runs."""
        shop.commit(NOW - 90 * DAY)
        old = shop.merge(NOW - 50 * DAY, side(shop, 60))
        exporter = Source(tmp_path / "cache", shop.path)
        assert told(exporter) == ()
        backfill = Source(tmp_path / "cache", shop.path, history="80d")
        assert [one.change_id for one in told(backfill)] == [old]
        new = shop.merge(NOW - DAY, side(shop, 3))
        assert [one.change_id for one in told(exporter)] == [new]

    def test_a_rewritten_history_is_told_as_far_as_history_goes(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        first = shop.merge(NOW - 4 * DAY, side(shop, 5))
        shop.merge(NOW - 3 * DAY, side(shop, 3.5))
        assert len(told(source)) == 2
        shop.git("update-ref", "refs/heads/main", first)
        third = shop.merge(NOW - 2 * DAY, side(shop, 2.5, origin=base))
        assert [one.change_id for one in told(source)] == [first, third]

    def test_a_branch_that_went_back_has_nothing_new(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 6 * DAY)
        shop.merge(NOW - 4 * DAY, side(shop, 5))
        told(source)
        shop.git("update-ref", "refs/heads/main", base)
        assert told(source) == ()


class TestDepth:
    @pytest.mark.parametrize("forked", [10, 20, 50, 200, 400])
    def test_a_branch_however_old_is_whole(self, shop: Repo, source: Source, forked: int) -> None:
        shop.commit(NOW - 500 * DAY)
        base = shop.commit(NOW - (forked + 1) * DAY)
        for days in range(9, 2, -1):
            shop.commit(NOW - days * DAY)
        merge = shop.merge(NOW - DAY, side(shop, forked, 2, origin=base))
        shop.commit(NOW - DAY / 2)
        assert [(one.change_id, one.first_commit_at) for one in told(source)] == [(merge, NOW - forked * DAY)]

    def test_a_branch_without_a_young_commit_hides_nothing_below_it(self, shop: Repo, source: Source) -> None:
        """Its merge is where a shallow history ends, as a commit without parents: there is more below."""
        base = shop.commit(NOW - 100 * DAY)
        shop.commit(NOW - 6 * DAY)
        below = shop.merge(NOW - 4 * DAY, side(shop, 5))
        old = shop.merge(NOW - 2 * DAY, side(shop, 80, 60, origin=base))
        shop.commit(NOW - DAY)
        assert [one.change_id for one in told(source)] == [below, old]

    def test_what_came_in_before_an_old_branch_is_not_taken_for_new(self, shop: Repo, source: Source) -> None:
        """The old branch's merge is cut from all its parents, and so from the first merge of `young`."""
        base = shop.commit(NOW - 100 * DAY)
        shop.commit(NOW - 6 * DAY)
        young = side(shop, 5)
        shop.merge(NOW - 4 * DAY, young)
        shop.merge(NOW - 3 * DAY, side(shop, 60, origin=base))
        told(source)
        shop.merge(NOW - DAY, young)
        assert [one.lead_time for one in told(source)] == [0]

    def test_only_what_is_new_deepens(self, shop: Repo, source: Source) -> None:
        base = shop.commit(NOW - 100 * DAY)
        shop.commit(NOW - 6 * DAY)
        shop.merge(NOW - 3 * DAY, side(shop, 80, 4, origin=base))
        told(source)
        shop.merge(NOW - DAY, side(shop, 2))
        (change,) = told(source)
        assert change.first_commit_at == NOW - 2 * DAY
        assert source.usage.requests == {"billed": 2}


PUSHES = st.lists(
    st.tuples(st.sampled_from(["commit", "branch", "merge", "merge", "old", "foxtrot", "poll"]), st.integers(0, 3)),
    max_size=14,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(pushes=PUSHES)
def test_merges_told_are_those_of_git_whatever_the_order_of_pushes_and_polls(
    pushes: list[tuple[str, int]],
) -> None:
    """Also those that a later push took from the line (`foxtrot`: the line moves over to a branch)."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Repo(Path(folder) / "shop.git")
        source = Source(Path(folder) / "cache", shop.path)
        clock = NOW
        base, tips, seen = shop.commit(NOW - 3 * DAY), [shop.commit(NOW - 2 * DAY, branch="b0", parents=[])], set[str]()
        for action, which in [*pushes, ("poll", 0)]:
            clock += HOUR
            tip = tips[which % len(tips)]
            if action == "commit":
                shop.commit(clock)
            elif action == "branch":
                tips.append(shop.commit(clock, parents=[str(shop.tip())], branch=f"b{len(tips)}"))
            elif action == "merge":
                shop.merge(clock, tip)
            elif action == "old":
                tips.append(shop.commit(NOW - 30 * DAY, parents=[base], branch=f"b{len(tips)}"))
            elif action == "foxtrot":
                shop.commit(clock, parents=[tip, str(shop.tip())])
            else:
                for change in told(source, clock):
                    seen.add(change.change_id)
                    reached = shop.git("log", "--format=%at", f"{change.change_id}^1..{change.change_id}")
                    dates = [int(date) for date in reached.split()]
                    merged = int(shop.git("log", "-1", "--format=%ct", change.change_id))
                    assert change.first_commit_at == min(dates)
                    assert change.merged_at == merged
                assert set(shop.merges()) <= seen
        assert len(source.told) == len(set(source.told)) or any(action == "foxtrot" for action, _ in pushes)
