"""Lead time, defined once for every host: from a change's first commit to its merge, and to its deployment.

- The *first commit* is the oldest author date among the change's commits. Authors' clocks are not
  trusted: a date that cannot be a date, lies before 2000 or after the merge, is ignored; without
  a believable one, the moment when the change was opened stands for it.
- *Merged* is the host's own moment of the merge into the default branch; other targets do not count.
- *Deployed*: see `exporter.model.Deployment`. Where `environments` is given to a source whose changes were
  read before, the first reading of deployments goes back `REMEMBERED`: else the first deployment that is seen
  would seem to deploy all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from exporter.model import Change, Moment, Repository, Seconds, Unreadable
from exporter.providers.base import parse_moment
from exporter.providers.common.items import ITEM_ERRORS, unreadable

OVERLAP: Seconds = 300.0
"""The next reading of a list by update begins this much before the newest update that was seen."""

REMEMBERED: Seconds = 35 * 86400.0
"""How long the ledger keeps changes, unless it is told otherwise."""


def believable(date: Any) -> Moment | None:
    """An author date as a moment; None when it cannot be one."""
    try:
        moment = parse_moment(date)
    except (ValueError, OverflowError):
        return None
    return float(moment) if isinstance(moment, int | float) and not isinstance(moment, bool) else None


def change_of(
    repository: Repository, change_id: str, opened_at: Moment, merged_at: Moment, commit_dates: Iterable[Any]
) -> Change:
    """A merged change as a fact, from its commits' author dates as the host tells them."""
    moments = (believable(date) for date in commit_dates)
    first = min((moment for moment in moments if moment is not None and moment <= merged_at), default=opened_at)
    return Change(repository, change_id, first_commit_at=first, opened_at=opened_at, merged_at=merged_at)


class Merge(NamedTuple):
    """A merged change as a host's list shows it."""

    number: int
    opened_at: Moment
    merged_at: Moment


@dataclass(frozen=True, slots=True)
class Merges:
    """What was merged, oldest first, and what of it could not be read: when it was merged, and why."""

    changes: tuple[Change, ...]
    missing: tuple[Moment, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def told(self) -> dict[int, Moment]:
        return {int(change.change_id): change.merged_at for change in self.changes}


def read_merges(
    repository: Repository, noun: str, merges: Iterable[Merge], dates_of: Callable[[Merge], Iterable[Any]]
) -> Merges:
    """Each merge as a change; `dates_of` asks for its commits' author dates, `noun` is the host's word for it."""
    changes: list[Change] = []
    missing: list[Moment] = []
    faults: list[Unreadable] = []
    for merge in sorted(merges, key=lambda merge: merge.merged_at):
        try:
            dates = dates_of(merge)
        except ITEM_ERRORS as error:
            missing.append(merge.merged_at)
            faults.append(unreadable(f"{repository} {noun} {merge.number}", error))
        else:
            changes.append(change_of(repository, str(merge.number), merge.opened_at, merge.merged_at, dates))
    return Merges(tuple(changes), tuple(missing), tuple(faults))
