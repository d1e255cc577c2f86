"""The time before the migration that a backfill measures."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.model import Moment


@dataclass(frozen=True, slots=True)
class Window:
    """[begin, end)."""

    begin: Moment
    end: Moment

    def __contains__(self, moment: Moment) -> bool:
        return self.begin <= moment < self.end
