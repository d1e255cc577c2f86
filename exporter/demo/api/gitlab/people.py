"""Users in GitLab's shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from exporter.demo.api.gitlab.names import stamp, user_id
from exporter.demo.catalogue import Person

READER = Person("exporter-bot", "Exporter")
"""Whom the demo's token belongs to."""
JOINED_AT = 1_500_000_000


@lru_cache(maxsize=256)
def user(base: str, person: Person) -> dict[str, Any]:
    """One of a few people, shown over and over again: not to be changed by who gets it."""
    return {
        "id": user_id(person.login),
        "username": person.login,
        "public_email": "",
        "name": person.name,
        "state": "active",
        "locked": False,
        "avatar_url": f"{base}/uploads/-/system/user/avatar/{user_id(person.login)}/avatar.png",
        "web_url": f"{base}/{person.login}",
    }


def profile(base: str, person: Person) -> dict[str, Any]:
    """A user as a job shows them."""
    empty = dict.fromkeys(("skype", "linkedin", "twitter", "discord", "website_url", "organization", "bio"), "")
    return {**user(base, person), **empty, "created_at": stamp(JOINED_AT), "location": None, "job_title": ""}


def current(base: str) -> dict[str, Any]:
    """Whom the token belongs to."""
    seen = {"last_sign_in_at": None, "last_activity_on": None, "current_sign_in_at": None, "last_activity_at": None}
    cans = {"can_create_group": False, "can_create_project": False, "two_factor_enabled": False, "external": False}
    return {
        **profile(base, READER),
        **seen,
        **cans,
        "bot": True,
        "confirmed_at": stamp(JOINED_AT),
        "email": READER.email,
        "commit_email": READER.email,
        "theme_id": 1,
        "color_scheme_id": 1,
        "projects_limit": 0,
        "identities": [],
        "private_profile": False,
        "is_admin": False,
        "note": None,
    }
