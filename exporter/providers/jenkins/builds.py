"""What is new of a job: the builds that began since the newest one seen, and those that were open then.

It knows how a job is asked and what a build is as a run; which jobs there are, `jobs` knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from exporter.errors import BadPayload, NotFound
from exporter.http import Http
from exporter.model import Moment, Repository, Run, Unreadable, Workflow
from exporter.providers.base import parse
from exporter.providers.common.items import ITEM_ERRORS, field_of, unreadable
from exporter.providers.common.origin import repository_at
from exporter.providers.jenkins.api import BUILD, Build, Stamp, parse_list, parse_result, path_to, window
from exporter.providers.jenkins.jobs import Job
from exporter.providers.jenkins.marks import JobMark, Pair, pair_of, parts_of

PAGE = 100
"""The most that `builds` shows; what is older only `allBuilds` does."""
OVERLAP = 10
"""A page begins so many builds early, so that none is passed over when newer ones are deleted in between."""


class Rules(Protocol):
    """What the configuration says of a job's builds."""

    @property
    def owner(self) -> str: ...

    @property
    def default_branch(self) -> tuple[str, ...]: ...

    def workflow(self, job: str) -> Workflow: ...


@dataclass(slots=True)
class Found:
    """What was read of one job."""

    mark: JobMark
    runs: list[Run] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def read_job(http: Http, base: str, job: Job, before: JobMark, rules: Rules, since: Moment) -> Found:
    """The job's builds since `before`; of a job without a mark, those that began at or after `since`.

    What cannot be read of the whole job leaves its mark as it was.
    """
    reading = _Reading(http, f"{base}/{path_to(job.path)}", job, before, rules, since)
    try:
        return reading.found()
    except ITEM_ERRORS as error:
        return Found(before, unreadable=[unreadable(job.full_name, error)])


def repository_of(build: Build, job: Job, owner: str, known: Repository | None) -> tuple[Repository, bool]:
    """The build's repository, and whether a checkout named it.

    Of several checkouts it is the one that the job's path names; else the last, for shared libraries come first.
    Without any it is the job's own, as it was `known`, or as its path says.
    """
    every = [repository_at(one.address, owner) for one in build.checkouts]
    named = [one for one in every if one.name]
    if named:
        parts = {part.lower() for part in job.path}
        return next((one for one in named if one.name.lower() in parts), named[-1]), True
    return known or own_repository(job, owner), False


def own_repository(job: Job, owner: str) -> Repository:
    """What a job's path says, where no checkout has said more."""
    return repository_at("", owner, job.project)


def parse_run(build: Build, job: Job, repository: Repository, rules: Rules) -> Run:
    """A build that has ended. Its `timestamp` is when it left the queue and began."""
    waited = build.waited
    return Run(
        repository=repository,
        pipeline=job.pipeline,
        run_id=run_id(build, job),
        attempt=1,
        result=parse_result(build.result),
        workflow=rules.workflow(job.full_name),
        default_branch=on_default_branch(build, job, rules.default_branch),
        created_at=build.begun_at - (waited or 0.0),
        started_at=None if waited is None else build.begun_at,
        finished_at=build.finished_at,
    )


def run_id(build: Build, job: Job) -> str:
    """Tells the builds of a repository apart: two jobs may begin builds of one number in the same millisecond.

    The number in the queue stays when a job is renamed; servers before 1.601 do not tell it.
    """
    return f"{build.identity}:{build.queue_id if build.queue_id and build.queue_id > 0 else job.full_name}"


def on_default_branch(build: Build, job: Job, names: Sequence[str]) -> bool:
    """By the mark of the primary branch, where there is one, else by the branch's name."""
    if job.primary is not None:
        return job.primary
    if job.branch is not None:
        return job.branch in names
    branches = [one.branch for one in build.checkouts]
    return (branches[-1] if branches else "") in names


