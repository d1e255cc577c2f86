"""Which page an address means. GitLab's ids may be paths, so that a slash in them is `%2F` and not a `/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")


class Routes(Generic[T]):
    """Pages by their path, such as `/projects/:id/pipelines`. What is named outright goes before what is not."""

    def __init__(self, pages: Mapping[str, T]) -> None:
        ordered = sorted(pages.items(), key=lambda page: page[0].count(":"))
        self._pages: Sequence[tuple[list[str], T]] = [(path.split("/"), page) for path, page in ordered]

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """The page of an undecoded path, and what stands there for its names."""
        parts = path.rstrip("/").split("/")
        for wanted, page in self._pages:
            if len(wanted) == len(parts) and all(map(_fits, wanted, parts)):
                named = zip(wanted, parts, strict=True)
                return page, {name[1:]: unquote(part) for name, part in named if name.startswith(":")}
        return None


def _fits(wanted: str, part: str) -> bool:
    return bool(part) if wanted.startswith(":") else wanted == part
