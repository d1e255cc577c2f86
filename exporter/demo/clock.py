"""The organisation's time, which may run faster than ours until it has caught up with it."""

from __future__ import annotations

import time
from collections.abc import Callable


class SpeedingClock:
    """Unix seconds: from `begin` on `speed` times as fast as the present, then the present itself.

    ValueError for a speed that would never catch up.
    """

    def __init__(self, begin: float, speed: float, present: Callable[[], float] = time.time) -> None:
        if not speed > 1:
            raise ValueError(f"a speed of {speed:g} never catches up with the present; give one above 1")
        self._begin = begin
        self._speed = speed
        self._present = present
        self._created = present()

    def __call__(self) -> float:
        present = self._present()
        return min(present, self._begin + (present - self._created) * self._speed)

    def speed(self) -> float:
        """How fast it runs now."""
        return self._speed if self() < self._present() else 1.0
