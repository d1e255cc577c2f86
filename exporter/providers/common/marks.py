"""A provider's notes for its next poll, as JSON."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Mark(BaseModel):
    """Base of notes; one that cannot be read counts as none."""

    model_config = ConfigDict(frozen=True, extra="ignore")


M = TypeVar("M", bound=Mark)


def read_mark(model: type[M], text: str | None) -> M | None:
    try:
        return model.model_validate_json(text) if text else None
    except ValidationError:
        return None
