"""A build in Jenkins' shape: a pipeline's run. Moments and lengths are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.demo.api.jenkins import actions
from exporter.demo.api.jenkins.export import Bean, Exported, Model, Plain, fixed, read
from exporter.demo.api.jenkins.histories import Built, result_of
from exporter.demo.api.jenkins.people import USER_CLASS, User
from exporter.demo.api.jenkins.standing import estimate
from exporter.demo.launches import Launch

if TYPE_CHECKING:
    from exporter.demo.api.jenkins.items import BranchJob

RUN_CLASS = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
_FLYWEIGHT = Model("hudson.model.OneOffExecutor")
"""What runs the pipeline itself, whose steps take an agent's executor. A build says no more of it than its class."""
_RUN = Model(
    "hudson.model.Run",
    [
        fixed("artifacts", []),
        read("building"),
        fixed("description", None),
        read("display_name", "displayName"),
        read("duration"),
        read("estimated_duration", "estimatedDuration"),
        read("executor", declared="hudson.model.Executor"),
        Exported("fingerprint", lambda _: [], visibility=-1, inline=True),
        read("full_display_name", "fullDisplayName"),
        read("identity", "id"),
        fixed("keepLog", value=False),
        read("number", visibility=2),
        read("queue_id", "queueId"),
        read("result"),
        read("timestamp"),
        read("url", visibility=2),
    ],
    Model("hudson.model.Actionable", [read("actions")]),
)
_WORKFLOW_RUN = Model(
    RUN_CLASS,
    [
        read("change_sets", "changeSets"),
        read("culprits", declared=USER_CLASS),
        read("building", "inProgress"),
        read("next", "nextBuild", declared=RUN_CLASS),
        read("previous", "previousBuild", declared=RUN_CLASS),
    ],
    _RUN,
)


@dataclass(frozen=True, slots=True)
class Build(Bean):
    """`place` is where it stands among its job's builds, oldest first."""

    job: BranchJob
    built: Built
    place: int

    @property
    def model(self) -> Model:
        return _WORKFLOW_RUN

    @property
    def launch(self) -> Launch:
        return self.built.launch

    @property
    def number(self) -> int:
        return self.built.number

    @property
    def identity(self) -> str:
        return str(self.number)

    @property
    def url(self) -> str:
        return f"{self.job.url}{self.number}/"

    @property
    def display_name(self) -> str:
        return f"#{self.number}"

    @property
    def full_display_name(self) -> str:
        return f"{self.job.full_display_name} {self.display_name}"

    @property
    def queue_id(self) -> int:
        return self.launch.launch_id

    @property
    def building(self) -> bool:
        return self.launch.attempt.finished_at is None

    @property
    def result(self) -> str | None:
        return result_of(self.launch)

    @property
    def timestamp(self) -> int:
        """When it left the queue."""
        return (self.launch.attempt.started_at or 0) * 1000

    @property
    def duration(self) -> int:
        """0 until it has ended."""
        attempt = self.launch.attempt
        return ((attempt.finished_at or 0) - (attempt.started_at or 0)) * 1000 if attempt.finished_at else 0

    @property
    def estimated_duration(self) -> int:
        return estimate(self.job.builds)

    @property
    def executor(self) -> Plain | None:
        return Plain(_FLYWEIGHT) if self.building else None

    @property
    def next(self) -> Build | None:
        builds = self.job.builds
        return builds[self.place + 1] if self.place + 1 < len(builds) else None

    @property
    def previous(self) -> Build | None:
        return self.job.builds[self.place - 1] if self.place else None

    @property
    def actions(self) -> list[Any]:
        """Those that export nothing are empty objects, as Jenkins shows them."""
        return [
            actions.causes(self.launch),
            {},
            actions.time_in_queue(self.launch, self.duration),
            actions.build_data(self.built, self.job.remote),
            {},
        ]

    @property
    def change_sets(self) -> list[Plain]:
        return actions.change_sets(self.launch, self.job.repository, self.job.base)

    @property
    def culprits(self) -> list[User]:
        return actions.culprits(self.launch, self.job.base)
