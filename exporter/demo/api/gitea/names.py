"""Addresses, ids and moments, as Gitea makes them. `base` is the instance's address without a slash at the end."""

from __future__ import annotations

import zlib

from starlette.requests import Request

from exporter.demo.api.answers import iso
from exporter.demo.repository import Repository

API = "/api/v1"
EPOCH = "1970-01-01T00:00:00Z"
"""What Gitea writes for a moment that its database has not: not yet started, never archived."""
NEVER = "0001-01-01T00:00:00Z"
"""What Gitea writes for a moment that it did not look up at all."""


def base_of(request: Request) -> str:
    """The instance's address as the caller wrote it."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def api(base: str, repository: Repository) -> str:
    return f"{base}{API}/repos/{repository.full_name}"


def page(base: str, repository: Repository) -> str:
    return f"{base}/{repository.full_name}"


def user_id(login: str) -> int:
    return 1 + zlib.crc32(login.encode()) % 90_000


def moment(seconds: float | None) -> str:
    """Gitea leaves no moment out: one that is not there is the epoch."""
    return iso(seconds) or EPOCH


def file_name(path: str) -> str:
    """Gitea knows a workflow by its file's name, without the folder."""
    return path.rpartition("/")[2]
