"""Merge requests in GitLab's shape: as a list shows them, and whole. It knows which of them a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.names import full_path, page, stamp, user_id
from exporter.demo.api.gitlab.people import user
from exporter.demo.api.gitlab.pipelines import basic, pipeline
from exporter.demo.launches import Launch, launches
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository

STATES = ("opened", "closed", "locked", "merged", "all")
ORDERS: Mapping[str, Callable[[Pull], Any]] = {
    "created_at": lambda each: each.opened_at,
    "updated_at": lambda each: each.updated_at,
    "merged_at": lambda each: each.merged_at or 0,
    "title": lambda each: each.title.lower(),
}


def state(pull: Pull) -> str:
    if pull.merged_at is not None:
        return "merged"
    return "opened" if pull.closed_at is None else "closed"


def chosen(repository: Repository, asked: Asked) -> list[Pull]:
    """Those that fit the query, in its order: the newest first, whatever their state, if it does not say."""
    order = asked.word("order_by", ORDERS, "created_at")
    falling = asked.word("sort", ("asc", "desc"), "desc") == "desc"
    wanted, numbers = asked.word("state", STATES, "all"), asked.numbers("iids")
    fitting = [
        each
        for each in repository.pulls
        if wanted in ("all", state(each)) and (not numbers or each.number in numbers) and _fits(repository, each, asked)
    ]
    return sorted(fitting, key=lambda each: (ORDERS[order](each), each.number), reverse=falling)


def _fits(repository: Repository, pull: Pull, asked: Asked) -> bool:
    branches = {"target_branch": repository.plan.branch, "source_branch": pull.branch}
    author = {"author_username": pull.author.login, "author_id": str(user_id(pull.author.login))}
    return (
        all(asked.text(name) in (None, value) for name, value in (branches | author).items())
        and (asked.text("search") or "").lower() in pull.title.lower()
        and asked.within("updated", pull.updated_at)
        and asked.within("created", pull.opened_at)
        and _merged_within(pull, asked)
    )


def _merged_within(pull: Pull, asked: Asked) -> bool:
    if not (asked.text("merged_after") or asked.text("merged_before")):
        return True
    return pull.merged_at is not None and asked.within("merged", pull.merged_at)


def simple(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    return {
        "id": pull.pull_id,
        "iid": pull.number,
        "project_id": repository.repository_id,
        "title": pull.title,
        "description": "",
        "state": state(pull),
        "created_at": stamp(pull.opened_at),
        "updated_at": stamp(pull.updated_at),
        "web_url": f"{page(base, repository)}/-/merge_requests/{pull.number}",
    }


def listed_request(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    return {
        **simple(base, repository, pull),
        **_ending(base, repository, pull),
        **_branches(base, repository, pull),
        **_standing(pull),
        "reference": f"!{pull.number}",
        "references": {
            "short": f"!{pull.number}",
            "relative": f"!{pull.number}",
            "full": f"{full_path(repository)}!{pull.number}",
        },
        "imported": False,
        "imported_from": "none",
        "prepared_at": stamp(pull.opened_at),
    }


def _ending(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    """How it ended: one that was merged was not closed."""
    merger = user(base, repository.person(pull.number)) if pull.merged_at else None
    closed = pull.closed_at if state(pull) == "closed" else None
    return {
        "merged_by": merger,
        "merge_user": merger,
        "merged_at": stamp(pull.merged_at),
        "merge_after": None,
        "closed_by": user(base, pull.author) if closed else None,
        "closed_at": stamp(closed),
        "merge_commit_sha": pull.merge_sha,
        "squash_commit_sha": None,
    }


def _branches(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    return {
        "target_branch": repository.plan.branch,
        "source_branch": pull.branch,
        "source_project_id": repository.repository_id,
        "target_project_id": repository.repository_id,
        "sha": pull.head_sha,
        "author": user(base, pull.author),
        "assignees": [],
        "assignee": None,
        "reviewers": [],
    }


def _standing(pull: Pull) -> dict[str, Any]:
    return {
        "user_notes_count": 0,
        "upvotes": 0,
        "downvotes": 0,
        "labels": [],
        "draft": False,
        "work_in_progress": False,
        "milestone": None,
        "merge_when_pipeline_succeeds": False,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable" if pull.closed_at is None else "not_open",
        "discussion_locked": None,
        "should_remove_source_branch": None,
        "force_remove_source_branch": True,
        "time_stats": {
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
        },
        "squash": False,
        "squash_on_merge": False,
        "task_completion_status": {"count": 0, "completed_count": 0},
        "has_conflicts": False,
        "blocking_discussions_resolved": True,
        "approvals_before_merge": None,
    }


def whole(base: str, repository: Repository, pull: Pull) -> dict[str, Any]:
    launch = _newest(repository, pull)
    attempt = launch.attempt if launch else None
    return {
        **listed_request(base, repository, pull),
        "subscribed": False,
        "changes_count": str(1 + len(pull.commits)),
        "latest_build_started_at": stamp(attempt.started_at) if attempt else None,
        "latest_build_finished_at": stamp(attempt.finished_at) if attempt else None,
        "first_deployed_to_production_at": None,
        "pipeline": basic(base, repository, launch) if launch else None,
        "head_pipeline": pipeline(base, repository, launch) if launch else None,
        "diff_refs": {"base_sha": pull.base_sha, "head_sha": pull.head_sha, "start_sha": pull.base_sha},
        "merge_error": None,
        "first_contribution": False,
        "user": {"can_merge": False},
    }


def _newest(repository: Repository, pull: Pull) -> Launch | None:
    return next((each for each in reversed(launches(repository)) if each.run.pull == pull.number), None)
