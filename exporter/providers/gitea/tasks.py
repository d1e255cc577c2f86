"""Reading a repository's runs from a server that lists only tasks: one for each job that a runner took.

A run is the group of tasks with its number: it began with the first and ended with the last, and its
result is what Gitea would make of theirs. A task of a name that the group already has is a rerun, and
begins the next attempt.

What tasks do not tell: a run of which no job was taken yet is not there, and between two jobs that
need each other a group looks as if it had ended. So it counts as ended only five minutes after its
last task did; a job that waits longer than that for a runner comes too late to be a part of it.

Tasks are listed by their id, newest first. The groups of the last day are remembered with their
tasks; pages are read down to the oldest task that had not ended, or to the newest of the last reading.
The first reading goes down to `history`, and further while a page's edge may cut a group in two.

It knows the order of questions, groups and the mark; what a task means is in `runs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from exporter.http import Http
from exporter.model import ActiveRuns, Facts, Moment, Result, Run, RunState, Seconds, Unreadable
from exporter.providers.base import Since, When
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitea.api import Maybe, Page, Target, pages
from exporter.providers.gitea.history import KEY, RERUN_WITHIN, mark_name
from exporter.providers.gitea.runs import DefinitionOf, WordPayload

SETTLED: Seconds = 300.0
SILENT: Seconds = 900.0
WORST_FIRST = (Result.CANCELLATION, Result.FAILURE, Result.UNKNOWN, Result.SUCCESS, Result.SKIP)
"""A cancelled job makes a cancelled run, whatever else failed in it: so say the servers that list runs."""


class TaskPayload(WordPayload):
    """A task. `updated_at` moves while it runs, and is its end once it has ended."""

    name: str = ""
    run_number: int
    created_at: When
    run_started_at: Maybe = None
    updated_at: Maybe = None

    @property
    def begun_at(self) -> Moment:
        return self.created_at if self.run_started_at is None else self.run_started_at

    @property
    def changed_at(self) -> Moment:
        return self.begun_at if self.updated_at is None else self.updated_at

    def as_at(self, now: Moment) -> TaskPayload:
        """With its end, once it is silent: a runner reports every few seconds, and Gitea gives up a silent one."""
        silent = now - self.changed_at >= SILENT
        return self.model_copy(update={"ended_at": self.changed_at}) if silent else self


Attempt = list[TaskPayload]
"""The tasks of one attempt of a run, by their ids."""


class Group(Mark):
    """The tasks of a run, and how many of its attempts were told."""

    tasks: dict[int, TaskPayload] = Field(min_length=1)
    told: int = 0

    @property
    def attempts(self) -> list[Attempt]:
        """Its tasks, divided where a name comes again."""
        parts: list[Attempt] = [[]]
        for _, task in sorted(self.tasks.items()):
            if any(task.name == other.name for other in parts[-1]):
                parts.append([])
            parts[-1].append(task)
        return parts

    @property
    def last_at(self) -> Moment:
        return max(task.changed_at for task in self.tasks.values())


class TasksMark(Mark):
    """`newest_task` is the highest id that was seen; the groups are keyed by their run's number."""

    read_at: Moment
    newest_task: int
    groups: dict[int, Group] = Field(default_factory=dict)

    @property
    def floor(self) -> int:
        """The id down to which something can have changed."""
        running = (task.id for group in self.groups.values() for task in group.tasks.values() if task.result is None)
        return min([self.newest_task, *running])


