"""Workflow runs and workflows in GitHub's shape."""

from __future__ import annotations

from typing import Any

from exporter.demo.api.answers import iso
from exporter.demo.api.github.names import api, node_id, page, tree_sha, workflow_id
from exporter.demo.api.github.people import user
from exporter.demo.files import workflow_name
from exporter.demo.repository import Repository
from exporter.demo.run import Attempt, Run

_OF_A_RUN = {"jobs_url": "jobs", "logs_url": "logs", "artifacts_url": "artifacts", "cancel_url": "cancel"}


def run(
    base: str, repository: Repository, shown: Run, attempt: Attempt, here: dict[str, Any], *, pulls: bool = True
) -> dict[str, Any]:
    """A run as this attempt of it, with `here`, its repository's mention. `pulls`: name its pull requests.

    `created_at` is the run's own in every attempt; `run_started_at` and `updated_at` are the attempt's.
    """
    return {
        **_identity(base, repository, shown),
        "display_title": shown.title,
        "run_attempt": attempt.number,
        "status": attempt.status,
        "conclusion": attempt.outcome.conclusion if attempt.outcome else None,
        "pull_requests": [_pull(base, repository, shown)] if pulls and shown.pull else [],
        "created_at": iso(shown.created_at),
        "run_started_at": iso(attempt.started_at or attempt.requested_at),
        "updated_at": iso(attempt.changed_at),
        "actor": user(base, shown.attempts[0].actor.login),
        "triggering_actor": user(base, attempt.actor.login),
        "previous_attempt_url": _previous(base, repository, shown, attempt),
        "head_commit": _head_commit(shown),
        "repository": here,
        "head_repository": here,
        "referenced_workflows": [],
    }


def _identity(base: str, repository: Repository, shown: Run) -> dict[str, Any]:
    url = f"{api(base, repository)}/actions/runs/{shown.run_id}"
    suite = shown.run_id + 500_000_000_000
    workflow = workflow_id(repository, shown.path)
    return {
        "id": shown.run_id,
        "name": workflow_name(shown.path),
        "node_id": node_id("WorkflowRun", shown.run_id),
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CheckSuite", suite),
        "head_branch": shown.branch,
        "head_sha": shown.sha,
        "path": shown.path,
        "run_number": shown.number,
        "event": shown.event,
        "workflow_id": workflow,
        "url": url,
        "html_url": f"{page(base, repository)}/actions/runs/{shown.run_id}",
        **{name: f"{url}/{path}" for name, path in _OF_A_RUN.items()},
        "rerun_url": f"{url}/rerun",
        "check_suite_url": f"{api(base, repository)}/check-suites/{suite}",
        "workflow_url": f"{api(base, repository)}/actions/workflows/{workflow}",
    }


def _previous(base: str, repository: Repository, shown: Run, attempt: Attempt) -> str | None:
    if attempt.number == 1:
        return None
    return f"{api(base, repository)}/actions/runs/{shown.run_id}/attempts/{attempt.number - 1}"


def _head_commit(shown: Run) -> dict[str, Any]:
    author = shown.attempts[0].actor
    named = {"name": author.name, "email": author.email}
    return {
        "id": shown.sha,
        "tree_id": tree_sha(shown.sha),
        "message": shown.title,
        "timestamp": iso(shown.created_at),
        "author": named,
        "committer": named,
    }


def _pull(base: str, repository: Repository, shown: Run) -> dict[str, Any]:
    url = api(base, repository)
    here = {"id": repository.repository_id, "url": url, "name": repository.name}
    pull = repository.pull(shown.pull or 0)
    return {
        "id": pull.pull_id if pull else 0,
        "number": shown.pull,
        "url": f"{url}/pulls/{shown.pull}",
        "head": {"ref": shown.branch, "sha": shown.sha, "repo": here},
        "base": {"ref": repository.plan.branch, "sha": pull.base_sha if pull else shown.sha, "repo": here},
    }


def workflows(base: str, repository: Repository) -> list[dict[str, Any]]:
    """The workflows on the default branch."""
    paths = [path for path in repository.files if path.startswith(".github/workflows/")]
    return [_workflow(base, repository, path) for path in paths]


def _workflow(base: str, repository: Repository, path: str) -> dict[str, Any]:
    number = workflow_id(repository, path)
    file = path.rpartition("/")[2]
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": workflow_name(path),
        "path": path,
        "state": "active",
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.created_at),
        "url": f"{api(base, repository)}/actions/workflows/{number}",
        "html_url": f"{page(base, repository)}/blob/{repository.plan.branch}/{path}",
        "badge_url": f"{page(base, repository)}/workflows/{file}/badge.svg",
    }
