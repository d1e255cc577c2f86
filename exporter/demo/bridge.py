"""A simulated bridge: what it counts since it started, and what really happened. It works in ticks."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from exporter.demo.chance import poisson
from exporter.demo.incidents import Condition


class Tally(NamedTuple):
    """Operations and errors since the simulation began, as they stood at a moment."""

    at: int
    operations: int
    errors: int


class Tallies:
    """A running count that can be asked for any time past. It knows no restart."""

    def __init__(self, at: int) -> None:
        self._tallies = [Tally(at, 0, 0)]

    def add(self, at: int, operations: int, errors: int) -> None:
        last = self._tallies[-1]
        if operations:
            self._tallies.append(Tally(at, last.operations + operations, last.errors + errors))

    def since(self, moment: float) -> tuple[int, int]:
        """Operations and errors after `moment`."""
        position = bisect_right(self._tallies, moment, key=lambda tally: tally.at)
        before, last = self._tallies[max(0, position - 1)], self._tallies[-1]
        return last.operations - before.operations, last.errors - before.errors


@dataclass(frozen=True, slots=True)
class BridgeCounts:
    """What a bridge reports since it started."""

    events: int = 0
    errors: int = 0
    validations: int = 0
    templates_served: int = 0


class Bridge:
    """K2A (`serves` false) or A2K (`serves` true, so that it also counts validations and templates)."""

    def __init__(
        self, name: str, rng: random.Random, at: int, *, per_tick: float, latency: float, serves: bool
    ) -> None:
        self.name = name
        self.serves = serves
        self.counts = BridgeCounts()
        self.condition = Condition()
        self.last_event_at: int | None = None
        self.demand = 1.0
        """How much more or less than usual is asked of it."""
        self.queue_depth = 0
        self.tallies = Tallies(at)
        self._rng = rng
        self._per_tick = per_tick
        self._latency = latency

    @property
    def version(self) -> str:
        return "2.4.1" if self.serves else "2.4.0"

    @property
    def latency_ms(self) -> float:
        return round(self._latency * self.condition.latency, 1)

    @property
    def cache_hit_rate(self) -> float:
        return 0.87

    def was_busy_before(self, events: int, errors: int) -> None:
        """Gives it a past: counts from before the simulation began."""
        share = events if self.serves else 0
        self.counts = BridgeCounts(events, errors, int(share * 0.6), int(share * 0.25))

    def restart(self) -> None:
        """Its counters begin at 0 again; what happened stays in the tallies."""
        self.counts = BridgeCounts()

    def tick(self, at: int) -> None:
        """The work since the tick before."""
        operations = poisson(self._rng, self._per_tick * self.condition.traffic * self.demand)
        errors = sum(self._rng.random() < self.condition.errors for _ in range(operations))
        kinds = [self._rng.random() for _ in range(operations)] if self.serves else []
        self.counts = BridgeCounts(
            self.counts.events + operations,
            self.counts.errors + errors,
            self.counts.validations + sum(kind < 0.6 for kind in kinds),  # noqa: PLR2004  # six in ten validate
            self.counts.templates_served + sum(kind >= 0.75 for kind in kinds),  # noqa: PLR2004  # a quarter serve
        )
        self.tallies.add(at, operations, errors)
        self.queue_depth = poisson(self._rng, 0.6) + (0 if self.condition.active else 25)
        if operations:
            self.last_event_at = at
