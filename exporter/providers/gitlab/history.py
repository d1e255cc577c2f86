"""Reading a project's pipelines, so that each end is told once.

- The list shows what was updated since shortly before the newest update seen last time. It has no durations: a
  pipeline that has ended is asked for by itself, once, and a failed one for its failed jobs.
- A pipeline that has not ended is remembered until it has. Its end is an update, so the list shows it; because
  it may be deleted instead, or be missed while the list moves, it is also asked for by its id, each time its age
  has grown by a tenth. A 404, or 35 days without an end, ends that.
- The ends that were told are remembered, the last 500 within `history`: so a pipeline that was updated without
  ending anew is not told again, and one that was retried is told as its next attempt. A retry of an older one
  looks like the first attempt, which the ledger knows already.
- What cannot be read is noted and asked for again by each poll, for a day. So is what the time of a poll did
  not suffice for.

What was told may be told again for as long as `history`, so the ledger must remember it for longer.
It knows the order of questions and the mark; what a pipeline means is in `pipelines`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import Field

from exporter.errors import NotFound
from exporter.http import Http
from exporter.model import ActiveRuns, Facts, Moment, Result, Run, RunState, Seconds, Unreadable
from exporter.providers.base import Since
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitlab.api import PER_PAGE, Target
from exporter.providers.gitlab.jobs import parse_jobs, result_of
from exporter.providers.gitlab.pipelines import (
    FAILED,
    EntryPayload,
    PipelinePayload,
    WorkflowOf,
    parse_pipeline,
    to_run,
)
from exporter.providers.gitlab.updates import floor_of, newest_of, updated_since

GIVEN_UP: Seconds = 35 * 86400.0
UNREAD_FOR: Seconds = 86400.0
ENDS_KEPT = 500


class Pending(Mark):
    """A pipeline that has not ended or, without a `state`, one that could not be read."""

    begun_at: Moment
    state: RunState | None = None
    asked_at: Moment

    def due(self, now: Moment) -> bool:
        return self.state is None or now - self.asked_at >= max(600.0, 0.1 * (self.asked_at - self.begun_at))

    def kept(self, now: Moment) -> bool:
        return now - self.begun_at < (UNREAD_FOR if self.state is None else GIVEN_UP)


class End(Mark):
    """An end that was told. `updated_at` is the update of the pipeline that was seen then."""

    at: Moment
    attempt: int
    updated_at: Moment | None = None


class PipelinesMark(Mark):
    """`up_to` is the newest update that was seen; `open` and `ends` are keyed by pipeline id."""

    up_to: Moment | None = None
    open: dict[str, Pending] = Field(default_factory=dict)
    ends: dict[str, End] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reading needs to know; `spared` is the time before a poll's end in which no more is asked for."""

    workflow_of: WorkflowOf
    history: Seconds
    spared: Seconds


def mark_name(target: Target) -> str:
    return f"runs:{target.repository}"


def read_pipelines(http: Http, target: Target, since: Since, terms: Terms) -> Facts:
    """The pipelines that ended, those that have not, and the mark."""
    if not target.offers("builds"):
        return Facts(active=(ActiveRuns.counted(target.repository, ()),))
    mark = read_mark(PipelinesMark, since.get(mark_name(target))) or PipelinesMark()
    return _Reading(http, target, since.now, terms, mark).read()


