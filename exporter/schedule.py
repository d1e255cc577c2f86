"""When polls are due: the only module that imports APScheduler.

One job a source: first run now, then every interval with a little jitter, never two at once. Nothing
is skipped in silence: a poll that was due while the last one still ran is counted as missed, polls
that were overdue together are made up for by one and counted as coalesced.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

# APScheduler tells of each poll at INFO; that is the poller's to tell.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

JITTER = 0.1
"""Share of the interval by which a poll may be early or late, so that sources do not beat in time."""


class Observer(Protocol):
    """Who is told how a source's schedule goes; `exporter.poller.Poller` is one."""

    def note_schedule(self, *, lag: float | None = None, missed: int = 0, coalesced: int = 0) -> None: ...


class Schedule:
    """The jobs of one exporter. `workers` bounds how many run at the same time.

    `pace` is how many of the exporter's seconds go by in one real second: 1, but for the demo's.
    """

    def __init__(self, workers: int, *, pace: float = 1.0) -> None:
        self._pace = pace
        self._observers: dict[str, Observer] = {}
        self._intervals: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._last_due: dict[str, float] = {}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(workers)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        self._scheduler.add_listener(self._overran, EVENT_JOB_MAX_INSTANCES)
        self._scheduler.add_listener(self._ran, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """No further poll begins; returns when those that run have ended (their deadline bounds it)."""
        self._scheduler.shutdown(wait=True)

    def every(self, name: str, interval: float, run: Callable[[], object], observer: Observer | None = None) -> None:
        """Runs `run` now and every `interval` of the exporter's seconds; replaces the job of the same name."""
        interval /= self._pace
        if observer is not None:
            self._observers[name] = observer
        self._intervals[name] = interval
        self._last_due.pop(name, None)
        trigger = IntervalTrigger(seconds=interval, jitter=interval * JITTER if observer is not None else None)
        self._scheduler.add_job(
            lambda: self._run(name, run),
            trigger,
            id=name,
            name=name,
            next_run_time=datetime.now(UTC),
            replace_existing=True,
        )

    def drop(self, name: str) -> None:
        """Forgets the job; a run of it that has begun goes on to its end."""
        self._observers.pop(name, None)
        self._last_due.pop(name, None)
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def due_in(self, name: str) -> float | None:
        """In how many of the exporter's seconds the job is due; None when there is no such job."""
        job = self._scheduler.get_job(name)
        due = getattr(job, "next_run_time", None)
        return (due.timestamp() - time.time()) * self._pace if due else None

    def _run(self, name: str, run: Callable[[], object]) -> None:
        self._begun[name] = time.time()
        run()

    def _ran(self, event: JobExecutionEvent) -> None:
        observer = self._observers.get(event.job_id)
        if observer is not None:
            due = event.scheduled_run_time.timestamp()
            lag = max(0.0, self._begun[event.job_id] - due)
            observer.note_schedule(lag=lag, coalesced=self._made_up_for(event.job_id, due))

    def _overran(self, event: JobSubmissionEvent) -> None:
        observer = self._observers.get(event.job_id)
        if observer is not None:
            due = event.scheduled_run_times[-1].timestamp()
            observer.note_schedule(missed=1, coalesced=self._made_up_for(event.job_id, due))

    def _made_up_for(self, name: str, due: float) -> int:
        """How many due moments APScheduler merged into this one: it does not tell, but time does."""
        before = self._last_due.get(name)
        self._last_due[name] = due
        return 0 if before is None else max(0, round((due - before) / self._intervals[name]) - 1)
