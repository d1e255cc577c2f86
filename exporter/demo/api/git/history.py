"""The default branch's history as git is to have it: which commits there are, oldest first. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from exporter.demo.files import Files
from exporter.demo.pull import Commit, Pull
from exporter.demo.repository import Repository

BEGINNING = "beginning"
"""What the first commit is called, which the organisation does not know."""


@dataclass(frozen=True, slots=True)
class Step:
    """A commit on the default branch after the one before, with the pull request that it merges, if any.

    `files` is None where nobody knows any more what it changed.
    """

    commit: Commit
    pull: Pull | None = None
    files: Files | None = None


def steps(repository: Repository, known: Collection[str]) -> list[Step]:
    """What came since the commits that are `known`, by the organisation's shas. None for an empty repository.

    Every merge is there. Of the other commits the organisation forgets the oldest; all of them is then one
    commit at the very beginning, which holds the files of the oldest that it remembers.
    """
    remembered = list(repository.commits)
    if not remembered:
        return []
    merges = {pull.merge_sha: pull for pull in repository.pulls if pull.merge_sha is not None}
    held = {commit.sha for commit in remembered}
    forgotten = sorted(
        (_merge(sha, pull) for sha, pull in merges.items() if sha not in held), key=lambda commit: commit.at
    )
    first = [] if BEGINNING in known else [_beginning(repository, remembered[0])]
    later = [Step(commit, merges.get(commit.sha)) for commit in forgotten if commit.sha not in known]
    last = [Step(commit, merges.get(commit.sha), commit.files) for commit in remembered if commit.sha not in known]
    return [*first, *later, *last]


def _merge(sha: str, pull: Pull) -> Commit:
    return Commit(sha, None, f"{pull.title} (#{pull.number})", pull.author, pull.merged_at or 0)


def _beginning(repository: Repository, oldest: Commit) -> Step:
    first = Commit(BEGINNING, None, "Begin", repository.person(0), repository.created_at)
    return Step(first, files=oldest.files)
