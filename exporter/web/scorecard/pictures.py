"""What is drawn: a trend as a line, a share as a bar. Numbers for SVG attributes, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.kpis.quantities import Unit
from exporter.status.shape import Share, TrendPoint
from exporter.status.words import amount, length, percent

WIDTH, HEIGHT = 120.0, 32.0
EDGE = 3.0
"""Room for the line's width and for the dot at its end."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`path` is SVG's, `target` the height of the target's line, `x` and `y` the newest point."""

    path: str
    target: float
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in hundredths, and where the plan wants it."""

    filled: float
    planned: float | None
    words: str


def sparkline(points: Sequence[TrendPoint], target: float, unit: Unit) -> Sparkline | None:
    """None where there is no line to draw: it takes two moments."""
    if len(points) < 2 or points[0].at == points[-1].at:  # noqa: PLR2004  # a line has two ends
        return None
    heights = [target, *(point.value for point in points)]
    low, high = min(heights), max(heights)
    begin, lasts = points[0].at, _seconds(points[0].at, points[-1].at)

    def y(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    def x(at: datetime) -> float:
        return round(EDGE + _seconds(begin, at) / lasts * (WIDTH - 2 * EDGE), 1)

    path = "L".join(f"{x(point.at):g} {y(point.value):g}" for point in points)
    newest = points[-1]
    return Sparkline(f"M{path}", y(target), x(newest.at), y(newest.value), _course(points, target, unit))


def _seconds(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds()


def _course(points: Sequence[TrendPoint], target: float, unit: Unit) -> str:
    """`rose from 40% to 44% in 12 d`."""
    first, last = points[0], points[-1]
    lasts = length(_seconds(first.at, last.at))
    before, after = amount(first.value, unit, target), amount(last.value, unit, target)
    if before == after:
        return f"{after} as {lasts} ago"
    return f"{'rose' if last.value > first.value else 'fell'} from {before} to {after} in {lasts}"


def bar(share: Share, planned: float | None = None) -> Bar | None:
    """None where the share is not known."""
    if share.ratio is None:
        return None
    plan = "" if planned is None else f", plan {percent(planned)}"
    return Bar(_hundredths(share.ratio), None if planned is None else _hundredths(planned), percent(share.ratio) + plan)


def left(remaining: float) -> Bar:
    """What is left of a budget; an overspent one is empty, and it is said how often it was spent."""
    words = f"{percent(remaining)} left" if remaining >= 0 else f"spent {amount(1 - remaining, Unit.AMOUNT)} times"
    return Bar(_hundredths(remaining), None, words)


def _hundredths(ratio: float) -> float:
    return round(100 * min(1.0, max(0.0, ratio)), 2)
