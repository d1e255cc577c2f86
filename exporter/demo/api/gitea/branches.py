"""Which branches there are, and what a ref means: the default branch, and one for each open pull request."""

from __future__ import annotations

from exporter.demo.files import Files
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository


def branches(repository: Repository) -> dict[str, Commit]:
    """Each branch with its newest commit. A pull request's branch goes when that is closed."""
    if repository.head is None:
        return {}
    opened = {pull.branch: pull.commits[-1] for pull in repository.pulls if pull.closed_at is None}
    return {repository.plan.branch: repository.head, **opened}


def resolved(repository: Repository, ref: str) -> Commit | None:
    """The commit that a branch, with or without `refs/heads/`, a commit's sha or `HEAD` means."""
    named = branches(repository).get(ref.removeprefix("refs/heads/"))
    return named or repository.at_ref(ref)


def files_at(repository: Repository, made: Commit) -> Files:
    """What there is at a commit. Those of pull requests change nothing that anybody looks at."""
    return made.files or repository.files
