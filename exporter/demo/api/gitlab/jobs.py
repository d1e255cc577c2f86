"""Jobs in GitLab's shape: each pipeline runs one, and a deployment is one. It knows why a pipeline failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.commits import commit, of_run
from exporter.demo.api.gitlab.names import page, stamp
from exporter.demo.api.gitlab.people import profile
from exporter.demo.api.gitlab.pipelines import STATUSES, address, ref, status
from exporter.demo.files import job_name
from exporter.demo.launches import Launch
from exporter.demo.repository import Repository

REASONS: Mapping[str, str] = {
    "failure": "script_failure",
    "error": "runner_system_failure",
    "timeout": "job_execution_timeout",
}
FIRST_ID = 50_000_000_000
RUNNER = {
    "id": 32,
    "description": "shared-runner-1",
    "ip_address": None,
    "active": True,
    "paused": False,
    "is_shared": True,
    "runner_type": "instance_type",
    "name": None,
    "online": True,
    "created_at": "2024-01-15T09:00:00.000Z",
    "status": "online",
    "job_execution_status": "idle",
}


def chosen(launch: Launch, asked: Asked) -> list[Launch]:
    """The pipeline's one job, as its launch, if the query wants it: it stands where the pipeline stands."""
    scope = asked.words("scope", STATUSES)
    return [launch] if not scope or status(launch) in scope else []


def job(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    """The job of a pipeline. One that was skipped did not run; why it failed is told only of one that did."""
    attempt, word = launch.attempt, status(launch)
    ran = (None, None) if word == "skipped" else (attempt.started_at, attempt.finished_at)
    failed = {"failure_reason": REASONS[attempt.outcome.result]} if attempt.outcome and word == "failed" else {}
    return {
        **_identity(base, repository, launch, FIRST_ID + launch.launch_id, job_name(launch.run.path), "test"),
        "status": word,
        **_moments(attempt.requested_at, *ran),
        "user": profile(base, attempt.actor),
        "runner": RUNNER if ran[0] else None,
        **failed,
    }


def deploying(
    base: str, repository: Repository, launch: Launch, number: int, created_at: int, finished_at: int | None, word: str
) -> dict[str, Any]:
    """The job by which something was deployed, as part of a pipeline of the same commit."""
    failed = {"failure_reason": REASONS["failure"]} if word == "failed" else {}
    return {
        **_identity(base, repository, launch, number, "deploy", "deploy"),
        "status": word,
        **_moments(created_at, created_at, finished_at),
        "user": profile(base, repository.person(0)),
        "runner": RUNNER,
        **failed,
    }


def _moments(created_at: int, started_at: int | None, finished_at: int | None) -> dict[str, Any]:
    return {
        "created_at": stamp(created_at),
        "started_at": stamp(started_at),
        "finished_at": stamp(finished_at),
        "erased_at": None,
        "duration": None if started_at is None or finished_at is None else float(finished_at - started_at),
        "queued_duration": None if started_at is None else float(started_at - created_at),
    }


def _identity(base: str, repository: Repository, launch: Launch, number: int, name: str, stage: str) -> dict[str, Any]:
    run = launch.run
    owner = {"id": launch.launch_id, "iid": launch.number, "project_id": repository.repository_id}
    requested, changed = launch.attempt.requested_at, launch.attempt.changed_at
    return {
        "id": number,
        "name": name,
        "stage": stage,
        "ref": ref(run),
        "tag": False,
        "coverage": None,
        "allow_failure": False,
        "commit": commit(base, repository, of_run(repository, run)),
        "pipeline": {
            **owner,
            "sha": run.sha,
            "ref": ref(run),
            "status": status(launch),
            "created_at": stamp(requested),
            "updated_at": stamp(changed),
            "web_url": address(base, repository, launch),
        },
        "web_url": f"{page(base, repository)}/-/jobs/{number}",
        "project": {"ci_job_token_scope_enabled": False},
        "artifacts": [],
        "runner_manager": None,
        "artifacts_expire_at": None,
        "archived": False,
        "tag_list": [],
    }
