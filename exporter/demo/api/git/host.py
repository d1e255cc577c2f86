"""The server's addresses, and who may ask."""

from __future__ import annotations

import base64
import binascii
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from exporter.demo.api.answers import Refused
from exporter.demo.api.git.bare import BareRepository
from exporter.demo.api.git.cgi import answered
from exporter.demo.api.git.program import GitFailed
from exporter.demo.catalogue import OWNER
from exporter.demo.repository import Repository

USER = "demo"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Acme"'}


class GitServer:
    """Bare repositories in a folder of its own, which is made when somebody first asks, and removed by `close`.

    `advance` moves the organisation to the present, `lock` keeps it still. Git runs beside the server's
    one thread, which waits for it without being held up.
    """

    def __init__(
        self,
        repositories: Mapping[str, Repository],
        token: str,
        advance: Callable[[], None],
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._repositories = repositories
        self._token = token
        self._advance = advance
        self._lock = lock or nullcontext()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._bare: dict[str, BareRepository] = {}

    def routes(self) -> list[Route]:
        """Git's smart protocol; who asks for a file of the repository itself is not served."""
        repository = "/{owner}/{name}.git"
        return [
            Route(f"{repository}/info/refs", self.answer, methods=["GET"]),
            Route(f"{repository}/git-upload-pack", self.answer, methods=["POST"]),
            Route(f"{repository}/git-receive-pack", self.answer, methods=["POST"]),
        ]

    def close(self) -> None:
        """Removes the folder."""
        folder, self._folder = self._folder, None
        self._bare.clear()
        if folder:
            folder.cleanup()

    async def answer(self, request: Request) -> Response:
        try:
            self._enter(request)
            repository = self._repository(request)
            root = self._root()
            await self._following(repository, root).follow(self._still)
            service = request.url.path.rpartition(f"/{repository.name}.git/")[2]
            return await answered(request, root, f"/{repository.name}.git/{service}", USER)
        except Refused as refused:
            headers = CHALLENGE if refused.status == 401 else None  # noqa: PLR2004  # who are you?
            return PlainTextResponse(f"{refused.message}\n", refused.status, headers)
        except GitFailed as failed:
            return PlainTextResponse(f"{failed}\n", 503)

    def _enter(self, request: Request) -> None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        wanted = f"{USER}:{self._token}".encode()
        if scheme.lower() != "basic" or not secrets.compare_digest(_decoded(shown), wanted):
            raise Refused(401, "user and password are needed")

    def _repository(self, request: Request) -> Repository:
        found = self._repositories.get(request.path_params["name"])
        if found is None or request.path_params["owner"] != OWNER:
            raise Refused(404, "there is no such repository")
        if found.unreadable:
            raise Refused(403, "this repository is not for you")
        return found

    def _root(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="orchex-kilo-demo-git-")
        return Path(self._folder.name)

    def _following(self, repository: Repository, root: Path) -> BareRepository:
        name = repository.name
        return self._bare.setdefault(name, BareRepository(repository, root / f"{name}.git"))

    @contextmanager
    def _still(self) -> Iterator[None]:
        """The organisation stands still, in the present."""
        self._advance()
        with self._lock:
            yield


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
