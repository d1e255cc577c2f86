"""The scorecard file: what Acme's people write down of their migration. It is rewritten when that changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from exporter.demo.organisation import Organisation
from exporter.demo.programme import Note, PhaseDays, Programme, notes


class ScorecardFile:
    """The file at `path`, as of the organisation's now. Whoever moves its time calls `write`."""

    def __init__(self, path: Path, organisation: Organisation) -> None:
        self.path = path
        self._organisation = organisation
        self._written = ""

    def write(self) -> None:
        """Replaces the file, whole, if what it would say has changed."""
        programme = self._organisation.programme
        text = yaml.safe_dump(content(programme, programme.day(self._organisation.now)), sort_keys=False)
        if text == self._written:
            return
        beside = self.path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path)
        self._written = text


def content(programme: Programme, day: int) -> dict[str, Any]:
    """What the file says on a day."""
    return {
        "readings": {name: _reading(programme, note) for name, note in notes(day).items()},
        "attestations": {
            f"{promise.phase}.{promise.criterion}": {"by": promise.by, "at": programme.date(promise.day)}
            for promise in programme.promises(day)
        },
        "phases": {phase.name: _dates(programme, phase) for phase in programme.phases(day)},
    }


def _reading(programme: Programme, note: Note) -> dict[str, Any]:
    return {"value": note.value, "at": programme.date(note.day), "by": note.by}


def _dates(programme: Programme, phase: PhaseDays) -> dict[str, date]:
    begun = {"started": programme.date(phase.first)}
    return begun if phase.last is None else begun | {"ended": programme.date(phase.last)}
