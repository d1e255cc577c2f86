"""Commits and branches in GitLab's shape, and which commits a list is asked for."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.names import git_stamp, page
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository
from exporter.demo.run import Run

SHORTEST = 7
"""Digits of a commit's name that mean it."""


def find(repository: Repository, name: str) -> Commit | None:
    """The commit that a branch, a commit's name or the beginning of one means, also one of a merge request."""
    if made := repository.at_ref(name):
        return made
    every = [*reversed(repository.commits), *(commit for pull in repository.pulls for commit in pull.commits)]
    return next((each for each in every if len(name) >= SHORTEST and each.sha.startswith(name)), None)


def of_run(repository: Repository, run: Run) -> Commit:
    """The commit that a pipeline ran for, also where it is too old to be remembered otherwise."""
    return find(repository, run.sha) or Commit(run.sha, None, run.title, run.attempts[0].actor, run.created_at)


def chosen(repository: Repository, asked: Asked) -> list[Commit]:
    """The commits up to `ref_name`, newest first, that fit the query; none for a branch that there is not."""
    since, until = asked.moment("since") or -math.inf, asked.moment("until") or math.inf
    path, author, name = asked.text("path"), (asked.text("author") or "").lower(), asked.text("ref_name")
    head = repository.at_ref(name) if name else repository.head
    return [
        each
        for each in reversed(repository.commits)
        if head
        and each.at <= head.at
        and since <= each.at <= until
        and (path is None or path in _touched(repository, each))
        and author in f"{each.author.name} <{each.author.email}>".lower()
    ]


def _touched(repository: Repository, commit: Commit) -> set[str]:
    """The files that a commit changed; all of them for the oldest that is remembered."""
    before = next((old for old, new in pairwise(repository.commits) if new is commit), None)
    held = before.files if before else {}
    return {path for path in {*held, *commit.files} if held.get(path) != commit.files.get(path)}


def commit(base: str, repository: Repository, made: Commit) -> dict[str, Any]:
    """`created_at` is when it was committed."""
    return {
        "id": made.sha,
        "short_id": made.sha[:8],
        "created_at": git_stamp(made.at),
        "parent_ids": [made.parent] if made.parent else [],
        "title": made.message.partition("\n")[0],
        "message": made.message,
        "author_name": made.author.name,
        "author_email": made.author.email,
        "authored_date": git_stamp(made.at),
        "committer_name": made.author.name,
        "committer_email": made.author.email,
        "committed_date": git_stamp(made.at),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{page(base, repository)}/-/commit/{made.sha}",
    }


def whole(
    base: str, repository: Repository, made: Commit, pipeline: dict[str, Any] | None, *, stats: bool
) -> dict[str, Any]:
    """A commit asked for by its name, with its newest pipeline."""
    shown = commit(base, repository, made)
    counts = {"stats": {"additions": 12, "deletions": 5, "total": 17}} if stats else {}
    status = pipeline["status"] if pipeline else None
    return {**shown, **counts, "status": status, "project_id": repository.repository_id, "last_pipeline": pipeline}


def branch(base: str, repository: Repository, head: Commit) -> dict[str, Any]:
    """The default branch, which is the only one that can be read."""
    name = repository.plan.branch
    return {
        "name": name,
        "commit": commit(base, repository, head),
        "merged": False,
        "protected": True,
        "developers_can_push": False,
        "developers_can_merge": False,
        "can_push": False,
        "default": True,
        "web_url": f"{page(base, repository)}/-/tree/{name}",
    }
