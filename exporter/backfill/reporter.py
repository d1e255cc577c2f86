"""What a backfill tells of itself, and the plain way to tell it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LINE_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source has been read: repositories done of the whole (None where it does not tell them),
    and what was found to measure, successful runs of the legacy workflow and changes."""

    repositories: int = 0
    whole: int | None = None
    runs: int = 0
    changes: int = 0

    @property
    def found(self) -> bool:
        """Whether there is anything to measure."""
        return self.runs + self.changes > 0

    def __str__(self) -> str:
        counts = f"{self.runs:,} runs, {self.changes:,} changes"
        return counts if self.whole is None else f"{self.repositories:,} of {self.whole:,} repositories, {counts}"


class Reporter(Protocol):
    """Is told of each source in turn: that it begins, each step, and its end."""

    def began(self, source: str) -> None: ...

    def moved(self, source: str, progress: Progress) -> None: ...

    def ended(self, source: str, progress: Progress) -> None: ...

    def said(self, text: str) -> None:
        """Something that people should read, in a line."""


class Lines:
    """Plain lines, and of the steps no more than one in ten seconds."""

    def __init__(self, write: Callable[[str], None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._monotonic = monotonic
        self._written_at = 0.0

    def began(self, source: str) -> None:
        self.said(f"{source}: reading its history")

    def moved(self, source: str, progress: Progress) -> None:
        if self._monotonic() - self._written_at >= LINE_EVERY:
            self.said(f"{source}: {progress}")

    def ended(self, source: str, progress: Progress) -> None:
        self.said(f"{source}: done, {progress}")

    def said(self, text: str) -> None:
        self._write(text)
        self._written_at = self._monotonic()
