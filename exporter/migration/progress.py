"""How far the repositories are: the migrated share, by team too, and the pilot's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import lru_cache
from typing import TypeAlias

from exporter.answers import RepositoryView
from exporter.kpis.ratios import Share, template_adoption, workflow_adoption
from exporter.model import Moment, Repository, Result, Stage, Workflow

Pattern: TypeAlias = str
"""A shell pattern, of a repository's name or of its owner and name."""
UNASSIGNED = "unassigned"
USING = (Stage.LEGACY, Stage.PARTIAL, Stage.INTEGRATED, Stage.ROLLED_BACK)
"""The stages of repositories that use either tool."""
REMAINING = (Stage.LEGACY, Stage.PARTIAL, Stage.ROLLED_BACK, Stage.UNKNOWN)
"""The stages of repositories in which something is left to do, or may be."""
ByTeam: TypeAlias = Mapping[str | None, Sequence[RepositoryView]]
"""Repositories by the team that they belong to; all under None where no teams are configured."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team's repositories by stage (all stages), its migrated share, and its share of both adoptions."""

    name: str
    stages: Mapping[Stage, int]
    migrated: Share
    template_adoption: Share
    workflow_adoption: Share


@dataclass(frozen=True, slots=True)
class Remaining:
    """A repository that is not integrated yet, or no more, or of which it is not known."""

    view: RepositoryView
    team: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    migrated: Share = field(default_factory=Share)
    pilot: Share = field(default_factory=Share)
    """Pilot repositories that are integrated and whose newest integrated run succeeded ÷ those that use either tool."""
    teams: tuple[Team, ...] = ()
    remaining: tuple[Remaining, ...] = ()


def matches(repository: Repository, pattern: Pattern) -> bool:
    """Upper and lower case differ."""
    match = _compiled(pattern)
    return match(repository.name) is not None or match(str(repository)) is not None


@lru_cache(maxsize=100_000)
def _compiled(pattern: Pattern) -> Callable[[str], re.Match[str] | None]:
    """fnmatch keeps too few patterns to name thousands of repositories one by one."""
    return re.compile(translate(pattern)).match


def migrated(repositories: Iterable[RepositoryView]) -> Share:
    """Integrated repositories ÷ repositories that use either tool.

    One that uses neither (`none`) has nothing to migrate; one that could not be read is unknown: both
    are in no ratio.
    """
    return _share(Counter(view.stage for view in repositories))


def _share(stages: Mapping[Stage, int]) -> Share:
    using = sum(stages.get(stage, 0) for stage in USING)
    return Share(stages.get(Stage.INTEGRATED, 0), using, stages.get(Stage.UNKNOWN, 0))


def pilot(repositories: Iterable[RepositoryView], patterns: Sequence[Pattern]) -> Share:
    """Pilot repositories that are integrated and green ÷ pilot repositories that use either tool.

    Green: the newest default-branch run that executed either tool's workflow executed the integrated
    one, and succeeded. `none` and `unknown` count as in `migrated`.
    """
    chosen = [view for view in repositories if any(matches(view.repository, pattern) for pattern in patterns)]
    return replace(migrated(chosen), part=sum(1 for view in chosen if _integrated_and_green(view)))


def _integrated_and_green(view: RepositoryView) -> bool:
    green = view.workflow is Workflow.INTEGRATED and view.workflow_result is Result.SUCCESS
    return green and view.stage is Stage.INTEGRATED


def by_team(repositories: Iterable[RepositoryView], teams: Mapping[Pattern, str]) -> ByTeam:
    """The teams in the order of their names; the first pattern that matches wins, UNASSIGNED comes last.

    Only teams that have a repository: of the others nothing may be known yet.
    """
    if not teams:
        return {None: list(repositories)}
    team_of = _chooser(tuple(teams.items()))
    found: dict[str, list[RepositoryView]] = {}
    for view in repositories:
        found.setdefault(team_of(view.repository), []).append(view)
    return {name: found[name] for name in sorted(found, key=lambda name: (name == UNASSIGNED, name))}


def team_progress(grouped: ByTeam, since: Moment) -> Iterator[Team]:
    """How far each team is; its workflow adoption by the CI activity since `since`."""
    for name, views in grouped.items():
        if name is not None:
            stages = Counter(view.stage for view in views)
            adopted = (template_adoption(views), workflow_adoption(views, since))
            yield Team(name, {stage: stages[stage] for stage in Stage}, _share(stages), *adopted)


def remaining(grouped: ByTeam) -> Iterator[Remaining]:
    """Team by team, the repositories that use either tool and are not integrated, or could not be read; by name."""
    for team, views in grouped.items():
        left = [view for view in views if view.stage in REMAINING]
        for view in sorted(left, key=lambda view: (view.repository.owner, view.repository.name, view.source)):
            yield Remaining(view, team)


@lru_cache(maxsize=2)
def _chooser(teams: tuple[tuple[Pattern, str], ...]) -> Callable[[Repository], str]:
    """A repository's team, looked for once: thousands of repositories may meet hundreds of patterns."""

    @lru_cache(maxsize=100_000)
    def team_of(repository: Repository) -> str:
        return next((team for pattern, team in teams if matches(repository, pattern)), UNASSIGNED)

    return team_of
