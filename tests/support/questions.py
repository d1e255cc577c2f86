"""The targets of boards as questions: what Grafana makes of them by its documentation, asked of a real Prometheus."""

import math
from dataclasses import dataclass

from tests.support.backfilled import Backfilled
from tests.support.grafana import Dashboard, Panel, Target, filled
from tests.support.prometheus import Points
from tests.support.promtool import duration
from tests.support.states import State

SCRAPED = "60s"
"""What the data source would say, as the last hours were scraped."""
COLUMN = 80
"""Pixels of a column on a screen of 1,920; as many points are asked for as the panel is wide."""


@dataclass(frozen=True)
class Question:
    """A target of a panel, as Grafana asks it of a data source that is scraped every SCRAPED."""

    board: Dashboard
    panel: Panel
    target: Target

    @property
    def range(self) -> int:
        """How far the board looks back, in seconds."""
        return seconds(self.board.data["time"]["from"].removeprefix("now-"))

    @property
    def step(self) -> int:
        """`$__interval`: a point for each pixel, but none finer than the least that is wanted."""
        least = self.target.data.get("interval") or self.panel.data.get("interval") or SCRAPED
        points = self.panel.data.get("maxDataPoints") or self.panel.place[2] * COLUMN
        return math.ceil(max(seconds(least), self.range / points))

    @property
    def rate_interval(self) -> int:
        scraped = seconds(self.target.data.get("interval") or SCRAPED)
        return max(self.step + scraped, 4 * scraped)

    def expr(self, job: str) -> str:
        """With all variables; of those that are not chosen, all."""
        values = {each.name: each.sample for each in self.board.variables}
        values |= {"job": job, "__range": f"{self.range}s", "__interval": f"{self.step}s"}
        return filled(self.target.expr, values | {"__rate_interval": f"{self.rate_interval}s"})

    def answer(self, data: Backfilled, state: State) -> list[Points]:
        """The points of each series that are numbers."""
        if self.target.as_of_now:
            found = [[(float(state.now), value)] for _, value in data.at(self.expr(state.job), state.now)]
        else:
            first, last = (moment // self.step * self.step for moment in (state.now - self.range, state.now))
            found = [points for _, points in data.between(self.expr(state.job), first, last, self.step)]
        return [[(moment, value) for moment, value in points if not math.isnan(value)] for points in found]

    def answered(self, data: Backfilled, state: State) -> bool:
        """A line needs two points."""
        return any(len(points) > (not self.target.as_of_now) for points in self.answer(data, state))


def seconds(text: str) -> int:
    return int(duration(text).total_seconds())


def questions(board: Dashboard) -> list[Question]:
    return [Question(board, panel, target) for panel, target in board.targets]
