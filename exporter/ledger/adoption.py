"""How far the migration had come at the end of each day: what the forecast rests on. Kept for ever."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from sqlalchemy import Connection, func, select

from exporter.answers import AdoptionDay
from exporter.ledger.schema import ADOPTION, REPOSITORIES
from exporter.ledger.sql import of, replace
from exporter.migration.progress import USING
from exporter.model import Moment, Stage

DAY = 86400


def record(connection: Connection, source: str, at: Moment) -> None:
    """Counts the source's repositories as they are now; the last count of a day (UTC) stays."""
    stages = select(REPOSITORIES.c.stage, func.count()).where(REPOSITORIES.c.source == source)
    counts = {Stage(stage): count for stage, count in connection.execute(stages.group_by(REPOSITORIES.c.stage))}
    migrated, whole = counts.get(Stage.INTEGRATED, 0), sum(counts.get(stage, 0) for stage in USING)
    replace(connection, ADOPTION, [{"source": source, "day": int(at // DAY), "migrated": migrated, "whole": whole}])


def load(connection: Connection, among: Collection[str] | None) -> dict[str, tuple[AdoptionDay, ...]]:
    """By source, the days ascending; a source without repositories is absent."""
    rows = connection.execute(select(ADOPTION).where(of(ADOPTION, among)).order_by(ADOPTION.c.source, ADOPTION.c.day))
    return {
        source: tuple(AdoptionDay(row.day, row.migrated, row.whole) for row in days)
        for source, days in groupby(rows, lambda row: row.source)
    }
