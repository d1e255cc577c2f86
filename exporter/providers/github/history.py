"""Reading a repository's runs, so that each attempt is told at least once and rarely twice.

GitHub lists runs newest first, a run keeps its place for ever, and runs end and are rerun out of
order. The list is read without a filter: a filtered one ends at 1,000 results and comes from a
search index that lags, and an address that never changes keeps its ETag valid.

- *deep*: pages are read down to `lookback` before the last deep reading, so that reruns are seen
  (the first time, and after an outage, at most down to `history`). At most once an hour.
- *shallow*: otherwise, pages are read down to shortly before the last reading: new runs only.
  A repository whose first page alone reaches deep enough is always read deep, by one request.
- The first page is asked for by its ETag; 304 says that nothing on it changed.
- A run that has not ended is remembered until it has, whatever the pages show. One that slid off
  the first page is asked for by its id, each time it has grown older by a twentieth of its age.
  Only a 404 (it was deleted) or 35 days, after which GitHub itself gives a run up, end that.
- Of a run in attempt n the earlier attempts are asked for once.

What was told may be told again for as long as `history`, so the ledger must remember it for longer.
It knows the order of questions and the mark; what a run means is in `runs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import Field

from exporter.errors import NotFound
from exporter.http import Http, Reply
from exporter.model import ActiveRuns, Facts, Moment, Run, RunState, Seconds, Unreadable
from exporter.providers.base import Since
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.github.api import PER_PAGE, Target
from exporter.providers.github.runs import RunPayload, WorkflowOf, parse_attempt, parse_runs, to_run

DEEP_EVERY: Seconds = 3600.0
OVERLAP: Seconds = 900.0
GIVEN_UP: Seconds = 35 * 86400.0
ASKED_AT_MOST = 20
PARAMS: Mapping[str, str | int] = {"per_page": PER_PAGE, "exclude_pull_requests": "true"}


class OpenRun(Mark):
    """A run that has not ended. `asked_at` is None while the first page shows it."""

    begun_at: Moment
    state: RunState
    asked_at: Moment | None = None

    def due_at(self, seen_at: Moment) -> Moment:
        """When to ask for it by id; `seen_at` is when the first page still showed it."""
        asked = seen_at if self.asked_at is None else self.asked_at
        return asked + max(60.0, 0.05 * (asked - self.begun_at))


class Handled(Mark):
    """A run whose attempts before `attempt` were told."""

    attempt: int
    created_at: Moment


class RunsMark(Mark):
    """`whole`: the first page alone reached deep enough. `open` and `reruns` are keyed by run id."""

    etag: str | None = None
    read_at: Moment
    deep_at: Moment
    whole: bool = False
    open: dict[str, OpenRun] = Field(default_factory=dict)
    reruns: dict[str, Handled] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back runs are looked for: for reruns, and at most."""

    lookback: Seconds
    history: Seconds


@dataclass(slots=True)
class _Pages:
    """What the pages told. `first` are the ids on page one; `deep` says whether they reached the bottom."""

    etag: str | None
    runs: dict[str, RunPayload] = field(default_factory=dict)
    first: frozenset[str] = frozenset()
    bad: list[Unreadable] = field(default_factory=list)
    count: int = 0
    deep: bool = True

    def add(self, reply: Reply, target: Target) -> Moment | None:
        """Takes a page in; gives the creation of its oldest run."""
        runs, bad = parse_runs(reply.json(), reply.url, target.repository)
        self.bad.extend(bad)
        for run in runs:
            self.runs.setdefault(str(run.id), run)
        self.count += 1
        if self.count == 1:
            self.first = frozenset(self.runs)
        return min((run.created_at for run in runs), default=None)


def mark_name(target: Target) -> str:
    return f"runs:{target.repository}"


def read_runs(http: Http, target: Target, workflow_of: WorkflowOf, since: Since, windows: Windows) -> Facts:
    """The attempts that ended, the runs that have not, and the mark; nothing when nothing changed."""
    mark = read_mark(RunsMark, since.get(mark_name(target)))
    return _Reading(http, target, workflow_of, since.now, windows, mark).read()


