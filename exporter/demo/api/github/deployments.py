"""Deployments and their statuses in GitHub's shape. A status is a moment of a deployment, which stays listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from exporter.demo.api.answers import iso
from exporter.demo.api.github.names import api, node_id
from exporter.demo.api.github.people import user
from exporter.demo.deployment import Deployment
from exporter.demo.repository import Repository


class Status(NamedTuple):
    state: str
    at: int


def chosen(repository: Repository, asked: Mapping[str, str]) -> list[Deployment]:
    """Newest first, those that fit `environment`, `ref`, `sha` and `task`; `none` and nothing fit all."""
    own = {"ref": repository.plan.branch, "task": "deploy"}
    return [
        each
        for each in reversed(repository.deployments)
        if _fits({**own, "environment": each.environment, "sha": each.sha}, asked)
    ]


def _fits(known: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    return all(asked.get(key) in (None, "", "none", value) for key, value in known.items())


def statuses_of(repository: Repository, deployment: Deployment) -> list[Status]:
    """Newest first. A success becomes inactive with the next one."""
    return sorted(_statuses(repository, deployment), key=lambda status: status.at, reverse=True)


def _statuses(repository: Repository, deployment: Deployment) -> Iterator[Status]:
    yield Status("in_progress", deployment.created_at)
    if deployment.finished_at is None:
        return
    yield Status("success" if deployment.succeeded else "failure", deployment.finished_at)
    later = repository.deployments[deployment.number :]
    following = next((each for each in later if each.succeeded), None)
    if deployment.succeeded and following and following.finished_at:
        yield Status("inactive", following.finished_at)


def deployment(base: str, repository: Repository, shown: Deployment) -> dict[str, Any]:
    url = _address(base, repository, shown)
    newest = statuses_of(repository, shown)[0]
    return {
        "url": url,
        "id": shown.deployment_id,
        "node_id": node_id("Deployment", shown.deployment_id),
        "sha": shown.sha,
        "ref": repository.plan.branch,
        "task": "deploy",
        "payload": {},
        "original_environment": shown.environment,
        "environment": shown.environment,
        "description": None,
        "creator": user(base, repository.person(0).login),
        "created_at": iso(shown.created_at),
        "updated_at": iso(newest.at),
        "statuses_url": f"{url}/statuses",
        "repository_url": api(base, repository),
        "transient_environment": False,
        "production_environment": True,
    }


def status(base: str, repository: Repository, of: Deployment, shown: Status) -> dict[str, Any]:
    url = _address(base, repository, of)
    number = of.deployment_id * 10 + ("in_progress", "success", "failure", "inactive").index(shown.state)
    return {
        "url": f"{url}/statuses/{number}",
        "id": number,
        "node_id": node_id("DeploymentStatus", number),
        "state": shown.state,
        "creator": user(base, repository.person(0).login),
        "description": "",
        "environment": of.environment,
        "target_url": "",
        "created_at": iso(shown.at),
        "updated_at": iso(shown.at),
        "deployment_url": url,
        "repository_url": api(base, repository),
        "environment_url": "",
        "log_url": "",
    }


def _address(base: str, repository: Repository, shown: Deployment) -> str:
    return f"{api(base, repository)}/deployments/{shown.deployment_id}"
