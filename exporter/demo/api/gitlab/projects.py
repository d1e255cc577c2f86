"""Projects in GitLab's shape: simple, and whole. It knows which of them a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.groups import namespace, title
from exporter.demo.api.gitlab.names import api, full_path, group_path, page, stamp, user_id
from exporter.demo.catalogue import Trait
from exporter.demo.repository import Repository
from exporter.demo.times import HOUR

UPSTREAM = "upstream"
"""The group, outside of the organisation, that its fork is a fork of."""
LINKS = {
    "issues": "issues",
    "merge_requests": "merge_requests",
    "repo_branches": "repository/branches",
    "labels": "labels",
    "events": "events",
    "members": "members",
    "cluster_agents": "cluster_agents",
}
LEVELS = [
    "issues",
    "repository",
    "merge_requests",
    "forking",
    "wiki",
    "builds",
    "snippets",
    "pages",
    "analytics",
    "container_registry",
    "releases",
    "environments",
    "feature_flags",
    "infrastructure",
    "monitor",
    "model_experiments",
    "model_registry",
]
SETTINGS = {
    "packages_enabled": True,
    "repository_object_format": "sha1",
    "service_desk_enabled": False,
    "issues_enabled": True,
    "wiki_enabled": True,
    "snippets_enabled": True,
    "container_registry_enabled": True,
    "security_and_compliance_access_level": "private",
    "resolve_outdated_diff_discussions": False,
    "emails_disabled": False,
    "emails_enabled": True,
    "shared_runners_enabled": True,
    "group_runners_enabled": True,
    "lfs_enabled": True,
    "import_url": None,
    "import_type": None,
    "import_status": "none",
    "ci_default_git_depth": 20,
    "ci_forward_deployment_enabled": True,
    "ci_forward_deployment_rollback_allowed": True,
    "ci_job_token_scope_enabled": False,
    "ci_separated_caches": True,
    "ci_allow_fork_pipelines_to_run_in_parent_project": True,
    "build_timeout": 3600,
    "auto_cancel_pending_pipelines": "enabled",
    "public_jobs": True,
    "shared_with_groups": [],
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": None,
    "restrict_user_defined_variables": False,
    "request_access_enabled": True,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "remove_source_branch_after_merge": True,
    "printing_merge_request_link_enabled": True,
    "merge_method": "merge",
    "squash_option": "default_off",
    "enforce_auth_checks_on_uploads": True,
    "suggestion_commit_message": None,
    "merge_commit_template": None,
    "squash_commit_template": None,
    "issue_branch_template": None,
    "auto_devops_enabled": False,
    "auto_devops_deploy_strategy": "continuous",
    "autoclose_referenced_issues": True,
    "keep_latest_artifact": True,
    "warn_about_potentially_unwanted_characters": True,
}
ORDERS: Mapping[str, Callable[[Repository], Any]] = {
    "id": lambda each: each.repository_id,
    "name": lambda each: each.name,
    "path": lambda each: each.name,
    "created_at": lambda each: each.created_at,
    "updated_at": lambda each: active_at(each),  # noqa: PLW0108  # it stands below
    "last_activity_at": lambda each: active_at(each),  # noqa: PLW0108  # it stands below
    "star_count": lambda _: 0,
}


def chosen(projects: Sequence[Repository], asked: Asked) -> list[Repository]:
    """Those that fit the query, in its order; archived ones too unless it says otherwise."""
    archived, active, search = asked.flag("archived"), asked.flag("active"), (asked.text("search") or "").lower()
    visible = asked.word("visibility", ("public", "internal", "private"), "private") == "private"
    mine = visible and not asked.flag("owned") and not asked.flag("starred")
    order, falling = asked.word("order_by", ORDERS, "created_at"), asked.word("sort", ("asc", "desc"), "desc") == "desc"
    fitting = [
        each
        for each in projects
        if mine
        and search in each.name
        and archived in (None, _archived(each))
        and active in (None, not _archived(each))
    ]
    return sorted(fitting, key=lambda each: (ORDERS[order](each), each.repository_id), reverse=falling)


def simple(base: str, repository: Repository) -> dict[str, Any]:
    """A project by `simple=true`. What is in an unreadable one is not told, not even its branch."""
    return {**_identity(repository), **_described(base, repository)}


def project(base: str, repository: Repository) -> dict[str, Any]:
    fork = repository.plan.trait is Trait.FORK
    more = {"forked_from_project": _origin(base, repository)} if fork else {}
    return {**simple(base, repository), **_state(base, repository), **more}


def with_access(base: str, repository: Repository) -> dict[str, Any]:
    """A project asked for by its id: it says what one may do there."""
    level = 10 if repository.unreadable else 20
    access = {"project_access": None, "group_access": {"access_level": level, "notification_level": 3}}
    return {**project(base, repository), "permissions": access}


def active_at(repository: Repository) -> int:
    """When something last happened, as GitLab tells it: it looks up no more than once an hour."""
    pulls = repository.pulls
    moments = [each.at for each in repository.commits]
    moments += [moment for pull in pulls for moment in (pull.opened_at, pull.closed_at) if moment is not None]
    last = max(moments, default=repository.created_at)
    return min((moment for moment in moments if moment >= last - last % HOUR), default=last)


def _archived(repository: Repository) -> bool:
    return repository.plan.trait is Trait.ARCHIVED


def _identity(repository: Repository) -> dict[str, Any]:
    names = [title(part) for part in group_path(repository).split("/")]
    return {
        "id": repository.repository_id,
        "description": f"{repository.name} of the {repository.plan.team} team",
        "name": repository.name,
        "name_with_namespace": " / ".join([*names, repository.name]),
        "path": repository.name,
        "path_with_namespace": full_path(repository),
        "created_at": stamp(repository.created_at),
    }


def _described(base: str, repository: Repository) -> dict[str, Any]:
    address = base.split("://")[1].partition("/")[0].partition(":")[0]
    return {
        **_code(base, repository),
        "tag_list": [repository.plan.team],
        "topics": [repository.plan.team],
        "ssh_url_to_repo": f"git@{address}:{full_path(repository)}.git",
        "http_url_to_repo": f"{page(base, repository)}.git",
        "web_url": page(base, repository),
        "avatar_url": None,
        "star_count": 0,
        "last_activity_at": stamp(active_at(repository)),
        "marked_for_deletion_at": None,
        "marked_for_deletion_on": None,
        "visibility": "private",
        "namespace": namespace(base, group_path(repository)),
    }


def _code(base: str, repository: Repository) -> dict[str, Any]:
    """What only those are told who may read the code; an empty repository has no branch."""
    if repository.unreadable:
        return {}
    branch = repository.plan.branch if repository.head else None
    readme = f"{page(base, repository)}/-/blob/{branch}/README.md" if branch else None
    return {"default_branch": branch, "readme_url": readme, "forks_count": 0}


def _state(base: str, repository: Repository) -> dict[str, Any]:
    url, open_ = api(base, repository), not repository.unreadable
    host = base.split("://")[1].partition("/")[0]
    return {
        "container_registry_image_prefix": f"registry.{host}/{full_path(repository)}",
        "_links": {"self": url, **{name: f"{url}/{path}" for name, path in LINKS.items()}},
        "empty_repo": repository.head is None,
        "archived": _archived(repository),
        **SETTINGS,
        "merge_requests_enabled": open_,
        "jobs_enabled": open_,
        "can_create_merge_request_in": False,
        **{f"{name}_access_level": "enabled" for name in LEVELS},
        "creator_id": user_id(repository.person(0).login),
        "open_issues_count": 0,
        "description_html": "",
        "updated_at": stamp(active_at(repository)),
        **({"ci_config_path": ""} if open_ else {}),
    }


def _origin(base: str, repository: Repository) -> dict[str, Any]:
    """What a fork was made from."""
    path = f"{UPSTREAM}/{repository.name}"
    return {
        "id": repository.repository_id + 500_000_000,
        "description": repository.name,
        "name": repository.name,
        "name_with_namespace": f"{title(UPSTREAM)} / {repository.name}",
        "path": repository.name,
        "path_with_namespace": path,
        "created_at": stamp(repository.created_at),
        "default_branch": repository.plan.branch,
        "tag_list": [],
        "topics": [],
        "http_url_to_repo": f"{base}/{path}.git",
        "web_url": f"{base}/{path}",
        "avatar_url": None,
        "star_count": 0,
        "forks_count": 1,
        "last_activity_at": stamp(repository.created_at),
        "namespace": namespace(base, UPSTREAM),
    }
