"""What each job has built and has still to build: the repository's launches, numbered as Jenkins numbers.

A build gets its number when it leaves the queue, so that no number turns up below one that was shown. It knows no page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from urllib.parse import quote

from exporter.demo.launches import Launch, launches
from exporter.demo.repository import Repository
from exporter.demo.run import Attempt, Run

RESULTS = {
    "success": "SUCCESS",
    "failure": "FAILURE",
    "error": "FAILURE",
    "timeout": "ABORTED",
    "cancellation": "ABORTED",
    "skip": "NOT_BUILT",
}


@dataclass(frozen=True, slots=True)
class Built:
    """A launch that left the queue, and its number within its job, from 1."""

    number: int
    launch: Launch


@dataclass(slots=True)
class History:
    """Of one job: what is still kept of its builds, oldest first; what waits in the queue, in its order."""

    started: int = 0
    builds: list[Built] = field(default_factory=list)
    waiting: list[Launch] = field(default_factory=list)

    def add(self, attempt: Attempt, launch: Launch | None) -> None:
        """The next attempt in the order of starting. What is forgotten has no `launch`, and counts all the same."""
        if attempt.started_at is None:
            self.waiting.extend([launch] if launch else [])
            return
        self.started += 1
        if launch:
            self.builds.append(Built(self.started, launch))


def job_of(run: Run) -> str:
    """The name of the job that builds it, below its workflow's: the branch as in an address, or the pull request."""
    return f"PR-{run.pull}" if run.pull else quote(run.branch, safe="")


def histories(repository: Repository) -> dict[tuple[str, str], History]:
    """By a workflow's path and the job's name: each job that ever had something to build."""
    kept = {(each.run.run_id, each.attempt.number): each for each in launches(repository)}
    made: dict[tuple[str, str], History] = {}
    every = [(run, attempt) for run in repository.runs for attempt in run.attempts]
    for run, attempt in sorted(every, key=_start):
        history = made.setdefault((run.path, job_of(run)), History())
        history.add(attempt, kept.get((run.run_id, attempt.number)))
    return made


def _start(each: tuple[Run, Attempt]) -> tuple[float, int, int, int]:
    run, attempt = each
    started = math.inf if attempt.started_at is None else attempt.started_at
    return started, attempt.requested_at, run.run_id, attempt.number


def result_of(launch: Launch) -> str | None:
    """Jenkins' word; None while it runs. About half of the failures are tests alone: the build went through."""
    outcome = launch.attempt.outcome
    if outcome is None:
        return None
    if outcome.result == "failure" and (launch.run.run_id + launch.attempt.number) % 2:
        return "UNSTABLE"
    return RESULTS[outcome.result]
