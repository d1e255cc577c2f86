"""When a repository last ran a pipeline, and which of the two workflows it ran last.

Runs come in any order and more than once; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, select

from exporter.ledger.schema import ACTIVITY
from exporter.ledger.sql import Row, replace
from exporter.model import Moment, Repository, Run, Workflow

Ran: TypeAlias = tuple[Moment, Workflow]
_TELLING = (Workflow.INTEGRATED, Workflow.LEGACY)


@dataclass(frozen=True, slots=True)
class Activity:
    """`active_at`: the newest run's creation. `ran`: the newest default-branch run of a workflow."""

    active_at: Moment
    ran: Ran | None

    def later(self, other: Activity | None) -> Activity:
        """The newer of both, part by part. Of two workflows created at once, integrated counts."""
        if other is None:
            return self
        rans = [ran for ran in (self.ran, other.ran) if ran is not None]
        newest = max(rans, key=lambda ran: (ran[0], ran[1] is Workflow.INTEGRATED), default=None)
        return Activity(max(self.active_at, other.active_at), newest)


def of_run(run: Run) -> Activity:
    telling = run.default_branch and run.workflow in _TELLING
    return Activity(run.created_at, (run.created_at, run.workflow) if telling else None)


def record(connection: Connection, source: str, runs: Iterable[Run]) -> None:
    """Also runs that are known already: a repository that came back into scope is active again."""
    seen: dict[Repository, Activity] = {}
    for run in runs:
        seen[run.repository] = of_run(run).later(seen.get(run.repository))
    known = load(connection, source) if seen else {}
    now = {repository: activity.later(known.get(repository)) for repository, activity in seen.items()}
    changed = {repository: activity for repository, activity in now.items() if activity != known.get(repository)}
    replace(connection, ACTIVITY, _rows(source, changed))


def load(connection: Connection, source: str) -> dict[Repository, Activity]:
    """The activity of every repository of a source, in scope or not."""
    return {
        Repository(row.owner, row.name): Activity(
            row.active_at, None if row.workflow is None else (row.workflow_at, Workflow(row.workflow))
        )
        for row in connection.execute(select(ACTIVITY).where(ACTIVITY.c.source == source))
    }


def _rows(source: str, activities: Mapping[Repository, Activity]) -> list[Row]:
    return [
        {
            "source": source,
            "owner": repository.owner,
            "name": repository.name,
            "active_at": activity.active_at,
            "workflow": activity.ran[1].value if activity.ran else None,
            "workflow_at": activity.ran[0] if activity.ran else None,
        }
        for repository, activity in activities.items()
    ]
