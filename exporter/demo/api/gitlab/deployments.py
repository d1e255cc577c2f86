"""Deployments and environments in GitLab's shape, and which of them a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exporter.demo.api.answers import Refused
from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.jobs import FIRST_ID, deploying
from exporter.demo.api.gitlab.names import environment_id, stamp
from exporter.demo.api.gitlab.people import user
from exporter.demo.api.gitlab.pipelines import newest_of
from exporter.demo.deployment import PRODUCTION, Deployment
from exporter.demo.repository import Repository

STATUSES = ("created", "running", "success", "failed", "canceled", "skipped", "blocked")
JOB_IDS = 2 * FIRST_ID
ORDERS: Mapping[str, Callable[[Deployment], Any]] = {
    "id": lambda each: each.deployment_id,
    "iid": lambda each: each.number,
    "created_at": lambda each: each.deployment_id,
    "updated_at": lambda each: updated_at(each),  # noqa: PLW0108  # it stands below
    "finished_at": lambda each: each.finished_at or 0,
}


def status(deployment: Deployment) -> str:
    if deployment.finished_at is None:
        return "running"
    return "success" if deployment.succeeded else "failed"


def updated_at(deployment: Deployment) -> int:
    return deployment.finished_at or deployment.created_at


def chosen(repository: Repository, asked: Asked) -> list[Deployment]:
    """Those that fit the query, in its order: the oldest first, if it does not say."""
    order, falling = asked.word("order_by", ORDERS, "id"), asked.word("sort", ("asc", "desc"), "asc") == "desc"
    wanted, environment = asked.word("status", STATUSES), asked.text("environment")
    _check(asked, order, wanted)
    fitting = [
        each
        for each in repository.deployments
        if environment in (None, each.environment)
        and wanted in ("", status(each))
        and asked.within("updated", updated_at(each))
        and _finished_within(each, asked)
    ]
    return sorted(fitting, key=lambda each: (ORDERS[order](each), each.deployment_id), reverse=falling)


def _check(asked: Asked, order: str, wanted: str) -> None:
    """GitLab refuses what it could not answer fast: a filter by time needs the order by the same time."""
    ended = wanted in ("success", "failed", "canceled")
    updated = bool(asked.text("updated_after") or asked.text("updated_before"))
    finished = bool(asked.text("finished_after") or asked.text("finished_before"))
    rules = (
        (updated and finished, "Both `updated_at` filter and `finished_at` filter can not be specified"),
        (updated and order != "updated_at", "`updated_at` filter requires `updated_at` sort"),
        (finished and order != "finished_at", "`finished_at` filter requires `finished_at` sort"),
        (order == "finished_at" and not finished and not ended, "`finished_at` sort requires `finished_at` filter"),
        (finished and wanted != "success", "`finished_at` filter must be combined with `success` status filter."),
    )
    for broken, problem in rules:
        if broken:
            raise Refused(400, f"400 Bad request - {problem}")


def _finished_within(deployment: Deployment, asked: Asked) -> bool:
    after, before, moment = asked.moment("finished_after"), asked.moment("finished_before"), deployment.finished_at
    if after is None and before is None:
        return True
    return moment is not None and (after is None or moment >= after) and (before is None or moment < before)


def deployment(base: str, repository: Repository, shown: Deployment) -> dict[str, Any]:
    return {
        "id": shown.deployment_id,
        "iid": shown.number,
        "ref": repository.plan.branch,
        "sha": shown.sha,
        "created_at": stamp(shown.created_at),
        "updated_at": stamp(updated_at(shown)),
        "user": user(base, repository.person(0)),
        "environment": _environment(repository, shown.environment),
        "deployable": _job(base, repository, shown),
        "status": status(shown),
    }


def _job(base: str, repository: Repository, shown: Deployment) -> dict[str, Any] | None:
    """The job that deploys; none where no pipeline of the commit is remembered."""
    launch = newest_of(repository, shown.sha)
    if launch is None:
        return None
    number, begun = JOB_IDS + shown.deployment_id, shown.created_at
    return deploying(base, repository, launch, number, begun, shown.finished_at, status(shown))


def environments(repository: Repository, asked: Asked) -> list[str]:
    """The names of those that were deployed to and fit the query."""
    name, search = asked.text("name"), asked.text("search") or ""
    available = asked.word("states", ("available", "stopping", "stopped"), "available") == "available"
    names = sorted({each.environment for each in repository.deployments})
    return [each for each in names if available and name in (None, each) and search in each]


def environment(repository: Repository, name: str) -> dict[str, Any]:
    moments = [updated_at(each) for each in repository.deployments if each.environment == name]
    return {
        **_environment(repository, name),
        "state": "available",
        "tier": "production" if name == PRODUCTION else "other",
        "auto_stop_at": None,
        "description": None,
        "kubernetes_namespace": None,
        "flux_resource_path": None,
        "auto_stop_setting": "always",
        "created_at": stamp(min(moments)),
        "updated_at": stamp(max(moments)),
        "enable_advanced_logs_querying": False,
    }


def _environment(repository: Repository, name: str) -> dict[str, Any]:
    first = min((each.created_at for each in repository.deployments if each.environment == name), default=None)
    return {
        "id": environment_id(repository, name),
        "name": name,
        "slug": name,
        "external_url": f"https://{repository.name}.acme.example",
        "created_at": stamp(first),
        "updated_at": stamp(first),
    }