@dataclass(slots=True)
class _Reading:
    """One job, read once."""

    http: Http
    url: str
    job: Job
    before: JobMark
    rules: Rules
    since: Moment
    open: dict[str, Pair] = field(default_factory=dict)
    bad: list[Unreadable] = field(default_factory=list)

    def found(self) -> Found:
        listed = self._listed()
        stamps = [stamp for stamp in map(stamp_of, listed) if stamp]
        builds = [*self._builds(listed), *self._earlier({stamp.identity for stamp in stamps})]
        places = [repository_of(build, self.job, self.rules.owner, None) for build in builds]
        known = next((repository for repository, told in places if told), self.before.known)
        mark = JobMark(
            newest=self._newest(stamps),
            open={**self.open, **self._going(builds, known)},
            repository=known and pair_of(known),
        )
        runs = [parse_run(one, self.job, self._place(one, known), self.rules) for one in builds if one.final]
        return Found(mark, runs, self.bad)

    def _place(self, build: Build, known: Repository | None) -> Repository:
        return repository_of(build, self.job, self.rules.owner, known)[0]

    def _going(self, builds: Iterable[Build], known: Repository | None) -> dict[str, Pair]:
        """Those that have not ended. One that stopped without a result is given up with the history."""
        going = (one for one in builds if one.building or (not one.final and one.begun_at >= self.since))
        return {one.identity: pair_of(self._place(one, known)) for one in going}

    def _newest(self, stamps: Sequence[Stamp]) -> str:
        if stamps:
            return stamps[0].identity
        return self.before.newest or (self.job.last.identity if self.job.last else "")

    def _is_new(self, build: Stamp) -> bool:
        return self.before.is_new(build) if self.before.newest else build.begun_at >= self.since

    def _listed(self) -> list[Any]:
        """The builds from the newest one down to one that was seen, each once; none where nothing is new."""
        last = self.job.last
        if last is None or not self._is_new(last):
            return []
        entries: dict[str, Any] = {}
        begin, end = 0, min(PAGE, self._count(last))
        while True:
            page = self._page(begin, end)
            entries.update((field_of(entry, "number"), entry) for entry in page)
            oldest = next((stamp for stamp in map(stamp_of, reversed(page)) if stamp), None)
            if len(page) < end - begin or oldest is None or not self._is_new(oldest):
                return list(entries.values())
            begin, end = max(0, end - OVERLAP), end + PAGE

    def _count(self, last: Stamp) -> int:
        """How many builds there can be down to the newest one that was seen, and one more, which shows the end."""
        seen = parts_of(self.before.newest)[0]
        return last.number + 1 - (seen if 0 <= seen < last.number else 0)

    def _page(self, begin: int, end: int) -> list[Any]:
        key = "builds" if end <= PAGE else "allBuilds"
        reply = self.http.get(f"{self.url}api/json", {"tree": window(f"{key}[{BUILD}]", begin, end)})
        return parse_list(reply.json(), key, reply.url)

    def _builds(self, entries: Iterable[Any]) -> list[Build]:
        """Those that are new or were open, and can be read."""
        stamped = ((stamp_of(entry), entry) for entry in entries)
        wanted = (e for stamp, e in stamped if not stamp or self._is_new(stamp) or stamp.identity in self.before.open)
        return [build for entry in wanted for build in self._parsed(entry)]

    def _earlier(self, listed: Collection[str]) -> Iterator[Build]:
        """The builds that were open and are not in the list, as they are now; those that are gone are left out."""
        last = self.job.last
        for identity, pair in self.before.open.items():
            number = parts_of(identity)[0]
            if last is None or identity in listed or number > last.number:
                continue
            if identity == last.identity and last.building and self.before.repository:
                self.open[identity] = pair  # the list of jobs says all that there is to say
                continue
            try:
                yield from self._single(number, identity)
            except ITEM_ERRORS as error:
                self.open[identity] = pair
                self.bad.append(unreadable(f"{self.job.full_name} #{number}", error))

    def _single(self, number: int, identity: str) -> list[Build]:
        """The build of that number, unless it is gone or, in a job that was made anew, another one."""
        try:
            reply = self.http.get(f"{self.url}{number}/api/json", {"tree": BUILD})
        except NotFound:
            return []
        entry = reply.json()
        stamp = stamp_of(entry)
        return self._parsed(entry) if stamp and stamp.identity == identity else []

    def _parsed(self, entry: Any) -> list[Build]:
        """The build, or none and why."""
        name = f"{self.job.full_name} #{field_of(entry, 'number')}"
        try:
            return [parse(Build, entry, name)]
        except BadPayload as error:
            self.bad.append(unreadable(name, error))
            return []


def stamp_of(entry: Any) -> Stamp | None:
    """What tells an unread build from others; None where it does not say."""
    try:
        return Stamp.model_validate(entry)
    except ValidationError:
        return None
