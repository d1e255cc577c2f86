"""Reading a repository's runs from a server that lists them, so that each attempt is told once.

Runs are listed by their id, newest first; a run keeps its place for ever, and runs end and are rerun
out of order. Gitea has no ETag, so the first page is read at every poll.

- *shallow*: pages are read down to the newest run of the last reading.
- *deep*, once an hour: down to a day before the last deep reading, so that reruns are seen (the first
  time, and after an outage, at most down to `history`).
- A run that has not ended is remembered until it has, whatever the pages show. One that no page
  shows is asked for by its id, each time it has grown older by a twentieth of its age. Only a 404
  (it was deleted) or 35 days end that.
- Gitea has numbered the attempts of a run since 1.27; then the earlier ones are asked for, once.
  Before, and on Forgejo, a rerun keeps its id and gets another end: one that is not the end that was
  told is the end of the next attempt. Ends are remembered for a day, so a rerun of an older run is
  told as what it was first, and the ledger counts it no second time.

It knows the order of questions and the mark; what a run means is in `runs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import Field

from exporter.errors import NotFound, SourceError
from exporter.http import Http
from exporter.model import ActiveRuns, Facts, Moment, Result, Run, RunState, Seconds, Unreadable
from exporter.providers.base import Since
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitea.api import Target, pages
from exporter.providers.gitea.runs import DefinitionOf, RunPayload, parse_run, parse_runs, to_run

DEEP_EVERY: Seconds = 3600.0
RERUN_WITHIN: Seconds = 86400.0
GIVEN_UP: Seconds = 35 * 86400.0
ASKED_AT_MOST = 20
KEY = "workflow_runs"


class OpenRun(Mark):
    """A run that has not ended. `seen_at` is when it was last heard of, or asked for in vain."""

    begun_at: Moment
    state: RunState
    seen_at: Moment

    @property
    def due_at(self) -> Moment:
        return self.seen_at + max(60.0, 0.05 * (self.seen_at - self.begun_at))

    def lives(self, now: Moment) -> bool:
        return now - self.begun_at < GIVEN_UP

    def is_due(self, now: Moment) -> bool:
        return self.due_at <= now and self.lives(now)


class Ended(Mark):
    """The last attempt of a run that was told, and its end."""

    attempt: int
    at: Moment


class RunsMark(Mark):
    """`newest` is the highest id that was seen; `open` and `ended` are keyed by id."""

    read_at: Moment
    deep_at: Moment
    newest: int
    open: dict[str, OpenRun] = Field(default_factory=dict)
    ended: dict[str, Ended] = Field(default_factory=dict)


def mark_name(target: Target) -> str:
    return f"runs:{target.repository}"


def read_runs(http: Http, target: Target, definition_of: DefinitionOf, since: Since, history: Seconds) -> Facts:
    """The attempts that ended, the runs that have not, and the mark."""
    mark = read_mark(RunsMark, since.get(mark_name(target)))
    furthest = since.now - history
    window = _Window.first(furthest) if mark is None else _Window.after(mark, since.now, furthest)
    known = RunsMark(read_at=since.now, deep_at=since.now, newest=0) if mark is None else mark
    return _Reading(http, target, definition_of, since.now, window, known).read()


@dataclass(frozen=True, slots=True)
class _Window:
    """How far down pages are read, and since when an end is news. `deep`: not only to the newest known run."""

    deep: bool
    down_to: Moment
    news_from: Moment

    @classmethod
    def first(cls, furthest: Moment) -> _Window:
        return cls(deep=True, down_to=furthest, news_from=furthest)

    @classmethod
    def after(cls, mark: RunsMark, now: Moment, furthest: Moment) -> _Window:
        return cls(
            deep=now - mark.deep_at >= DEEP_EVERY,
            down_to=max(mark.deep_at - RERUN_WITHIN, furthest),
            news_from=max(mark.read_at - RERUN_WITHIN, furthest),
        )


@dataclass(slots=True)
class _Reading:
    """One reading of one repository's runs."""

    http: Http
    target: Target
    definition_of: DefinitionOf
    now: Moment
    window: _Window
    mark: RunsMark
    told: list[Run] = field(default_factory=list)
    bad: list[Unreadable] = field(default_factory=list)
    open: dict[str, OpenRun] = field(default_factory=dict)
    ended: dict[str, Ended] = field(default_factory=dict)
    bottomed: bool = False

    def read(self) -> Facts:
        listed = self._listed()
        hidden = dict(self._asked_by_id(listed))
        heard = {key for key, run in hidden.items() if run is None}
        for run in sorted([*listed.values(), *(run for run in hidden.values() if run)], key=lambda run: run.id):
            try:
                self._take(run)
                heard.add(str(run.id))
            except ITEM_ERRORS as error:
                self._spoilt(run.id, error)
        self._remember(heard)
        mark = RunsMark(
            read_at=self.now,
            deep_at=self.now if self.bottomed else self.mark.deep_at,
            newest=max(listed, default=self.mark.newest),
            open=self.open,
            ended=self.ended,
        )
        active = ActiveRuns.counted(self.target.repository, (run.state for run in self.open.values()))
        return Facts(
            runs=tuple(self.told),
            active=(active,),
            unreadable=tuple(self.bad),
            marks={mark_name(self.target): mark.model_dump_json()},
        )

    def _listed(self) -> dict[int, RunPayload]:
        """The runs that the pages show; one that slid onto the next page meanwhile counts once, as it is now."""
        found: dict[int, RunPayload] = {}
        for page in pages(self.http, self.target.at("actions/runs"), key=KEY):
            runs, bad = parse_runs(page, self.target.repository)
            self.bad.extend(bad)
            found.update({run.id: run for run in runs})
            moments = [run.moment for run in runs if run.moment is not None]
            if moments and min(moments) < self.window.down_to:
                break
            if not self.window.deep and any(run.id <= self.mark.newest for run in runs):
                return found
        self.bottomed = True
        return found

    def _asked_by_id(self, listed: dict[int, RunPayload]) -> Iterator[tuple[str, RunPayload | None]]:
        """The remembered runs that no page shows and that are due; None: the server knows it no more."""
        hidden = {key: run for key, run in self.mark.open.items() if int(key) not in listed and run.is_due(self.now)}
        for key in sorted(hidden, key=lambda key: hidden[key].due_at)[:ASKED_AT_MOST]:
            try:
                reply = self.http.get(self.target.at(f"actions/runs/{key}"))
                yield key, parse_run(reply.json(), reply.url)
            except NotFound:
                yield key, None
            except ITEM_ERRORS as error:
                self._spoilt(int(key), error)
                self.open[key] = self.mark.open[key].model_copy(update={"seen_at": self.now})

    def _take(self, run: RunPayload) -> None:
        """Tells what is new of a run, and remembers it."""
        key, result = str(run.id), run.result
        before = self.mark.ended.get(key)
        number = _attempt(run, result, before)
        fresh = key in self.mark.open or (run.ended_at or self.now) >= self.window.news_from
        if fresh and (before is None or before.attempt < number):
            self._earlier(run, before.attempt + 1 if before else 1)
        if result is None:
            self._opened(run, number)
            return
        fact = to_run(run, result, number, self.target, self.definition_of)
        if fresh and (before is None or (before.attempt, before.at) != (number, fact.finished_at)):
            self.told.append(fact)
        self.ended[key] = Ended(attempt=number, at=fact.finished_at)

    def _opened(self, run: RunPayload, number: int) -> None:
        key = str(run.id)
        before = self.mark.open.get(key)
        begun = before.begun_at if before else self.now if run.moment is None else run.moment
        self.open[key] = OpenRun(begun_at=begun, state=run.state, seen_at=self.now)
        if number > 1:
            told = self.mark.ended.get(key)
            self.ended[key] = told if told and told.attempt == number - 1 else Ended(attempt=number - 1, at=0.0)

    def _earlier(self, run: RunPayload, first: int) -> None:
        """Tells the attempts before the present one, where the server numbers them."""
        for number in range(first, run.run_attempt or 0):
            try:
                reply = self.http.get(self.target.at(f"actions/runs/{run.id}/attempts/{number}"))
            except NotFound:
                continue  # there is nothing to tell of this one any more
            earlier = parse_run(reply.json(), reply.url)
            result = earlier.result
            if result is not None:
                self.told.append(to_run(earlier, result, number, self.target, self.definition_of))

    def _remember(self, heard: set[str]) -> None:
        """Carries over what nothing was heard of, and forgets what is too old to matter."""
        for key, run in self.mark.open.items():
            if key not in heard and run.lives(self.now):
                self.open.setdefault(key, run)
        ends = {**self.mark.ended, **self.ended}
        self.ended = {key: end for key, end in ends.items() if key in self.open or end.at >= self.now - RERUN_WITHIN}

    def _spoilt(self, run_id: int, error: SourceError) -> None:
        self.bad.append(unreadable(f"{self.target.repository} run {run_id}", error))


def _attempt(run: RunPayload, result: Result | None, before: Ended | None) -> int:
    """Which attempt of its run this is: as the server numbers it, or one more than was told."""
    if run.run_attempt:
        return run.run_attempt
    if before is None:
        return 1
    same = result is not None and run.ended_at == before.at
    return before.attempt if same else before.attempt + 1
