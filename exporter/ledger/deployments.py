"""Deployments, and which changes they deploy: each change by one, and once.

A change is deployed by the first deployment of its repository that began at or after its merge,
whichever of the two is told first. What was found so is counted, so it stays: a deployment that
comes to be known later, though it began earlier, deploys only what no other did.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, select, update

from exporter.ledger.schema import CHANGES, DEPLOYMENTS
from exporter.ledger.sql import REPOSITORY, Row, add_facts, same_repository
from exporter.model import Change, Deployment, Moment, Repository
from exporter.totals import Increments, of_deployed, of_deployment

_CHANGE = (*REPOSITORY, "change_id")


def record(
    connection: Connection, source: str, deployments: Iterable[Deployment], merged: Iterable[Change]
) -> Increments:
    """Keeps the deployments; gives what those that are new add, and what is deployed by now.

    `merged` are the changes that are new. A deployment that is known already changes nothing.
    """
    new = add_facts(connection, DEPLOYMENTS, deployments, partial(_row, source))
    for deployment in new:
        yield from of_deployment(deployment)
    touched = {deployment.repository for deployment in new} | {change.repository for change in merged}
    if touched and _any(connection, source):
        for repository in sorted(touched):
            for change, at in _found(connection, source, repository):
                yield from of_deployed(change, at)


def _any(connection: Connection, source: str) -> bool:
    """Whether the source ever told of a deployment that is kept: most tell of none."""
    mine = select(DEPLOYMENTS.c.source).where(DEPLOYMENTS.c.source == source)
    return connection.scalar(mine.limit(1)) is not None


def _row(source: str, deployment: Deployment) -> Row:
    return {
        "source": source,
        "owner": deployment.repository.owner,
        "name": deployment.repository.name,
        "deployment_id": deployment.deployment_id,
        "begun_at": deployment.begun_at,
        "finished_at": deployment.finished_at,
    }


def _found(connection: Connection, source: str, repository: Repository) -> list[tuple[Change, Moment]]:
    """A repository's changes that are found to be deployed only now, and since when; it is noted."""
    of = {"in_source": source, "in_owner": repository.owner, "in_name": repository.name}
    rows = connection.execute(WAITING, of).mappings().all()
    _note(connection, rows)
    moments = ("first_commit_at", "opened_at", "merged_at")
    return [(Change(repository, row["change_id"], *(row[name] for name in moments)), row["ended_at"]) for row in rows]


def _waiting() -> Select[Any]:
    """A repository's changes that wait for a deployment, with the end of the first that began since their merge."""
    since = and_(same_repository(DEPLOYMENTS, CHANGES), DEPLOYMENTS.c.begun_at >= CHANGES.c.merged_at)
    ends = select(DEPLOYMENTS.c.finished_at).where(since)
    first = ends.order_by(DEPLOYMENTS.c.begun_at, DEPLOYMENTS.c.finished_at).limit(1).scalar_subquery()
    mine = and_(*(CHANGES.c[name] == bindparam(f"in_{name}") for name in REPOSITORY))
    undeployed = select(CHANGES, first.label("ended_at")).where(mine, CHANGES.c.deployed_at.is_(None)).subquery()
    return select(undeployed).where(undeployed.c.ended_at.is_not(None))


WAITING = _waiting()


def _note(connection: Connection, found: Iterable[RowMapping]) -> None:
    rows = [{"in_at": row["ended_at"], **{f"in_{name}": row[name] for name in _CHANGE}} for row in found]
    if rows:
        this = and_(*(CHANGES.c[name] == bindparam(f"in_{name}") for name in _CHANGE))
        connection.execute(update(CHANGES).where(this).values(deployed_at=bindparam("in_at")), rows)
