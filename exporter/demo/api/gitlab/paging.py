"""Pages of a list, by offset or by key, and the headers that lead through them. It knows lists, not what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from exporter.demo.api.gitlab.asked import Asked, BadParameter

T = TypeVar("T")
USUAL, MOST = 20, 100
COUNTED = 10_000
"""Longer lists say nothing of their length."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Where:
    """The address of a list, without its query, and the query that leads back to it."""

    url: str
    query: Mapping[str, Sequence[str]]

    def with_(self, **changed: object) -> str:
        """The address with these parameters instead, in alphabetical order."""
        values = {**self.query, **{name: [str(value)] for name, value in changed.items()}}
        return f"{self.url}?{urlencode(sorted(values.items()), doseq=True)}"


def where(url: str, asked: Asked, **named: str) -> Where:
    """`named` are the parameters of the path: GitLab repeats them in its links."""
    query = {name: asked.query.getlist(name) for name in asked.query}
    return Where(url, {**query, **{name: [value] for name, value in named.items()}})


def by_offset(place: Where, asked: Asked, items: Sequence[T], *, counted: bool = True) -> Page[T]:
    """Page `page` of `per_page` items. Where nothing is counted, the last page is not known beforehand either."""
    size, number = per_page(asked), max(1, asked.number("page", 1))
    last = max(1, -(-len(items) // size))
    before = number - 1 if 1 < number <= last else None
    after = number + 1 if number < last else None
    told = counted and len(items) <= COUNTED
    links = {"prev": before, "next": after, "first": 1, "last": last if told else None}
    shown = (
        f'<{place.with_(page=target, per_page=size)}>; rel="{relation}"' for relation, target in links.items() if target
    )
    headers = {
        "Link": ", ".join(shown),
        "X-Page": str(number),
        "X-Per-Page": str(size),
        "X-Next-Page": str(after or ""),
        "X-Prev-Page": str(before or ""),
    }
    if told:
        headers |= {"X-Total": str(len(items)), "X-Total-Pages": str(last)}
    return Page(items[(number - 1) * size : number * size], headers)


def by_key(place: Where, asked: Asked, items: Sequence[T], key: Callable[[T], int]) -> Page[T]:
    """The items after the one whose id the link names. Nothing but a link is told, and the last page is empty."""
    size, rising = per_page(asked), asked.word("sort", ("asc", "desc"), "desc") == "asc"
    name = "id_after" if rising else "id_before"
    bound = asked.number(name, 0) if asked.text(name) else None
    ordered = sorted(items, key=key, reverse=not rising)
    left = [item for item in ordered if bound is None or (key(item) > bound if rising else key(item) < bound)]
    shown = left[:size]
    return Page(shown, _next(place.with_(**{"per_page": size, name: key(shown[-1])})) if shown else {})


def by_token(place: Where, asked: Asked, items: Sequence[T], token: Callable[[T], str]) -> Page[T]:
    """The items after the one that `page_token` names, as a repository's tree has it."""
    size, begin = per_page(asked), asked.text("page_token")
    first = next((index + 1 for index, item in enumerate(items) if token(item) == begin), 0)
    shown = items[first : first + size]
    more = first + size < len(items)
    return Page(shown, _next(place.with_(per_page=size, page_token=token(shown[-1]))) if more else {})


def _next(url: str) -> dict[str, str]:
    return {"Link": f'<{url}>; rel="next"'}


def per_page(asked: Asked) -> int:
    size = asked.number("per_page", USUAL)
    if size == 0:
        raise BadParameter("per_page has a value not allowed")
    return min(MOST, size) if size > 0 else USUAL
