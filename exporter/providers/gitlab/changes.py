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
from exporter.model import Change, Facts, Moment, Seconds, Unreadable
from exporter.providers.base import Payload, Since, When, parse
from exporter.providers.common.changes import change_of
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import read_mark
from exporter.providers.gitlab.api import PER_PAGE, Target
from exporter.providers.gitlab.updates import Seen, Updated, floor_of, newest_of, updated_since


class MergeRequestPayload(Updated):
    """A merge request; one that was imported as merged has no `merged_at`, and is no change that we can date."""

    iid: int
    target_branch: str | None = None
    created_at: When
    merged_at: When | None = None


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
    fresh = [one for one in entries if _counts(one, target, floor) and one.iid not in known.told]
    changes, failed = _changes(http, target, fresh)
    missing = [one.merged_at for one, _ in failed if one.merged_at is not None]
    newest = newest_of(entries, known.up_to, since.now)
    up_to = min([*missing, *([] if newest is None else [newest])], default=None)
    mark = known.then(up_to, {int(change.change_id): change.merged_at for change in changes})
    return Facts(
        changes=tuple(changes),
        unreadable=(*bad, *(fault for _, fault in failed)),
        marks={} if mark == known else {mark_name(target): mark.model_dump_json()},
    )


def _counts(one: MergeRequestPayload, target: Target, floor: Moment) -> bool:
    return one.merged_at is not None and one.merged_at >= floor and target.is_default(one.target_branch)


def _changes(
    http: Http, target: Target, fresh: list[MergeRequestPayload]
) -> tuple[list[Change], list[tuple[MergeRequestPayload, Unreadable]]]:
    """What was merged, oldest first, and what could not be read."""
    changes: list[Change] = []
    failed: list[tuple[MergeRequestPayload, Unreadable]] = []
    for one in sorted(fresh, key=lambda one: one.merged_at or 0.0):
        try:
            changes.append(to_change(one, target, _commit_dates(http, target, one)))
        except ITEM_ERRORS as error:
            failed.append((one, unreadable(f"{target.repository} merge request {one.iid}", error)))
    return changes, failed


def _commit_dates(http: Http, target: Target, one: MergeRequestPayload) -> list[Any]:
    """The dates of its commits, newest first: the oldest is on the last page."""
    pages = http.pages(target.at(f"merge_requests/{one.iid}/commits"), {"per_page": PER_PAGE})
    return [date for page in pages for date in parse_commit_dates(page.json(), page.url)]


def parse_commit_dates(data: Any, where: str) -> list[Any]:
    """The author dates as they are written. BadPayload: it is no list of commits."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of commits, got {type(data).__name__}")
    return [parse(CommitPayload, entry, where).authored_date for entry in data]


def to_change(one: MergeRequestPayload, target: Target, dates: list[Any]) -> Change:
    """A merged merge request as a fact."""
    merged_at = one.created_at if one.merged_at is None else one.merged_at
    return change_of(target.repository, str(one.iid), one.created_at, merged_at, dates)
