"""When the migration will be complete, from how it went so far.

The method is throughput simulation: the net gains of past days are drawn again, in blocks of a week
so that weekends and good weeks stay together, until the missing repositories are migrated. Of many
such futures the median is the expected date, the 10th and 90th percentile are the interval.

The days are laid in a ring of whole weeks, so that every day, and every day of the week, is drawn as
often as any other. The draws are the same every time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

from exporter.answers import AdoptionDay
from exporter.kpis.criteria import DAY
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.model import Moment

GOALS = (EXPANDED, COMPLETE)
WEEK = 7
"""Days in a block. All that follows is in days too, but for the number of futures."""
LEAST = 2 * WEEK
MOST = 6 * WEEK
"""A forecast rests on at least and at most so much history."""
HORIZON = 730
FUTURES = 1000
SEED = 0


class Outlook(StrEnum):
    REACHED = "reached"
    FORECAST = "forecast"
    NO_PROGRESS = "no_progress"
    """Nothing was gained in the days that the forecast rests on."""
    NOT_ENOUGH_DATA = "not_enough_data"
    BEYOND_HORIZON = "beyond_horizon"
    """More than half of the futures take longer than the horizon."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the migrated share reaches `goal`. The dates are given with FORECAST alone.

    `latest` is None where the 90th percentile lies beyond the horizon. `days` is how many days of
    history it rests on.
    """

    goal: float
    outlook: Outlook
    days: int
    expected: Moment | None = None
    earliest: Moment | None = None
    latest: Moment | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A week that was: what had been gained at the end of each of its days, of which `peak` is the most."""

    gained: tuple[int, ...]
    peak: int


def together(series: Sequence[Sequence[AdoptionDay]]) -> tuple[AdoptionDay, ...]:
    """Several sources' days as one history without holes: a day that a source lacks is as the one before.

    Before its first day a source stands as on it: what it had when it was first seen is no gain.
    """
    days = [each.day for one in series for each in one]
    if not days:
        return ()
    span = range(min(days), max(days) + 1)
    columns = [_filled(one, span) for one in series if one]
    return tuple(
        AdoptionDay(day, sum(each.migrated for each in row), sum(each.whole for each in row))
        for day, row in zip(span, zip(*columns, strict=True), strict=True)
    )


def _filled(one: Sequence[AdoptionDay], span: range) -> list[AdoptionDay]:
    """Its newest level on each day of the span."""
    told = {each.day: each for each in one}
    newest = one[0]
    return [newest := told.get(day, newest) for day in span]


def forecast(history: Sequence[AdoptionDay], now: Moment, goal: float) -> Forecast:
    """The forecast for one goal, the same for the same history. `history` is as `together` gives it.

    Days after the newest one gained nothing. Without repositories that use either tool there is
    nothing to forecast, and that is not enough data.
    """
    gains = _gains(history, now)
    if not history or not history[-1].whole:
        return Forecast(goal, Outlook.NOT_ENOUGH_DATA, len(gains))
    newest = history[-1]
    missing = math.ceil(goal * newest.whole - 1e-9) - newest.migrated
    if missing <= 0:
        return Forecast(goal, Outlook.REACHED, len(gains))
    if len(gains) < LEAST:
        return Forecast(goal, Outlook.NOT_ENOUGH_DATA, len(gains))
    if sum(gains) <= 0:
        return Forecast(goal, Outlook.NO_PROGRESS, len(gains))
    return _simulated(goal, gains, missing, now)


def _gains(history: Sequence[AdoptionDay], now: Moment) -> list[int]:
    """What each of the last days added, rollbacks taken off: whole weeks, once there are enough."""
    if not history:
        return []
    quiet = int(now // DAY) - history[-1].day
    levels = [each.migrated for each in history[-MOST - 1 :]]
    gains = [after - before for before, after in pairwise(levels)] + [0] * min(quiet, MOST)
    days = min(len(gains) // WEEK * WEEK, MOST)
    return gains[-days:] if days >= LEAST else gains


def _simulated(goal: float, gains: Sequence[int], missing: int, now: Moment) -> Forecast:
    blocks = _blocks(gains)
    chance = random.Random(SEED)  # noqa: S311  # a simulation's randomness is no secret
    draws = math.ceil(HORIZON / WEEK)
    futures = sorted(_days(chance.choices(blocks, k=draws), missing) for _ in range(FUTURES))
    earliest, expected, latest = (futures[math.ceil(FUTURES * part) - 1] for part in (0.1, 0.5, 0.9))
    if expected > HORIZON:
        return Forecast(goal, Outlook.BEYOND_HORIZON, len(gains))
    return Forecast(
        goal,
        Outlook.FORECAST,
        len(gains),
        expected=now + expected * DAY,
        earliest=now + earliest * DAY,
        latest=now + latest * DAY if latest <= HORIZON else None,
    )


def _blocks(gains: Sequence[int]) -> list[Block]:
    """The week that begins with each day of the ring."""
    ring = [*gains, *gains[: WEEK - 1]]
    weeks = [tuple(accumulate(ring[first : first + WEEK])) for first in range(len(gains))]
    return [Block(gained, max(gained)) for gained in weeks]


def _days(future: Sequence[Block], missing: int) -> float:
    """How many days this future takes to gain what is missing; infinite when it does not."""
    for number, block in enumerate(future):
        if block.peak >= missing:
            return number * WEEK + 1 + next(day for day, gained in enumerate(block.gained) if gained >= missing)
        missing -= block.gained[-1]
    return math.inf
