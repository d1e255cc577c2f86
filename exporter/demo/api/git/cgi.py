"""One request as git's own `http-backend` answers it, run as a CGI program. It knows folders, not what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.git.program import git

SETTINGS = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "false",
    "http.getanyfile": "false",
}
"""As the large hosts have it: partial clones and single objects are given, nothing is taken."""
_PASSED_ON = ("Content-Encoding", "Git-Protocol", "Accept-Encoding", "User-Agent")


async def answered(request: Request, root: Path, path: str, user: str) -> Response:
    """What git says to a request for `path` below `root`, which begins with a slash."""
    body = await request.body()
    environment = {
        **settings(SETTINGS),
        **_headers(request.headers),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": request.url.query,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_USER": user,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "GATEWAY_INTERFACE": "CGI/1.1",
    }
    return _response(await git(["http-backend"], body, environment))


def settings(wanted: Mapping[str, str]) -> dict[str, str]:
    """Git's configuration as environment variables."""
    pairs = list(wanted.items())
    keys = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(pairs)}
    values = {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(pairs)}
    return {"GIT_CONFIG_COUNT": str(len(pairs)), **keys, **values}


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that git looks at, named as CGI names them."""
    shown = {f"HTTP_{name.upper().replace('-', '_')}": headers[name] for name in _PASSED_ON if name in headers}
    return {**shown, "CONTENT_TYPE": headers.get("Content-Type", "")}


def _response(output: bytes) -> Response:
    """A CGI answer: headers, an empty line, the body."""
    head, _, body = output.partition(b"\r\n\r\n")
    pairs = [line.partition(":") for line in head.decode("latin-1").splitlines()]
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    status = int(headers.pop("Status", "200").split()[0])
    return Response(body, status, headers)
