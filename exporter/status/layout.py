"""What the terminal's parts are made of: colours, headings, tables, grids and a bar.

Colours only repeat what the words say. Texts are never markup: they come from other people's systems.
Nothing is cut: what is too narrow for a text folds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from rich.table import Table
from rich.text import Text

from exporter.status.words import NOTHING

Cell: TypeAlias = str | Text
BAR = 40
GAP = (0, 2, 0, 0)


class Style(StrEnum):
    """How it looks, in rich's words."""

    GOOD = "green"
    CAREFUL = "yellow"
    BAD = "bold red"
    QUIET = "dim"
    STRONG = "bold"
    PLAIN = ""


def heading(text: str) -> Text:
    return Text(text, style=Style.STRONG)


def loud(word: str, style: Style) -> Text:
    """In capitals what must not be overlooked among so many that are well."""
    return Text(word.upper() if style is Style.BAD else word, style)


def table(
    heads: Iterable[str],
    rows: Iterable[Iterable[Cell]],
    *,
    right: Collection[str] = (),
    at_most: Mapping[str, int] | None = None,
) -> Table:
    """A table without lines; the columns in `right` stand to the right, those in `at_most` fold at a width."""
    made = Table(box=None, padding=GAP, pad_edge=False, header_style=Style.STRONG)
    for head in heads:
        made.add_column(
            Text(head),
            justify="right" if head in right else "left",
            overflow="fold",
            max_width=(at_most or {}).get(head),
        )
    for row in rows:
        made.add_row(*(_text(cell) for cell in row))
    return made


def grid(rows: Iterable[tuple[Cell, Cell]]) -> Table:
    """Labels, and what stands beside them."""
    made = Table.grid(padding=GAP)
    for _ in range(2):
        made.add_column(overflow="fold")
    for label, text in rows:
        made.add_row(_text(label), _text(text))
    return made


def _text(cell: Cell) -> Text:
    if isinstance(cell, Text):
        return cell
    return Text(cell, style=Style.QUIET if cell == NOTHING else Style.PLAIN)


def bar(share: float, planned: float | None) -> str:
    """The share as a bar of `#`, with a `|` where the plan wants it."""
    filled = int(share * BAR)
    cells = ["#"] * filled + ["."] * (BAR - filled)
    if planned is not None:
        cells[min(BAR - 1, int(planned * BAR))] = "|"
    return f"[{''.join(cells)}]"
