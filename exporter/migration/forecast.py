"""When the migration will be complete, from how it went so far.

The method is throughput simulation: the net gains of past days are drawn again, in blocks of a week
so that weekends and good weeks stay together, until the missing repositories are migrated. Of many
such futures the median is the expected date, the 10th and 90th percentile are the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from exporter.answers import AdoptionDay
from exporter.model import Moment

GOALS = (0.8, 1.0)


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


def together(series: Sequence[Sequence[AdoptionDay]]) -> tuple[AdoptionDay, ...]:
    """Several sources' days as one history without holes: a day that a source lacks is as the one before."""
    raise NotImplementedError


def forecast(history: Sequence[AdoptionDay], now: Moment, goal: float) -> Forecast:
    """The forecast for one goal, the same for the same history. `history` is as `together` gives it."""
    raise NotImplementedError
