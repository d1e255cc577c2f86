"""What waits in the queue, and the executors. It knows nothing of builds that have begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.http import Http
from exporter.model import Facts, Repository, Unreadable
from exporter.providers.base import parse
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.jenkins.api import Computers, Waiting, parse_list, window

PAGE = 500
_TASK = "items[id,task[_class,name,url]]"
_COMPUTER = "computer[numExecutors,offline]"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a waiting task belongs: the jobs in scope with their repositories, and what is no job or not in scope."""

    origins: Mapping[str, Repository]
    folders: Collection[str]
    covers: Callable[[str], bool]
    owner: str

    def of(self, waiting: Waiting) -> Repository | None:
        """The repository for which it waits; None where it is no run of ours.

        A folder waits to be scanned. A job that is not known yet counts to the owner.
        """
        job = waiting.job
        if waiting.part_of_a_build or (job and (job in self.folders or not self.covers(job))):
            return None
        return self.origins.get(job) or Repository(self.owner, "")


@dataclass(frozen=True, slots=True)
class Queue:
    """How many runs wait, by repository, and what could not be read."""

    pending: Counter[Repository]
    unreadable: tuple[Unreadable, ...] = ()


def read_queue(http: Http, base: str, places: Places) -> Queue:
    entries = {field_of(entry, "id"): entry for page in _pages(http, base) for entry in page}
    waiting, bad = parse_each(Waiting, list(entries.values()), base, lambda entry: f"queue #{field_of(entry, 'id')}")
    belonging = (places.of(one) for one in waiting)
    return Queue(Counter(repository for repository in belonging if repository is not None), bad)


def _pages(http: Http, base: str) -> Iterator[list[Any]]:
    begin = 0
    while True:
        reply = http.get(f"{base}/queue/api/json", {"tree": window(_TASK, begin, begin + PAGE)})
        page = parse_list(reply.json(), "items", reply.url)
        yield page
        if len(page) < PAGE:
            return
        begin += PAGE


def read_workers(http: Http, base: str) -> Facts:
    """The executors, of at most PAGE computers where some are offline."""
    reply = http.get(
        f"{base}/computer/api/json", {"tree": f"busyExecutors,totalExecutors,{window(_COMPUTER, 0, PAGE)}"}
    )
    return Facts(workers=(parse(Computers, reply.json(), reply.url).workers,))
