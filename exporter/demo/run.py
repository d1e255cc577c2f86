"""A pipeline run and its attempts, as they happen. It knows no API and no schedule."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from exporter.demo.catalogue import Person
from exporter.demo.files import INTEGRATED


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt can end: GitHub's word, what was meant by it, and how often it happens."""

    conclusion: str
    result: str
    weight: float
    length: float = 1.0
    """Factor on the attempt's duration."""


ERROR = Outcome("startup_failure", "error", 0.006, 0.1)
TIMEOUT = Outcome("timed_out", "timeout", 0.008, 2.5)
SUCCESS = Outcome("success", "success", 0.86)
OUTCOMES = (
    SUCCESS,
    Outcome("failure", "failure", 0.075, 0.8),
    Outcome("cancelled", "cancellation", 0.025, 0.4),
    Outcome("skipped", "skip", 0.018, 0.05),
    Outcome("neutral", "success", 0.006),
    ERROR,
    TIMEOUT,
    Outcome("stale", "cancellation", 0.002, 2.0),
)


@dataclass(slots=True)
class Attempt:
    """One attempt. Moments are whole Unix seconds; None where it is not so far yet."""

    number: int
    requested_at: int
    actor: Person
    started_at: int | None = None
    finished_at: int | None = None
    outcome: Outcome | None = None

    @property
    def status(self) -> str:
        if self.finished_at is not None:
            return "completed"
        return "queued" if self.started_at is None else "in_progress"

    @property
    def changed_at(self) -> int:
        """When it last changed its state."""
        return self.finished_at or self.started_at or self.requested_at


@dataclass(slots=True)
class Run:
    """One run of a workflow; a rerun is a further attempt of the same run."""

    run_id: int
    number: int
    path: str
    event: str
    branch: str
    sha: str
    title: str
    created_at: int
    default_branch: bool
    pull: int | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def latest(self) -> Attempt:
        return self.attempts[-1]


def draw(rng: random.Random, path: str, failed_share: float) -> Outcome:
    """How an attempt ends. `failed_share` of the integrated ones end as error or timeout on top.

    It always draws the same number of random values, so that an incident leaves the rest in step.
    """
    unlucky, kind = rng.random() < failed_share, rng.random()
    outcome = rng.choices(OUTCOMES, [each.weight for each in OUTCOMES])[0]
    if path == INTEGRATED and unlucky:
        return ERROR if kind < 0.5 else TIMEOUT  # noqa: PLR2004  # half and half
    return outcome
