"""Probes become spans: one row for a contiguous time in which a component stayed in one state.

The time up to a probe belongs to the state that was seen before it. A pause longer than the gap was
not observed: it lies between two spans and belongs to neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from exporter.ledger.schema import SPANS
from exporter.ledger.sql import replace
from exporter.model import Moment, Probe, Seconds


@dataclass(frozen=True, slots=True)
class Stretch:
    begin: Moment
    end: Moment
    up: bool


def follow(newest: Stretch | None, *, up: bool, at: Moment, gap: Seconds) -> tuple[Stretch, ...]:
    """The stretches that a probe changes or adds; one that begins where another did replaces it.

    A probe from before the newest stretch's end (the clock was set back) changes nothing: time that
    was observed once is neither taken back nor counted twice.
    """
    if newest is None or at - newest.end > gap:
        return (Stretch(at, at, up),)
    if at < newest.end:
        return ()
    grown = Stretch(newest.begin, at, newest.up)
    return (grown,) if up == newest.up else (grown, Stretch(at, at, up))


def record(connection: Connection, source: str, probes: Iterable[Probe], *, at: Moment, gap: Seconds) -> None:
    for probe in probes:
        stretches = follow(_newest(connection, source, probe), up=probe.up, at=at, gap=gap)
        whose = {"source": source, "component": probe.component.value}
        for stretch in stretches:
            row = {**whose, "begin_at": stretch.begin, "end_at": stretch.end, "up": stretch.up}
            replace(connection, SPANS, [row])


def _newest(connection: Connection, source: str, probe: Probe) -> Stretch | None:
    mine = (SPANS.c.source == source) & (SPANS.c.component == probe.component.value)
    columns = select(SPANS.c.begin_at, SPANS.c.end_at, SPANS.c.up)
    row = connection.execute(columns.where(mine).order_by(SPANS.c.begin_at.desc()).limit(1)).one_or_none()
    return None if row is None else Stretch(*row)
