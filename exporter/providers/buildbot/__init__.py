"""Buildbot: builds and waiting requests, from the data API of its web server.

https://docs.buildbot.net/latest/developer/rest.html describes the API (`/api/v2`), since Buildbot 0.9.
This module knows its words and its ways; what a run is to the exporter, `exporter.model` knows.

What a run is called. A build is one run, attempt 1: a build that lost its worker is built again under
a new id. A master that is set up anew counts its ids from 1 again, so a run id is `<buildid>@<when it
was started>`: the new master's runs are never taken for the old one's.

Exactly what is asked. Ids are given in the order of starting, but builds end in any order. The marks
hold the newest build that was seen and every build that was still open: a poll lists the builds from
the newest one on, and asks for the open ones by their ids. So a build that hangs for a week costs one
id in one request, and not a week of builds to list again. A build is a run once it is complete.

A master that was set up anew, or has forgotten its old builds, shows no build with the mark's id and
time of start. Then, as in the first poll, all builds that were started within `history` are listed;
those that the ledger has are not counted again, nor are those older than its retention.
Runs of several masters on one database could be missed if their ids became visible in another order
than they were given; that takes two builds that are started within the same milliseconds as the poll.

Requests of a poll, with n builds that are new and o that were open, and pages of 100:

    pages = ⌊(n + 1) / 100⌋ + 1        open = ⌈o / 100⌉
    at most 2 · pages + 2 · open + 3;  with nothing new, nothing open and nothing waiting: 2

Each page is followed by one request for when its complete builds were submitted, which is how long they
waited; the 3 are the names of the builders, the waiting requests, and their source stamps. The first
poll adds 1, and one that finds a new master 2. Buildbot sends no ETag, so nothing is conditional. An
item that cannot be read is reported once, by the poll that met it; its build is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urlencode

from exporter.errors import Reason
from exporter.http import Http
from exporter.model import ActiveRuns, Facts, Moment, Repository, Run, Unreadable, Workflow
from exporter.providers.base import Capability, Duration, HttpProvider, Since
from exporter.providers.buildbot.api import (
    Build,
    Builder,
    Buildset,
    Submission,
    Waiting,
    named,
    parse_items,
    parse_list,
    parse_origin,
    parse_result,
)
from exporter.providers.buildbot.marks import Marks, active_text, builds_text, identity_of, newest_of, number_of
from exporter.providers.common.origin import repository_at

PAGE = 100
_PROPERTIES = (("property", "repository"), ("property", "project"), ("property", "branch"))

Pairs = Sequence[tuple[str, str | int]]
B = TypeVar("B", Build, Waiting)


class Buildbot(HttpProvider):
    """A Buildbot master, or several on one database; `url` is that of its web pages.

    Its API shows no files of a repository, so builders are told apart by their names: shell patterns
    say which of them run the integrated or the legacy workflow. A build belongs to the repository that its
    properties `repository` and `project` name, and to `owner` where they name no owner.
    """

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.RUNS})

    kind: Literal["buildbot"]
    builders: tuple[str, ...] = ("*",)
    """Shell patterns of the builders that are in scope."""
    exclude: tuple[str, ...] = ()
    """Shell patterns of those that are not."""
    integrated_builders: tuple[str, ...] = ()
    """Shell patterns of the builders that run the integrated workflow."""
    legacy_builders: tuple[str, ...] = ()
    """Shell patterns of the builders that run the separate tools' workflow."""
    owner: str = ""
    """The owner of builds whose properties name none."""
    default_branch: tuple[str, ...] = ("main", "master", "")
    """Names of the default branch; Buildbot itself says nothing (here "") when it means it."""
    history: Duration = 7 * 86400.0
    """How far back the first poll reads."""

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """Yields the builds page by page, each with its mark, and at last what has not ended."""
        yield from _Poll(self, http, since).steps()

    def covers(self, builder: str) -> bool:
        return _any(self.builders, builder) and not _any(self.exclude, builder)

    def workflow(self, builder: str) -> Workflow:
        if _any(self.integrated_builders, builder):
            return Workflow.INTEGRATED
        return Workflow.LEGACY if _any(self.legacy_builders, builder) else Workflow.OTHER


