"""Users, organisations and their like, in GitHub's shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.github.names import node_id, user_id, web
from exporter.demo.catalogue import OWNER

FOUNDED = 1_450_000_000
_OF_A_USER = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}


@lru_cache(maxsize=256)
def user(base: str, login: str) -> dict[str, Any]:
    """One of a few people, shown over and over again: not to be changed by who gets it."""
    url = f"{base}/users/{login}"
    return {
        "login": login,
        "id": user_id(login),
        "node_id": node_id("User", user_id(login)),
        "avatar_url": f"{web(base)}/avatars/u/{user_id(login)}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{web(base)}/{login}",
        **{name: f"{url}/{path}" for name, path in _OF_A_USER.items()},
        "type": "Organization" if login == OWNER else "User",
        "site_admin": False,
    }


def organisation(base: str, repositories: int) -> dict[str, Any]:
    url = f"{base}/orgs/{OWNER}"
    return {
        "login": OWNER,
        "id": user_id(OWNER),
        "node_id": node_id("Organization", user_id(OWNER)),
        "url": url,
        **{f"{name}_url": f"{url}/{name}" for name in ("repos", "events", "hooks", "issues")},
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{web(base)}/avatars/u/{user_id(OWNER)}?v=4",
        "description": "Everything for the road runner",
        "name": "Acme",
        "has_organization_projects": False,
        "has_repository_projects": False,
        "public_repos": 0,
        "total_private_repos": repositories,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{web(base)}/{OWNER}",
        "type": "Organization",
        "created_at": iso(FOUNDED),
        "updated_at": iso(FOUNDED),
        "archived_at": None,
    }
