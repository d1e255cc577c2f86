"""Workflow runs: what a run in GitHub's words is in ours, and which runs a listing tells us.

It knows payloads, words and pure decisions; the asking is in `history`.

Decisions about GitHub's words
- A run counts as ended only when it is `completed` with a conclusion, and not `action_required`:
  that one waits for a person's approval and then runs under the same id and attempt.
- `neutral` is a success, `stale` (given up by GitHub after two weeks) a cancellation; a conclusion
  newer than us is `unknown`. A run in a state newer than us counts as executing.
- The end is `updated_at`, the nearest that GitHub tells; it moves when somebody edits a run later,
  which matters only for runs from before the first poll.
- A rerun keeps `created_at`; its own start, `run_started_at`, stands for its creation, or it would
  seem to have waited in a queue since the first attempt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from exporter.errors import BadPayload
from exporter.model import Moment, Repository, Result, Run, RunState, Unreadable, Workflow
from exporter.providers.base import Payload, When, parse
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.words import newer_word
from exporter.providers.github.api import Target

RESULTS: Mapping[str, Result] = {
    "success": Result.SUCCESS,
    "neutral": Result.SUCCESS,
    "failure": Result.FAILURE,
    "cancelled": Result.CANCELLATION,
    "stale": Result.CANCELLATION,
    "skipped": Result.SKIP,
    "timed_out": Result.TIMEOUT,
    "startup_failure": Result.ERROR,
}
STATES: Mapping[str, RunState] = {
    "queued": RunState.PENDING,
    "requested": RunState.PENDING,
    "waiting": RunState.PENDING,
    "pending": RunState.PENDING,
    "in_progress": RunState.EXECUTING,
}
COMPLETED, AWAITS_APPROVAL = "completed", "action_required"


class HeadPayload(Payload):
    full_name: str | None = None


class RunPayload(Payload):
    id: int
    run_attempt: int | None = Field(None, ge=1)
    name: str | None = None
    path: str | None = None
    head_branch: str | None = None
    head_repository: HeadPayload | None = None
    status: str | None = None
    conclusion: str | None = None
    created_at: When
    run_started_at: When | None = None
    updated_at: When

    @property
    def attempt(self) -> int:
        return self.run_attempt or 1

    @property
    def begun_at(self) -> Moment:
        """When this attempt came to be."""
        return self.run_started_at if self.attempt > 1 and self.run_started_at is not None else self.created_at

    @property
    def ended(self) -> bool:
        return self.status == COMPLETED and self.conclusion not in (None, AWAITS_APPROVAL)

    @property
    def state(self) -> RunState:
        """Where a run that has not ended stands."""
        if self.status == COMPLETED:
            return RunState.PENDING if self.conclusion == AWAITS_APPROVAL else RunState.FINALIZING
        if self.status not in STATES:
            newer_word("GitHub", "run status", str(self.status))
        return STATES.get(str(self.status), RunState.EXECUTING)

    @property
    def result(self) -> Result:
        if self.conclusion not in RESULTS:
            newer_word("GitHub", "run conclusion", str(self.conclusion))
        return RESULTS.get(str(self.conclusion), Result.UNKNOWN)

    @property
    def definition(self) -> str:
        """The path of the workflow's file, without the `@ref` that GitHub may add."""
        return re.sub(r"(\.ya?ml)@.*$", r"\1", self.path or "")

    @property
    def pipeline(self) -> str:
        """The workflow's name; GitHub gives the path where the file names none: then the file's name."""
        named = (self.name or "").strip()
        if named and named not in (self.path, self.definition):
            return named
        return self.definition.rpartition("/")[2] or "unknown"

    def on_default_branch(self, target: Target) -> bool:
        """Whether it ran for the default branch itself, and not for a fork's branch of the same name."""
        head = self.head_repository.full_name if self.head_repository else None
        own = head is None or head.casefold() == str(target.repository).casefold()
        return own and target.is_default(self.head_branch)


def parse_runs(data: Any, where: str, repository: Repository) -> tuple[list[RunPayload], tuple[Unreadable, ...]]:
    """A page of runs, newest first, and those of it that are malformed. BadPayload: it is no page."""
    if not isinstance(data, dict) or "workflow_runs" not in data:
        raise BadPayload(f"{where}: workflow_runs is missing; is this the address of the API?")
    return parse_each(RunPayload, data["workflow_runs"], where, lambda run: f"{repository} run {field_of(run, 'id')}")


def parse_attempt(data: Any, where: str, attempt: int) -> RunPayload:
    """One attempt of a run; its number is that which was asked for."""
    return parse(RunPayload, data, where).model_copy(update={"run_attempt": attempt})


WorkflowOf = Callable[[str], Workflow]
"""Which workflow the CI definition at a path is."""


def to_run(run: RunPayload, target: Target, workflow_of: WorkflowOf) -> Run:
    """A run that has ended, as a fact."""
    return Run(
        repository=target.repository,
        pipeline=run.pipeline,
        run_id=str(run.id),
        attempt=run.attempt,
        result=run.result,
        workflow=workflow_of(run.definition),
        default_branch=run.on_default_branch(target),
        created_at=run.begun_at,
        started_at=run.run_started_at,
        finished_at=run.updated_at,
    )
