"""How a backfill names moments and levels for people."""

from __future__ import annotations

from datetime import UTC, datetime

from exporter.answers import CycleEnd, MeasuredBaseline, Median
from exporter.model import Moment, Seconds, iso_day

_UNITS = ((90.0, 1.0, "s"), (5400.0, 60.0, "min"), (72 * 3600.0, 3600.0, "h"))
"""Durations below the first are told in the third, which is so many seconds."""


def clock_time(moment: Moment) -> str:
    """Hours and minutes by this machine's clock."""
    return f"{datetime.fromtimestamp(moment, UTC).astimezone():%H:%M}"


def duration(seconds: Seconds) -> str:
    """In two digits: `42 s`, `4.2 min`, `30 h`, `12 d`."""
    length, unit = next(((length, unit) for below, length, unit in _UNITS if seconds < below), (86400.0, "d"))
    value = seconds / length
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.2g} {unit}"  # noqa: PLR2004  # two digits


def described(baseline: MeasuredBaseline) -> str:
    """What was measured, in a sentence."""
    runs = _level("pipeline run", baseline.runs, "runs")
    cycle = "cycle time" if baseline.until is CycleEnd.MERGED else "cycle time until deployment"
    changes = _level(cycle, baseline.changes, "changes")
    return f"baseline of {iso_day(baseline.begin)} to {iso_day(baseline.end)}: {runs}, {changes}"


def already(baseline: MeasuredBaseline) -> str:
    """That it was measured before."""
    return f"already measured on {iso_day(baseline.measured_at)}: {described(baseline)}; --again measures anew"


def _level(what: str, median: Median | None, things: str) -> str:
    if median is None:
        return f"{what} unknown (no {things})"
    return f"{what} {duration(median.value)} ({median.count:,} {things} of {median.repositories:,} repositories)"
