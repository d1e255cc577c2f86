"""Addresses, ids, paths and moments, as GitLab makes them. `base` is the instance's address, without a slash."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from exporter.demo.catalogue import OWNER
from exporter.demo.repository import Repository

API = "/api/v4"
VERSION = "18.5.1-ee"


def group_path(repository: Repository) -> str:
    """The full path of the group that a project is in: every team has a subgroup."""
    return f"{OWNER}/{repository.plan.team}"


def full_path(repository: Repository) -> str:
    return f"{group_path(repository)}/{repository.name}"


def page(base: str, repository: Repository) -> str:
    """A project's address for people."""
    return f"{base}/{full_path(repository)}"


def api(base: str, repository: Repository) -> str:
    return f"{base}{API}/projects/{repository.repository_id}"


def group_id(path: str) -> int:
    return _number(f"group/{path}")


def user_id(login: str) -> int:
    return _number(f"user/{login}")


def environment_id(repository: Repository, name: str) -> int:
    return _number(f"environment/{repository.name}/{name}")


def _number(text: str) -> int:
    return 1_000_000 + zlib.crc32(text.encode()) % 90_000_000


def stamp(moment: float | None) -> str | None:
    """Unix seconds as GitLab writes what its database holds: ISO 8601 in UTC with milliseconds."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def git_stamp(moment: float) -> str:
    """Unix seconds as GitLab writes what git holds: with the offset that the commit was made at."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
