"""Actions runs: what a run or a task in Gitea's or Forgejo's words is in ours.

It knows payloads, words and pure decisions; the asking is in `history` and `tasks`.

Decisions about their words
- Gitea's runs have a status and a conclusion, as GitHub's have; Forgejo's runs, and all tasks, have
  one word. Both have ended when that word is a result. A word newer than us is a result, `unknown`,
  when the end is told; else the run counts as executing.
- `blocked` waits for another job or for somebody's approval; `unknown` is Gitea's word for a run whose
  jobs it has not looked at. Neither has ended.
- Gitea does not tell when a run came to be: its start stands for that, and how long it was queued is
  not known. It does not tell reruns apart either before 1.27 (nor does Forgejo): see `history`.
- The pipeline is the definition's file: neither of them tells the name that stands in it.
- A run for a pull request is no run of the default branch, wherever it was checked out.
- The run's number within its repository is its id for us: tasks name their run by nothing else, so a
  server that comes to list runs tells none of them twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import AliasChoices, Field

from exporter.errors import BadPayload
from exporter.model import Moment, Repository, Result, Run, RunState, Unreadable, Workflow
from exporter.providers.base import Payload, parse
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.words import newer_word
from exporter.providers.gitea.api import Maybe, Page, Target

RESULTS: Mapping[str, Result] = {
    "success": Result.SUCCESS,
    "failure": Result.FAILURE,
    "cancelled": Result.CANCELLATION,
    "skipped": Result.SKIP,
}
STATES: Mapping[str, RunState] = {
    "queued": RunState.PENDING,
    "waiting": RunState.PENDING,
    "blocked": RunState.PENDING,
    "unknown": RunState.PENDING,
    "in_progress": RunState.EXECUTING,
    "running": RunState.EXECUTING,
}
COMPLETED = "completed"
DefinitionOf = Callable[[str], Workflow]
"""Which workflow the CI definition of a file name is."""


class WordPayload(Payload):
    """What runs and tasks have in common: where they belong, and a word for where they stand."""

    id: int
    event: str | None = None
    status: str | None = None
    conclusion: str | None = None
    ref: str | None = Field(None, validation_alias=AliasChoices("head_branch", "prettyref", "ref"))
    file: str | None = Field(None, validation_alias=AliasChoices("path", "workflow_id", "file"))
    ended_at: Maybe = Field(None, validation_alias=AliasChoices("completed_at", "stopped", "ended_at"))

    @property
    def word(self) -> str:
        return (self.conclusion if self.status == COMPLETED else self.status) or ""

    @property
    def result(self) -> Result | None:
        """How it ended; None when it has not."""
        if self.word in RESULTS:
            return RESULTS[self.word]
        if self.word in STATES or self.ended_at is None:
            return None
        newer_word("Gitea", "run status", self.word)
        return Result.UNKNOWN

    @property
    def state(self) -> RunState:
        """Where it stands, when it has not ended."""
        if self.word in STATES:
            return STATES[self.word]
        if self.status == COMPLETED:
            return RunState.FINALIZING
        newer_word("Gitea", "run status", self.word)
        return RunState.EXECUTING

    @property
    def definition(self) -> str:
        """The file of its definition, without the `@refs/…` that follows it in a run's `path`."""
        return (self.file or "").partition("@refs/")[0]

    @property
    def pipeline(self) -> str:
        return self.definition.rpartition("/")[2] or "unknown"

    def on_default_branch(self, target: Target) -> bool:
        return target.is_default(self.ref) and not (self.event or "").startswith("pull_request")


class RunPayload(WordPayload):
    number: int | None = Field(None, validation_alias=AliasChoices("run_number", "index_in_repo"))
    run_attempt: int | None = None
    created_at: Maybe = Field(None, validation_alias=AliasChoices("created_at", "created"))
    started_at: Maybe = Field(None, validation_alias=AliasChoices("started_at", "started"))

    @property
    def name(self) -> str:
        """Its id for us, see above."""
        return str(self.number or self.id)

    @property
    def moment(self) -> Moment | None:
        """The first that is known of it."""
        return next((told for told in (self.created_at, self.started_at, self.ended_at) if told is not None), None)


def parse_runs(page: Page, repository: Repository) -> tuple[list[RunPayload], tuple[Unreadable, ...]]:
    """A page of runs, newest first, and those of it that are malformed."""
    return parse_each(RunPayload, page.entries, page.where, lambda run: f"{repository} run {field_of(run, 'id')}")


def parse_run(data: object, where: str) -> RunPayload:
    return parse(RunPayload, data, where)


def to_run(run: RunPayload, result: Result, attempt: int, target: Target, definition_of: DefinitionOf) -> Run:
    """A run that has ended, as a fact. A later attempt came to be when it started: its run is older."""
    if run.ended_at is None:
        raise BadPayload(f"{target.repository} run {run.id}: it has ended, but its end is not told")
    first = run.created_at is not None and attempt == 1
    begun = run.created_at if first else run.started_at
    return Run(
        repository=target.repository,
        pipeline=run.pipeline,
        run_id=run.name,
        attempt=attempt,
        result=result,
        workflow=definition_of(run.definition),
        default_branch=run.on_default_branch(target),
        created_at=run.ended_at if begun is None else begun,
        started_at=run.started_at if run.created_at is not None else None,
        finished_at=run.ended_at,
    )
