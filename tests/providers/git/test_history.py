"""A line's merges and what they brought, held against git's own arithmetic."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.errors import BadPayload
from exporter.providers.git.history import FORMAT, Commit, line_of, merges_of, parse_commits
from tests.support.git import NOW, Repo

GRAPHS = st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=3), min_size=1, max_size=12)


def commit(sha: str, *parents: str) -> tuple[str, Commit]:
    return sha, Commit(sha, parents, 1, 1)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(graph=GRAPHS)
def test_what_merges_bring_is_what_git_says(graph: list[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "shop.git")
        shas = [repo.commit(NOW)]
        for number, parents in enumerate(graph, 1):
            origins = list(dict.fromkeys(shas[parent % len(shas)] for parent in parents))
            shas.append(repo.commit(NOW + number, parents=origins))
        commits = parse_commits(repo.git("rev-list", f"--format={FORMAT}", shas[-1]).encode(), "shop")
        line = line_of(commits, shas[-1])
        assert [one.sha for one in line] == repo.git("rev-list", "--first-parent", shas[-1]).split()
        merges = list(merges_of(commits, line, ()))
        assert [one.commit.sha for one in reversed(merges)] == repo.merges(shas[-1])
        for merge in merges:
            others = [f"{merge.commit.sha}^{number}" for number in range(2, len(merge.commit.parents) + 1)]
            brought = repo.git("rev-list", *others, "--not", f"{merge.commit.sha}^1").split()
            assert sorted(one.sha for one in merge.brought) == sorted(brought)


def test_a_merge_is_whole_unless_a_cut_lies_in_what_it_brought() -> None:
    commits = dict([commit("m", "a", "c"), commit("c", "b"), commit("b"), commit("a", "z"), commit("z")])
    line = line_of(commits, "m")
    assert [one.sha for one in line] == ["m", "a", "z"]
    assert [merge.whole for merge in merges_of(commits, line, ())] == [True]
    assert [merge.whole for merge in merges_of(commits, line, ["z"])] == [True]
    assert [merge.whole for merge in merges_of(commits, line, ["b"])] == [False]


def test_a_cut_in_the_line_s_past_is_doubtful_when_what_came_in_may_lie_below_it() -> None:
    """`z` may be a merge whose parents were cut off, and `b` one of them."""

    def doubtful(brought: int | None, cut: int | None) -> frozenset[str]:
        commits = dict([commit("m", "a", "b"), commit("a", "z")])
        commits |= {"b": Commit("b", (), brought, 1), "z": Commit("z", (), cut, 1)}
        (merge,) = merges_of(commits, line_of(commits, "m"), ["z"])
        return merge.doubtful

    assert doubtful(brought=9, cut=8) == frozenset()
    assert doubtful(brought=8, cut=8) == doubtful(brought=7, cut=8) == {"z"}
    assert doubtful(brought=None, cut=8) == doubtful(brought=9, cut=None) == {"z"}


def test_dates_that_are_no_numbers_are_none_and_other_lines_a_fault() -> None:
    assert parse_commits(b"commit 5e\n5e\t5f 60\t\t-7\n", "shop") == {"5e": Commit("5e", ("5f", "60"), None, -7)}
    with pytest.raises(BadPayload, match="shop: its history cannot be read"):
        parse_commits(b"5e\t5f\n", "shop")
