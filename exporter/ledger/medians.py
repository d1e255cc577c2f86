"""Exact medians. The database sorts: a million values never become Python's, and its lock is free meanwhile.

A selection of values has the columns of a repository's name and `value`. Values below 0 count as 0;
that changes no order, so it is only done to the middle ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import fmean
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Function,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
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
    groups = _by_repository(each, [true()])
    ((count, repositories, _),) = _counts(connection, groups, groups, true())
    (middle,) = _middles(connection, each, [true()], [count])
    return None if middle is None else Median(middle, count, repositories)


def slowdowns(
    connection: Connection, starts: Sequence[Moment], among: Collection[str] | None, given: Seconds | None
) -> list[Slowdown]:
    """For each start, integrated runs that succeeded, against their own repository's baseline, or all against `given`.

    The earliest start's runs hold those of the others: they are read and sorted once for all.
    """
    baseline = RUN_BASELINES.c.seconds if given is None else literal(given)

    def compared(part: FromClause) -> FromClause:
        return part.outerjoin(RUN_BASELINES, same_repository(part, RUN_BASELINES)) if given is None else part

    def parts(values: FromClause) -> list[ColumnElement[bool]]:
        return [values.c.finished_at >= since for since in starts]

    known = baseline.is_not(None)
    runs = _durations(min(starts), among).subquery()
    groups = _by_repository(runs, parts(runs))
    counts = _counts(connection, groups, compared(groups), known)
    ratios = select(runs.c.finished_at, (runs.c.value / baseline).label("value")).select_from(compared(runs))
    each = ratios.where(known).subquery()
    middles = _middles(connection, each, parts(each), [count for count, _, _ in counts])
    return [
        Slowdown(None if middle is None else Median(middle, count, repositories), without)
        for middle, (count, repositories, without) in zip(middles, counts, strict=True)
    ]


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
    runs = select(*(RUNS.c[name] for name in REPOSITORY), seconds, RUNS.c.finished_at)
    return runs.where(_off_index(and_(integrated, RUNS.c.finished_at >= since)), of(RUNS, among))


def _off_index(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, for no index to be searched: most rows meet it.

    SQLite then reads the table in the order of its key, which is the baselines' too: five times as
    fast as hopping through the table in the order of time.
    """
    return case((condition, true()), else_=false())


def _by_repository(values: FromClause, parts: Sequence[ColumnElement[bool]]) -> FromClause:
    """The repositories that have values, and how many of them are in each part."""
    names = [values.c[name] for name in REPOSITORY]
    counts = (_number(part).label(f"count{place}") for place, part in enumerate(parts))
    return select(*names, *counts).group_by(*names).subquery()


def _counts(
    connection: Connection, groups: FromClause, compared: FromClause, known: ColumnElement[bool]
) -> list[tuple[int, int, int]]:
    """Of each part: how many values are of known repositories, how many of these have some, and of the others."""
    every = [count for count in groups.c if count.name not in REPOSITORY]
    values = [func.sum(case((known, count), else_=0)) for count in every]
    with_some = [_number(and_(known, count > 0)) for count in every]
    others = [_number(and_(not_(known), count > 0)) for count in every]
    row = connection.execute(select(*values, *with_some, *others).select_from(compared)).one()
    found, parts = [int(number or 0) for number in row], len(every)
    return list(zip(found[:parts], found[parts : 2 * parts], found[2 * parts :], strict=True))


def _number(condition: ColumnElement[bool]) -> Function[int]:
    """How many rows meet it."""
    return func.count(case((condition, 1)))


def _middles(
    connection: Connection, values: FromClause, parts: Sequence[ColumnElement[bool]], counts: Sequence[int]
) -> list[float | None]:
    """Of each part, which has so many values, the middle one or the mean of the middle two; None without values."""
    so_far = (_number(part).over(order_by=values.c.value, rows=(None, 0)) for part in parts)
    places = [
        case((part, number)).label(f"place{n}") for n, (part, number) in enumerate(zip(parts, so_far, strict=True))
    ]
    ordered = select(values.c.value, *places).subquery()
    wanted = [{(count + 1) // 2, (count + 2) // 2} for count in counts]
    middle = or_(*(ordered.c[place.name].in_(each) for place, each in zip(places, wanted, strict=True)))
    rows = connection.execute(select(ordered).where(middle)).all()
    found = ([max(0.0, row[0]) for row in rows if row[place] in each] for place, each in enumerate(wanted, 1))
    return [fmean(each) if each else None for each in found]
