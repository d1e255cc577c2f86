"""Exact medians. The database sorts: a million values never become Python's, and its lock is free meanwhile.

A selection of values has the columns of a repository's name and `value`. Values below 0 count as 0;
that changes no order, so it is only done to the middle ones.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from statistics import fmean
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    select,
    true,
)

from exporter.answers import CycleEnd, Median, Slowdown
from exporter.ledger.schema import CHANGES, REPOSITORIES, RUN_BASELINES, RUNS
from exporter.ledger.sql import REPOSITORY, of, same_repository
from exporter.model import Moment, Result, Seconds, Stage, Workflow


def median(connection: Connection, values: Select[Any]) -> Median | None:
    """The median of a selection; None without values."""
    each = values.subquery()
    groups = _by_repository(each)
    total = select(func.sum(groups.c.count), func.count()).select_from(groups)
    count, repositories = connection.execute(total).one()
    return Median(_middle(connection, each, int(count)), int(count), repositories) if count else None


def slowdown(connection: Connection, since: Moment, among: Collection[str] | None, given: Seconds | None) -> Slowdown:
    """Integrated runs that succeeded, each against its own repository's baseline, or all against `given`."""
    runs = _durations(since, among)
    if given is not None:
        found = median(connection, runs)
        return Slowdown(None if found is None else replace(found, value=found.value / given))
    every = runs.subquery()
    count, compared, repositories = _compared(connection, every)
    without = repositories - compared
    if not compared:
        return Slowdown(None, without)
    both = every.join(RUN_BASELINES, same_repository(every, RUN_BASELINES))
    ratios = select((every.c.value / RUN_BASELINES.c.seconds).label("value")).select_from(both).subquery()
    return Slowdown(Median(_middle(connection, ratios, count), count, compared), without)


def _compared(connection: Connection, runs: FromClause) -> tuple[int, int, int]:
    """Runs that have a baseline, their repositories, and all repositories that have runs."""
    groups = _by_repository(runs)
    known = RUN_BASELINES.c.seconds
    sums = select(func.sum(case((known.is_not(None), groups.c.count), else_=0)), func.count(known), func.count())
    beside = groups.outerjoin(RUN_BASELINES, same_repository(groups, RUN_BASELINES))
    count, compared, repositories = connection.execute(sums.select_from(beside)).one()
    return int(count or 0), compared, repositories


def lead_time(connection: Connection, since: Moment, among: Collection[str] | None, until: CycleEnd) -> Median | None:
    """From first commit to merge or deployment, of changes merged while their repository was integrated, as it
    still is. What is not deployed has no such end, and is none of them."""
    ended = CHANGES.c.merged_at if until is CycleEnd.MERGED else CHANGES.c.deployed_at
    merged_since = REPOSITORIES.c.integrated_at <= CHANGES.c.merged_at
    integrated = and_(REPOSITORIES.c.stage == Stage.INTEGRATED.value, merged_since)
    seconds = (ended - CHANGES.c.first_commit_at).label("value")
    both = CHANGES.join(REPOSITORIES, same_repository(CHANGES, REPOSITORIES))
    changes = select(*(CHANGES.c[name] for name in REPOSITORY), seconds).select_from(both)
    return median(connection, changes.where(_off_index(and_(ended >= since, integrated)), of(CHANGES, among)))


def _durations(since: Moment, among: Collection[str] | None) -> Select[Any]:
    integrated = and_(RUNS.c.workflow == Workflow.INTEGRATED.value, RUNS.c.result == Result.SUCCESS.value)
    seconds = (RUNS.c.finished_at - func.coalesce(RUNS.c.started_at, RUNS.c.created_at)).label("value")
    runs = select(*(RUNS.c[name] for name in REPOSITORY), seconds)
    return runs.where(_off_index(and_(integrated, RUNS.c.finished_at >= since)), of(RUNS, among))


def _off_index(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, for no index to be searched: most rows meet it.

    SQLite then reads the table in the order of its key, which is the baselines' too: five times as
    fast as hopping through the table in the order of time.
    """
    return case((condition, true()), else_=false())


def _by_repository(values: FromClause) -> FromClause:
    """The repositories that have values, and how many."""
    names = [values.c[name] for name in REPOSITORY]
    return select(*names, func.count().label("count")).group_by(*names).subquery()


def _middle(connection: Connection, values: FromClause, count: int) -> float:
    """The middle one of so many values, or the mean of the middle two."""
    place = func.row_number().over(order_by=values.c.value).label("place")
    ordered = select(values.c.value, place).subquery()
    wanted = {(count + 1) // 2, (count + 2) // 2}
    middle = connection.scalars(select(ordered.c.value).where(ordered.c.place.in_(wanted))).all()
    return fmean(max(0.0, value) for value in middle)
