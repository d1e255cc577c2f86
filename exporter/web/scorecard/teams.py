"""The teams, the one that is looked at, and the repositories in which something is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from exporter.model import Stage
from exporter.status import sentences
from exporter.status.shape import RepositoryStatus, Share, Status, TeamStatus
from exporter.status.words import NOTHING, percent, spaced
from exporter.web.scorecard.moods import Mood, Word
from exporter.web.scorecard.pictures import Bar, bar

MOST = 50
"""Repositories that are listed; the JSON has them all."""
MOODS: Mapping[Stage, Mood] = {
    Stage.LEGACY: Mood.IDLE,
    Stage.PARTIAL: Mood.CAREFUL,
    Stage.ROLLED_BACK: Mood.BAD,
    Stage.UNKNOWN: Mood.IDLE,
}
TEMPLATE = {True: "used", False: "not used", None: NOTHING}


@dataclass(frozen=True, slots=True)
class Adoption:
    """A share of repositories."""

    ratio: str
    detail: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team. `query` finds it on this page."""

    name: str
    query: str
    migrated: Bar | None
    repositories: str
    template: Adoption
    workflow: Adoption


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in which something is left to do."""

    name: str
    source: str
    team: str
    stage: Word
    template: str
    workflow: str


@dataclass(frozen=True, slots=True)
class Remaining:
    """The first of them, how many there are more, and all of them by stage in words."""

    repositories: tuple[Repository, ...]
    more: int
    words: str


def teams(status: Status) -> tuple[Team, ...]:
    return tuple(_team(each) for each in status.migration.teams)


def _team(each: TeamStatus) -> Team:
    return Team(
        name=each.team,
        query=urlencode({"team": each.team}),
        migrated=bar(each.migrated),
        repositories=sentences.repositories(each.migrated),
        template=_adoption(each.template_adoption),
        workflow=_adoption(each.workflow_adoption),
    )


def _adoption(share: Share) -> Adoption:
    unread = f"; {share.unknown} could not be read" if share.unknown else ""
    return Adoption(percent(share.ratio), f"{share.part} of {share.whole}{unread}" if share.whole else unread[2:])


def remaining(status: Status, team: str | None) -> Remaining:
    """Of the team; None: of all."""
    found = [each for each in status.migration.remaining if team is None or each.team == team]
    return Remaining(
        repositories=tuple(_repository(each) for each in found[:MOST]),
        more=max(0, len(found) - MOST),
        words=_counted(found),
    )


def _counted(found: Sequence[RepositoryStatus]) -> str:
    """`5 repositories: 4 legacy, 1 could not be read`."""
    if not found:
        return ""
    stages = Counter(each.stage for each in found)
    parts = ", ".join(f"{stages[stage]} {_stage(stage)}" for stage in Stage if stages[stage])
    return f"{len(found)} {'repository' if len(found) == 1 else 'repositories'}: {parts}"


def _stage(stage: Stage) -> str:
    return "could not be read" if stage is Stage.UNKNOWN else spaced(stage)


def _repository(each: RepositoryStatus) -> Repository:
    return Repository(
        name=each.name,
        source=each.source,
        team=each.team or NOTHING,
        stage=Word(_stage(each.stage), MOODS.get(each.stage, Mood.IDLE)),
        template=TEMPLATE[each.template],
        workflow=NOTHING if each.workflow is None else str(each.workflow),
    )
