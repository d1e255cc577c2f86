"""Each attempt as a run of its own, for hosts where people start anew instead of rerunning. It knows no API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.demo.repository import Repository
from exporter.demo.run import Attempt, Run


@dataclass(frozen=True, slots=True)
class Launch:
    """`number` counts the repository's launches from 1, in the order in which they were asked for; `launch_id`
    is unique in the organisation and rises with it."""

    launch_id: int
    number: int
    run: Run
    attempt: Attempt


def launches(repository: Repository) -> Sequence[Launch]:
    """All that the host still lists, oldest first. What was once listed keeps its number."""
    every = [
        (attempt.requested_at, run.run_id, attempt.number, run, attempt)
        for run in repository.runs
        for attempt in run.attempts
    ]
    every.sort(key=lambda each: each[:3])
    first = (1000 + repository.plan.index) * 10_000_000
    return [
        Launch(first + number, number, run, attempt)
        for number, (requested_at, _, _, run, attempt) in enumerate(every, 1)
        if requested_at >= repository.listed_from
    ]