def _any(patterns: Iterable[str], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def repository_of(build: Build, owner: str) -> Repository:
    return repository_at(build.text("repository"), owner, build.text("project"))


def parse_run(build: Build, builder: str, submitted_at: Moment | None, source: Buildbot) -> Run:
    """A complete build as a run. Without a time of submission, how long it waited is not known."""
    waited = submitted_at is not None
    return Run(
        repository=repository_of(build, source.owner),
        pipeline=builder,
        run_id=build.identity,
        attempt=1,
        result=parse_result(build.results),
        workflow=source.workflow(builder),
        default_branch=build.text("branch") in source.default_branch,
        created_at=build.started_at if submitted_at is None else submitted_at,
        started_at=build.started_at if waited else None,
        finished_at=build.started_at if build.complete_at is None else build.complete_at,
    )


@dataclass(slots=True)
class _Poll:
    """One poll: what it asks, and what it has learned on the way."""

    source: Buildbot
    http: Http
    since: Since
    names: dict[int, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    executing: Counter[Repository] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def steps(self) -> Iterator[Facts]:
        """The builds, from the newest one known or from the beginning of the history, then what is active."""
        before = Marks.of(self.since)
        page = self._page("buildid__ge", number_of(before.newest)) if before.newest else []
        resumes = bool(page) and identity_of(page[0]) == before.newest
        yield self._earlier(before, resumes=resumes)
        if not resumes:
            page = self._page("started_at__ge", self._cutoff)
        while page:
            newest = newest_of(page, self.source.at("api/v2/builds"))
            yield self._learn(page, newest)
            page = self._page("buildid__ge", number_of(newest) + 1) if len(page) >= PAGE else []
        yield self._active(before.active)

    @property
    def _cutoff(self) -> int:
        return int(self.since.now - self.source.history)

    def _earlier(self, before: Marks, *, resumes: bool) -> Facts:
        """The open builds that the list of new ones does not hold, as they are now."""
        asked = before.open - {before.newest} if resumes else before.open
        items = [item for item in self._builds_of(asked) if identity_of(item) in asked]
        if resumes:
            self.open = before.open & {before.newest}
            self.seen.update({before.newest} - before.open)
            return self._learn(items, before.newest)
        old = (("complete", "false"), ("started_at__lt", self._cutoff), ("order", "buildid"))
        return self._learn([*items, *self._list("builds", (*old, *_PROPERTIES))], "")

    def _learn(self, items: Iterable[Any], newest: str) -> Facts:
        """What these builds tell, with the marks that say so; those already seen tell nothing."""
        unseen = {identity_of(item) or index: item for index, item in enumerate(items)}
        fresh = [item for identity, item in unseen.items() if identity not in self.seen]
        self.seen.update(identity for identity in unseen if isinstance(identity, str))
        builds, unreadable = parse_items(fresh, Build, named("build", "buildid"))
        mine, strays = self._of_builders(builds)
        ended = [build for build in mine if build.complete]
        going = [build for build in mine if not build.complete]
        submitted, unknown = self._submitted(ended)
        self.executing.update(repository_of(build, self.source.owner) for build in going)
        self.open = (self.open - unseen.keys()) | {build.identity for build in going}
        runs = [parse_run(b, self.names[b.builderid], submitted.get(b.buildrequestid), self.source) for b in ended]
        return Facts(
            runs=tuple(runs),
            unreadable=(*unreadable, *strays, *unknown),
            marks=builds_text(newest, self.open),
        )

    def _active(self, before: frozenset[Repository]) -> Facts:
        """What has not ended, by repository: open builds, and requests that no master has claimed.

        A request that was collapsed into another is complete, and therefore no longer among them.
        A build has its properties a moment after its start; until then it is of no repository.
        Where anything was active `before` and nothing is now, that is said too.
        """
        asked = (("complete", "false"), ("claimed", "false"))
        requests = self._list("buildrequests", asked)
        waiting, unreadable = parse_items(requests, Waiting, named("buildrequest", "buildrequestid"))
        mine, strays = self._of_builders(waiting)
        origins, unknown = self._origins() if mine else ({}, [])
        nowhere = Repository(self.source.owner, "")
        pending = Counter(origins.get(request.buildsetid, nowhere) for request in mine)
        busy = pending.keys() | self.executing.keys()
        return Facts(
            active=tuple(ActiveRuns(one, pending[one], self.executing[one]) for one in sorted(busy | before)),
            unreadable=(*unreadable, *strays, *unknown),
            marks=active_text(busy),
        )

    def _of_builders(self, items: Sequence[B]) -> tuple[list[B], list[Unreadable]]:
        """Those of the builders that are wanted; the names are asked for when one is missing."""
        if any(item.builderid not in self.names for item in items):
            builders = self._list("builders")
            self.names = {b.builderid: b.name for b in parse_items(builders, Builder, named("builder", "builderid"))[0]}
        known = [item for item in items if item.builderid in self.names]
        strays = sorted({item.builderid for item in items} - self.names.keys())
        missing = [Unreadable(f"builder {one}", Reason.NOT_FOUND, "it is not among the builders") for one in strays]
        return [item for item in known if self.source.covers(self.names[item.builderid])], missing

    def _submitted(self, builds: Sequence[Build]) -> tuple[dict[int | None, Moment], list[Unreadable]]:
        """When the requests of these builds were submitted."""
        ids = sorted({build.buildrequestid for build in builds if build.buildrequestid is not None})
        items = self._by_ids("buildrequests", "buildrequestid", ids)
        good, bad = parse_items(items, Submission, named("buildrequest", "buildrequestid"))
        return {request.buildrequestid: request.submitted_at for request in good}, bad

    def _origins(self) -> tuple[dict[int, Repository], list[Unreadable]]:
        items = self._list("buildsets", (("complete", "false"),))
        good, bad = parse_items(items, Buildset, named("buildset", "bsid"))
        return {buildset.bsid: parse_origin(buildset, self.source.owner) for buildset in good}, bad

    def _builds_of(self, identities: Iterable[str]) -> list[Any]:
        return self._by_ids("builds", "buildid", sorted(map(number_of, identities)), _PROPERTIES)

    def _by_ids(self, collection: str, key: str, ids: Sequence[int], more: Pairs = ()) -> list[Any]:
        """The items with these ids, as many at a time as fit into an address."""
        chunks = [ids[begin : begin + PAGE] for begin in range(0, len(ids), PAGE)]
        return [item for chunk in chunks for item in self._list(collection, (*((key, one) for one in chunk), *more))]

    def _page(self, key: str, value: int) -> list[Any]:
        """Up to PAGE builds, in the order of their ids, from `value` on."""
        return self._list("builds", ((key, value), ("order", "buildid"), ("limit", PAGE), *_PROPERTIES))

    def _list(self, collection: str, pairs: Pairs = ()) -> list[Any]:
        query = "?" + urlencode(pairs) if pairs else ""
        reply = self.http.get(self.source.at(f"api/v2/{collection}") + query)
        return parse_list(reply.json(), collection, reply.url)
