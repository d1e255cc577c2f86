"""One item that cannot be read while its source is well: it is named, and the poll goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from exporter.errors import BadPayload, Forbidden, NotFound, Rejected, ServerFailed, SourceError
from exporter.model import Facts, Unreadable
from exporter.providers.base import Payload, parse

ITEM_ERRORS = (Forbidden, NotFound, BadPayload, ServerFailed, Rejected)
"""What can be wrong with one item while the source is well; everything else ends the poll."""

P = TypeVar("P", bound=Payload)


def unreadable(item: str, error: SourceError) -> Unreadable:
    return Unreadable(item, error.reason.value, str(error))


def or_unreadable(item: str, read: Callable[[], Facts]) -> Facts:
    """What `read` tells, or that `item` could not be read."""
    try:
        return read()
    except ITEM_ERRORS as error:
        return Facts(unreadable=(unreadable(item, error),))


def parse_each(
    model: type[P], entries: Any, where: str, name: Callable[[Any], str]
) -> tuple[list[P], tuple[Unreadable, ...]]:
    """The entries of a list that can be read, and the others by `name`. BadPayload: it is no list."""
    if not isinstance(entries, list):
        raise BadPayload(f"{where}: expected a list, got {type(entries).__name__}")
    good: list[P] = []
    bad: list[Unreadable] = []
    for entry in entries:
        try:
            good.append(parse(model, entry, f"{where}: {name(entry)}"))
        except BadPayload as error:
            bad.append(unreadable(name(entry), error))
    return good, tuple(bad)


def field_of(entry: Any, key: str) -> str:
    """A number or name in an entry that may be anything; `?` where there is none."""
    value = entry.get(key) if isinstance(entry, dict) else None
    return str(value)[:100] if isinstance(value, int | str) else "?"


def distinct(items: Sequence[Unreadable]) -> tuple[Unreadable, ...]:
    """One entry an item and reason: a repository that refuses three questions is one trouble."""
    first: dict[tuple[str, str], Unreadable] = {}
    for one in items:
        first.setdefault((one.item, one.reason), one)
    return tuple(first.values())
