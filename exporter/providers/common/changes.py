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

from collections.abc import Iterable
from typing import Any

from exporter.model import Change, Moment, Repository, Seconds
from exporter.providers.base import parse_moment

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
