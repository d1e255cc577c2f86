"""What one poll changes: its facts, their totals, its marks. The caller gives the transaction.

This module knows the order of things and what counts as new; each kind of state has its own module.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, delete, func, select, update

from exporter.ledger import activity, adoption, bridges, deployments, latest, repositories, spans
from exporter.ledger.schema import CHANGES, DEPLOYMENTS, MARKS, OPERATIONS, RUNS, SOURCES, SPANS, TOTALS
from exporter.ledger.sql import Row, add_facts, add_new, add_up, replace
from exporter.model import Change, Facts, Moment, Run, Seconds
from exporter.totals import Family, Increment, of_change, of_run


@dataclass(frozen=True, slots=True)
class Poll:
    """Of which source, when, and whether it ended well.

    `gap` is the longest time between two probes that still counts as watched; `horizon` the moment
    before which an ended run, change or deployment is too old to be kept.
    """

    source: str
    at: Moment
    gap: Seconds
    horizon: Moment
    succeeded: bool


@dataclass(slots=True)
class Sums:
    """Increments, added up before they are written."""

    amounts: Counter[tuple[Family, tuple[str, ...]]] = field(default_factory=Counter)

    def add(self, increments: Iterable[Increment]) -> None:
        """An amount of 0 counts too: it makes the total known."""
        for family, labels, amount in increments:
            self.amounts[family, labels] += amount  # type: ignore[assignment]  # Counter is typed for int only

    def rows(self, source: str) -> list[Row]:
        return [
            {"source": source, "family": family.value, "labels": json.dumps(labels), "value": value}
            for (family, labels), value in self.amounts.items()
        ]


def record(connection: Connection, poll: Poll, facts: Facts) -> None:
    """Keeps the facts. Runs, changes and deployments that are known, or ended before the horizon, change no total."""
    sums = Sums()
    horizon = _enter(connection, poll)
    runs = [run for run in facts.runs if run.finished_at > horizon]
    for run in add_facts(connection, RUNS, runs, partial(_run_row, poll.source)):
        sums.add(of_run(run))
    changes = [change for change in facts.changes if change.merged_at > horizon]
    merged = add_facts(connection, CHANGES, changes, partial(_change_row, poll.source))
    for change in merged:
        sums.add(of_change(change))
    deployed = [deployment for deployment in facts.deployments if deployment.finished_at > horizon]
    sums.add(deployments.record(connection, poll.source, deployed, merged))
    for reading in facts.bridges:
        sums.add(bridges.record(connection, poll.source, reading, poll.at))
    spans.record(connection, poll.source, facts.probes, at=poll.at, gap=poll.gap)
    latest.record(connection, poll.source, facts)
    activity.record(connection, poll.source, runs)
    repositories.record(connection, poll.source, facts.repositories, runs, poll.at)
    if facts.scope is not None:
        repositories.keep_only(connection, poll.source, facts.scope)
    if facts.repositories or facts.scope is not None:
        adoption.record(connection, poll.source, poll.at)
    add_up(connection, TOTALS, sums.rows(poll.source))
    marks = [{"source": poll.source, "key": key, "value": value} for key, value in facts.marks.items()]
    replace(connection, MARKS, marks)


def _enter(connection: Connection, poll: Poll) -> Moment:
    """Notes the poll; the moment at or before which what ended is left alone."""
    add_new(connection, SOURCES, [{"source": poll.source}])
    mine = SOURCES.c.source == poll.source
    if poll.succeeded:
        connection.execute(update(SOURCES).where(mine).values(last_success_at=poll.at))
    pruned = connection.scalar(select(SOURCES.c.pruned_to).where(mine))
    return poll.horizon if pruned is None else max(poll.horizon, pruned)


def _run_row(source: str, run: Run) -> Row:
    return {
        "source": source,
        "owner": run.repository.owner,
        "name": run.repository.name,
        "run_id": run.run_id,
        "attempt": run.attempt,
        "pipeline": run.pipeline,
        "result": run.result.value,
        "workflow": run.workflow.value,
        "default_branch": run.default_branch,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _change_row(source: str, change: Change) -> Row:
    return {
        "source": source,
        "owner": change.repository.owner,
        "name": change.repository.name,
        "change_id": change.change_id,
        "first_commit_at": change.first_commit_at,
        "opened_at": change.opened_at,
        "merged_at": change.merged_at,
    }


_ENDS = ((RUNS, RUNS.c.finished_at), (CHANGES, CHANGES.c.merged_at), (DEPLOYMENTS, DEPLOYMENTS.c.finished_at))
"""What is kept for the retention, and when it ended."""


def prune(connection: Connection, source: str, horizon: Moment) -> None:
    """Forgets what ended before the horizon, and remembers up to where: it must not be counted again."""
    ends: list[Moment] = []
    for table, end in _ENDS:
        old = (table.c.source == source) & (end < horizon)
        newest = connection.scalar(select(func.max(end)).where(old))
        if newest is not None:
            ends.append(newest)
            connection.execute(delete(table).where(old))
    connection.execute(delete(SPANS).where(SPANS.c.source == source, SPANS.c.end_at < horizon))
    minutes = OPERATIONS.c.bucket + bridges.BUCKET <= horizon
    connection.execute(delete(OPERATIONS).where(OPERATIONS.c.source == source, minutes))
    _remember(connection, source, ends)


def _remember(connection: Connection, source: str, ends: list[Moment]) -> None:
    if ends:
        known = connection.scalar(select(SOURCES.c.pruned_to).where(SOURCES.c.source == source))
        newest = max(ends) if known is None else max(*ends, known)
        connection.execute(update(SOURCES).where(SOURCES.c.source == source).values(pruned_to=newest))
