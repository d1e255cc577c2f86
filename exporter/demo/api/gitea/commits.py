"""Commits and branches in Gitea's shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from exporter.demo.api.answers import iso
from exporter.demo.api.gitea.branches import files_at
from exporter.demo.api.gitea.names import NEVER, api, page
from exporter.demo.api.gitea.paging import said
from exporter.demo.api.gitea.people import mention, user
from exporter.demo.files import Files
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository

UNSIGNED = {
    "verified": False,
    "reason": "gpg.error.not_signed_commit",
    "signature": "",
    "signer": None,
    "payload": "",
}


@dataclass(frozen=True, slots=True)
class Detail:
    """What a commit is shown with; all of it, unless the caller says no."""

    stat: bool = True
    verification: bool = True
    files: bool = True


def detail_of(request: Request) -> Detail:
    """What the caller wants."""
    return Detail(**{name: said(request, name) is not False for name in ("stat", "verification", "files")})


def commit(base: str, repository: Repository, made: Commit, detail: Detail) -> dict[str, Any]:
    """A commit. What is said of its tree is said of itself, as Gitea does."""
    author = {"name": made.author.name, "email": made.author.email, "date": iso(made.at)}
    person = user(base, made.author.login)
    return {
        **_meta(base, repository, made.sha, made.at),
        "html_url": f"{page(base, repository)}/commit/{made.sha}",
        "commit": {
            "url": _url(base, repository, made.sha),
            "author": author,
            "committer": author,
            "message": f"{made.message}\n",
            "tree": {
                **_meta(base, repository, made.sha, made.at),
                "url": f"{api(base, repository)}/git/trees/{made.sha}",
            },
            "verification": UNSIGNED if detail.verification else None,
        },
        "author": person,
        "committer": person,
        "parents": [_meta(base, repository, made.parent)] if made.parent else [],
        "files": _changes(repository, made) if detail.files else None,
        "stats": _stats(repository, made) if detail.stat else None,
    }


def _url(base: str, repository: Repository, sha: str) -> str:
    return f"{api(base, repository)}/git/commits/{sha}"


def _meta(base: str, repository: Repository, sha: str, at: int | None = None) -> dict[str, Any]:
    """A parent's moment is not looked up."""
    return {"url": _url(base, repository, sha), "sha": sha, "created": iso(at) or NEVER}


def _before_and_after(repository: Repository, made: Commit) -> tuple[Files, Files]:
    """What was there before and after; nothing was where a parent is no longer known."""
    if not made.files:
        return {}, {}
    before = repository.at_ref(made.parent) if made.parent else None
    return (before.files if before else {}), made.files


def _changes(repository: Repository, made: Commit) -> list[dict[str, str]]:
    before, after = _before_and_after(repository, made)
    status = dict.fromkeys(after.keys() - before.keys(), "added")
    status |= dict.fromkeys(before.keys() - after.keys(), "removed")
    status |= {path: "modified" for path in after.keys() & before.keys() if before[path] != after[path]}
    return [{"filename": path, "status": status[path]} for path in sorted(status)]


def _stats(repository: Repository, made: Commit) -> dict[str, int]:
    """Lines, taken as sets: nobody here counts on more."""
    before, after = (_lines(files) for files in _before_and_after(repository, made))
    added, removed = len(after - before), len(before - after)
    return {"total": added + removed, "additions": added, "deletions": removed}


def _lines(files: Files) -> set[tuple[str, str]]:
    return {(path, line) for path, text in files.items() for line in text.splitlines()}


def branch(base: str, repository: Repository, name: str, made: Commit) -> dict[str, Any]:
    """A branch, as one sees it who may only read it."""
    who = mention(made.author.login)
    return {
        "name": name,
        "commit": {
            "id": made.sha,
            "message": f"{made.message}\n",
            "url": f"{page(base, repository)}/commit/{made.sha}",
            "author": who,
            "committer": who,
            "verification": UNSIGNED,
            "timestamp": iso(made.at),
            **dict.fromkeys(("added", "removed", "modified")),
        },
        "protected": False,
        "required_approvals": 0,
        "enable_status_check": False,
        "status_check_contexts": [],
        "user_can_push": False,
        "user_can_merge": False,
        "effective_branch_protection_name": "",
    }


def latest(repository: Repository, made: Commit, path: str) -> Commit:
    """The newest commit up to `made` that changed a file or something in a folder, as far back as is known."""
    commits = list(repository.commits)
    known = next((number for number, each in enumerate(commits) if each.sha == made.sha), len(commits) - 1)
    now = _held(files_at(repository, made), path)
    while known > 0 and _held(commits[known - 1].files, path) == now:
        known -= 1
    return commits[known]


def _held(files: Files, path: str) -> Files:
    return {name: text for name, text in files.items() if name == path or name.startswith(f"{path}/")}
