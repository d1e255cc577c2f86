"""Pages of a list and the Link header that leads through them. It knows lists, not what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

T = TypeVar("T")
USUAL, MOST = 30, 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    link: str | None


def paged(request: Request, base: str, items: Sequence[T], cap: int | None = None) -> Page[T]:
    """The page of `items` that the request asks for; nothing beyond the first `cap` is ever shown."""
    shown = items if cap is None else items[:cap]
    size = min(MOST, _number(request, "per_page", USUAL))
    number = _number(request, "page", 1)
    last = max(1, -(-len(shown) // size))
    return Page(shown[(number - 1) * size : number * size], _link(request, base, number, last))


def _number(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else usual


def _link(request: Request, base: str, number: int, last: int) -> str | None:
    targets: dict[str, int] = {}
    if number > 1:
        targets |= {"prev": min(number - 1, last), "first": 1}
    if number < last:
        targets |= {"next": number + 1, "last": last}
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    others = [(key, value) for key, value in request.query_params.multi_items() if key != "page"]
    links = (
        f'<{base}{path}?{urlencode([*others, ("page", page)])}>; rel="{relation}"' for relation, page in targets.items()
    )
    return ", ".join(links) or None
