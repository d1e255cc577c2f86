"""Merged pull requests, and how long their first commit waited for the merge.

The closed pull requests are listed by their last update, newest first, by ETag; a merge is an
update, so reading down to shortly before the newest update seen last time finds every new merge.
What was told within that overlap is remembered by number. Only merges into the default branch count.

It knows pull requests and their commits; what lead time is, `exporter.providers.common.changes` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from exporter.http import Http
from exporter.model import Facts, Moment, Seconds
from exporter.providers.base import Since
from exporter.providers.common.changes import Merge
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.common.pulls import PullPayload, Reach, Read, parse_commit_dates, parse_pulls
from exporter.providers.github.api import PER_PAGE, Target

PARAMS: Mapping[str, str | int] = {"state": "closed", "sort": "updated", "direction": "desc", "per_page": PER_PAGE}


class ChangesMark(Mark):
    """`up_to` and `told` are what `exporter.providers.common.pulls.Read` says."""

    etag: str | None = None
    up_to: Moment
    told: dict[int, Moment] = Field(default_factory=dict)


def mark_name(target: Target) -> str:
    return f"changes:{target.repository}"


def read_changes(http: Http, target: Target, since: Since, history: Seconds) -> Facts:
    """The merges that are new. The mark never passes one whose commits could not be read."""
    known = read_mark(ChangesMark, since.get(mark_name(target)))
    url = target.at("pulls")
    reply = http.get(url, PARAMS, etag=known.etag if known else None)
    if reply.not_modified:
        return Facts()
    reach = Reach(since.now, since.now - history, Read(known.up_to, known.told) if known else None)
    pages = http.pages_from(reply, url)
    pulls, bad = reach.listed(parse_pulls(PullPayload, one.json(), one.url, target.repository) for one in pages)
    merges = reach.merges(target.repository, pulls, target.is_default, lambda one: _commit_dates(http, target, one))
    trouble = (*bad, *merges.unreadable)
    after = reach.after(pulls, merges)
    mark = ChangesMark(etag=None if trouble else reply.etag, up_to=after.up_to, told=after.told)
    return Facts(changes=merges.changes, unreadable=trouble, marks={mark_name(target): mark.model_dump_json()})


def _commit_dates(http: Http, target: Target, merge: Merge) -> list[Any]:
    """The dates of its commits; GitHub lists the first 250."""
    pages = http.pages(target.at(f"pulls/{merge.number}/commits"), {"per_page": PER_PAGE})
    return [date for page in pages for date in parse_commit_dates(page.json(), page.url)]
