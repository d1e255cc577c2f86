"""Merged pull requests, and how long their first commit waited for the merge.

A merge is a push and closes a pull request, so the listing of the repositories shows that there may
be one; otherwise the pull requests are asked for once an hour, for a merge that somebody marks by hand
shows nowhere else. The closed ones are listed by their last update, newest first; reading down to
shortly before the newest update seen last time finds every new merge. What was told within that
overlap is remembered by number. Only merges into the default branch count.

It knows pull requests and their commits; what lead time is, `exporter.providers.common.changes` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from exporter.http import Http
from exporter.model import Facts, Moment, Seconds, Unreadable
from exporter.providers.base import Payload, Since, When, parse
from exporter.providers.common.changes import OVERLAP, Merge, read_merges
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitea.api import Maybe, Page, Target, pages

ASK_EVERY: Seconds = 3600.0
SETTLING: Seconds = 60.0
"""Gitea notes a push, and the merge that it was, one after the other."""
PARAMS: Mapping[str, str] = {"state": "closed", "sort": "recentupdate"}
DATES_ALONE: Mapping[str, str] = {"stat": "false", "verification": "false", "files": "false"}


class BasePayload(Payload):
    ref: str | None = None


class PullPayload(Payload):
    number: int
    base: BasePayload | None = None
    created_at: When
    updated_at: When
    merged_at: Maybe = None

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

    traffic: str = ""
    read_at: Moment
    up_to: Moment
    told: dict[int, Moment] = Field(default_factory=dict)

    def fresh(self, target: Target, now: Moment) -> bool:
        return self.traffic == target.traffic and 0 <= now - self.read_at < ASK_EVERY


def mark_name(target: Target) -> str:
    return f"changes:{target.repository}"


def read_changes(http: Http, target: Target, since: Since, history: Seconds) -> Facts:
    """The merges that are new. The mark never passes one whose commits could not be read."""
    known = read_mark(ChangesMark, since.get(mark_name(target)))
    # an empty repository answers 404 to this question, as one does that has no pull requests
    if target.empty or not target.has_pulls or (known is not None and known.fresh(target, since.now)):
        return Facts()
    furthest = since.now - history
    floor = furthest if known is None else max(known.up_to - OVERLAP, furthest)
    pulls, bad = _listed(http, target, floor)
    told = {} if known is None else known.told
    fresh = [merge for pull in pulls if (merge := pull.merge(target)) and merge.merged_at >= floor]
    news = [merge for merge in fresh if merge.number not in told]
    merges = read_merges(target.repository, "pull", news, lambda merge: _commit_dates(http, target, merge))
    newest = min(max((pull.updated_at for pull in pulls), default=0.0), since.now)  # a date in the future hides nothing
    up_to = min([*merges.missing, max(newest, furthest if known is None else known.up_to)])
    trouble = (*bad, *merges.unreadable)
    mark = ChangesMark(
        traffic="" if trouble or not _settled(target, since.now) else target.traffic,
        read_at=since.now,
        up_to=up_to,
        told={number: at for number, at in (told | merges.told).items() if at >= up_to - OVERLAP},
    )
    return Facts(changes=merges.changes, unreadable=trouble, marks={mark_name(target): mark.model_dump_json()})


def _settled(target: Target, now: Moment) -> bool:
    return target.updated_at is None or now - target.updated_at >= SETTLING


def _listed(http: Http, target: Target, floor: Moment) -> tuple[list[PullPayload], tuple[Unreadable, ...]]:
    """The pull requests updated since `floor`, each once, and the malformed ones among them."""
    pulls: dict[int, PullPayload] = {}
    bad: list[Unreadable] = []
    for page in pages(http, target.at("pulls"), PARAMS):
        listed, malformed = parse_pulls(page, target)
        bad.extend(malformed)
        for pull in listed:
            pulls.setdefault(pull.number, pull)
        if any(pull.updated_at < floor for pull in listed):
            break
    return list(pulls.values()), tuple(bad)


def _commit_dates(http: Http, target: Target, merge: Merge) -> list[Any]:
    every = pages(http, target.at(f"pulls/{merge.number}/commits"), DATES_ALONE)
    return [date for page in every for date in parse_commit_dates(page)]


def parse_pulls(page: Page, target: Target) -> tuple[list[PullPayload], tuple[Unreadable, ...]]:
    name = f"{target.repository} pull"
    return parse_each(PullPayload, page.entries, page.where, lambda pull: f"{name} {field_of(pull, 'number')}")


def parse_commit_dates(page: Page) -> list[Any]:
    """The author dates as they are written."""
    commits = [parse(ListedCommitPayload, entry, page.where) for entry in page.entries]
    return [one.commit.author.date for one in commits if one.commit and one.commit.author]
