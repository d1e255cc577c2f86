"""Status documents in which any of what may be unknown is unknown, and those of an exporter before the fields grew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from types import NoneType
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import BaseModel

from exporter.status.document import document
from exporter.status.shape import Status
from tests.support import world

WHOLE = document(world.snapshot(), "0.1.0")
Gap = tuple[tuple[str | int, ...], str]


def gaps(part: BaseModel = WHOLE, place: tuple[str | int, ...] = ()) -> Iterator[Gap]:
    """Where each field stands that may be null, and its name."""
    for name, field in type(part).model_fields.items():
        if NoneType in get_args(field.annotation):
            yield place, name
        value = getattr(part, name)
        for step, item in enumerate(value) if isinstance(value, tuple) else [(None, value)]:
            if isinstance(item, BaseModel):
                yield from gaps(item, (*place, name) if step is None else (*place, name, step))


def without(chosen: Collection[Gap]) -> Status:
    data = WHOLE.model_dump()
    for place, name in chosen:
        part: Any = data
        for step in place:
            part = part[step]
        part[name] = None
    return Status.model_validate(data)


def with_gaps() -> st.SearchStrategy[Status]:
    return st.sets(st.sampled_from(sorted(gaps(), key=str)), max_size=60).map(without)


def with_all_gaps() -> Status:
    return without(list(gaps()))


def older(part: BaseModel = WHOLE) -> dict[str, Any]:
    """The whole document without the fields that came later, as a program reads it."""
    data = part.model_dump(mode="json")
    first = [name for name, field in type(part).model_fields.items() if field.is_required()]
    return {name: _older(getattr(part, name), data[name]) for name in first}


def _older(value: Any, data: Any) -> Any:
    if isinstance(value, BaseModel):
        return older(value)
    if isinstance(value, tuple):
        return [_older(item, written) for item, written in zip(value, data, strict=True)]
    return data
