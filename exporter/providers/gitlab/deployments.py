"""Deployments to the environments that are production, where some are configured.

Successful ones are listed by their last update, which servers of every age allow together with that order; the
end of a deployment they do not tell, so the end of its job stands for it, or its last update where no job of
GitLab's made it. Only what was deployed from the default branch counts.

It knows the list and its mark; what a deployment deploys, `exporter.model` says.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from exporter.http import Http
from exporter.model import Deployment, Facts, Moment, Seconds
from exporter.providers.base import Payload, Since, When
from exporter.providers.common.changes import REMEMBERED
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitlab import changes
from exporter.providers.gitlab.api import Target
from exporter.providers.gitlab.updates import Seen, Updated, floor_of, newest_of, updated_since

SUCCESS = "success"


class JobPayload(Payload):
    finished_at: When | None = None
    tag: bool | None = None


class DeploymentPayload(Updated):
    id: int
    ref: str | None = None
    status: str | None = None
    created_at: When
    deployable: JobPayload | None = None

    @property
    def end(self) -> Moment:
        ends = (self.deployable.finished_at if self.deployable else None, self.updated_at, self.created_at)
        return next(moment for moment in ends if moment is not None)

    def counts(self, target: Target) -> bool:
        tag = self.deployable is not None and bool(self.deployable.tag)
        return self.status in (None, SUCCESS) and target.is_default(self.ref) and not tag


class DeploymentsMark(Mark):
    """How far each environment's list was read."""

    environments: dict[str, Seen] = Field(default_factory=dict)


def mark_name(target: Target) -> str:
    return f"deployments:{target.repository}"


def read_deployments(http: Http, target: Target, since: Since, history: Seconds, environments: Sequence[str]) -> Facts:
    """The deployments that are new, of each environment; one that cannot be read does not hide the others."""
    if target.empty or not (target.offers("builds") and target.offers("environments")):
        return Facts()
    known = read_mark(DeploymentsMark, since.get(mark_name(target))) or DeploymentsMark()
    seen = dict(known.environments)
    known_before = since.get(changes.mark_name(target)) is not None
    parts: list[Facts] = []
    for name in environments:
        reach = max(history, REMEMBERED) if known_before and name not in seen else history
        try:
            part, seen[name] = _read(http, target, since.now, reach, name, seen.get(name, Seen()))
        except ITEM_ERRORS as error:
            part = Facts(unreadable=(unreadable(f"{target.repository} deployments", error),))
        parts.append(part)
    mark = DeploymentsMark(environments=seen)
    marks = {} if mark == known else {mark_name(target): mark.model_dump_json()}
    return Facts.merged([*parts, Facts(marks=marks)])


def _read(
    http: Http, target: Target, now: Moment, history: Seconds, environment: str, seen: Seen
) -> tuple[Facts, Seen]:
    """The new deployments to one environment, and how far its list was read."""
    floor = floor_of(seen.up_to, now, history)
    params = {"environment": environment, "status": SUCCESS}
    entries, bad = updated_since(http, target, ("deployments", "id"), params, floor, DeploymentPayload)
    fresh = [one for one in entries if one.counts(target) and one.end >= floor and one.id not in seen.told]
    told = tuple(to_deployment(one, target) for one in sorted(fresh, key=lambda one: one.end))
    newest = newest_of(entries, seen.up_to, now)
    return Facts(deployments=told, unreadable=bad), seen.then(newest, {one.id: one.end for one in fresh})


def to_deployment(one: DeploymentPayload, target: Target) -> Deployment:
    return Deployment(target.repository, str(one.id), begun_at=one.created_at, finished_at=one.end)
