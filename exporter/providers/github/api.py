"""What the parts of the GitHub provider share: a repository to read, errors of one item, marks, pages.

It knows where GitHub keeps a repository; it knows nothing of runs, changes or evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from exporter.errors import BadPayload, Forbidden, NotFound, Rejected, ServerFailed, SourceError
from exporter.model import Moment, Repository, Unreadable
from exporter.providers.base import Payload, parse

PER_PAGE = 100
ITEM_ERRORS = (Forbidden, NotFound, BadPayload, ServerFailed, Rejected)
"""What can be wrong with one repository while the source is well; everything else ends the poll."""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository in scope as the listing shows it. `base` is the API's address."""

    repository: Repository
    default_branch: str | None
    pushed_at: Moment | None
    base: str

    def at(self, path: str) -> str:
        """`path` below this repository's address; the caller quotes what needs quoting."""
        owner, name = quote(self.repository.owner, safe=""), quote(self.repository.name, safe="")
        return f"{self.base}/repos/{owner}/{name}/{path}"

    def is_default(self, branch: str | None) -> bool:
        return self.default_branch is not None and branch == self.default_branch


class Mark(BaseModel):
    """Base of our notes for the next poll; a note that cannot be read counts as none."""

    model_config = ConfigDict(frozen=True, extra="ignore")


M = TypeVar("M", bound=Mark)
P = TypeVar("P", bound=Payload)


def read_mark(model: type[M], text: str | None) -> M | None:
    try:
        return model.model_validate_json(text) if text else None
    except ValidationError:
        return None


def unreadable(item: str, error: SourceError) -> Unreadable:
    return Unreadable(item, error.reason.value, str(error))


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
