"""Jenkins: builds of all jobs in folders of any depth, the queue, and the executors, from its remote API.

`jobs` finds the jobs, `builds` what is new of each, `load` what waits and who works; `api` knows Jenkins' words,
`marks` the notes. This module is the configuration and the order of the questions.

What a run is called. A build is one run, attempt 1: a build that is started anew has a number of its own. A job
that is deleted and made anew counts from 1 again, so a run id holds the build's number, the millisecond when it
began, and its number in the queue. None of them changes when the job is renamed, so that its builds are not
counted twice under the new name. Jenkins forgets old builds; totals come from the ledger, and never fall.

Exactly what is asked. One question shows all jobs with their newest builds. Only a job whose newest build is
not the one that was seen is asked for more: the list from the newest build down to one that was seen. Builds
that are open are noted, and asked for by their numbers, until they have ended. The list of jobs already says
that a job's newest build is still building; it is then asked for only while its repository is not known.

Requests of a poll, with c entries in a folder, q tasks in the queue, and n builds of a job that are new:

    always           1 + Σ ⌊c / 100⌋ over the folders, +1 for each folder with entries at a depth of 5, 10, …
                     ⌊q / 500⌋ + 1 for the queue, and 1 for the executors
    a changed job    ⌊n / 100⌋ + 1 where n is not 0, +1 for each build that was open and is not among the new ones
    the first poll   ⌊n / 100⌋ + 1 for each job with builds within `history`

So an organisation in which nothing changed costs 3 requests where no folder holds 100 entries, however many
jobs it has. Jenkins sends no ETag, so nothing is conditional. Every list in an answer is bounded.
A poll that is cut short goes on with the next folder after the last one that was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from exporter.http import Auth, Http, NoAuth
from exporter.model import ActiveRuns, Facts, Repository, Workflow
from exporter.providers.base import Basic, Capability, Duration, HttpProvider, Since
from exporter.providers.common.items import ITEM_ERRORS, distinct, or_unreadable, unreadable
from exporter.providers.common.selection import Selection, matches
from exporter.providers.jenkins.builds import own_repository, read_job
from exporter.providers.jenkins.jobs import Folder, Job, Tree, read_tree
from exporter.providers.jenkins.load import Places, read_queue, read_workers
from exporter.providers.jenkins.marks import (
    CURSOR,
    JobMark,
    active_text,
    cursor_at,
    folder_text,
    folders_below,
    key_of,
    read_active,
    read_folder,
)

__all__ = ["Jenkins"]

STEP = 25
"""Jobs of a folder that are read before what they told is kept."""


class Jenkins(HttpProvider):
    """A Jenkins controller; `url` is that of its web pages, and `token` an API token of `user`.

    Its API shows no files of a repository, so jobs are told apart by their full names (`folder/job`; of a
    multibranch project `project/branch`). A build belongs to the repository that it checked out, and where it
    checked out none, to the one that the job's path names.
    """

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.RUNS})

    kind: Literal["jenkins"]
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 60.0
    timeout: Annotated[Duration, Field(ge=0.1, le=3600)] = 50.0
    user: Annotated[str, Field(pattern=r"^[^:\s]+$")] | None = None
    """The user whose API token `token` or `token_file` holds."""
    jobs: tuple[str, ...] = ("*",)
    """Shell patterns of the full names of jobs that are in scope."""
    exclude: tuple[str, ...] = ()
    """Shell patterns of those that are not; a folder that one of them fits is not looked into."""
    integrated_jobs: tuple[str, ...] = ()
    """Shell patterns of the full names of jobs that run the integrated workflow."""
    legacy_jobs: tuple[str, ...] = ()
    """Shell patterns of the full names of jobs that run the separate tools' workflow."""
    owner: str = ""
    """The owner of builds whose repository names none."""
    default_branch: tuple[str, ...] = ("main", "master", "")
    """Names of the default branch; a build that tells of no branch has the name ""."""
    history: Duration = 7 * 86400.0
    """How far back the first poll reads, and the longest time that a job may be out of sight."""

    @model_validator(mode="after")
    def _user_and_token(self) -> Self:
        if (self.user is None) != (self.token is None and self.token_file is None):
            raise ValueError("user and its API token belong together; give user, and token or token_file")
        return self

    @property
    def selection(self) -> Selection:
        return Selection(self.jobs, self.exclude)

    def auth(self) -> Auth:
        return NoAuth() if self.user is None else Basic(self.user, self.token, self.token_file)

    def workflow(self, job: str) -> Workflow:
        if matches(job, self.integrated_jobs):
            return Workflow.INTEGRATED
        return Workflow.LEGACY if matches(job, self.legacy_jobs) else Workflow.OTHER

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """Yields what is new, folder by folder, and at last what has not ended and the executors."""
        yield from _Poll(self, http, since, self.at("").rstrip("/")).steps()


