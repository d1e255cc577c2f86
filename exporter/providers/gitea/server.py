"""Which server it is, and so which lists of Actions it has.

Gitea lists runs since 1.25, Forgejo (in words of its own) since 12.0; both list tasks, one for each
job that a runner took, since Gitea 1.22 and Forgejo 7. The version is asked for once an hour. One that
cannot be read is somebody's own build, and those are mostly new.

It knows versions; nothing of repositories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from exporter.errors import NotFound
from exporter.http import Http
from exporter.model import Moment, Seconds
from exporter.providers.base import Payload, Since, parse
from exporter.providers.common.marks import Mark, read_mark

SERVER = "server"
ASK_EVERY: Seconds = 3600.0
GITEA_LISTS_RUNS = (1, 25)
FORGEJO_LISTS_RUNS = (12, 0)


class VersionPayload(Payload):
    version: str


class ServerMark(Mark):
    version: str
    asked_at: Moment


def read_version(http: Http, base: str, since: Since) -> tuple[str, Mapping[str, str]]:
    """The server's version, and the mark that remembers it."""
    known = read_mark(ServerMark, since.get(SERVER))
    if known is not None and 0 <= since.now - known.asked_at < ASK_EVERY:
        return known.version, {}
    version = _ask(http, f"{base}/version")
    return version, {SERVER: ServerMark(version=version, asked_at=since.now).model_dump_json()}


def _ask(http: Http, url: str) -> str:
    try:
        reply = http.get(url)
    except NotFound as error:
        raise NotFound(f"{error}: neither Gitea nor Forgejo; check `url`") from error
    return parse(VersionPayload, reply.json(), reply.url).version


def lists_runs(version: str) -> bool:
    """`1.26.0`, `12.0.1+gitea-1.22.0` -> whether this server lists runs, and not tasks alone."""
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers is None:
        return True
    since = FORGEJO_LISTS_RUNS if "gitea-" in version else GITEA_LISTS_RUNS
    return (int(numbers[1]), int(numbers[2])) >= since
