"""When a repository last ran a pipeline, and which of the two workflows it ran last, with what result.

Runs come in any order and more than once; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, select, tuple_

from exporter.ledger.schema import ACTIVITY
from exporter.ledger.sql import Row, replace
from exporter.model import Moment, Repository, Result, Run, Workflow

_TELLING = (Workflow.INTEGRATED, Workflow.LEGACY)
_CHUNK = 500
"""Repositories that one statement asks for; databases limit what a statement may hold."""
_Rank: TypeAlias = tuple[Moment, bool, Moment, str]


class Ran(NamedTuple):
    """A run of a workflow. The last two are None where an older ledger did not keep them."""

    created_at: Moment
    workflow: Workflow
    ended_at: Moment | None = None
    result: Result | None = None

    @property
    def rank(self) -> _Rank:
        """Created last; of two created at once integrated; of a run and its repetitions the last to end."""
        return (self.created_at, self.workflow is Workflow.INTEGRATED, self.ended_at or 0.0, self.result or "")


@dataclass(frozen=True, slots=True)
class Activity:
    """`active_at`: the newest run's creation. `ran`: the newest default-branch run of a workflow."""

    active_at: Moment
    ran: Ran | None

    def later(self, other: Activity | None) -> Activity:
        """The newer of both, part by part."""
        if other is None:
            return self
        rans = [ran for ran in (self.ran, other.ran) if ran is not None]
        newest = max(rans, key=lambda ran: ran.rank, default=None)
        return Activity(max(self.active_at, other.active_at), newest)


def of_run(run: Run) -> Activity:
    telling = run.default_branch and run.workflow in _TELLING
    ran = Ran(run.created_at, run.workflow, run.finished_at, run.result) if telling else None
    return Activity(run.created_at, ran)


def record(connection: Connection, source: str, runs: Iterable[Run]) -> None:
    """Also runs that are known already: a repository that came back into scope is active again."""
    seen: dict[Repository, Activity] = {}
    for run in runs:
        seen[run.repository] = of_run(run).later(seen.get(run.repository))
    known = _known(connection, source, seen)
    now = {repository: activity.later(known.get(repository)) for repository, activity in seen.items()}
    changed = {repository: activity for repository, activity in now.items() if activity != known.get(repository)}
    replace(connection, ACTIVITY, _rows(source, changed))


def load(connection: Connection, source: str) -> dict[Repository, Activity]:
    """The activity of every repository of a source, in scope or not."""
    return dict(_loaded(connection, ACTIVITY.c.source == source))


def _known(connection: Connection, source: str, repositories: Collection[Repository]) -> dict[Repository, Activity]:
    """The activity of these repositories alone."""
    names = [(repository.owner, repository.name) for repository in repositories]
    chunks = (names[first : first + _CHUNK] for first in range(0, len(names), _CHUNK))
    named = tuple_(ACTIVITY.c.owner, ACTIVITY.c.name)
    mine = ACTIVITY.c.source == source
    return {name: found for chunk in chunks for name, found in _loaded(connection, and_(mine, named.in_(chunk)))}


def _loaded(connection: Connection, wanted: ColumnElement[bool]) -> Iterator[tuple[Repository, Activity]]:
    for row in connection.execute(select(ACTIVITY).where(wanted)):
        result = None if row.workflow_result is None else Result(row.workflow_result)
        ran = row.workflow and Ran(row.workflow_at, Workflow(row.workflow), row.workflow_ended_at, result)
        yield Repository(row.owner, row.name), Activity(row.active_at, ran)


def _rows(source: str, activities: Mapping[Repository, Activity]) -> list[Row]:
    return [
        {
            "source": source,
            "owner": repository.owner,
            "name": repository.name,
            "active_at": activity.active_at,
            "workflow": activity.ran and activity.ran.workflow,
            "workflow_at": activity.ran and activity.ran.created_at,
            "workflow_result": activity.ran and activity.ran.result,
            "workflow_ended_at": activity.ran and activity.ran.ended_at,
        }
        for repository, activity in activities.items()
    ]
