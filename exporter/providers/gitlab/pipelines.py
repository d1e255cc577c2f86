"""Pipelines: what one in GitLab's words is in ours.

It knows payloads, words and pure decisions; the asking is in `history`.

Decisions about GitLab's words
- A pipeline has ended when it is `success failed canceled skipped`. One that is `manual` waits for somebody to
  start a job without which it cannot go on, one that is `scheduled` for the hour of a delayed job: both are
  pending, not ended, and where nobody ever starts that job the pipeline never counts as a run.
- A word that is newer than us has ended if GitLab tells an end that was not told before, with an unknown
  result; otherwise it executes.
- A failed pipeline whose definition is wrong (`yaml_errors`) is an error; else its jobs tell (see `jobs`).
- A skipped pipeline has no end, so its last update stands for it.
- `duration` is the time in which jobs ran. Where a pipeline stood still for more than a minute in between (it
  waited for a person), its run is taken to begin by that much before its end, and to have waited in the queue as
  long as it really did.
- A retried pipeline keeps its start. The retry itself begins after the end before, and by `duration` before its
  own end at the earliest; jobs of earlier attempts that GitLab counts in `duration` add nothing.
- Merge request pipelines, and tags that are called like the default branch, are not of the default branch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exporter.model import Moment, Result, Run, RunState, Seconds, Workflow
from exporter.providers.base import When, parse
from exporter.providers.common.words import newer_word
from exporter.providers.gitlab.api import Target
from exporter.providers.gitlab.updates import Updated

FAILED, MERGE_REQUEST = "failed", "merge_request_event"
RESULTS: Mapping[str, Result] = {
    "success": Result.SUCCESS,
    FAILED: Result.FAILURE,
    "canceled": Result.CANCELLATION,
    "skipped": Result.SKIP,
}
STATES: Mapping[str, RunState] = {
    "created": RunState.PENDING,
    "waiting_for_resource": RunState.PENDING,
    "waiting_for_callback": RunState.PENDING,
    "preparing": RunState.PENDING,
    "pending": RunState.PENDING,
    "manual": RunState.PENDING,
    "scheduled": RunState.PENDING,
    "running": RunState.EXECUTING,
    "canceling": RunState.FINALIZING,
}
STOOD_STILL: Seconds = 60.0


class EntryPayload(Updated):
    """A pipeline as the list shows it."""

    id: int
    status: str | None = None
    created_at: When | None = None

    @property
    def open(self) -> bool:
        """Whether it is known not to have ended; what a newer word means, the pipeline itself must show."""
        return self.status in STATES


class PipelinePayload(Updated):
    """A pipeline by itself."""

    id: int
    name: str | None = None
    status: str | None = None
    source: str | None = None
    ref: str | None = None
    tag: bool | None = None
    yaml_errors: str | None = None
    created_at: When
    started_at: When | None = None
    finished_at: When | None = None
    duration: float | None = None

    @property
    def end(self) -> Moment:
        ends = (self.finished_at, self.updated_at, self.created_at)
        return next(moment for moment in ends if moment is not None)

    @property
    def state(self) -> RunState:
        """Where one that has not ended stands."""
        if self.status not in STATES:
            newer_word("GitLab", "pipeline status", str(self.status))
        return STATES.get(str(self.status), RunState.EXECUTING)

    @property
    def result(self) -> Result:
        """How one that has ended ended, as far as its own words say."""
        if self.status not in RESULTS:
            newer_word("GitLab", "pipeline status", str(self.status))
        return RESULTS.get(str(self.status), Result.UNKNOWN)

    def ended(self, told: Moment | None) -> bool:
        """Whether it has ended; `told` is the end that was told before."""
        if self.status in RESULTS:
            return True
        return self.status not in STATES and self.finished_at not in (None, told)

    def on_default_branch(self, target: Target) -> bool:
        return target.is_default(self.ref) and not self.tag and self.source != MERGE_REQUEST

    def called(self, target: Target) -> str:
        """Its name (`workflow:name`), or where its definition lies."""
        return (self.name or "").strip() or target.definition

    def begun(self, after: Moment | None) -> tuple[Moment, Moment | None]:
        """Creation and start; `after` is the end before, if it was retried."""
        busy_from = None if self.duration is None else self.end - self.duration
        if after is not None:
            retried = max(moment for moment in (after, busy_from) if moment is not None)
            return retried, retried
        if self.started_at is None or busy_from is None or busy_from - self.started_at <= STOOD_STILL:
            return self.created_at, self.started_at
        return busy_from - max(0.0, self.started_at - self.created_at), busy_from


WorkflowOf = Callable[[str], Workflow]
"""Which workflow a pipeline of this name is."""


def parse_pipeline(data: Any, where: str) -> PipelinePayload:
    return parse(PipelinePayload, data, where)


def to_run(
    pipeline: PipelinePayload,
    target: Target,
    result: Result,
    workflow_of: WorkflowOf,
    attempt: int,
    after: Moment | None,
) -> Run:
    """A pipeline that has ended, as a fact."""
    created_at, started_at = pipeline.begun(after)
    name = pipeline.called(target)
    return Run(
        repository=target.repository,
        pipeline=name,
        run_id=str(pipeline.id),
        attempt=attempt,
        result=result,
        workflow=workflow_of(name),
        default_branch=pipeline.on_default_branch(target),
        created_at=created_at,
        started_at=started_at,
        finished_at=pipeline.end,
    )
