"""The workflows on the default branch, in Gitea's shape."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.gitea.names import NEVER, api, file_name, moment, page
from exporter.demo.files import CI, INTEGRATED, NIGHTLY, SEPARATE, workflow_name
from exporter.demo.repository import Repository

FOLDER = ".gitea/workflows/"
_NAMES = {file_name(path): workflow_name(path) for path in (CI, NIGHTLY, INTEGRATED, SEPARATE)}


def workflows(base: str, repository: Repository) -> list[dict[str, Any]]:
    paths = [path for path in repository.files if path.startswith(FOLDER)]
    return [_workflow(base, repository, path) for path in paths]


def _workflow(base: str, repository: Repository, path: str) -> dict[str, Any]:
    """Its moments are those of the branch's newest commit."""
    file, branch, html = file_name(path), repository.plan.branch, page(base, repository)
    return {
        "id": file,
        "name": _NAMES[file],
        "path": path,
        "state": "active",
        "created_at": moment(repository.pushed_at),
        "updated_at": moment(repository.pushed_at),
        "url": f"{api(base, repository)}/actions/workflows/{file}",
        "html_url": f"{html}/src/branch/{branch}/{path}",
        "badge_url": f"{html}/actions/workflows/{file}/badge.svg?branch={branch}",
        "deleted_at": NEVER,
    }
