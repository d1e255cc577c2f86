"""Pull requests in Gitea's shape: as a list shows them, and whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.gitea.names import page
from exporter.demo.api.gitea.people import user
from exporter.demo.api.gitea.repositories import repository as shown_repository
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository

_ORDERS: dict[str, tuple[Callable[[Pull], Any], bool]] = {
    "oldest": (lambda pull: (pull.opened_at, pull.number), False),
    "recentupdate": (lambda pull: (pull.updated_at, pull.opened_at, pull.number), True),
    "recentclose": (lambda pull: (pull.closed_at or 0, pull.opened_at, pull.number), True),
    "leastupdate": (lambda pull: (pull.updated_at, pull.opened_at, pull.number), False),
}
"""How `sort` orders, and whether backwards. Any other: the newest first."""


def chosen(repository: Repository, state: str, sort: str, base_branch: str) -> list[Pull]:
    """Those that are `open` or `closed`; any other word, also none, means all."""
    key, backwards = _ORDERS.get(sort, (_ORDERS["oldest"][0], True))
    if base_branch not in ("", repository.plan.branch):
        return []
    fits = [pull for pull in repository.pulls if state not in ("open", "closed") or pull.state == state]
    return sorted(fits, key=key, reverse=backwards)


def listed_pull(base: str, repository: Repository, pull: Pull, here: dict[str, Any]) -> dict[str, Any]:
    """A pull request, with `here`, its repository. `url` is the address for people; a list does not say who merged."""
    html = f"{page(base, repository)}/pulls/{pull.number}"
    return {
        "id": pull.pull_id,
        "url": html,
        "number": pull.number,
        "user": user(base, pull.author.login, known=True),
        "title": pull.title,
        "body": "",
        "labels": [],
        **dict.fromkeys(("milestone", "assignee", "assignees", "requested_reviewers", "requested_reviewers_teams")),
        "state": pull.state,
        "draft": False,
        "is_locked": False,
        "comments": 0,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "mergeable": True,
        "allow_maintainer_edit": False,
        "base": _side(repository, repository.plan.branch, _base_sha(repository, pull), here),
        "head": {**_side(repository, _head_ref(pull), pull.head_sha, here), "label": pull.branch},
        "merge_base": pull.base_sha,
        "due_date": None,
        "pin_order": 0,
        "content_version": 0,
        "created_at": iso(pull.opened_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso(pull.closed_at),
        "merged": pull.merged_at is not None,
        "merged_at": iso(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "merged_by": None,
    }


def whole_pull(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    """One by its number: it tells who merged and how much it changes, and has empty lists where a list has null."""
    merger = user(base, repository.person(pull.number).login) if pull.merged_at else None
    empty = ("assignees", "requested_reviewers", "requested_reviewers_teams")
    changes = {"additions": 12, "deletions": 5, "changed_files": 1}
    return {
        **listed_pull(base, repository, pull, shown_repository(base, repository)),
        "merged_by": merger,
        **{name: [] for name in empty},
        **{name: count * len(pull.commits) for name, count in changes.items()},
    }


def _base_sha(repository: Repository, pull: Pull) -> str:
    """Where the base branch is now, not where the pull request began."""
    return repository.head.sha if repository.head else pull.base_sha


def _head_ref(pull: Pull) -> str:
    """The branch, or, since that is gone once it is closed, what Gitea keeps of it."""
    return pull.branch if pull.closed_at is None else f"refs/pull/{pull.number}/head"


def _side(repository: Repository, ref: str, sha: str, here: dict[str, Any]) -> dict[str, Any]:
    return {"label": ref, "ref": ref, "sha": sha, "repo_id": repository.repository_id, "repo": here}
