"""How far the repositories are: the migrated share, by team too, and the pilot's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeAlias

from exporter.answers import RepositoryView
from exporter.kpis.ratios import Share
from exporter.model import Repository, Stage

Pattern: TypeAlias = str
"""A shell pattern, of a repository's name or of its owner and name."""
UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Team:
    """A team's repositories by stage, and its migrated share."""

    name: str
    stages: Mapping[Stage, int]
    migrated: Share


@dataclass(frozen=True, slots=True)
class Progress:
    migrated: Share = field(default_factory=Share)
    pilot: Share = field(default_factory=Share)
    """Pilot repositories that are integrated and whose newest integrated run succeeded ÷ those that could be read."""
    teams: tuple[Team, ...] = ()


def matches(repository: Repository, pattern: Pattern) -> bool:
    return fnmatchcase(repository.name, pattern) or fnmatchcase(str(repository), pattern)


def migrated(repositories: Iterable[RepositoryView]) -> Share:
    """Integrated repositories ÷ repositories that use either tool.

    One that uses neither (`none`) has nothing to migrate; one that could not be read is unknown: both
    are in no ratio.
    """
    raise NotImplementedError


def pilot(repositories: Iterable[RepositoryView], patterns: Sequence[Pattern]) -> Share:
    """Pilot repositories that are integrated and green ÷ pilot repositories that could be read."""
    raise NotImplementedError


def by_team(repositories: Iterable[RepositoryView], teams: Mapping[Pattern, str]) -> tuple[Team, ...]:
    """Each team in the order of its name; the first pattern that matches wins, UNASSIGNED comes last."""
    raise NotImplementedError
