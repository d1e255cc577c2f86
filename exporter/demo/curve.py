"""A figure that changes with the days: straight from one known point to the next, level before and after."""

from __future__ import annotations

from bisect import bisect_right


class Curve:
    """`points` are days and values, the days ascending."""

    def __init__(self, *points: tuple[float, float]) -> None:
        self._points = points

    def at(self, day: float) -> float:
        position = bisect_right(self._points, day, key=lambda point: point[0])
        if position == 0:
            return self._points[0][1]
        first, low = self._points[position - 1]
        if position == len(self._points):
            return low
        last, high = self._points[position]
        return low + (high - low) * (day - first) / (last - first)
