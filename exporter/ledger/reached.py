"""When the gate of each phase was first seen open. Kept for ever, apart for each plan."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from exporter.ledger.schema import REACHED
from exporter.ledger.sql import add_new
from exporter.model import Moment, Phase


def record(connection: Connection, plan: str, phases: Mapping[Phase, Moment]) -> None:
    """The first moment that was told of a phase stays."""
    add_new(connection, REACHED, [{"plan": plan, "phase": phase, "at": at} for phase, at in phases.items()])


def load(connection: Connection, plan: str) -> dict[Phase, Moment]:
    """In the order of the phases."""
    rows = connection.execute(select(REACHED.c.phase, REACHED.c.at).where(REACHED.c.plan == plan))
    known = {Phase(phase): at for phase, at in rows}
    return {phase: known[phase] for phase in Phase if phase in known}
