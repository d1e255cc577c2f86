"""Merges into the default branch, and how long the first commit of each waited for it.

A merge is told when it lies on the branch's line above the head that was read last. Where that head
is no longer on the line, because history was rewritten, the merges within `history` are told again.
A merge whose commits a shallow history cuts is not told: the mirror is deepened until it is whole.

It knows merges and their dates; what lead time is, `exporter.providers.common.changes` says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from exporter.errors import BadPayload
from exporter.model import Change, Facts, Moment, Repository, Seconds, Unreadable
from exporter.providers.base import DAY
from exporter.providers.common.changes import believable, change_of
from exporter.providers.common.items import unreadable
from exporter.providers.common.marks import Mark
from exporter.providers.git.history import FORMAT, Commit, Merge, line_of, merges_of, parse_commits
from exporter.providers.git.mirror import HEAD, Mirror

DEPTHS = (2, 8, 32, None)
"""How far back the mirror is fetched, in lengths of `history`, until every new merge is whole; None: all."""


class ChangesMark(Mark):
    """The head down to which every merge is told."""

    head: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Which merges are told: those above the commit `told`, and committed within `history` before `now`."""

    now: Moment
    history: Seconds
    told: str = ""

    @property
    def floor(self) -> Moment:
        return self.now - self.history

    def depth(self, lengths: int | None) -> Moment | None:
        """From when on the mirror holds history at that depth; None: from the beginning."""
        return None if lengths is None else max(0.0, self.now - lengths * self.history)


def mark_name(repository: Repository) -> str:
    return f"changes:{repository}"


def read_head(mirror: Mirror) -> str:
    return mirror.run("rev-parse", "--verify", HEAD).decode("ascii", errors="replace").strip()


def read_changes(mirror: Mirror, repository: Repository, head: str, window: Window) -> Facts:
    """The merges that are new at `head`, in a mirror that has the first of the depths."""
    for lengths in DEPTHS[1:]:
        found = _merges(mirror, head, window)
        if found is not None:
            break
        mirror.bring(window.depth(lengths))
    else:
        found = _merges(mirror, head, window)
    if found is None:
        raise BadPayload(f"{repository}: its history is cut on the server itself, and a merge cannot be told")
    told = [_told(repository, merge, window.now) for merge in found]
    return Facts(
        changes=tuple(one for one in told if isinstance(one, Change)),
        unreadable=tuple(one for one in told if isinstance(one, Unreadable)),
        marks={mark_name(repository): ChangesMark(head=head).model_dump_json()},
    )


def _merges(mirror: Mirror, head: str, window: Window) -> list[Merge] | None:
    """The merges to tell, oldest first; None where a cut hides one, or a part of one."""
    commits = parse_commits(mirror.run("rev-list", f"--format={FORMAT}", head), head)
    line, cut = line_of(commits, head), mirror.cut
    new = _above(line, window.told)
    if new == line and line[-1].sha in cut and _recent(line[-1], window) and _any_merge(mirror, {line[-1].sha}):
        return None
    fresh = {commit.sha for commit in new if _recent(commit, window)}
    merges = [merge for merge in merges_of(commits, line, cut) if merge.commit.sha in fresh]
    if not all(merge.whole for merge in merges):
        return None
    return None if _any_merge(mirror, {sha for merge in merges for sha in merge.doubtful}) else merges


def _above(line: Sequence[Commit], told: str) -> list[Commit]:
    """The part of the line above that commit; all of it, where it is not there."""
    index = next((number for number, commit in enumerate(line) if commit.sha == told), len(line))
    return list(line[:index])


def _recent(commit: Commit, window: Window) -> bool:
    """Whether it was committed within `history`; one without a date may have been."""
    return commit.committed is None or commit.committed >= window.floor


def _any_merge(mirror: Mirror, cut: Collection[str]) -> bool:
    """Whether one of the commits at a cut has several parents: git does not list them, but they stand in it.

    One with a single parent hides what is older than the mirror; a merge hides young commits, too, for it
    is cut from all its parents when one of them is older.
    """
    headers = (text.partition("\n\n")[0] for text in mirror.read("commit", cut).values())
    return any(header.count("\nparent ") > 1 for header in headers)


def _told(repository: Repository, merge: Merge, now: Moment) -> Change | Unreadable:
    """A merge as a fact; git knows no opening, so the first commit stands for it."""
    commit = merge.commit
    merged_at = believable(commit.committed)
    if merged_at is None or merged_at > now + DAY:
        item = f"{repository} merge {commit.sha[:12]}"
        return unreadable(item, BadPayload(f"{item}: its date cannot be one, or lies in the future; it is left out"))
    change = change_of(repository, commit.sha, merged_at, merged_at, [one.authored for one in merge.brought])
    return Change(repository, commit.sha, change.first_commit_at, change.first_commit_at, merged_at)
