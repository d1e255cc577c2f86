"""Measures the level before the migration: reads the sources' history once, and freezes what it shows.

A backfill reads as a poll does, but a longer history, and what it reads is kept apart from the polls'
facts. Each step is kept at once with its marks, so one that was cut goes on where it was.

It knows providers and the ledger; nothing of settings, snapshots or metrics.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from exporter.answers import CycleEnd, MeasuredBaseline
from exporter.backfill.errors import AGAIN, BackfillError
from exporter.backfill.notes import WINDOW, Undertaking
from exporter.backfill.reading import Reading, Task
from exporter.backfill.reporter import Reporter
from exporter.backfill.window import Window
from exporter.backfill.words import already, described
from exporter.ledger import Ledger
from exporter.model import Moment, Unreadable, iso_day
from exporter.providers.base import Capability, Provider

__all__ = ["AGAIN", "BackfillError", "Reporter", "Window", "already", "described", "measure"]

HISTORY = frozenset({Capability.RUNS, Capability.CHANGES})
"""What the level before the migration is measured from."""
LISTED = 10
"""Unreadable items that are listed; the others are counted."""


def measure(
    ledger: Ledger,
    sources: Mapping[str, Provider],
    window: Window,
    reporter: Reporter,
    now: Callable[[], Moment] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    until: CycleEnd = CycleEnd.MERGED,
) -> MeasuredBaseline:
    """Reads the window's history from every source that tells runs or changes, and freezes the medians.

    A change's cycle is measured until what `until` says. Goes on with a backfill of the same window,
    sources and end of cycles that was cut; any other unfinished one is forgotten. Waits out rate limits.
    Raises BackfillError when a source cannot be read or the history is empty, and LedgerError; nothing
    is then frozen, and what was read is kept to go on from.
    """
    taking_part = {name: source for name, source in sources.items() if source.capabilities & HISTORY}
    if not taking_part:
        raise BackfillError("no source tells runs or changes; add a git host or a CI system to `sources`")
    undertaking = _begun(ledger, Undertaking(window, tuple(sorted(taking_part)), now(), until), reporter)
    task = Task(ledger, undertaking, reporter, now, sleep)
    readings = [Reading(name, source, task) for name, source in taking_part.items()]
    for reading in readings:
        reading.read()
    _list([item for reading in readings for item in reading.unreadable], reporter)
    if not any(reading.tally.progress.found for reading in readings):
        raise _nothing(undertaking)
    return ledger.freeze(begin=window.begin, end=window.end, at=now(), until=until)


def _begun(ledger: Ledger, wanted: Undertaking, reporter: Reporter) -> Undertaking:
    """The unfinished backfill that this one goes on with; else this one, with all others forgotten."""
    noted = {ledger.sampling(source).get(WINDOW) for source in wanted.sources} - {None}
    unfinished = [Undertaking.read(text) for text in noted if text is not None]
    if len(unfinished) == 1 and unfinished[0] is not None and unfinished[0].same(wanted):
        reporter.said(f"going on with the backfill that was begun on {iso_day(unfinished[0].begun_at)}")
        return unfinished[0]
    if unfinished:
        reporter.said("an unfinished backfill of another window, other sources or other cycles is forgotten")
    ledger.forget_samples()
    return wanted


def _nothing(undertaking: Undertaking) -> BackfillError:
    window = undertaking.window
    change = "a change" if undertaking.until is CycleEnd.MERGED else "a change that was deployed"
    what = f"no source has a successful run of the legacy workflow or {change}"
    remedy = "give a longer --since, or the levels themselves in `migration.baselines`"
    return BackfillError(f"{what} from {iso_day(window.begin)} to {iso_day(window.end)}; {remedy}")


def _list(items: Sequence[Unreadable], reporter: Reporter) -> None:
    if not items:
        return
    reporter.said(f"not in the baseline, because unreadable: {len(items)}")
    for item in items[:LISTED]:
        reporter.said(f"  {item.item}: {item.reason}: {item.detail}")
    if len(items) > LISTED:
        reporter.said(f"  and {len(items) - LISTED} more")
