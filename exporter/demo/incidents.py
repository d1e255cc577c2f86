"""Incidents: what can be broken on purpose, stated as what it does. It knows no time and no repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BRIDGES = ("k2a", "a2k")
START_DELAY = 20.0
"""Seconds after the demo's start at which its `--incident` begins, so that the change can be seen."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a bridge fares. `errors` is the share of its operations that fail; the rest are factors."""

    active: bool = True
    health: str = "healthy"
    circuit: str = "closed"
    errors: float = 0.003
    traffic: float = 1.0
    latency: float = 1.0


@dataclass(frozen=True, slots=True)
class Effects:
    """What is different from a good day. Shares go from 0 to 1; `duration` and `queue` are factors."""

    failed_tasks: float = 0.004
    failed_runs: float = 0.0
    duration: float = 1.0
    queue: float = 1.0
    bridges: Mapping[str, Condition] = field(default_factory=dict)

    def bridge(self, name: str) -> Condition:
        return self.bridges.get(name, Condition())


@dataclass(frozen=True, slots=True)
class Incident:
    name: str
    summary: str
    effects: Effects


INCIDENTS: Mapping[str, Incident] = {
    incident.name: incident
    for incident in (
        Incident(
            "bridge-outage",
            "K2A is down and its circuit is open; A2K suffers in its wake.",
            Effects(
                bridges={
                    "k2a": Condition(
                        active=False, health="unhealthy", circuit="open", errors=0.9, traffic=0.5, latency=20.0
                    ),
                    "a2k": Condition(health="degraded", errors=0.03, traffic=0.8, latency=3.0),
                }
            ),
        ),
        Incident(
            "error-burst",
            "More than one in twenty ORCHEX tasks, bridge operations and integrated runs fails.",
            Effects(
                failed_tasks=0.12,
                failed_runs=0.2,
                bridges={name: Condition(health="healthy", errors=0.12) for name in BRIDGES},
            ),
        ),
        Incident(
            "slow-pipelines",
            "Pipeline runs take three times as long, and queues grow.",
            Effects(duration=3.0, queue=8.0),
        ),
    )
}


def incident(name: str) -> Incident:
    """The incident of that name; ValueError names those that there are."""
    if name not in INCIDENTS:
        raise ValueError(f"there is no incident {name!r}; choose one of {', '.join(sorted(INCIDENTS))}")
    return INCIDENTS[name]


def together(incidents: Iterable[Incident]) -> Effects:
    """All of them at once: each effect as bad as the worst of them makes it."""
    every = [Effects(), *(each.effects for each in incidents)]
    return Effects(
        failed_tasks=max(effects.failed_tasks for effects in every),
        failed_runs=max(effects.failed_runs for effects in every),
        duration=max(effects.duration for effects in every),
        queue=max(effects.queue for effects in every),
        bridges={name: max((e.bridge(name) for e in every), key=lambda c: c.errors) for name in BRIDGES},
    )
