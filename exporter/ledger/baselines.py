"""The level before the migration: samples that a backfill collects, and the baseline frozen from them.

A backfill may stop and go on: its samples and its own marks are kept together. None of it is pruned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select

from exporter.answers import CycleEnd, Measured, MeasuredBaseline, Median
from exporter.kpis.cycle import cycles
from exporter.ledger.medians import median
from exporter.ledger.schema import BASELINES, RUN_BASELINES, SAMPLES, SAMPLING
from exporter.ledger.sql import REPOSITORY, Row, notes, replace
from exporter.model import Facts, Moment, Repository, Seconds


def sample(connection: Connection, source: str, facts: Facts, begin: Moment, end: Moment, until: CycleEnd) -> None:
    """Keeps what ended in [begin, end), and the marks. What is sampled already is replaced."""
    rows = [{"source": source, **row} for row in _samples(facts, begin, end, until)]
    replace(connection, SAMPLES, rows)
    marks = [{"source": source, "key": key, "value": value} for key, value in facts.marks.items()]
    replace(connection, SAMPLING, marks)


def _samples(facts: Facts, begin: Moment, end: Moment, until: CycleEnd) -> Iterator[Row]:
    """Successful runs of the legacy workflow, and every change whose cycle ended."""
    for run in facts.runs:
        if run.is_sample and begin <= run.finished_at < end:
            key = json.dumps([run.run_id, run.attempt])
            yield _sample(Measured.RUN_SECONDS, run.repository, key, run.duration)
    for cycle in cycles(facts, until):
        if begin <= cycle.ended_at < end:
            yield _sample(Measured.CYCLE_SECONDS, cycle.change.repository, cycle.change.change_id, cycle.seconds)


def _sample(measured: Measured, repository: Repository, key: str, seconds: Seconds) -> Row:
    of = {"owner": repository.owner, "name": repository.name}
    return {"measured": measured.value, **of, "key": key, "seconds": seconds}


def marks(connection: Connection, source: str) -> dict[str, str]:
    """The backfill's own notes."""
    return notes(connection, SAMPLING, source)


def forget(connection: Connection) -> None:
    """Drops the samples and the backfill's marks of every source."""
    connection.execute(delete(SAMPLES))
    connection.execute(delete(SAMPLING))


def freeze(connection: Connection, begin: Moment, end: Moment, at: Moment, until: CycleEnd) -> MeasuredBaseline:
    """Makes the samples the baseline, in place of an earlier one, and forgets them."""
    connection.execute(delete(RUN_BASELINES))
    columns = (*REPOSITORY, "seconds", "count")
    connection.execute(insert(RUN_BASELINES).from_select(columns, _by_repository()))
    runs, changes = (median(connection, _seconds(measured)) for measured in Measured)
    frozen = MeasuredBaseline(begin, end, measured_at=at, runs=runs, changes=changes, until=until)
    moments = {"begin_at": begin, "end_at": end, "measured_at": at}
    every = zip(Measured, (runs, changes), (None, until.value), strict=True)
    rows = [{**moments, **_row(*each)} for each in every]
    replace(connection, BASELINES, rows)
    forget(connection)
    return frozen


def load(connection: Connection) -> MeasuredBaseline | None:
    """The frozen baseline; None while there is none."""
    rows = {row["measured"]: row for row in connection.execute(select(BASELINES)).mappings()}
    if not rows:
        return None
    runs, changes = (rows[measured] for measured in Measured)
    moments = (runs["begin_at"], runs["end_at"], runs["measured_at"])
    return MeasuredBaseline(*moments, _median(runs), _median(changes), CycleEnd(changes["until"]))


def _median(row: RowMapping) -> Median | None:
    return None if row["value"] is None else Median(row["value"], row["count"], row["repositories"])


def _seconds(measured: Measured) -> Select[tuple[str, str, str, Seconds]]:
    columns = (SAMPLES.c[name] for name in REPOSITORY)
    return select(*columns, SAMPLES.c.seconds.label("value")).where(SAMPLES.c.measured == measured.value)


def _by_repository() -> Select[tuple[str, str, str, Seconds, int]]:
    """The median of each repository's runs, and how many they are. Nothing can be compared with a median of 0."""
    names = [SAMPLES.c[name] for name in REPOSITORY]
    place = func.row_number().over(partition_by=names, order_by=SAMPLES.c.seconds).label("place")
    count = func.count().over(partition_by=names).label("count")
    runs = SAMPLES.c.measured == Measured.RUN_SECONDS.value
    placed = select(*names, SAMPLES.c.seconds, place, count).where(runs).subquery()
    middle = (2 * placed.c.place).between(placed.c.count, placed.c.count + 2)
    columns = [placed.c[name] for name in REPOSITORY]
    value = func.avg(placed.c.seconds)
    return select(*columns, value, func.max(placed.c.count)).where(middle).group_by(*columns).having(value > 0)


def _row(measured: Measured, found: Median | None, until: str | None) -> Row:
    row: Row = {"measured": measured.value, "until": until, "value": None, "count": 0, "repositories": 0}
    if found is not None:
        row |= {"value": found.value, "count": found.count, "repositories": found.repositories}
    return row
