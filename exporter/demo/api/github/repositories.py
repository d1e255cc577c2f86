"""Repositories in GitHub's shape: as a list shows them, and whole."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.github.names import api, node_id, page, web
from exporter.demo.api.github.people import user
from exporter.demo.catalogue import OWNER, Trait
from exporter.demo.repository import Repository

_PATHS = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "hooks_url": "hooks",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "languages_url": "languages",
    "merges_url": "merges",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "stargazers_url": "stargazers",
    "statuses_url": "statuses/{sha}",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
    "trees_url": "git/trees{/sha}",
}


def mention(base: str, repository: Repository) -> dict[str, Any]:
    """A repository inside something else, such as a run: it does not change when somebody pushes."""
    url = api(base, repository)
    return {
        "id": repository.repository_id,
        "node_id": node_id("Repository", repository.repository_id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": True,
        "owner": user(base, OWNER),
        "html_url": page(base, repository),
        "description": f"{repository.name} of the {repository.plan.team} team",
        "fork": repository.plan.trait is Trait.FORK,
        "url": url,
        **{name: f"{url}/{path}" for name, path in _PATHS.items()},
    }


def listed(base: str, repository: Repository) -> dict[str, Any]:
    """A repository as a list shows it."""
    open_pulls = sum(pull.closed_at is None for pull in repository.pulls)
    host = web(base).split("://")[1].split(":")[0]
    return {
        **mention(base, repository),
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host}:{repository.full_name}.git",
        "clone_url": f"{page(base, repository)}.git",
        "svn_url": page(base, repository),
        "mirror_url": None,
        "homepage": None,
        "language": repository.plan.language,
        **dict.fromkeys(("forks_count", "stargazers_count", "watchers_count", "forks", "watchers"), 0),
        "size": 0 if repository.head is None else 1200 + 37 * repository.plan.index,
        "default_branch": repository.plan.branch,
        "open_issues_count": open_pulls,
        "open_issues": open_pulls,
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": True,
        "has_discussions": False,
        "archived": repository.plan.trait is Trait.ARCHIVED,
        "disabled": False,
        "visibility": "private",
        "pushed_at": iso(repository.pushed_at),
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.pushed_at),
        "license": None,
        "topics": [repository.plan.team],
    }


def whole(base: str, repository: Repository) -> dict[str, Any]:
    """A repository asked for by its name."""
    permissions = {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True}
    more = {"organization": user(base, OWNER), "network_count": 0, "subscribers_count": 3, "permissions": permissions}
    return {**listed(base, repository), **more}