@dataclass(slots=True)
class _Reading:
    """One reading of one project's pipelines; `open` and `ends` become those of the next mark."""

    http: Http
    target: Target
    now: Moment
    terms: Terms
    mark: PipelinesMark
    open: dict[str, Pending] = field(default_factory=dict)
    ends: dict[str, End] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    bad: list[Unreadable] = field(default_factory=list)

    def read(self) -> Facts:
        self.open, self.ends = dict(self.mark.open), dict(self.mark.ends)
        floor = floor_of(self.mark.up_to, self.now, self.terms.history)
        entries, bad = updated_since(self.http, self.target, ("pipelines", "id"), {}, floor, EntryPayload)
        self.bad.extend(bad)
        listed = {str(entry.id): entry for entry in entries}
        for name in self._to_ask(listed):
            self._ask(name, listed=name in listed)
        mark = PipelinesMark(
            up_to=newest_of(entries, self.mark.up_to, self.now), open=self._still_open(), ends=self._remembered()
        )
        states = [one.state for one in mark.open.values() if one.state is not None]
        return Facts(
            runs=tuple(sorted(self.runs, key=lambda run: run.finished_at)),
            active=(ActiveRuns.counted(self.target.repository, states),),
            unreadable=tuple(self.bad),
            marks={} if mark == self.mark else {mark_name(self.target): mark.model_dump_json()},
        )

    def _to_ask(self, listed: dict[str, EntryPayload]) -> list[str]:
        """Those that must be asked for by themselves, oldest first; the others are noted as the list shows them."""
        asked = {name: one.begun_at for name, one in self.open.items() if name not in listed and one.due(self.now)}
        for name, entry in listed.items():
            begun_at = self.now if entry.created_at is None else entry.created_at
            if entry.open:
                self._note(name, begun_at, PipelinePayload(id=entry.id, status=entry.status, created_at=begun_at).state)
            elif name not in self.ends or self.ends[name].updated_at != entry.updated_at:
                asked[name] = begun_at
        return sorted(asked, key=lambda name: (asked[name], int(name)))

    def _note(self, name: str, begun_at: Moment, state: RunState | None) -> None:
        self.open[name] = Pending(begun_at=begun_at, state=state, asked_at=self.now)

    def _ask(self, name: str, *, listed: bool) -> None:
        """Asks for one pipeline, and takes in what it is; when the time is over, only notes it."""
        if self.http.remaining <= self.terms.spared:
            self._postpone(name, listed=listed)
            return
        try:
            reply = self.http.get(self.target.at(f"pipelines/{name}"))
            self._take(name, parse_pipeline(reply.json(), reply.url))
        except ITEM_ERRORS as error:
            if isinstance(error, NotFound) and not listed:
                self.open.pop(name, None)  # it was deleted
                return
            self.bad.append(unreadable(f"{self.target.repository} pipeline {name}", error))
            self._postpone(name, listed=listed)

    def _postpone(self, name: str, *, listed: bool) -> None:
        """Notes one that was not read. A listed one has ended, whatever was known of it; another may still run."""
        if listed:
            self._note(name, self.now, None)
        else:
            self.open[name] = self.open[name].model_copy(update={"asked_at": self.now})

    def _take(self, name: str, pipeline: PipelinePayload) -> None:
        told = self.ends.get(name)
        if not pipeline.ended(told.at if told else None):
            self._note(name, pipeline.created_at, pipeline.state)
            return
        anew = told is None or pipeline.finished_at not in (None, told.at)
        recent = pipeline.end >= self.now - self.terms.history
        attempt = 1 if told is None else told.attempt + 1
        if anew and recent:
            after = told.at if told else None
            result = self._result(name, pipeline)
            self.runs.append(to_run(pipeline, self.target, result, self.terms.workflow_of, attempt, after))
        self.open.pop(name, None)
        if told is None or anew:
            self.ends[name] = End(at=pipeline.end, attempt=attempt, updated_at=pipeline.updated_at)
        else:
            self.ends[name] = told.model_copy(update={"updated_at": pipeline.updated_at})

    def _result(self, name: str, pipeline: PipelinePayload) -> Result:
        """How it ended; a failed one is asked for its failed jobs, of which a hundred are enough to know."""
        if pipeline.status != FAILED:
            return pipeline.result
        if pipeline.yaml_errors:
            return Result.ERROR
        reply = self.http.get(self.target.at(f"pipelines/{name}/jobs"), {"scope[]": FAILED, "per_page": PER_PAGE})
        return result_of(parse_jobs(reply.json(), reply.url))

    def _still_open(self) -> dict[str, Pending]:
        return {name: one for name, one in self.open.items() if one.kept(self.now)}

    def _remembered(self) -> dict[str, End]:
        recent: Iterable[tuple[str, End]] = (
            (name, end) for name, end in self.ends.items() if end.at >= self.now - self.terms.history
        )
        return dict(sorted(recent, key=lambda item: item[1].at)[-ENDS_KEPT:])
