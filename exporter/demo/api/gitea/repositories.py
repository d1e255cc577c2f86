"""Repositories in Gitea's shape."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from exporter.demo.api.gitea.branches import branches
from exporter.demo.api.gitea.names import NEVER, api, moment, page
from exporter.demo.api.gitea.people import user
from exporter.demo.catalogue import OWNER, Trait
from exporter.demo.repository import Repository

UPSTREAM = "upstream"
"""The owner of what was forked, who is not of this organisation."""
_PERMISSIONS = ("admin", "push", "pull")
_UNITS = ("has_code", "has_issues", "has_pull_requests", "has_releases", "has_actions")
_OTHER_UNITS = ("has_wiki", "has_projects", "has_packages")
_ALLOWED = (
    "allow_merge_commits",
    "allow_rebase",
    "allow_rebase_explicit",
    "allow_squash_merge",
    "allow_fast_forward_only_merge",
    "allow_rebase_update",
    "default_delete_branch_after_merge",
)
_NOT_ALLOWED = (
    "allow_manual_merge",
    "autodetect_manual_merge",
    "ignore_whitespace_conflicts",
    "default_allow_maintainer_edit",
)
_COUNTS = ("stars_count", "forks_count", "open_issues_count", "release_counter")
_TEXTS = ("link", "original_url", "website", "avatar_url", "mirror_interval")


def repository(base: str, shown: Repository, *, readable: bool = True) -> dict[str, Any]:
    """A repository; inside a run it is shown as to somebody who may not read it (`readable` is False)."""
    forked = {"parent": _parent(base, shown, readable=readable)} if shown.plan.trait is Trait.FORK else {}
    return {**_described(base, shown, readable=readable), "fork": bool(forked), **forked}


def _parent(base: str, shown: Repository, *, readable: bool) -> dict[str, Any]:
    """What it was forked from: the same, as far as anybody here looks, in other hands."""
    there = _described(base, shown, readable=readable)
    renamed = {
        name: there[name].replace(f"/{OWNER}/", f"/{UPSTREAM}/")
        for name in ("html_url", "url", "ssh_url", "clone_url", "languages_url")
    }
    full_name = f"{UPSTREAM}/{shown.name}"
    return {**there, **renamed, "id": shown.repository_id + 1, "full_name": full_name, "owner": user(base, UPSTREAM)}


def _described(base: str, shown: Repository, *, readable: bool) -> dict[str, Any]:
    url, html = api(base, shown), page(base, shown)
    archived = shown.plan.trait is Trait.ARCHIVED
    return {
        "id": shown.repository_id,
        "owner": user(base, OWNER, known=readable),
        "name": shown.name,
        "full_name": shown.full_name,
        "description": f"{shown.name} of the {shown.plan.team} team",
        "empty": shown.head is None,
        "private": True,
        "fork": False,
        "template": False,
        "mirror": False,
        "size": 0 if shown.head is None else 120 + 7 * shown.plan.index,
        "language": "" if shown.head is None else shown.plan.language,
        "languages_url": f"{url}/languages",
        "html_url": html,
        "url": url,
        "ssh_url": f"ssh://git@{urlsplit(base).hostname}/{shown.full_name}.git",
        "clone_url": f"{html}.git",
        **dict.fromkeys(_TEXTS, ""),
        **dict.fromkeys(_COUNTS, 0),
        "watchers_count": 1,
        "branch_count": len(branches(shown)),
        "open_pr_counter": sum(pull.closed_at is None for pull in shown.pulls),
        "default_branch": shown.plan.branch,
        "archived": archived,
        "created_at": moment(shown.created_at),
        "updated_at": moment(shown.pushed_at),
        "archived_at": moment(shown.pushed_at if archived else None),
        "permissions": {name: readable and name == "pull" for name in _PERMISSIONS},
        **_settings(),
        "topics": [shown.plan.team],
    }


def _settings() -> dict[str, Any]:
    """What is the same everywhere at Acme."""
    tracker = ("enable_time_tracker", "allow_only_contributors_to_track_time", "enable_issue_dependencies")
    return {
        **dict.fromkeys((*_UNITS, *_ALLOWED), True),
        **dict.fromkeys((*_OTHER_UNITS, *_NOT_ALLOWED), False),
        "internal_tracker": dict.fromkeys(tracker, True),
        "projects_mode": "all",
        "default_merge_style": "merge",
        "internal": False,
        "object_format_name": "sha1",
        "mirror_updated": NEVER,
        "licenses": [],
    }
