"""Groups in GitLab's shape: the organisation, and a subgroup for each of its teams."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.gitlab.names import group_id, stamp
from exporter.demo.catalogue import OWNER

FOUNDED = 1_450_000_000
MAINTAINERS = [{"access_level": 40}]
PROTECTION = {"allowed_to_push": MAINTAINERS, "allow_force_push": False, "allowed_to_merge": MAINTAINERS}


def title(path: str) -> str:
    return path.rpartition("/")[2].capitalize()


def parent(path: str) -> str | None:
    return path.rpartition("/")[0] or None


def web(base: str, path: str) -> str:
    return f"{base}/groups/{path}"


def namespace(base: str, path: str) -> dict[str, Any]:
    """The group inside a project."""
    above = parent(path)
    return {
        "id": group_id(path),
        "name": title(path),
        "path": path.rpartition("/")[2],
        "kind": "group",
        "full_path": path,
        "parent_id": group_id(above) if above else None,
        "avatar_url": None,
        "web_url": web(base, path),
    }


def group(base: str, path: str) -> dict[str, Any]:
    """A group as a list shows it."""
    above = parent(path)
    return {
        "id": group_id(path),
        "web_url": web(base, path),
        "name": title(path),
        "path": path.rpartition("/")[2],
        "description": f"The {title(path)} team" if above else "Everything for the road runner",
        "visibility": "private",
        "share_with_group_lock": False,
        "require_two_factor_authentication": False,
        "two_factor_grace_period": 48,
        "project_creation_level": "developer",
        "auto_devops_enabled": None,
        "subgroup_creation_level": "maintainer",
        "emails_disabled": False,
        "emails_enabled": True,
        "mentions_disabled": None,
        "lfs_enabled": True,
        "archived": False,
        "math_rendering_limits_enabled": True,
        "lock_math_rendering_limits_enabled": False,
        "default_branch": None,
        "default_branch_protection": 2,
        "default_branch_protection_defaults": PROTECTION,
        "avatar_url": None,
        "request_access_enabled": True,
        "full_name": " / ".join(title(part) for part in path.split("/")),
        "full_path": path,
        "created_at": stamp(FOUNDED),
        "parent_id": group_id(above) if above else None,
        "organization_id": 1,
        "shared_runners_setting": "enabled",
    }


def whole(base: str, path: str) -> dict[str, Any]:
    """A group asked for by its path; only the topmost one says who it may be shared with."""
    top = {"prevent_sharing_groups_outside_hierarchy": False} if path == OWNER else {}
    return {**group(base, path), "shared_with_groups": [], **top}
