"""Actions runs, their jobs and tasks, in Gitea's shape. Each attempt is a run of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exporter.demo.api.answers import Refused, iso
from exporter.demo.api.gitea.names import api, file_name, moment, page
from exporter.demo.api.gitea.people import LOGINS, user
from exporter.demo.hosts import Host, told
from exporter.demo.launches import Launch
from exporter.demo.repository import Repository
from exporter.demo.run import Attempt, Run

RESULTS = {"success": "success", "failure": "failure", "cancellation": "cancelled", "skip": "skipped"}
STATES = {"queued": "waiting", "in_progress": "running"}
ASKED = {
    **dict.fromkeys(("pending", "waiting", "requested", "action_required"), ("blocked",)),
    "queued": ("waiting",),
    "in_progress": ("running",),
    "completed": tuple(RESULTS.values()),
    "failure": ("failure",),
    "success": ("success",),
    **dict.fromkeys(("skipped", "neutral"), ("skipped",)),
    **dict.fromkeys(("cancelled", "timed_out"), ("cancelled",)),
}
"""What a listing can be asked for as `status`, and which of Gitea's own words it means."""
_JOB, _TASK_A_SECOND = 500_000_000_000, 1_000_000


def word(attempt: Attempt) -> str:
    """Gitea's own word, which tasks show as it is."""
    return RESULTS[told(attempt.outcome.result, Host.GITEA)] if attempt.outcome else STATES[attempt.status]


def ref_of(run: Run) -> str:
    return f"refs/pull/{run.pull}/head" if run.pull else f"refs/heads/{run.branch}"


def wanted(launch: Launch, asked: Mapping[str, str], statuses: Sequence[str]) -> bool:
    """Whether a run fits `event`, `branch`, `actor`, `head_sha` and any of the statuses. Refused for unknown ones."""
    unknown = next((status for status in statuses if status not in ASKED), None)
    if unknown is not None:
        raise Refused(400, f"Invalid status {unknown}")
    if asked.get("actor") and asked["actor"] not in LOGINS:
        raise Refused(500, "")
    run, actor = launch.run, launch.attempt.actor.login
    own = {"event": run.event, "actor": actor, "head_sha": run.sha, "branch": ref_of(run).removeprefix("refs/heads/")}
    fits = all(asked.get(key) in (None, "", value) for key, value in own.items())
    return fits and (not statuses or word(launch.attempt) in {own for status in statuses for own in ASKED[status]})


def run(base: str, repository: Repository, launch: Launch, here: dict[str, Any]) -> dict[str, Any]:
    """A run, with `here`, its repository. Gitea tells neither its creation nor, here, its attempt.

    A moment that is not yet is the epoch, and a run of a pull request has no `head_branch`.
    """
    shown, attempt = launch.run, launch.attempt
    actor = user(base, attempt.actor.login)
    return {
        "id": launch.launch_id,
        "url": f"{api(base, repository)}/actions/runs/{launch.launch_id}",
        "html_url": _html(base, repository, launch),
        "display_title": shown.title,
        "path": f"{file_name(shown.path)}@{ref_of(shown)}",
        "event": shown.event,
        "run_attempt": 0,
        "run_number": launch.number,
        "head_sha": shown.sha,
        **_branch(shown),
        **_state(attempt),
        "actor": actor,
        "trigger_actor": actor,
        "repository": here,
        "started_at": moment(attempt.started_at),
        "completed_at": moment(attempt.finished_at),
    }


def job(base: str, repository: Repository, launch: Launch) -> dict[str, Any]:
    """The one job of a run."""
    shown, attempt = launch.run, launch.attempt
    number, runs = launch.launch_id + _JOB, f"{api(base, repository)}/actions/runs"
    runner = {} if attempt.started_at is None else {"runner_id": 1, "runner_name": "runner-1"}
    return {
        "id": number,
        "url": f"{api(base, repository)}/actions/jobs/{number}",
        "html_url": f"{_html(base, repository, launch)}/jobs/{number}",
        "run_id": launch.launch_id,
        "run_url": f"{runs}/{launch.launch_id}",
        "name": repository.plan.team,
        "labels": ["ubuntu-latest"],
        "run_attempt": 0 if attempt.started_at is None else 1,
        "head_sha": shown.sha,
        **_branch(shown),
        **_state(attempt),
        **runner,
        "steps": [],
        "created_at": moment(attempt.requested_at),
        "started_at": moment(attempt.started_at),
        "completed_at": moment(attempt.finished_at),
    }


def tasks(base: str, repository: Repository, launched: Sequence[Launch]) -> list[dict[str, Any]]:
    """The jobs that a runner has taken, newest first: until then there is no task."""
    shown = [_task(base, repository, launch, launch.attempt.started_at) for launch in launched]
    return sorted((task for task in shown if task), key=lambda task: -int(task["id"]))


def _task(base: str, repository: Repository, launch: Launch, taken_at: int | None) -> dict[str, Any]:
    """Its id rises with the moment at which it was taken."""
    if taken_at is None:
        return {}
    shown, attempt = launch.run, launch.attempt
    return {
        "id": taken_at * _TASK_A_SECOND + launch.number % _TASK_A_SECOND,
        "name": repository.plan.team,
        "head_branch": f"#{shown.pull}" if shown.pull else shown.branch,
        "head_sha": shown.sha,
        "run_number": launch.number,
        "event": shown.event,
        "display_title": shown.title,
        "status": word(attempt),
        "workflow_id": file_name(shown.path),
        "url": _html(base, repository, launch),
        "created_at": iso(taken_at),
        "updated_at": iso(attempt.changed_at),
        "run_started_at": iso(taken_at),
    }


def _state(attempt: Attempt) -> dict[str, str]:
    """GitHub's words; the conclusion is left out until there is one."""
    return {"status": attempt.status, **({"conclusion": word(attempt)} if attempt.outcome else {})}


def _branch(shown: Run) -> dict[str, str]:
    return {} if shown.pull else {"head_branch": shown.branch}


def _html(base: str, repository: Repository, launch: Launch) -> str:
    return f"{page(base, repository)}/actions/runs/{launch.launch_id}"