@dataclass(slots=True)
class _Poll:
    """One poll: what it asks, and what it has learned on the way."""

    source: Jenkins
    http: Http
    since: Since
    base: str
    origins: dict[str, Repository] = field(default_factory=dict)
    executing: Counter[Repository] = field(default_factory=Counter)

    def steps(self) -> Iterator[Facts]:
        tree = read_tree(self.http, self.base, self.source.selection)
        yield Facts(unreadable=distinct(tree.unreadable))
        for folder in self._rotated(tree):
            yield from self._folder(folder)
        self._count_unseen(tree)
        yield or_unreadable("computer", lambda: read_workers(self.http, self.base))
        yield self._active(tree)

    def _rotated(self, tree: Tree) -> list[Folder]:
        """The folders from the first one after the last that was done."""
        after = self.since.get(CURSOR)
        names = sorted(tree.folders)
        index = next((i for i, name in enumerate(names) if after and cursor_at(name) > after), 0)
        return [tree.folders[name] for name in names[index:] + names[:index]]

    def _folder(self, folder: Folder) -> Iterator[Facts]:
        """What is new of a folder's jobs, some at a time; nothing where all is as it was noted.

        The notes of jobs that are gone go with them, where it is known that they are gone.
        """
        before = read_folder(self.since, folder.full_name)
        jobs = folder.jobs(self.source.selection)
        names = {job.name for job in jobs}
        marks = {name: mark for name, mark in before.items() if name in names or not folder.whole}
        for begin in range(0, max(1, len(jobs)), STEP):
            facts = Facts.merged(self._job(job, marks) for job in jobs[begin : begin + STEP])
            if marks != before or facts.unreadable:
                before = dict(marks)
                noted = {key_of(folder.full_name): folder_text(marks), CURSOR: cursor_at(folder.full_name)}
                yield replace(facts, marks=noted)
        self._count(marks)

    def _job(self, job: Job, marks: dict[str, JobMark]) -> Facts:
        """What is new of a job, and its mark among the others."""
        before = marks.get(job.name, JobMark())
        found = read_job(self.http, self.base, job, before, self.source, self.since.now - self.source.history)
        if found.mark != before:
            marks[job.name] = found.mark
        self.origins[job.full_name] = found.mark.known or own_repository(job, self.source.owner)
        return Facts(runs=tuple(found.runs), unreadable=tuple(found.unreadable))

    def _count(self, marks: Mapping[str, JobMark]) -> None:
        self.executing.update(Repository(*pair) for mark in marks.values() for pair in mark.open.values())

    def _count_unseen(self, tree: Tree) -> None:
        """Builds of folders that could not be read now go on as far as we know."""
        unread = [folder.full_name for folder in tree.folders.values() if not folder.whole]
        below = {name for folder in unread for name in folders_below(self.since, folder)}
        for name in sorted(below - tree.folders.keys()):
            self._count(read_folder(self.since, name))

    def _active(self, tree: Tree) -> Facts:
        """What has not ended, by repository: builds, and what waits in the queue.

        Where anything was active before and nothing is now, that is said too. What waits is half of each of
        these facts: while it cannot be read, none of them is told.
        """
        places = Places(self.origins, tree.folders.keys(), self.source.selection.names, self.source.owner)
        try:
            queue = read_queue(self.http, self.base, places)
        except ITEM_ERRORS as error:
            return Facts(unreadable=(unreadable("queue", error),), marks={CURSOR: ""})
        busy = queue.pending.keys() | self.executing.keys()
        told = sorted(busy | read_active(self.since))
        return Facts(
            active=tuple(ActiveRuns(one, queue.pending[one], self.executing[one]) for one in told),
            unreadable=tuple(queue.unreadable),
            marks={**active_text(busy), CURSOR: ""},
        )
