"""What a server says of a repository without its being fetched: where its default branch stands."""

from __future__ import annotations

from pathlib import Path

from exporter.errors import BadPayload
from exporter.http import Http
from exporter.providers.git.program import Git

_OLDER_PROTOCOL = ("-c", "protocol.version=0")
"""One request in place of the newer protocol's two, for an answer of the same size: `ls-remote` asks for all."""
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"


def ask_head(git: Git, folder: Path, http: Http) -> str | None:
    """The head of the default branch; None where nothing was ever pushed.

    BadPayload: there are branches but no default one, or it is no git server at all. git takes an
    answer in HTML for an empty repository, and nothing may count as empty that is not.
    """
    head = parse_head(git.ask(folder, "ls-remote", "origin", "HEAD", options=_OLDER_PROTOCOL).output)
    if head is None:
        _is_empty(git, folder, http)
    return head


def _is_empty(git: Git, folder: Path, http: Http) -> None:
    if git.ask(folder, "ls-remote", "--heads", "origin", options=_OLDER_PROTOCOL).output.strip():
        remedy = "on the server, `git symbolic-ref HEAD refs/heads/BRANCH` sets it"
        raise BadPayload(f"{git.address}: the default branch is none of the branches; {remedy}")
    if not git.address.over_http:
        return
    reply = http.get(f"{git.address.text.rstrip('/')}/info/refs", {"service": "git-upload-pack"})
    if reply.headers.get("Content-Type", "").partition(";")[0].strip() != ADVERTISEMENT:
        raise BadPayload(f"{reply.url}: the answer is not that of a git server; is this the clone address?")


def parse_head(listed: bytes) -> str | None:
    """The commit that HEAD is, out of `git ls-remote`; it may list other refs that end so."""
    lines = (line.split("\t", 1) for line in listed.decode("utf-8", errors="replace").splitlines())
    return next((line[0] for line in lines if line[1:] == ["HEAD"]), None)
