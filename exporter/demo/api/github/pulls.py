"""Pull requests in GitHub's shape: as a list shows them, and whole."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.github.names import api, node_id, page
from exporter.demo.api.github.people import user
from exporter.demo.api.github.repositories import listed
from exporter.demo.catalogue import OWNER
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository


def listed_pull(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    url = f"{api(base, repository)}/pulls/{pull.number}"
    html = f"{page(base, repository)}/pull/{pull.number}"
    author = user(base, pull.author.login)
    here = listed(base, repository)
    return {
        **_addresses(base, repository, pull),
        "id": pull.pull_id,
        "node_id": node_id("PullRequest", pull.pull_id),
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": author,
        "body": None,
        "labels": [],
        "milestone": None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "created_at": iso(pull.opened_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso(pull.closed_at),
        "merged_at": iso(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "head": _side(pull.branch, pull.head_sha, here, author),
        "base": _side(repository.plan.branch, pull.base_sha, here, user(base, OWNER)),
        "_links": _links(base, repository, pull, url, html),
        "author_association": "MEMBER",
        "auto_merge": None,
        "draft": False,
    }


def whole_pull(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    merger = user(base, repository.person(pull.number).login)
    return {
        **listed_pull(base, repository, pull),
        "merged": pull.merged_at is not None,
        "mergeable": None if pull.closed_at else True,
        "rebaseable": None,
        "mergeable_state": "unknown" if pull.closed_at else "clean",
        "merged_by": merger if pull.merged_at else None,
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(pull.commits),
        "additions": 12 * len(pull.commits),
        "deletions": 5 * len(pull.commits),
        "changed_files": 1 + len(pull.commits),
    }


def _addresses(base: str, repository: Repository, pull: Pull) -> dict[str, str]:
    url = f"{api(base, repository)}/pulls/{pull.number}"
    return {
        "url": url,
        "html_url": f"{page(base, repository)}/pull/{pull.number}",
        "issue_url": f"{api(base, repository)}/issues/{pull.number}",
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{api(base, repository)}/pulls/comments{{/number}}",
        "comments_url": f"{api(base, repository)}/issues/{pull.number}/comments",
        "statuses_url": f"{api(base, repository)}/statuses/{pull.head_sha}",
    }


def _links(base: str, repository: Repository, pull: Pull, url: str, html: str) -> dict[str, Any]:
    addresses = _addresses(base, repository, pull)
    names = ("issue", "commits", "review_comments", "review_comment", "comments", "statuses")
    related = {name: {"href": addresses[f"{name}_url"]} for name in names}
    return {"self": {"href": url}, "html": {"href": html}, **related}


def _side(ref: str, sha: str, repository: dict[str, Any], owner: dict[str, Any]) -> dict[str, Any]:
    return {"label": f"{OWNER}:{ref}", "ref": ref, "sha": sha, "user": owner, "repo": repository}
