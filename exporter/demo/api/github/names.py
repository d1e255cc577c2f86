"""Addresses and ids, as GitHub makes them. `base` is the API's address without a slash at the end."""

from __future__ import annotations

import base64
import hashlib
import zlib

from exporter.demo.files import CI, INTEGRATED, NIGHTLY, SEPARATE
from exporter.demo.repository import Repository

ENTERPRISE = "/api/v3"


def web(base: str) -> str:
    """The address for people, of the API's `base`."""
    return base.removesuffix(ENTERPRISE)


def api(base: str, repository: Repository) -> str:
    return f"{base}/repos/{repository.full_name}"


def page(base: str, repository: Repository) -> str:
    return f"{web(base)}/{repository.full_name}"


def node_id(kind: str, number: object) -> str:
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def user_id(login: str) -> int:
    return 1_000_000 + zlib.crc32(login.encode()) % 90_000_000


def workflow_id(repository: Repository, path: str) -> int:
    return repository.repository_id * 10 + (CI, NIGHTLY, INTEGRATED, SEPARATE).index(path)


def tree_sha(commit_sha: str) -> str:
    """The root tree of a commit: every commit has another one, since each changes a file."""
    return hashlib.sha1(f"tree {commit_sha}".encode(), usedforsecurity=False).hexdigest()
