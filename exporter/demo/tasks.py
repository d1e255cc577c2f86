"""ORCHEX at work: its tasks, its queue, its agents. It works in ticks; knows no API."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from exporter.demo.bridge import Tallies
from exporter.demo.chance import poisson
from exporter.demo.incidents import Effects

USUAL_FAILURES = 0.004
PERIODS = {"1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000}


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    share: float
    quality: float
    cost: float


AGENTS = (
    Agent("analyzer", 0.34, 0.93, 0.004),
    Agent("reviewer", 0.22, 0.91, 0.006),
    Agent("refactorer", 0.16, 0.88, 0.011),
    Agent("test-writer", 0.12, 0.86, 0.009),
    Agent("security-auditor", 0.09, 0.95, 0.008),
    Agent("documenter", 0.07, 0.9, 0.003),
)
PARTS = ("router", "registry", "load_balancer", "fallback_manager", "analyzer", "refactoring_engine")


class Tasks:
    """Tasks and failures, the ones before the simulation at the usual rate."""

    def __init__(self, rng: random.Random, at: int, per_second: float, step: int) -> None:
        self.begun_at = at
        self.per_second = per_second
        self.tallies = Tallies(at)
        self.queued = 3
        self.running = 5
        self.effects = Effects()
        self._rng = rng
        self._per_tick = per_second * step

    @property
    def avg_response_ms(self) -> float:
        return round(210 * math.sqrt(self.effects.queue), 1)

    @property
    def avg_wait_ms(self) -> float:
        return round(380 * self.effects.queue, 1)

    @property
    def agents(self) -> dict[str, int]:
        """Agents by health: some give up when tasks fail."""
        degraded = 2 if self.effects.failed_tasks > USUAL_FAILURES else 0
        return {"total": 12, "healthy": 12 - degraded, "degraded": degraded, "offline": 0}

    def tick(self, at: int) -> None:
        tasks = poisson(self._rng, self._per_tick)
        failed = sum(self._rng.random() < self.effects.failed_tasks for _ in range(tasks))
        self.tallies.add(at, tasks, failed)
        self.queued = poisson(self._rng, 3 * self.effects.queue)
        self.running = poisson(self._rng, 6)

    def over(self, period: str, now: float) -> tuple[int, int]:
        """Tasks and failures of the period that ends now."""
        begin = now - PERIODS[period]
        tasks, failed = self.tallies.since(begin)
        before = max(0.0, self.begun_at - begin) * self.per_second
        return tasks + round(before), failed + round(before * USUAL_FAILURES)
