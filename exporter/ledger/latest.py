"""The latest reading of each thing, kept as JSON: it is shown as it is and never searched."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from exporter.ledger.schema import LATEST
from exporter.ledger.sql import Row, remove, replace
from exporter.model import (
    ActiveRuns,
    Attestation,
    BridgeReading,
    Facts,
    OrchexReading,
    PhaseDates,
    Probe,
    Reading,
    Repository,
    TaskReading,
    Workers,
)

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of reading: its name in the table, and what tells two of them apart."""

    name: str
    adapter: TypeAdapter[T]
    key: Callable[[T], str]

    def row(self, source: str, reading: T) -> Row:
        payload = self.adapter.dump_json(reading).decode()
        return {"source": source, "kind": self.name, "key": self.key(reading), "payload": payload}


def repository_key(repository: Repository) -> str:
    return json.dumps([repository.owner, repository.name])


PROBES = Kind("probe", TypeAdapter(Probe), lambda probe: probe.component)
BRIDGES = Kind("bridge", TypeAdapter(BridgeReading), lambda reading: reading.bridge)
TASKS = Kind("task", TypeAdapter(TaskReading), lambda reading: reading.period)
ORCHEX = Kind("orchex", TypeAdapter(OrchexReading), lambda _: "")
WORKERS = Kind("workers", TypeAdapter(Workers), lambda _: "")
ACTIVE = Kind("active", TypeAdapter(ActiveRuns), lambda active: repository_key(active.repository))
READINGS = Kind("quantity", TypeAdapter(Reading), lambda reading: reading.quantity)
ATTESTATIONS = Kind("attestation", TypeAdapter(Attestation), lambda said: f"{said.phase}.{said.criterion}")
PHASES = Kind("phase", TypeAdapter(PhaseDates), lambda dates: dates.phase)
FED = (READINGS.name, ATTESTATIONS.name, PHASES.name)
"""What feeds tell: it goes when its feed no longer tells of it."""


def record(connection: Connection, source: str, facts: Facts) -> None:
    """Each reading takes the place of the one before it; a repository without open runs takes none.

    A feed's last word counts also when it is of an older time: people correct mistakes.
    """
    open_runs = {active.repository: active for active in facts.active}
    some = [active for active in open_runs.values() if active.pending or active.executing or active.finalizing]
    readings = (
        *(PROBES.row(source, probe) for probe in facts.probes),
        *(BRIDGES.row(source, reading) for reading in facts.bridges),
        *(TASKS.row(source, reading) for reading in facts.tasks),
        *(ORCHEX.row(source, reading) for reading in facts.orchex),
        *(WORKERS.row(source, workers) for workers in facts.workers),
        *(ACTIVE.row(source, active) for active in some),
        *(READINGS.row(source, reading) for reading in facts.readings),
        *(ATTESTATIONS.row(source, attestation) for attestation in facts.attestations),
        *(PHASES.row(source, dates) for dates in facts.phases),
    )
    replace(connection, LATEST, readings)
    if facts.told is not None:
        _forget_untold(connection, source, facts.told)
    forget_active(connection, source, open_runs.keys() - {active.repository for active in some})


def forget_active(connection: Connection, source: str, gone: Iterable[Repository]) -> None:
    """Drops the open runs of these repositories."""
    rows = [{"source": source, "kind": ACTIVE.name, "key": repository_key(repository)} for repository in gone]
    remove(connection, LATEST, rows)


def _forget_untold(connection: Connection, source: str, told: Collection[str]) -> None:
    """Drops what feeds told before and tell no more."""
    mine = (LATEST.c.source == source) & LATEST.c.kind.in_(FED)
    known = connection.execute(select(LATEST.c.kind, LATEST.c.key).where(mine)).all()
    remove(connection, LATEST, [{"source": source, "kind": kind, "key": key} for kind, key in known if key not in told])


def load(connection: Connection, source: str, kind: Kind[T]) -> tuple[T, ...]:
    """All latest readings of a kind, in the order of their keys."""
    mine = (LATEST.c.source == source) & (LATEST.c.kind == kind.name)
    rows = connection.execute(select(LATEST.c.key, LATEST.c.payload).where(mine)).all()
    return tuple(reading for _, payload in sorted(tuple(row) for row in rows) for reading in _read(kind, payload))


def _read(kind: Kind[Any], payload: str) -> list[Any]:
    """One reading, or none: what this version cannot read is replaced by the next poll."""
    try:
        return [kind.adapter.validate_json(payload)]
    except ValidationError:
        _log.warning("left out a %s reading that cannot be read; the next poll replaces it", kind.name)
        return []
