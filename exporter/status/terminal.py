"""The whole document in a terminal, for any width, with and without colours or Unicode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console, RenderableType

from exporter.status import criteria, migration, register
from exporter.status.shape import Status

SECTIONS: tuple[Callable[[Status], Iterator[RenderableType]], ...] = (
    criteria.headline,
    criteria.twelve,
    criteria.companions,
    migration.progress,
    migration.phases,
    migration.sizes,
    migration.teams,
    register.risks,
    register.sources,
)
PLAIN = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "÷": "/", "×": "x", "±": "+/-", "≥": ">=", "≤": "<=", "…": "...", "’": "'"}
)
"""What signs are called in ASCII."""


def show(status: Status, console: Console) -> None:
    """Prints every section, an empty line between two of them."""
    printable = Status.model_validate(_printable(status.model_dump(), console.encoding))
    for number, section in enumerate(SECTIONS):
        for line, part in enumerate(section(printable)):
            if number and not line:
                console.print()
            console.print(part)


def _printable(value: Any, encoding: str) -> Any:
    """All texts in it without control characters, in signs that the encoding has."""
    if isinstance(value, dict):
        return {key: _printable(item, encoding) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_printable(item, encoding) for item in value)
    return _text(value, encoding) if isinstance(value, str) else value


def _text(text: str, encoding: str) -> str:
    """Other people's systems must not move the cursor, nor recolour what we say."""
    visible = "".join(sign if sign.isprintable() else " " for sign in text)
    try:
        visible.encode(encoding)
    except UnicodeEncodeError:
        return visible.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return visible
