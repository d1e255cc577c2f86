"""Lengths of time in seconds, and days as they begin in UTC."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


def midnight(moment: float) -> int:
    """The Unix second at which the day of `moment` begins."""
    return math.floor(moment / DAY) * DAY


def date_of(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def moment_of(day: date) -> int:
    """The Unix second at which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
