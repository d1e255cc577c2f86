"""Merged pull requests, and how long their first commit waited for the merge.

The closed pull requests are listed by their last update, newest first, by ETag; a merge is an
update, so reading down to shortly before the newest update seen last time finds every new merge.
What was told within that overlap is remembered by number. Only merges into the default branch count.

It knows pull requests and their commits; what lead time is, `exporter.providers.common.changes` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from exporter.errors import BadPayload
from exporter.http import Http, Reply
from exporter.model import Facts, Moment, Seconds, Unreadable
from exporter.providers.base import Payload, Since, When, parse
from exporter.providers.common.changes import OVERLAP, Merge, read_merges
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.github.api import PER_PAGE, Target

PARAMS: Mapping[str, str | int] = {"state": "closed", "sort": "updated", "direction": "desc", "per_page": PER_PAGE}


class BasePayload(Payload):
    ref: str | None = None


class PullPayload(Payload):
    number: int
    base: BasePayload | None = None
    created_at: When
    updated_at: When
    merged_at: When | None = None

    def merge(self, target: Target) -> Merge | None:
        """It as a merge into the default branch, if it is one."""
        into = self.base.ref if self.base else None
        if self.merged_at is None or not target.is_default(into):
            return None
        return Merge(self.number, self.created_at, self.merged_at)


class AuthorPayload(Payload):
    date: Any = None


class CommitPayload(Payload):
    author: AuthorPayload | None = None


class ListedCommitPayload(Payload):
    commit: CommitPayload | None = None


class ChangesMark(Mark):
    """`up_to` is the newest update that was seen; `told` are the merges since shortly before it."""

    etag: str | None = None
    up_to: Moment
    told: dict[int, Moment] = Field(default_factory=dict)


def mark_name(target: Target) -> str:
    return f"changes:{target.repository}"


def read_changes(http: Http, target: Target, since: Since, history: Seconds) -> Facts:
    """The merges that are new. The mark never passes one whose commits could not be read."""
    furthest = since.now - history
    known = read_mark(ChangesMark, since.get(mark_name(target)))
    floor = furthest if known is None else max(known.up_to - OVERLAP, furthest)
    url = target.at("pulls")
    reply = http.get(url, PARAMS, etag=known.etag if known else None)
    if reply.not_modified:
        return Facts()
    pulls, bad = _listed(http.pages_from(reply, url), target, floor)
    told = {} if known is None else known.told
    fresh = [merge for pull in pulls if (merge := pull.merge(target)) and merge.merged_at >= floor]
    news = [merge for merge in fresh if merge.number not in told]
    merges = read_merges(target.repository, "pull", news, lambda merge: _commit_dates(http, target, merge))
    newest = min(max((pull.updated_at for pull in pulls), default=0.0), since.now)  # a date in the future hides nothing
    up_to = min([*merges.missing, max(newest, furthest if known is None else known.up_to)])
    trouble = (*bad, *merges.unreadable)
    mark = ChangesMark(
        etag=None if trouble else reply.etag,
        up_to=up_to,
        told={number: at for number, at in (told | merges.told).items() if at >= up_to - OVERLAP},
    )
    return Facts(changes=merges.changes, unreadable=trouble, marks={mark_name(target): mark.model_dump_json()})


def _listed(pages: Iterator[Reply], target: Target, floor: Moment) -> tuple[list[PullPayload], tuple[Unreadable, ...]]:
    """The pull requests updated since `floor`, each once, and the malformed ones among them."""
    pulls: dict[int, PullPayload] = {}
    bad: list[Unreadable] = []
    for page in pages:
        listed, malformed = parse_pulls(page.json(), page.url, target)
        bad.extend(malformed)
        for pull in listed:
            pulls.setdefault(pull.number, pull)
        if any(pull.updated_at < floor for pull in listed):
            break
    return list(pulls.values()), tuple(bad)


def _commit_dates(http: Http, target: Target, merge: Merge) -> list[Any]:
    """The dates of its commits; GitHub lists the first 250."""
    pages = http.pages(target.at(f"pulls/{merge.number}/commits"), {"per_page": PER_PAGE})
    return [date for page in pages for date in parse_commit_dates(page.json(), page.url)]


def parse_pulls(data: Any, where: str, target: Target) -> tuple[list[PullPayload], tuple[Unreadable, ...]]:
    return parse_each(PullPayload, data, where, lambda pull: f"{target.repository} pull {field_of(pull, 'number')}")


def parse_commit_dates(data: Any, where: str) -> list[Any]:
    """The author dates as they are written. BadPayload: it is no list of commits."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of commits, got {type(data).__name__}")
    commits = [parse(ListedCommitPayload, entry, where) for entry in data]
    return [one.commit.author.date for one in commits if one.commit and one.commit.author]
