"""A default branch's commits as git tells them, and which of them are merges into it.

The line of the branch is its head and what follows by first parents. What a merge brought in is all
that its other parents reach, and its first parent does not. Pure: it runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.errors import BadPayload

FORMAT = "%H%x09%P%x09%ct%x09%at"


@dataclass(frozen=True, slots=True)
class Commit:
    """`committed` and `authored` are Unix seconds as they are written; None: no number."""

    sha: str
    parents: tuple[str, ...]
    committed: int | None
    authored: int | None


@dataclass(frozen=True, slots=True)
class Merge:
    """A commit of the line with more than one parent, and the commits that came in by the others.

    `whole`: no cut hides one of them. `doubtful` are cuts in the line's own past that may hide that one of
    them was there before: those that are younger than the oldest of them.
    """

    commit: Commit
    brought: tuple[Commit, ...]
    whole: bool
    doubtful: frozenset[str]


Commits = Mapping[str, Commit]


def parse_commits(listed: bytes, where: str) -> dict[str, Commit]:
    """The commits by id out of `git rev-list --format`, the head first."""
    commits = {}
    for line in listed.decode("utf-8", errors="replace").splitlines():
        if line.startswith("commit "):  # rev-list's own header
            continue
        fields = line.split("\t")
        if len(fields) != 4:  # noqa: PLR2004  # as FORMAT has
            raise BadPayload(f"{where}: its history cannot be read")
        sha, parents, committed, authored = fields
        commits[sha] = Commit(sha, tuple(parents.split()), _number(committed), _number(authored))
    return commits


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def line_of(commits: Commits, head: str) -> list[Commit]:
    """The line from its head down, as far as it is here."""
    line = []
    at: str | None = head
    while at is not None and at in commits:
        line.append(commits[at])
        at = next(iter(commits[at].parents), None)
    return line


def merges_of(commits: Commits, line: Sequence[Commit], cut: Iterable[str]) -> Iterator[Merge]:
    """The line's merges, oldest first. `cut` are the commits whose parents are not here.

    Each commit is looked at once: what the line reached so far is kept while it is climbed.
    """
    cuts, reached, cuts_reached = frozenset(cut), set[str](), list[Commit]()
    for commit in reversed(line):
        brought = _new_from(commits, commit.parents[1:], reached)
        if len(commit.parents) > 1:
            whole = cuts.isdisjoint(one.sha for one in brought)
            yield Merge(commit, brought, whole, _doubtful(brought, cuts_reached))
        fresh = (*brought, commit)
        reached.update(one.sha for one in fresh)
        cuts_reached += [one for one in fresh if one.sha in cuts]


def _doubtful(brought: Iterable[Commit], cuts: Iterable[Commit]) -> frozenset[str]:
    """The cuts that something of `brought` may lie below; a commit without a date may lie anywhere."""
    oldest = min((one.committed or 0 for one in brought), default=None)
    if oldest is None:
        return frozenset()
    return frozenset(one.sha for one in cuts if one.committed is None or one.committed >= oldest)


def _new_from(commits: Commits, starts: Iterable[str], reached: set[str]) -> tuple[Commit, ...]:
    """What can be reached from `starts` and was not before."""
    found: dict[str, Commit] = {}
    waiting = list(starts)
    while waiting:
        sha = waiting.pop()
        if sha in found or sha in reached or sha not in commits:
            continue
        found[sha] = commits[sha]
        waiting.extend(commits[sha].parents)
    return tuple(found.values())