class _Reading:
    """One reading of one repository's runs."""

    def __init__(
        self,
        http: Http,
        target: Target,
        workflow_of: WorkflowOf,
        now: Moment,
        windows: Windows,
        mark: RunsMark | None,
    ) -> None:
        self._http, self._target, self._workflow_of = http, target, workflow_of
        self._now = now
        self._known = mark is not None
        self._mark = mark or RunsMark(read_at=now, deep_at=now)
        furthest = now - max(windows.history, windows.lookback)
        self._bottom = max(self._mark.deep_at - windows.lookback, furthest) if self._known else furthest
        self._bad: list[Unreadable] = []
        self._tried: set[str] = set()

    def read(self) -> Facts:
        pages = self._pages()
        asked = list(self._asked_by_id(pages))
        if pages is None and not asked and not self._bad:
            return Facts()
        listed = [] if pages is None else [run for run in pages.runs.values() if self._wanted(run)]
        runs = {run.id: run for run in [*listed, *(run for _, run in asked if run is not None)]}
        reruns, earlier = self._reruns(list(runs.values()))
        ended = [to_run(run, self._target, self._workflow_of) for run in runs.values() if run.ended]
        settled = {str(run.id) for run in runs.values() if run.ended} | {name for name, run in asked if run is None}
        mark = self._next(pages, [run for run in runs.values() if not run.ended], settled, reruns)
        return Facts(
            runs=(*earlier, *sorted(ended, key=lambda run: run.finished_at)),
            active=(ActiveRuns.counted(self._target.repository, [one.state for one in mark.open.values()]),),
            unreadable=tuple(self._bad),
            marks={mark_name(self._target): mark.model_dump_json()},
        )

    def _wanted(self, run: RunPayload) -> bool:
        return run.created_at >= self._bottom or str(run.id) in self._mark.open

    def _pages(self) -> _Pages | None:
        """The pages down to where this reading goes; None when the first is as it was."""
        url = self._target.at("actions/runs")
        deep = not self._known or self._now - self._mark.deep_at >= DEEP_EVERY
        etag = self._mark.etag if self._mark.whole or not deep else None
        reply = self._http.get(url, PARAMS, etag=etag)
        if reply.not_modified:
            return None
        down_to = self._bottom if deep else max(self._bottom, self._mark.read_at - OVERLAP)
        pages = _Pages(reply.etag)
        for page in self._http.pages_from(reply, url):
            oldest = pages.add(page, self._target)
            if oldest is not None and oldest < down_to:
                pages.deep = oldest < self._bottom
                break
        self._bad.extend(pages.bad)
        return pages

    def _asked_by_id(self, pages: _Pages | None) -> Iterator[tuple[str, RunPayload | None]]:
        """The remembered runs that no page shows and that are due, by id; None: GitHub knows it no more."""
        due = []
        for name, run in self._mark.open.items():
            hidden = run.asked_at is not None if pages is None else name not in pages.runs
            if hidden and run.due_at(self._mark.read_at) <= self._now:
                due.append((run.due_at(self._mark.read_at), name))
        for _, name in sorted(due)[:ASKED_AT_MOST]:
            self._tried.add(name)
            try:
                reply = self._http.get(self._target.at(f"actions/runs/{name}"), {"exclude_pull_requests": "true"})
                runs, bad = parse_runs({"workflow_runs": [reply.json()]}, reply.url, self._target.repository)
            except NotFound:
                yield name, None
            except ITEM_ERRORS as error:
                self._bad.append(unreadable(f"{self._target.repository} run {name}", error))
            else:
                self._bad.extend(bad)
                yield from ((name, run) for run in runs)

    def _reruns(self, runs: list[RunPayload]) -> tuple[dict[str, Handled], list[Run]]:
        """Which runs' earlier attempts were told by now, and those attempts that were not until now."""
        handled: dict[str, Handled] = {}
        earlier: list[Run] = []
        for run in runs:
            if run.attempt == 1:
                continue
            before = self._mark.reruns.get(str(run.id))
            troubles = len(self._bad)
            earlier += self._attempts(run, before.attempt if before else 1)
            if len(self._bad) == troubles:
                handled[str(run.id)] = Handled(attempt=run.attempt, created_at=run.created_at)
        return handled, earlier

    def _attempts(self, run: RunPayload, first: int) -> Iterator[Run]:
        for number in range(first, run.attempt):
            try:
                reply = self._http.get(self._target.at(f"actions/runs/{run.id}/attempts/{number}"))
                attempt = parse_attempt(reply.json(), reply.url, number)
            except NotFound:
                continue  # GitHub forgets attempts; there is nothing to tell of this one any more
            except ITEM_ERRORS as error:
                self._bad.append(unreadable(f"{self._target.repository} run {run.id} attempt {number}", error))
            else:
                if attempt.ended:
                    yield to_run(attempt, self._target, self._workflow_of)

    def _next(
        self, pages: _Pages | None, unended: list[RunPayload], settled: set[str], reruns: Mapping[str, Handled]
    ) -> RunsMark:
        """The mark for the next reading. An ETag is kept only when all that it stands for was told."""
        still_open = self._still_open(pages, unended, settled)
        old = {
            name: one for name, one in self._mark.reruns.items() if one.created_at >= self._bottom or name in still_open
        }
        parts = {"open": still_open, "reruns": {**old, **reruns}}
        if pages is None:
            return self._mark.model_copy(update=parts)
        return RunsMark(
            etag=None if self._bad else pages.etag,
            read_at=self._now,
            deep_at=self._now if pages.deep else self._mark.deep_at,
            whole=pages.deep and pages.count == 1,
            **parts,
        )

    def _still_open(self, pages: _Pages | None, unended: list[RunPayload], settled: set[str]) -> dict[str, OpenRun]:
        first = frozenset() if pages is None else pages.first
        runs = {name: self._hidden(name, run, pages) for name, run in self._mark.open.items() if name not in settled}
        for run in unended:
            asked_at = None if str(run.id) in first else self._now
            runs[str(run.id)] = OpenRun(begun_at=run.begun_at, state=run.state, asked_at=asked_at)
        return {name: run for name, run in runs.items() if self._now - run.begun_at < GIVEN_UP}

    def _hidden(self, name: str, run: OpenRun, pages: _Pages | None) -> OpenRun:
        """A remembered run of which nothing was heard this time."""
        if name in self._tried:
            return run.model_copy(update={"asked_at": self._now})
        if pages is not None and run.asked_at is None:
            return run.model_copy(update={"asked_at": self._mark.read_at})
        return run
