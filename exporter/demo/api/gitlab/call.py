"""One request as the pages see it: who asks, where, and for what."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from exporter.demo.api.answers import bearer
from exporter.demo.api.gitlab.asked import Asked, BadParameter
from exporter.demo.api.gitlab.paging import Page, Where, by_offset, where
from exporter.demo.api.gitlab.replies import Answer, unauthorized

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """`base` is the instance's address, `url` the page's, `named` what its path names."""

    base: str
    url: str
    asked: Asked
    named: Mapping[str, str]
    signed_in: bool

    def sign_in(self) -> None:
        """Refuses whoever shows no token."""
        if not self.signed_in:
            raise unauthorized()

    def number(self, name: str) -> int:
        """A number in the path, such as a pipeline's id."""
        value = self.named[name]
        if not value.isdecimal():
            raise BadParameter(f"{name} is invalid")
        return int(value)

    @property
    def place(self) -> Where:
        return where(self.url, self.asked, **self.named)

    def paged(self, items: Sequence[T], show: Callable[[T], Any], *, counted: bool = True) -> Answer:
        return listed(by_offset(self.place, self.asked, items, counted=counted), show)


Show = Callable[[Call], Answer]


def listed(page: Page[T], show: Callable[[T], Any]) -> Answer:
    return Answer([show(item) for item in page.items], page.headers)


def raw_path(request: Request) -> str:
    """The path below where the instance is served, as the caller wrote it: with `%2F` in it."""
    path = request.scope["raw_path"].decode("ascii").partition("?")[0]
    return str(path).removeprefix(request.scope.get("root_path", ""))


def instance(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def signed_in(request: Request, token: str) -> bool:
    """Whether the token is right, in whichever of the three headers; False without any. Refuses a wrong one."""
    headers = request.headers
    shown = headers.get("PRIVATE-TOKEN") or headers.get("JOB-TOKEN") or bearer(request)
    if shown and not secrets.compare_digest(shown.encode(), token.encode()):
        raise unauthorized()
    return bool(shown)
