"""Moments as a browser shows them: how long ago or ahead, and when exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exporter.status.words import length


@dataclass(frozen=True, slots=True)
class When:
    """A moment for people (`words`, `utc`) and for machines (`iso`)."""

    words: str
    utc: str
    iso: str


def when(moment: datetime, words: str = "") -> When:
    return When(words, f"{moment:%Y-%m-%d %H:%M:%S} UTC", f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def past(moment: datetime | None, now: datetime) -> When | None:
    """`12 s ago`."""
    if moment is None:
        return None
    seconds = (now - moment).total_seconds()
    return when(moment, f"{length(seconds)} ago" if seconds >= 1 else "just now")


def future(moment: datetime | None, now: datetime) -> When | None:
    """`in 48 s`, and what is due already."""
    if moment is None:
        return None
    seconds = (moment - now).total_seconds()
    if seconds >= 1:
        return when(moment, f"in {length(seconds)}")
    return when(moment, "now" if seconds > -1 else f"due {length(seconds)} ago")
