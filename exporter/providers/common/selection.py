"""Which of an owner's repositories are in scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a shell pattern fits the name; case does not matter."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Selection:
    """Shell patterns of the names that are wanted and of those that are not, and of which nature."""

    repositories: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    include_archived: bool = False
    include_forks: bool = False

    def names(self, name: str) -> bool:
        return matches(name, self.repositories) and not matches(name, self.exclude)

    def takes(self, name: str, *, archived: bool, fork: bool) -> bool:
        return self.names(name) and (self.include_archived or not archived) and (self.include_forks or not fork)
