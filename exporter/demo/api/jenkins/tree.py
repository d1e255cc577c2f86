"""What of a page is asked for: `tree=` with its selections and ranges, or `depth=`. It knows no page.

The rules are those of stapler, which writes Jenkins' remote API: its NamedPathPruner, TreePruner.ByDepth and Range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

_TOKENS = re.compile(r"[,\[\]{}]|[^,\[\]{}]+")
_MARKS = frozenset(",[]{}")


class Malformed(ValueError):
    """A `tree=` that cannot be read. The message says what was expected at which character, from 0."""


class Asked(Protocol):
    """What decides about a property: its name, from which depth on it is hidden, and whether it adds no depth."""

    @property
    def name(self) -> str: ...
    @property
    def visibility(self) -> int: ...
    @property
    def inline(self) -> bool: ...


class Pruner(Protocol):
    """A part of what is asked for."""

    def below(self, asked: Asked) -> Pruner | None:
        """What is asked for of a property's value; None where the property is left out."""

    def part(self, items: Sequence[Any]) -> Sequence[Any]:
        """The items of a list that are asked for."""


@dataclass(frozen=True, slots=True)
class ByDepth:
    """Without `tree=`: a property is shown where its visibility reaches down to the depth, which begins with 1."""

    depth: int

    def below(self, asked: Asked) -> Pruner | None:
        if asked.visibility < self.depth:
            return None
        return self if asked.inline else ByDepth(self.depth + 1)

    def part(self, items: Sequence[Any]) -> Sequence[Any]:
        return items


@dataclass(slots=True)
class Named:
    """With `tree=`: the properties by name, `*` for all others, and the range of a list's items `end` excluded."""

    children: dict[str, Named] = field(default_factory=dict)
    first: int = 0
    end: int | None = None

    def below(self, asked: Asked) -> Pruner | None:
        return self.children.get(asked.name) or self.children.get("*")

    def part(self, items: Sequence[Any]) -> Sequence[Any]:
        return items[self.first : self.end]


def parse(spec: str) -> Named:
    """`tree=` as it is understood: names are separated by commas alone, and the range stands behind the selection.

    A name that comes twice counts as its last mention has it. Raises Malformed.
    """
    reader, top = _Reader(spec), Named()
    _names(reader, top)
    reader.expect("")
    return top


def _names(reader: _Reader, parent: Named) -> None:
    _name(reader, parent)
    while reader.accept(","):
        _name(reader, parent)


def _name(reader: _Reader, parent: Named) -> None:
    name = reader.word("a name")
    child = parent.children[name] = Named()
    if reader.accept("["):
        _names(reader, child)
        reader.expect("]")
    if reader.accept("{"):
        child.first, child.end = _range(reader)
        reader.expect("}")


def _range(reader: _Reader) -> tuple[int, int | None]:
    """`{M,N}`, `{M,}`, `{,N}`, or `{N}` for one item alone."""
    if reader.accept(","):
        return 0, reader.number()
    first = reader.number()
    if reader.peek() == "}":
        return first, first + 1
    reader.expect(",")
    return first, None if reader.peek() == "}" else reader.number()


class _Reader:
    """The words and marks of a text, one after another; at its end there is an empty one."""

    def __init__(self, text: str) -> None:
        self._found = [(found.group(), found.start()) for found in _TOKENS.finditer(text)]
        self._found.append(("", len(text)))
        self._next = 0

    def peek(self) -> str:
        return self._found[self._next][0]

    def accept(self, mark: str) -> bool:
        """Whether the mark stands here; it is then passed."""
        found = self.peek() == mark
        if found and mark:
            self._next += 1
        return found

    def expect(self, mark: str) -> None:
        if not self.accept(mark):
            raise self._malformed(mark or "the end")

    def word(self, what: str) -> str:
        word = self.peek()
        if not word or word in _MARKS:
            raise self._malformed(what)
        self._next += 1
        return word

    def number(self) -> int:
        if not re.fullmatch("[0-9]{1,9}", self.peek()):
            raise self._malformed("a number")
        return int(self.word("a number"))

    def _malformed(self, expected: str) -> Malformed:
        return Malformed(f"expected {expected} at {self._found[self._next][1]}")
