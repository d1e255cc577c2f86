"""Pipelines in GitLab's shape: each attempt is one of its own. It knows which of them a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.names import page, stamp, user_id
from exporter.demo.api.gitlab.people import user
from exporter.demo.files import workflow_name
from exporter.demo.launches import Launch, launches
from exporter.demo.repository import Repository
from exporter.demo.run import Run

NO_COMMIT = "0" * 40
WORDS = {"success": "success", "cancellation": "canceled", "skip": "skipped"}
"""Results in GitLab's words; all others have failed, and the job says why."""
TEXTS = {"success": "Passed", "skipped": "Skipped", "canceled": "Canceled", "failed": "Failed"}
STATUSES = frozenset(
    {"created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "running", "success"}
    | {"failed", "canceling", "canceled", "skipped", "manual", "scheduled"}
)
SOURCES = {"push": "push", "schedule": "schedule", "pull_request": "merge_request_event"}
ALL_SOURCES = frozenset(
    {"push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat", "webide", "merge_request_event"}
    | {"external_pull_request_event", "parent_pipeline", "ondemand_dast_scan", "ondemand_dast_validation"}
    | {"security_orchestration_policy"}
)
SCOPES: Mapping[str, frozenset[str]] = {
    "running": frozenset({"running"}),
    "pending": frozenset({"pending"}),
    "finished": frozenset({"success", "failed", "canceled"}),
}
"""What was skipped is not finished, by GitLab's words."""
ORDERS: Mapping[str, Callable[[Launch], Any]] = {
    "id": lambda each: each.launch_id,
    "status": lambda each: status(each),  # noqa: PLW0108  # it stands below
    "ref": lambda each: ref(each.run),
    "updated_at": lambda each: each.attempt.changed_at,
    "user_id": lambda each: user_id(each.attempt.actor.login),
}


def status(launch: Launch) -> str:
    attempt = launch.attempt
    if attempt.outcome is None:
        return "pending" if attempt.started_at is None else "running"
    return WORDS.get(attempt.outcome.result, "failed")


def ref(run: Run) -> str:
    return f"refs/merge-requests/{run.pull}/head" if run.pull else run.branch


def chosen(repository: Repository, asked: Asked) -> list[Launch]:
    """Those that fit the query, in its order."""
    order, falling = asked.word("order_by", ORDERS, "id"), asked.word("sort", ("asc", "desc"), "desc") == "desc"
    scope, wanted = asked.word("scope", (*SCOPES, "branches", "tags")), asked.word("status", STATUSES)
    source = asked.word("source", ALL_SOURCES)
    fitting = [
        each
        for each in _in_scope(repository, scope)
        if wanted in ("", status(each)) and source in ("", SOURCES[each.run.event]) and _fits(each, asked)
    ]
    return sorted(fitting, key=lambda each: (ORDERS[order](each), each.launch_id), reverse=falling)


def _fits(launch: Launch, asked: Asked) -> bool:
    run, attempt = launch.run, launch.attempt
    own = {"ref": ref(run), "sha": run.sha, "name": workflow_name(run.path), "username": attempt.actor.login}
    return (
        all(asked.text(name) in (None, value) for name, value in own.items())
        and asked.within("updated", attempt.changed_at)
        and asked.within("created", attempt.requested_at)
        and not asked.flag("yaml_errors")
    )


def _in_scope(repository: Repository, scope: str) -> Sequence[Launch]:
    every = launches(repository)
    if scope == "branches":
        return [each for each in every if each.run.default_branch][-1:]
    states = SCOPES.get(scope, frozenset())
    return [each for each in every if status(each) in states] if scope else every


def latest(repository: Repository, name: str) -> Launch | None:
    """The newest pipeline of a branch's newest commit."""
    if repository.head is None or name != repository.plan.branch:
        return None
    on_branch = (each for each in reversed(launches(repository)) if each.run.default_branch)
    return next((each for each in on_branch if each.run.sha == repository.head.sha), None)


def newest_of(repository: Repository, sha: str) -> Launch | None:
    """The newest pipeline of a commit."""
    return next((each for each in reversed(launches(repository)) if each.run.sha == sha), None)


def basic(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    """A pipeline inside something else."""
    run, attempt = launch.run, launch.attempt
    return {
        "id": launch.launch_id,
        "iid": launch.number,
        "project_id": repository.repository_id,
        "sha": run.sha,
        "ref": ref(run),
        "status": status(launch),
        "source": SOURCES[run.event],
        "created_at": stamp(attempt.requested_at),
        "updated_at": stamp(attempt.changed_at),
        "web_url": address(base, repository, launch),
    }


def address(base: str, repository: Repository, launch: Launch) -> str:
    return f"{page(base, repository)}/-/pipelines/{launch.launch_id}"


def listed_pipeline(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    return {**basic(base, repository, launch), "name": workflow_name(launch.run.path)}


def pipeline(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    """A pipeline asked for by its id. GitLab notes no end of one that was skipped, and so no length."""
    attempt, started = launch.attempt, launch.attempt.started_at
    finished = None if status(launch) == "skipped" else attempt.finished_at
    return {
        **listed_pipeline(base, repository, launch),
        "before_sha": NO_COMMIT,
        "tag": False,
        "yaml_errors": None,
        "user": user(base, attempt.actor),
        "started_at": stamp(started),
        "finished_at": stamp(finished),
        "committed_at": None,
        "duration": None if started is None or finished is None else finished - started,
        "queued_duration": None if started is None else (started - attempt.requested_at) or None,
        "coverage": None,
        "archived": False,
        "detailed_status": _detailed(base, repository, launch),
    }


def _detailed(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    word = status(launch)
    text = TEXTS.get(word, word.capitalize())
    return {
        "icon": f"status_{word}",
        "text": text,
        "label": text.lower(),
        "group": word,
        "tooltip": text.lower(),
        "has_details": True,
        "details_path": address("", repository, launch),
        "illustration": None,
        "favicon": f"{base}/assets/ci_favicons/favicon_status_{word}.png",
    }
