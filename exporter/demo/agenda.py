"""The agenda: what happens next, and nothing else. It knows moments, not what the actions do."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[int], None]
"""Something that happens; it is told the moment (Unix seconds) at which it does."""


class Agenda:
    """Actions in the order of their moments; those of one moment in the order they were put down.

    The order never depends on how often `run_until` is called, so neither does the simulation.
    """

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Action]] = []
        self._order = count()

    def at(self, moment: int, action: Action) -> None:
        heapq.heappush(self._due, (moment, next(self._order), action))

    def run_until(self, moment: float) -> None:
        """Does all that is due up to `moment`, and what that puts down for the same time."""
        while self._due and self._due[0][0] <= moment:
            due, _, action = heapq.heappop(self._due)
            action(due)
