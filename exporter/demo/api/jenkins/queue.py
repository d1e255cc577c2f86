"""What waits for an executor. Moments are milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.demo.api.jenkins import actions
from exporter.demo.api.jenkins.export import ALWAYS, Bean, Exported, Model, Plain, fixed, plain, read
from exporter.demo.launches import Launch

if TYPE_CHECKING:
    from exporter.demo.api.jenkins.items import BranchJob

_ITEM = Model(
    "hudson.model.Queue$Item",
    [
        fixed("blocked", value=False, visibility=ALWAYS),
        fixed("buildable", value=True, visibility=ALWAYS),
        read("identity", "id", ALWAYS),
        read("since", "inQueueSince", ALWAYS),
        fixed("params", "", ALWAYS),
        read("stuck", visibility=ALWAYS),
        read("job", "task", ALWAYS),
        read("url", visibility=ALWAYS),
        fixed("why", "Waiting for next available executor", ALWAYS),
    ],
    Model("hudson.model.Actionable", [read("actions")]),
)
_BUILDABLE = Model(
    "hudson.model.Queue$BuildableItem",
    [fixed("pending", value=False, visibility=ALWAYS)],
    Model("hudson.model.Queue$NotWaitingItem", [read("since", "buildableStartMilliseconds", ALWAYS)], _ITEM),
)
_STUB_TASK = Model("hudson.model.Queue$StubTask", plain("name", visibility=ALWAYS))
_STUB = Model("hudson.model.Queue$StubItem", plain("task", visibility=ALWAYS, declared=_STUB_TASK.name))
_QUEUE = Model(
    "hudson.model.Queue",
    [
        Exported("discoverableItems", lambda queue: queue.stubs, inline=True, declared=_STUB.name),
        Exported("items", lambda queue: queue.items, inline=True),
    ],
)
LONG = 10
"""So many times as long as the job takes (a minute at least), and an item counts as stuck."""


@dataclass(frozen=True, slots=True)
class QueueItem(Bean):
    """A launch that has not begun. `now` is Unix seconds."""

    job: BranchJob
    launch: Launch
    now: float

    @property
    def model(self) -> Model:
        return _BUILDABLE

    @property
    def identity(self) -> int:
        return self.launch.launch_id

    @property
    def since(self) -> int:
        return self.launch.attempt.requested_at * 1000

    @property
    def url(self) -> str:
        """Relative to Jenkins' address, unlike all others."""
        return f"queue/item/{self.identity}/"

    @property
    def stuck(self) -> bool:
        return self.now * 1000 - self.since > LONG * max(60_000, self.job.estimated_duration)

    @property
    def actions(self) -> list[Any]:
        return [actions.causes(self.launch), {}]


@dataclass(frozen=True, slots=True)
class Queue(Bean):
    """All that waits, newest first. Of jobs that one may not read there is the name alone."""

    jobs: Sequence[BranchJob]

    @property
    def model(self) -> Model:
        return _QUEUE

    @property
    def items(self) -> list[QueueItem]:
        waiting = [item for job in self.jobs if job.visible for item in job.queue_items]
        return sorted(waiting, key=lambda item: (item.since, item.identity), reverse=True)

    @property
    def stubs(self) -> list[Plain]:
        names = [job.name for job in self.jobs if not job.visible for _ in job.waiting]
        return [Plain(_STUB, {"task": Plain(_STUB_TASK, {"name": name})}) for name in names]
