"""What a backfill notes beside the providers' own marks: which one it is, and how far it has come.

Notes are marks, kept in the same transaction as the facts that they tell of.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.answers import CycleEnd
from exporter.backfill.reporter import Progress
from exporter.backfill.window import Window
from exporter.kpis.cycle import cycles
from exporter.model import (
    ActiveRuns,
    Change,
    Facts,
    Moment,
    Repository,
    RepositoryState,
    Run,
)

Notes = dict[str, str]
_OURS = "backfill:"
_REPOSITORY = _OURS + "repository:"
WINDOW = _OURS + "window"


def without_notes(marks: Mapping[str, str]) -> dict[str, str]:
    """The provider's own marks."""
    return {key: mark for key, mark in marks.items() if not key.startswith(_OURS)}


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One backfill, however often it is cut: what it measures, from which sources, and since when."""

    window: Window
    sources: tuple[str, ...]
    begun_at: Moment
    until: CycleEnd = CycleEnd.MERGED
    """What ends the cycles that it measures."""

    def same(self, other: Undertaking) -> bool:
        return (self.window, self.sources, self.until) == (other.window, other.sources, other.until)

    def note(self) -> Notes:
        parts = [self.window.begin, self.window.end, self.begun_at, self.until, *self.sources]
        return {WINDOW: json.dumps(parts)}

    @classmethod
    def read(cls, text: str) -> Undertaking | None:
        """From its note; None when that is not one of ours."""
        try:
            begin, end, begun_at, until, *sources = json.loads(text)
            return cls(Window(float(begin), float(end)), tuple(sources), float(begun_at), CycleEnd(until))
        except (TypeError, ValueError):
            return None


class Tally:
    """What was found in one source, by repository, also before the backfill was cut."""

    def __init__(self, undertaking: Undertaking, marks: Mapping[str, str]) -> None:
        self._window, self._until = undertaking.window, undertaking.until
        self._scope: frozenset[str] | None = None
        self._done: set[str] = set()
        self._runs: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()
        for key, text in marks.items():
            if key.startswith(_REPOSITORY):
                self._restore(key.removeprefix(_REPOSITORY), *map(int, text.split()))

    @property
    def progress(self) -> Progress:
        """Repositories are counted only when the source tells how many it has."""
        runs, changes = self._runs.total(), self._changes.total()
        if self._scope is None:
            return Progress(runs=runs, changes=changes)
        return Progress(len(self._scope & self._done), len(self._scope), runs, changes)

    def add(self, facts: Facts) -> Notes:
        """Counts a step in; gives the notes that say so."""
        if facts.scope is not None:
            self._scope = frozenset(map(str, facts.scope))
        runs = (run for run in facts.runs if run.is_sample and run.finished_at in self._window)
        self._runs.update(str(run.repository) for run in runs)
        ended = (cycle for cycle in cycles(facts, self._until) if cycle.ended_at in self._window)
        self._changes.update(str(cycle.change.repository) for cycle in ended)
        touched = {str(repository) for repository in _repositories(facts)}
        self._done |= touched
        return {_REPOSITORY + name: f"{self._runs[name]} {self._changes[name]}" for name in touched}

    def _restore(self, name: str, runs: int, changes: int) -> None:
        self._done.add(name)
        self._runs[name], self._changes[name] = runs, changes


def _repositories(facts: Facts) -> set[Repository]:
    """Those that a step tells of."""
    told: tuple[RepositoryState | Run | ActiveRuns | Change, ...]
    told = (*facts.repositories, *facts.runs, *facts.active, *facts.changes)
    return {fact.repository for fact in told}
