"""Commits and pull requests, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.demo.catalogue import Person
from exporter.demo.files import Files


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    parent: str | None
    message: str
    author: Person
    at: int
    files: Files = field(default_factory=dict)
    """What the branch holds after it; left empty for commits whose tree nobody asks for."""


@dataclass(slots=True)
class Pull:
    """A pull request. It is open until `closed_at`; `merged_at` tells whether it got in."""

    pull_id: int
    number: int
    title: str
    branch: str
    author: Person
    commits: list[Commit]
    opened_at: int
    base_sha: str
    closed_at: int | None = None
    merged_at: int | None = None
    merge_sha: str | None = None

    @property
    def state(self) -> str:
        return "open" if self.closed_at is None else "closed"

    @property
    def updated_at(self) -> int:
        return self.closed_at or self.opened_at

    @property
    def head_sha(self) -> str:
        return self.commits[-1].sha

    @property
    def first_commit_at(self) -> int:
        return min(commit.at for commit in self.commits)
