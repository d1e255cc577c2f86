"""What the ledger answers: one source as it is now, and what happened in a window of time.

`sources` limits a window to these sources (None: all), so that one that left the configuration can
be left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import Connection, func, select

from exporter.answers import Operations, RepositoryView, SourceView, Span
from exporter.ledger import activity, latest
from exporter.ledger.bridges import bucket_of
from exporter.ledger.schema import MARKS, OPERATIONS, REPOSITORIES, RUNS, SOURCES, SPANS, TOTALS
from exporter.ledger.sql import notes, of
from exporter.model import Component, Moment, Repository, Result, Stage, Workflow
from exporter.totals import Family

TOGETHER = 1000


def marks(connection: Connection, source: str) -> dict[str, str]:
    return notes(connection, MARKS, source)


def last_success(connection: Connection, source: str) -> Moment | None:
    return connection.scalar(select(SOURCES.c.last_success_at).where(SOURCES.c.source == source))


def sources(connection: Connection) -> list[str]:
    """Every source that was ever recorded."""
    return sorted(connection.scalars(select(SOURCES.c.source)))


def view(connection: Connection, source: str) -> SourceView:
    repositories, built = _repositories(connection, source)
    return SourceView(
        last_success_at=last_success(connection, source),
        repositories=repositories,
        built=built,
        totals=_totals(connection, source),
        active=latest.load(connection, source, latest.ACTIVE),
        workers=latest.load(connection, source, latest.WORKERS),
        probes=latest.load(connection, source, latest.PROBES),
        bridges=latest.load(connection, source, latest.BRIDGES),
        tasks=latest.load(connection, source, latest.TASKS),
        orchex=latest.load(connection, source, latest.ORCHEX),
        readings=latest.load(connection, source, latest.READINGS),
        attestations=latest.load(connection, source, latest.ATTESTATIONS),
        phases=latest.load(connection, source, latest.PHASES),
    )


def _repositories(connection: Connection, source: str) -> tuple[tuple[RepositoryView, ...], tuple[RepositoryView, ...]]:
    """Those that have a state, and those of which there is activity alone."""
    seen = activity.load(connection, source)
    columns = (REPOSITORIES.c.owner, REPOSITORIES.c.name, REPOSITORIES.c.stage, REPOSITORIES.c.template)
    rows = connection.execute(select(*columns).where(REPOSITORIES.c.source == source))
    states = {Repository(row.owner, row.name): row for row in rows}
    stated = (
        RepositoryView(name, _STAGES[row.stage], row.template, source=source) for name, row in sorted(states.items())
    )
    built = (RepositoryView(name, Stage.UNKNOWN, None, source=source) for name in sorted(seen.keys() - states.keys()))
    return tuple(_with(seen, view) for view in stated), tuple(_with(seen, view) for view in built)


def _with(seen: dict[Repository, activity.Activity], view: RepositoryView) -> RepositoryView:
    """The view with what was run for its repository."""
    runs = seen.get(view.repository)
    if runs is None:
        return view
    if runs.ran is None:
        return replace(view, active_at=runs.active_at)
    at, workflow, _, result = runs.ran
    return replace(view, active_at=runs.active_at, workflow=workflow, workflow_at=at, workflow_result=result)


_STAGES = {stage.value: stage for stage in Stage}


def _totals(connection: Connection, source: str) -> dict[Family, dict[tuple[str, ...], float]]:
    """All families that we know; those of another version stay in the table."""
    columns = select(TOTALS.c.family, TOTALS.c.labels, TOTALS.c.value)
    rows = connection.execute(columns.where(TOTALS.c.source == source)).all()
    families: dict[str, dict[tuple[str, ...], float]] = {}
    every = _decoded([row.labels for row in rows])
    for (family, _, value), labels in zip(rows, every, strict=True):
        families.setdefault(family, {})[tuple(labels)] = value
    return {family: families[family] for family in Family if family in families}


def _decoded(texts: list[str]) -> Iterator[list[str]]:
    """A thousand at once: ten times as fast as one by one, and whoever scrapes has a turn between two."""
    for first in range(0, len(texts), TOGETHER):
        yield from json.loads(f"[{','.join(texts[first : first + TOGETHER])}]")


def spans(connection: Connection, since: Moment, among: Collection[str] | None) -> tuple[Span, ...]:
    """What was observed from `since` on; a span that began earlier is cut there."""
    wanted = select(SPANS).where(SPANS.c.end_at >= since, of(SPANS, among))
    ordered = wanted.order_by(SPANS.c.source, SPANS.c.component, SPANS.c.begin_at)
    return tuple(
        Span(row.source, Component(row.component), max(since, row.begin_at), row.end_at, row.up)
        for row in connection.execute(ordered)
    )


def operations(connection: Connection, since: Moment, among: Collection[str] | None) -> dict[Component, Operations]:
    """By bridge, in whole minutes: the one that holds `since` counts. Absent: it did nothing."""
    bridge = OPERATIONS.c.bridge
    sums = select(bridge, func.sum(OPERATIONS.c.total), func.sum(OPERATIONS.c.failed))
    rows = connection.execute(
        sums.where(OPERATIONS.c.bucket >= bucket_of(since), of(OPERATIONS, among)).group_by(bridge)
    )
    return {Component(name): Operations(total, failed) for name, total, failed in rows}


def run_results(
    connection: Connection, since: Moment, workflow: Workflow, among: Collection[str] | None
) -> dict[Result, int]:
    """How many runs of the workflow ended at or after `since`, by result. Absent: none."""
    counts = select(RUNS.c.result, func.count())
    wanted = counts.where(RUNS.c.workflow == workflow.value, RUNS.c.finished_at >= since, of(RUNS, among))
    return {Result(result): count for result, count in connection.execute(wanted.group_by(RUNS.c.result))}
