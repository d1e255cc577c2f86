"""How Gitea is asked: where a repository lies, and lists page by page.

Gitea writes its own ROOT_URL into the addresses of its Link headers, and that is often not the
address at which it is asked. So a Link header only says that there is a next page; the page is
asked for by its number. Some of Forgejo's lists have no such header and tell a total instead, and
they answer everything at once to a question without `page`.

It knows pages and addresses; nothing of what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator

from exporter.errors import BadPayload
from exporter.http import Http, Reply
from exporter.model import Moment, Repository
from exporter.providers.base import DAY, parse_moment

PER_PAGE = 50
"""What Gitea gives at most, where its configuration does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository in scope as the listing shows it. `base` is the API's address; `by_task`: the server
    lists no runs, only their tasks."""

    repository: Repository
    base: str
    default_branch: str | None = None
    updated_at: Moment | None = None
    mirrored_at: Moment | None = None
    open_pulls: int | None = None
    empty: bool = False
    has_actions: bool = True
    has_pulls: bool = True
    by_task: bool = False

    @property
    def content(self) -> str:
        """Changes when something is pushed or mirrored."""
        return f"{self.updated_at} {self.mirrored_at} {self.empty}"

    @property
    def traffic(self) -> str:
        """Changes when something is pushed, and when a pull request is opened or closed."""
        return f"{self.content} {self.open_pulls}"

    def at(self, path: str) -> str:
        """`path` below this repository's address; the caller quotes what needs quoting."""
        owner, name = quote(self.repository.owner, safe=""), quote(self.repository.name, safe="")
        return f"{self.base}/repos/{owner}/{name}/{path}"

    def is_default(self, branch: str | None) -> bool:
        return self.default_branch is not None and branch == self.default_branch


@dataclass(frozen=True, slots=True)
class Page:
    """The entries of one page. `where` is for messages; `total` is the number of all entries, where it is told."""

    entries: list[Any]
    where: str
    total: int | None
    linked: bool


def pages(http: Http, url: str, params: Mapping[str, str | int] | None = None, key: str = "") -> Iterator[Page]:
    """Every page of the list at `url`; `key` names the list where it is a part of the answer."""
    seen = 0
    for number in count(1):
        page = parse_page(http.get(url, {**(params or {}), "page": number, "limit": PER_PAGE}), key)
        yield page
        seen += len(page.entries)
        counted = bool(page.entries) and page.total is not None and seen < page.total
        if not (page.linked or counted):
            return


def parse_page(reply: Reply, key: str) -> Page:
    """BadPayload when the answer is no such list."""
    data = reply.json()
    entries = data.get(key) if key and isinstance(data, dict) else data
    if not isinstance(entries, list):
        what = f"{key} as a list" if key else "a list"
        raise BadPayload(f"{reply.url}: expected {what}, got {type(entries).__name__}; is this the address of a Gitea?")
    told = reply.headers.get("X-Total-Count", data.get("total_count") if isinstance(data, dict) else None)
    total = int(str(told)) if str(told).isdecimal() else None
    return Page(entries, reply.url, total, 'rel="next"' in reply.headers.get("Link", ""))


def _or_never(told: object) -> object:
    """A moment; None for the zero of Unix (1970) and of Go (the year 1), which mean that it has not come."""
    if isinstance(told, str) and told[:4] in ("0000", "0001", "1969", "1970"):
        return None
    return None if isinstance(told, int | float) and abs(told) < DAY else parse_moment(told)


Maybe = Annotated[float | None, BeforeValidator(_or_never)]
"""A moment in a payload, or None where Gitea writes its zero instead."""