def read_tasks(http: Http, target: Target, definition_of: DefinitionOf, since: Since, history: Seconds) -> Facts:
    """The runs whose tasks have ended, how many have not, and the mark."""
    mark = read_mark(TasksMark, since.get(mark_name(target)))
    furthest = since.now - history
    tasks, bad = _listed(http, target, mark, furthest)
    groups = _grouped([task.as_at(since.now) for task in tasks], mark.groups if mark else {})
    news_from = furthest if mark is None else max(furthest, mark.read_at - RERUN_WITHIN)
    told: list[Run] = []
    states: list[RunState] = []
    kept: dict[int, Group] = {}
    for number, group in sorted(groups.items()):
        attempts = group.attempts
        ended = list(_ended(attempts, settled=since.now - group.last_at >= SETTLED))
        if group.last_at >= news_from:
            told += [_to_run(attempts[i], i + 1, target, definition_of) for i in ended if i >= group.told]
        count = max([group.told, *(index + 1 for index in ended)])
        if count < len(attempts):
            states.append(_state(attempts[-1]))
        if count < len(attempts) or group.last_at >= since.now - RERUN_WITHIN:
            kept[number] = group.model_copy(update={"told": count})
    newest = max([task.id for task in tasks], default=mark.newest_task if mark else 0)
    new = TasksMark(read_at=since.now, newest_task=newest, groups=kept)
    return Facts(
        runs=tuple(told),
        active=(ActiveRuns.counted(target.repository, states),),
        unreadable=bad,
        marks={mark_name(target): new.model_dump_json()},
    )


def _listed(
    http: Http, target: Target, mark: TasksMark | None, furthest: Moment
) -> tuple[list[TaskPayload], tuple[Unreadable, ...]]:
    """The tasks that may be new or have changed, and those that are malformed."""
    found: dict[int, TaskPayload] = {}
    bad: list[Unreadable] = []
    for page in pages(http, target.at("actions/tasks"), key=KEY):
        tasks, malformed = parse_tasks(page, target)
        bad.extend(malformed)
        found.update({task.id: task for task in tasks})
        if tasks and (_reaches(tasks, mark) if mark else _passes(tasks[-1], found, furthest)):
            break
    return list(found.values()), tuple(bad)


def _reaches(tasks: list[TaskPayload], mark: TasksMark) -> bool:
    return any(task.id <= mark.floor for task in tasks)


def _passes(last: TaskPayload, found: Mapping[int, TaskPayload], furthest: Moment) -> bool:
    """Whether the last task of a page and all of its group that was seen are older than what is told."""
    group = [task for task in found.values() if task.run_number == last.run_number]
    return all(task.changed_at < furthest for task in group)


def _grouped(tasks: list[TaskPayload], known: Mapping[int, Group]) -> dict[int, Group]:
    groups = {number: dict(group.tasks) for number, group in known.items()}
    for task in tasks:
        groups.setdefault(task.run_number, {})[task.id] = task
    return {
        number: Group(tasks=every, told=known[number].told if number in known else 0)
        for number, every in groups.items()
    }


def _ended(attempts: Sequence[Attempt], *, settled: bool) -> Iterator[int]:
    """The indexes of the attempts that have ended; the last one only when it has settled."""
    for index, attempt in enumerate(attempts):
        over = all(task.result is not None for task in attempt)
        if over and (index < len(attempts) - 1 or settled):
            yield index


def _state(attempt: Attempt) -> RunState:
    """Where a run stands; one whose tasks have all ended may have jobs to come."""
    states = [task.state for task in attempt if task.result is None]
    if not states:
        return RunState.FINALIZING
    return RunState.EXECUTING if RunState.EXECUTING in states else states[0]


def parse_tasks(page: Page, target: Target) -> tuple[list[TaskPayload], tuple[Unreadable, ...]]:
    name = f"{target.repository} task"
    return parse_each(TaskPayload, page.entries, page.where, lambda task: f"{name} {field_of(task, 'id')}")


def _to_run(attempt: Attempt, number: int, target: Target, definition_of: DefinitionOf) -> Run:
    """An attempt that has ended, as a fact."""
    first = attempt[0]
    results = {task.result for task in attempt}
    return Run(
        repository=target.repository,
        pipeline=first.pipeline,
        run_id=str(first.run_number),
        attempt=number,
        result=next(result for result in WORST_FIRST if result in results),
        workflow=definition_of(first.definition),
        default_branch=first.on_default_branch(target),
        created_at=min(task.begun_at for task in attempt),
        started_at=None,
        finished_at=max(task.changed_at for task in attempt),
    )
