"""Bridge readings become operations: totals, and a count by the minute for the windows.

A bridge counts since it started. What we last read is kept, so that a restart of ours loses nothing
and a restart of the bridge is understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from sqlalchemy import Connection, select

from exporter.ledger.schema import BRIDGE_COUNTS, OPERATIONS
from exporter.ledger.sql import add_up, replace
from exporter.model import BridgeReading, Moment
from exporter.totals import BridgeCounts, Increment, bridge_delta, of_bridge

BUCKET = 60
"""Seconds: how finely operations are kept in time."""

_COUNTS = tuple(count.name for count in fields(BridgeCounts))


def bucket_of(at: Moment) -> int:
    """The second at which the minute of `at` begins."""
    return int(at // BUCKET) * BUCKET


def record(connection: Connection, source: str, reading: BridgeReading, at: Moment) -> Iterator[Increment]:
    """Keeps what the bridge counted up to now; gives what that adds to the totals."""
    before = _last(connection, source, reading)
    delta = bridge_delta(before, reading)
    whose = {"source": source, "bridge": reading.bridge.value}
    replace(connection, BRIDGE_COUNTS, [{**whose, **carried(before, reading)}])
    if delta.operations:
        minute = {"bucket": bucket_of(at), "total": delta.operations, "failed": delta.errors}
        add_up(connection, OPERATIONS, [{**whose, **minute}])
    return of_bridge(reading, delta)


def carried(before: BridgeCounts | None, now: BridgeReading) -> dict[str, int | None]:
    """The counts that the next reading is compared with.

    A count that this reading leaves out is carried on: what happens meanwhile shows when it is told
    again. If the bridge restarted, it began at 0 again like the others.
    """
    new = {name: getattr(now, name) for name in _COUNTS}
    old = {name: getattr(before, name, None) for name in _COUNTS}
    both = [name for name in _COUNTS if old[name] is not None and new[name] is not None]
    restarted = any(new[name] < old[name] for name in both)
    left_out = {name: 0 if restarted and old[name] is not None else old[name] for name in _COUNTS}
    return {name: left_out[name] if new[name] is None else new[name] for name in _COUNTS}


def _last(connection: Connection, source: str, reading: BridgeReading) -> BridgeCounts | None:
    mine = (BRIDGE_COUNTS.c.source == source) & (BRIDGE_COUNTS.c.bridge == reading.bridge.value)
    columns = [BRIDGE_COUNTS.c[name] for name in _COUNTS]
    row = connection.execute(select(*columns).where(mine)).one_or_none()
    return None if row is None else BridgeCounts(*row)
