"""Merged merge requests, and how long their first commit waited for the merge.

They are listed by their last update: a merge is an update, so reading from shortly before the newest update
seen last time finds every new one. Newer servers can order by the merge itself, older ones cannot. What was told
within that overlap is remembered by number. Only merges into the default branch count.

It knows merge requests and their commits; what lead time is, `exporter.providers.common.changes` says.
"""

from __future__ import annotations

from typing import Any

from exporter.errors import BadPayload
from exporter.http import Http
from exporter.model import Facts, Seconds
from exporter.providers.base import Payload, Since, When, parse
from exporter.providers.common.changes import Merge, read_merges
from exporter.providers.common.marks import read_mark
from exporter.providers.gitlab.api import PER_PAGE, Target
from exporter.providers.gitlab.updates import Seen, Updated, floor_of, newest_of, updated_since


class MergeRequestPayload(Updated):
    """A merge request; one that was imported as merged has no `merged_at`, and is no change that we can date."""

    iid: int
    target_branch: str | None = None
    created_at: When
    merged_at: When | None = None

    def merge(self, target: Target) -> Merge | None:
        """It as a merge into the default branch, if it is one."""
        if self.merged_at is None or not target.is_default(self.target_branch):
            return None
        return Merge(self.iid, self.created_at, self.merged_at)


class CommitPayload(Payload):
    authored_date: Any = None


def mark_name(target: Target) -> str:
    return f"changes:{target.repository}"


def read_changes(http: Http, target: Target, since: Since, history: Seconds) -> Facts:
    """The merges that are new. The mark never passes one whose commits could not be read."""
    if target.default_branch is None or target.empty or not target.offers("merge_requests"):
        return Facts()
    known = read_mark(Seen, since.get(mark_name(target))) or Seen()
    floor = floor_of(known.up_to, since.now, history)
    params = {"state": "merged", "target_branch": target.default_branch}
    entries, bad = updated_since(http, target, ("merge_requests", "iid"), params, floor, MergeRequestPayload)
    fresh = [merge for one in entries if (merge := one.merge(target)) and merge.merged_at >= floor]
    news = [merge for merge in fresh if merge.number not in known.told]
    merges = read_merges(target.repository, "merge request", news, lambda merge: _commit_dates(http, target, merge))
    newest = newest_of(entries, known.up_to, since.now)
    up_to = min([*merges.missing, *([] if newest is None else [newest])], default=None)
    mark = known.then(up_to, merges.told)
    return Facts(
        changes=merges.changes,
        unreadable=(*bad, *merges.unreadable),
        marks={} if mark == known else {mark_name(target): mark.model_dump_json()},
    )


def _commit_dates(http: Http, target: Target, merge: Merge) -> list[Any]:
    """The dates of its commits, newest first: the oldest is on the last page."""
    pages = http.pages(target.at(f"merge_requests/{merge.number}/commits"), {"per_page": PER_PAGE})
    return [date for page in pages for date in parse_commit_dates(page.json(), page.url)]


def parse_commit_dates(data: Any, where: str) -> list[Any]:
    """The author dates as they are written. BadPayload: it is no list of commits."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of commits, got {type(data).__name__}")
    return [parse(CommitPayload, entry, where).authored_date for entry in data]
