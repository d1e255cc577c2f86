"""The repositories of a source as they are now, and since when each is integrated, or last was.

That it was integrated once is remembered while the repository is in scope, whatever could not be
read in between: a roll-back is seen across failed polls and restarts. One that was rolled back and
comes again is integrated since then; one that was integrated before anybody looked, since the first
of its runs that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from exporter.ledger import latest
from exporter.ledger.schema import ACTIVITY, REPOSITORIES
from exporter.ledger.sql import Row, remove, replace
from exporter.migration.stages import stage_of
from exporter.model import Evidence, Moment, Repository, RepositoryState, Run, Stage, Workflow

_EVIDENCE = TypeAdapter(Evidence)


class Before(NamedTuple):
    """What was known of a repository before this poll."""

    stage: Stage = Stage.UNKNOWN
    integrated_at: Moment | None = None


def record(
    connection: Connection, source: str, states: Iterable[RepositoryState], runs: Iterable[Run], at: Moment
) -> None:
    by_name = {state.repository: state.evidence for state in states}
    known = _known(connection, source) if by_name else {}
    began = _integrated_since([run for run in runs if run.repository not in known])
    rows = [
        _row(source, repository, evidence, known.get(repository, Before()), began.get(repository, at))
        for repository, evidence in by_name.items()
    ]
    replace(connection, REPOSITORIES, rows)


def _integrated_since(runs: Iterable[Run]) -> dict[Repository, Moment]:
    """Since when the default branch has run the integrated workflow, and not the separate tools'."""
    telling = [run for run in runs if run.default_branch and run.workflow is not Workflow.OTHER]
    since: dict[Repository, Moment] = {}
    for run in sorted(telling, key=lambda run: run.created_at):
        if run.workflow is Workflow.INTEGRATED:
            since.setdefault(run.repository, run.created_at)
        else:
            since.pop(run.repository, None)
    return since


def keep_only(connection: Connection, source: str, scope: frozenset[Repository]) -> None:
    """Forgets what left the scope, open runs and activity with it; names never read are unknown."""
    known = _known(connection, source)
    replace(connection, REPOSITORIES, [_row(source, name, None, Before(), 0.0) for name in scope - known.keys()])
    gone = known.keys() - scope
    remove(connection, REPOSITORIES, [_name(source, repository) for repository in gone])
    active = {reading.repository for reading in latest.load(connection, source, latest.ACTIVE)}
    latest.forget_active(connection, source, active - scope)
    names = select(ACTIVITY.c.owner, ACTIVITY.c.name).where(ACTIVITY.c.source == source)
    seen = {Repository(*row) for row in connection.execute(names)}
    remove(connection, ACTIVITY, [_name(source, repository) for repository in seen - scope])


def _known(connection: Connection, source: str) -> dict[Repository, Before]:
    """Every repository that has a row."""
    columns = select(REPOSITORIES.c.owner, REPOSITORIES.c.name, REPOSITORIES.c.stage, REPOSITORIES.c.integrated_at)
    rows = connection.execute(columns.where(REPOSITORIES.c.source == source))
    return {Repository(owner, name): Before(Stage(stage), since) for owner, name, stage, since in rows}


def _row(source: str, repository: Repository, evidence: Evidence | None, before: Before, at: Moment) -> Row:
    stage = stage_of(evidence, integrated_before=before.integrated_at is not None)
    begins = stage is Stage.INTEGRATED and (before.integrated_at is None or before.stage is Stage.ROLLED_BACK)
    return {
        **_name(source, repository),
        "stage": stage.value,
        "template": None if evidence is None else evidence.template,
        "evidence": None if evidence is None else _EVIDENCE.dump_json(evidence).decode(),
        "integrated_at": at if begins else before.integrated_at,
    }


def _name(source: str, repository: Repository) -> Row:
    return {"source": source, "owner": repository.owner, "name": repository.name}
