"""ORCHEX's own report: parts, agents, queue, tasks."""

from __future__ import annotations

from collections.abc import Callable

from exporter.metrics.declare import POLLED, Samples, gauge
from exporter.model import Health, OrchexReading
from exporter.snapshot import Snapshot


def _readings(snapshot: Snapshot, value: Callable[[OrchexReading], float | None]) -> Samples:
    for source, view in snapshot.views():
        for reading in view.orchex:
            number = value(reading)
            if number is not None:
                yield (source,), number


@gauge(
    "orchex_kilo_orchex_part_up",
    "1 if this part of ORCHEX reports itself healthy, else 0." + POLLED,
    labels=("source", "part"),
)
def parts(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.orchex:
            for part, health in reading.parts.items():
                yield (source, part), float(health is Health.HEALTHY)


@gauge("orchex_kilo_orchex_agents", "ORCHEX agents by state." + POLLED, labels=("source", "state"))
def agents(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.orchex:
            for state, count in reading.agents.items():
                yield (source, state), count


@gauge("orchex_kilo_orchex_queued_tasks", "Tasks that wait in ORCHEX." + POLLED, labels=("source",))
def queued(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.queued)


@gauge("orchex_kilo_orchex_running_tasks", "Tasks that ORCHEX executes." + POLLED, labels=("source",))
def running(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.running)


@gauge("orchex_kilo_orchex_task_wait_seconds", "Average time that a task waits in ORCHEX." + POLLED, labels=("source",))
def wait(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.avg_wait)


@gauge("orchex_kilo_orchex_requests_per_second", "Requests a second that ORCHEX reports." + POLLED, labels=("source",))
def requests(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.requests_per_second)


@gauge("orchex_kilo_orchex_response_seconds", "Average response time that ORCHEX reports." + POLLED, labels=("source",))
def response(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.avg_response)


@gauge(
    "orchex_kilo_orchex_request_error_ratio",
    "Share of failed requests that ORCHEX reports." + POLLED,
    labels=("source",),
)
def request_errors(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.error_ratio)


@gauge(
    "orchex_kilo_orchex_period_tasks",
    "Tasks in ORCHEX's rolling period: a gauge, for it falls when old tasks leave the period." + POLLED,
    labels=("source", "period"),
)
def period_tasks(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.tasks:
            yield (source, reading.period), reading.tasks


@gauge(
    "orchex_kilo_orchex_period_failed_tasks",
    "Failed tasks in ORCHEX's rolling period." + POLLED,
    labels=("source", "period"),
)
def period_failed_tasks(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.tasks:
            yield (source, reading.period), reading.failed
