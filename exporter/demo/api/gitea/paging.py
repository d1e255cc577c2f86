"""Pages of a list, and the headers that lead through them. It knows lists, not what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")
Show = Callable[[Request], Response]
USUAL, MOST = 30, 50
YES = ("1", "t", "true", "on")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`number` counts from 1, `last` is 0 for an empty list; `headers` tell of the others."""

    items: Sequence[T]
    number: int
    size: int
    last: int
    headers: dict[str, str]


def paged(request: Request, base: str, items: Sequence[T]) -> Page[T]:
    """The page of `items` that the request asks for by `page` and `limit`."""
    number = max(1, asked(request, "page"))
    size = min(MOST, asked(request, "limit")) or USUAL
    last = -(-len(items) // size)
    headers = {"X-Total-Count": str(len(items)), "Access-Control-Expose-Headers": "X-Total-Count"}
    if link := _link(request, base, number, last):
        headers |= {"Link": link, "Access-Control-Expose-Headers": "Link, X-Total-Count"}
    return Page(items[(number - 1) * size : number * size], number, size, last, headers)


def asked(request: Request, name: str) -> int:
    """A number of the query; 0 for one that is not there or is none."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() else 0


def said(request: Request, name: str) -> bool | None:
    """A yes or no of the query; None where nothing is said."""
    text = request.query_params.get(name, "")
    return text.lower() in YES if text else None


def older(page: Page[Any], more: Mapping[str, str]) -> dict[str, str]:
    """The headers of lists of commits: also those of Gitea's younger days."""
    theirs = {
        "X-Page": str(page.number),
        "X-PerPage": str(page.size),
        **more,
        "X-PageCount": str(page.last),
        "X-HasMore": str(page.number < page.last).lower(),
    }
    exposed = ", ".join([page.headers["Access-Control-Expose-Headers"], *theirs])
    return {**page.headers, **theirs, "Access-Control-Expose-Headers": exposed}


def _link(request: Request, base: str, number: int, last: int) -> str:
    """Gitea's order; a page beyond the end is taken for the last one."""
    here = max(1, min(number, last))
    targets: dict[str, int] = {}
    if here < last:
        targets |= {"next": here + 1, "last": last}
    if here > 1:
        targets |= {"first": 1, "prev": here - 1}
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    others = [(key, value) for key, value in request.query_params.multi_items() if key != "page"]
    queries = {relation: urlencode(sorted([*others, ("page", str(page))])) for relation, page in targets.items()}
    return ",".join(f'<{base}{path}?{query}>; rel="{relation}"' for relation, query in queries.items())
