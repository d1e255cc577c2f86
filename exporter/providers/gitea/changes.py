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
from exporter.model import Facts, Moment, Seconds
from exporter.providers.base import Since
from exporter.providers.common import pulls
from exporter.providers.common.changes import Merge
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.common.pulls import Reach, Read, parse_commit_dates, parse_pulls
from exporter.providers.gitea.api import Maybe, Target, pages

ASK_EVERY: Seconds = 3600.0
SETTLING: Seconds = 60.0
"""Gitea notes a push, and the merge that it was, one after the other."""
PARAMS: Mapping[str, str] = {"state": "closed", "sort": "recentupdate"}
DATES_ALONE: Mapping[str, str] = {"stat": "false", "verification": "false", "files": "false"}


class PullPayload(pulls.PullPayload):
    merged_at: Maybe = None


class ChangesMark(Mark):
    """`up_to` and `told` are what `exporter.providers.common.pulls.Read` says."""

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
    reach = Reach(since.now, since.now - history, Read(known.up_to, known.told) if known else None)
    every = pages(http, target.at("pulls"), PARAMS)
    found, bad = reach.listed(parse_pulls(PullPayload, one.entries, one.where, target.repository) for one in every)
    merges = reach.merges(target.repository, found, target.is_default, lambda one: _commit_dates(http, target, one))
    trouble = (*bad, *merges.unreadable)
    after = reach.after(found, merges)
    traffic = "" if trouble or not _settled(target, since.now) else target.traffic
    mark = ChangesMark(traffic=traffic, read_at=since.now, up_to=after.up_to, told=after.told)
    return Facts(changes=merges.changes, unreadable=trouble, marks={mark_name(target): mark.model_dump_json()})


def _settled(target: Target, now: Moment) -> bool:
    return target.updated_at is None or now - target.updated_at >= SETTLING


def _commit_dates(http: Http, target: Target, merge: Merge) -> list[Any]:
    every = pages(http, target.at(f"pulls/{merge.number}/commits"), DATES_ALONE)
    return [date for page in every for date in parse_commit_dates(page.entries, page.where)]
