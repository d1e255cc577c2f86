"""The server's addresses, and who may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.routing import Route

from exporter.demo.repository import Repository


class GitServer:
    """Bare repositories in a folder of its own, which is made when somebody first asks, and removed by `close`."""

    def __init__(self, repositories: Mapping[str, Repository], token: str, advance: Callable[[], None]) -> None:
        self._repositories = repositories
        self._token = token
        self._advance = advance

    def routes(self) -> list[Route]:
        return []

    def close(self) -> None:
        """Removes the folder."""
