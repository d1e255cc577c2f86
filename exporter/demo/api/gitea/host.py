"""The host's pages: which address shows what of the organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Limit
from exporter.demo.repository import Repository


class GiteaHost:
    """The pages below its base address, for the repositories that lie on it."""

    def __init__(
        self, repositories: Mapping[str, Repository], token: str, limit: Limit, clock: Callable[[], float]
    ) -> None:
        self._repositories = repositories
        self._token = token
        self._limit = limit
        self._clock = clock

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        return {}
