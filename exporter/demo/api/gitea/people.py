"""Users and organisations in Gitea's shape."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.gitea.names import NEVER, user_id
from exporter.demo.catalogue import OWNER, PEOPLE

ASKER = "demo"
"""The user to whom the token belongs."""
FOUNDED = 1_450_000_000
_FULL_NAMES = {OWNER: "Acme", ASKER: "Demo", **{person.login: person.name for person in PEOPLE}}
_EMAILS = {OWNER: "", ASKER: "demo@acme.example", **{person.login: person.email for person in PEOPLE}}
LOGINS = tuple(_FULL_NAMES)
_TEXTS = ("login_name", "language", "location", "website", "description")


def user(base: str, login: str, *, known: bool = False) -> dict[str, Any]:
    """Anybody, also the organisation. Addresses of mail are for those whom the page knows."""
    hidden = f"{user_id(login)}+{login}@noreply.acme.example"
    return {
        "id": user_id(login),
        "login": login,
        **dict.fromkeys(_TEXTS, ""),
        "source_id": 0,
        "full_name": _FULL_NAMES.get(login, ""),
        "email": _EMAILS.get(login, hidden) if known else hidden,
        "avatar_url": f"{base}/avatars/{user_id(login):032x}",
        "html_url": f"{base}/{login}",
        **dict.fromkeys(("is_admin", "restricted", "active", "prohibit_login"), False),
        "last_login": NEVER,
        "created": iso(FOUNDED),
        "visibility": "public",
        **dict.fromkeys(("followers_count", "following_count", "starred_repos_count"), 0),
        "username": login,
    }


def asker(base: str) -> dict[str, Any]:
    """One's own user, of whom one may know more."""
    return {**user(base, ASKER, known=True), "active": True, "last_login": iso(FOUNDED), "language": "en-US"}


def organisation(base: str) -> dict[str, Any]:
    shown = user(base, OWNER, known=True)
    same = ("id", "full_name", "email", "avatar_url", "website", "location", "visibility")
    return {
        **{name: shown[name] for name in same},
        "name": OWNER,
        "username": OWNER,
        "description": "Everything for the road runner",
        "repo_admin_change_team_access": False,
    }


def mention(login: str) -> dict[str, Any]:
    """A person as a commit names them to a branch."""
    return {"name": _FULL_NAMES[login], "email": _EMAILS[login], "username": login}
