"""What standing a repository had at a moment of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.demo.catalogue import Standing

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation


def integrated_at(acme: Organisation, repository: str, moment: float) -> bool:
    """Whether it was integrated at a moment, the moment of a move included."""
    moves = (moved for moved in reversed(acme.journal.moved) if moved.repository == repository)
    standing = next((moved.standing for moved in moves if moved.at <= moment), acme.began_as[repository])
    return standing == Standing.INTEGRATED
