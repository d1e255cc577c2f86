"""Pull requests as GitHub tells them, and Gitea after it: closed ones by their last update, newest first.

A merge is an update, so reading down to shortly before the newest update seen last time finds every
new merge. It knows payloads and what was told; how the lists are asked for, each host knows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from exporter.errors import BadPayload
from exporter.model import Moment, Repository, Unreadable
from exporter.providers.base import Payload, When, parse
from exporter.providers.common.changes import OVERLAP, Merge, Merges, read_merges
from exporter.providers.common.items import field_of, parse_each


class BasePayload(Payload):
    ref: str | None = None


class PullPayload(Payload):
    number: int
    base: BasePayload | None = None
    created_at: When
    updated_at: When
    merged_at: When | None = None

    def merge(self, is_default: Callable[[str | None], bool]) -> Merge | None:
        """It as a merge into the default branch, if it is one."""
        if self.merged_at is None or not is_default(self.base.ref if self.base else None):
            return None
        return Merge(self.number, self.created_at, self.merged_at)


class AuthorPayload(Payload):
    date: Any = None


class CommitPayload(Payload):
    author: AuthorPayload | None = None


class ListedCommitPayload(Payload):
    commit: CommitPayload | None = None


P = TypeVar("P", bound=PullPayload)
Listed = tuple[list[P], tuple[Unreadable, ...]]
"""Pull requests, and the malformed ones beside them."""


class Read(NamedTuple):
    """`up_to` is the newest update that was seen; `told` are the merges since shortly before it."""

    up_to: Moment
    told: dict[int, Moment]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back this reading goes: to where the last one stood, and never beyond `furthest`."""

    now: Moment
    furthest: Moment
    known: Read | None

    @property
    def floor(self) -> Moment:
        return self.furthest if self.known is None else max(self.known.up_to - OVERLAP, self.furthest)

    def listed(self, pages: Iterable[Listed[P]]) -> Listed[P]:
        """The pull requests updated since the floor, each once; no page is asked for beyond it."""
        pulls: dict[int, P] = {}
        bad: list[Unreadable] = []
        for listed, malformed in pages:
            bad.extend(malformed)
            for pull in listed:
                pulls.setdefault(pull.number, pull)
            if any(pull.updated_at < self.floor for pull in listed):
                break
        return list(pulls.values()), tuple(bad)

    def merges(
        self,
        repository: Repository,
        pulls: Iterable[PullPayload],
        is_default: Callable[[str | None], bool],
        dates_of: Callable[[Merge], Iterable[Any]],
    ) -> Merges:
        """The merges among them that were not told; `dates_of` asks for one's author dates."""
        told = {} if self.known is None else self.known.told
        found = (pull.merge(is_default) for pull in pulls)
        news = [merge for merge in found if merge and merge.merged_at >= self.floor and merge.number not in told]
        return read_merges(repository, "pull", news, dates_of)

    def after(self, pulls: Iterable[PullPayload], merges: Merges) -> Read:
        """How far the list is read after these. It never passes a merge whose commits could not be read."""
        # a date in the future must not hide what comes before it
        newest = min(max((pull.updated_at for pull in pulls), default=0.0), self.now)
        up_to = min([*merges.missing, max(newest, self.furthest if self.known is None else self.known.up_to)])
        every = merges.told if self.known is None else self.known.told | merges.told
        return Read(up_to, {number: at for number, at in every.items() if at >= up_to - OVERLAP})


def parse_pulls(model: type[P], entries: Any, where: str, repository: Repository) -> Listed[P]:
    return parse_each(model, entries, where, lambda pull: f"{repository} pull {field_of(pull, 'number')}")


def parse_commit_dates(data: Any, where: str) -> list[Any]:
    """The author dates as they are written. BadPayload: it is no list of commits."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of commits, got {type(data).__name__}")
    commits = [parse(ListedCommitPayload, entry, where) for entry in data]
    return [one.commit.author.date for one in commits if one.commit and one.commit.author]
