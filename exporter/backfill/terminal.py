"""A backfill's progress where people watch it: bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Display

from exporter.backfill.reporter import Lines, Progress, Reporter


class Bars:
    """A bar for each source: repositories done of all, or that it moves where the source tells no number."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._bars: dict[str, TaskID] = {}

    def began(self, source: str) -> None:
        self._bars[source] = self._display.add_task(source, total=None, counts="")

    def moved(self, source: str, progress: Progress) -> None:
        bar = self._bars[source]
        self._display.update(bar, total=progress.whole, completed=progress.repositories, counts=str(progress))

    def ended(self, source: str, progress: Progress) -> None:
        """The bar is full, also where the source told no number."""
        whole = progress.whole or 1
        self._display.update(self._bars[source], total=whole, completed=whole, counts=str(progress))

    def said(self, text: str) -> None:
        self._display.console.out(text, highlight=False)


@contextmanager
def reporting(console: Console) -> Iterator[Reporter]:
    """The reporter that suits the console."""
    if not console.is_terminal:
        yield Lines(partial(console.out, highlight=False))
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[counts]}"))
    with Display(*columns, TimeElapsedColumn(), console=console) as display:
        yield Bars(display)
