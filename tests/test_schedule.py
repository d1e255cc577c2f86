"""The schedule, with the real APScheduler: first run now, no overlap, nothing skipped in silence."""

import threading
from collections.abc import Iterator

import pytest

from exporter.schedule import Schedule

PATIENCE = 10


class Watch:
    """An observer that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.missed = 0
        self.coalesced = 0
        self.changed = threading.Condition()

    def note_schedule(self, *, lag: float | None = None, missed: int = 0, coalesced: int = 0) -> None:
        with self.changed:
            self.lags += [] if lag is None else [lag]
            self.missed += missed
            self.coalesced += coalesced
            self.changed.notify_all()

    def until(self, condition) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: condition(self), PATIENCE)


@pytest.fixture
def schedule() -> Iterator[Schedule]:
    made = Schedule(workers=8)
    made.start()
    yield made
    made.stop()


def test_the_first_run_is_now_and_the_next_one_is_known(schedule: Schedule) -> None:
    ran, watch = threading.Event(), Watch()
    schedule.every("a", 3600, ran.set, watch)
    assert ran.wait(PATIENCE)
    assert watch.until(lambda seen: seen.lags)
    assert 0 <= watch.lags[0] < 5
    due = schedule.due_in("a")
    assert due is not None
    assert 3000 < due < 4000
    assert schedule.due_in("b") is None


def test_a_poll_that_takes_too_long_is_never_run_twice_at_once(schedule: Schedule) -> None:
    running, most, release, watch = [0], [0], threading.Event(), Watch()

    def slow() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        release.wait(PATIENCE)
        running[0] -= 1

    schedule.every("slow", 0.05, slow, watch)
    assert watch.until(lambda seen: seen.missed >= 2)
    release.set()
    assert watch.until(lambda seen: seen.lags)
    assert most[0] == 1


def test_a_busy_source_does_not_hold_up_another(schedule: Schedule) -> None:
    release, other = threading.Event(), threading.Event()
    schedule.every("busy", 3600, lambda: release.wait(PATIENCE), Watch())
    schedule.every("other", 3600, other.set, Watch())
    assert other.wait(PATIENCE)
    release.set()


def test_overdue_polls_are_made_up_for_by_one_and_counted() -> None:
    """As after a suspended machine: the scheduler wakes up long after several due moments."""
    schedule, watch, runs = Schedule(workers=2), Watch(), threading.Event()
    schedule.start()
    schedule.every("a", 0.2, runs.set, watch)
    assert watch.until(lambda seen: len(seen.lags) == 1)
    schedule._scheduler.pause()
    threading.Event().wait(1.0)  # the time that passes is what is tested here
    schedule._scheduler.resume()
    assert watch.until(lambda seen: seen.coalesced >= 2)
    schedule.stop()
    assert watch.missed == 0


def test_a_failing_run_does_not_end_the_job(schedule: Schedule) -> None:
    watch = Watch()
    schedule.every("a", 0.05, lambda: 1 / 0, watch)
    assert watch.until(lambda seen: len(seen.lags) >= 3)


def test_a_dropped_job_runs_no_more_and_dropping_twice_is_harmless(schedule: Schedule) -> None:
    watch = Watch()
    schedule.every("a", 3600, lambda: None, watch)
    assert watch.until(lambda seen: seen.lags)
    schedule.drop("a")
    schedule.drop("a")
    assert schedule.due_in("a") is None


def test_stopping_waits_for_the_poll_that_runs() -> None:
    schedule, begun, done = Schedule(workers=2), threading.Event(), []
    schedule.start()

    def poll() -> None:
        begun.set()
        threading.Event().wait(0.3)  # a poll takes time
        done.append(True)

    schedule.every("a", 3600, poll, Watch())
    assert begun.wait(PATIENCE)
    schedule.stop()
    assert done == [True]


def test_at_a_faster_pace_an_hour_is_over_sooner() -> None:
    schedule, runs, third = Schedule(workers=2, pace=72_000), [], threading.Event()

    def run() -> None:
        runs.append(1)
        if len(runs) == 3:
            third.set()

    schedule.start()
    schedule.every("hourly", 3600, run, Watch())
    assert third.wait(PATIENCE)
    due = schedule.due_in("hourly")
    assert due is not None
    assert due < 2 * 3600
    schedule.stop()
