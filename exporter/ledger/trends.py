"""What each criterion stood at: one value a step of time, and the farther back the fewer.

The first value in a coarse step stands for it and is kept for long; the others are of finer steps.
A value is of the moment at which it held, so that one that was told out of order finds its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, delete, or_, select

from exporter.answers import Standing
from exporter.ledger.schema import TREND
from exporter.ledger.sql import add_new
from exporter.model import Moment, Seconds

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

KEPT: Mapping[int, Seconds] = {6 * HOUR: 90 * DAY, 30 * MINUTE: 2 * DAY, MINUTE: 2 * HOUR}
"""Each step in seconds, the coarsest first, and for how long its values are kept."""
STEP: Seconds = min(KEPT)
"""A criterion has no more than one value in this time."""


def record(connection: Connection, values: Mapping[str, float], at: Moment) -> None:
    """Keeps the values of those criteria that have none in the finest step yet."""
    rest = dict(values)
    for step in KEPT:
        taken = _taken(connection, at, step)
        new = {criterion: value for criterion, value in rest.items() if criterion not in taken}
        rows = [{"criterion": criterion, "at": at, "step": step, "value": value} for criterion, value in new.items()]
        add_new(connection, TREND, rows)
        rest = {criterion: value for criterion, value in rest.items() if criterion in taken}


def _taken(connection: Connection, at: Moment, step: int) -> set[str]:
    """The criteria that have a value in the step that holds `at`."""
    begin = at // step * step
    within = (TREND.c.at >= begin) & (TREND.c.at < begin + step)
    return set(connection.scalars(select(TREND.c.criterion).where(within).distinct()))


def load(connection: Connection, now: Moment) -> dict[str, tuple[Standing, ...]]:
    """By criterion, oldest first: what is kept at `now`, whether the rest was pruned yet or not.

    What is of later than `now` (the clock was set back) is left out.
    """
    kept = or_(*(_of_step(step) & (TREND.c.at >= now - age) for step, age in KEPT.items()))
    wanted = select(TREND.c.criterion, TREND.c.at, TREND.c.value).where(kept, TREND.c.at <= now)
    found: dict[str, list[Standing]] = {}
    for criterion, at, value in connection.execute(wanted.order_by(TREND.c.at)):
        found.setdefault(criterion, []).append(Standing(at, value))
    return {criterion: tuple(standings) for criterion, standings in found.items()}


def prune(connection: Connection, now: Moment) -> None:
    """Forgets what is older than its step is kept."""
    for step, age in KEPT.items():
        connection.execute(delete(TREND).where(_of_step(step), TREND.c.at < now - age))


def _of_step(step: int) -> ColumnElement[bool]:
    return TREND.c.step == step
