"""ORCHEX: its health, its load and its tasks.

Knows ORCHEX's REST API. `url` is the API's base (`https://…/v1`), the token a bearer token. A poll
costs six requests: `/health`, `/status` and `/metrics` for each of the four periods; at the default
interval that is 360 of the documented 1,000 an hour. A part that cannot be read (`/status`, one of
the periods) is an unreadable item; the probe stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from exporter.errors import BadPayload, Forbidden, NotFound, Rejected, ServerFailed
from exporter.http import Http
from exporter.model import Component, Facts, OrchexReading, TaskReading, Unreadable
from exporter.providers.base import Capability, Duration, HttpProvider, Payload, Since, parse
from exporter.providers.integration import Amount, Count, Ratio, Version, health_of, probed, seconds, unwrapped

PERIODS = ("1h", "24h", "7d", "30d")
OF_ONE_PART = (NotFound, Forbidden, BadPayload, ServerFailed, Rejected)


class Orchex(HttpProvider):
    """ORCHEX's REST API at `url`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.PROBES, Capability.READINGS})

    kind: Literal["orchex"]
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 60.0

    def components(self) -> tuple[Component, ...]:
        return (Component.ORCHEX,)

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        reply = http.get(self.at("health"))
        health = parse_health(reply.json(), reply.url)
        yield probed(Component.ORCHEX, health.status, health.version, reply.elapsed, reply.url)
        yield self._load(http, health.reading(reply.url))
        for period in PERIODS:
            yield self._tasks(http, period)

    def _load(self, http: Http, known: OrchexReading) -> Facts:
        try:
            reply = http.get(self.at("status"))
            return Facts(orchex=(parse_status(reply.json(), reply.url, known),))
        except OF_ONE_PART as error:
            return Facts(orchex=(known,), unreadable=(Unreadable("/status", error.reason, str(error)),))

    def _tasks(self, http: Http, period: str) -> Facts:
        try:
            reply = http.get(self.at("metrics"), {"period": period})
            return Facts(tasks=(parse_metrics(reply.json(), reply.url, period),))
        except OF_ONE_PART as error:
            return Facts(unreadable=(Unreadable(f"/metrics?period={period}", error.reason, str(error)),))


class _Agents(Payload):
    healthy: Count | None = None
    degraded: Count | None = None
    offline: Count | None = None


class _Part(Payload):
    status: str | None = None


class HealthAnswer(Payload):
    """`GET /health`. Each of the components is a word, or an object with a `status`."""

    status: str
    version: Version = ""
    components: dict[str, str | _Part | None] | None = None
    agents: _Agents | None = None

    def reading(self, where: str) -> OrchexReading:
        """What this answer adds to ORCHEX's reading; parts that say nothing are left out."""
        parts = {
            name: part.status if isinstance(part, _Part) else part for name, part in (self.components or {}).items()
        }
        return OrchexReading(
            agents=self.agents.model_dump(exclude_none=True) if self.agents else {},
            parts={name: health_of(word, where) for name, word in parts.items() if word is not None},
        )


class _Queue(Payload):
    queued_tasks: Count | None = None
    running_tasks: Count | None = None
    avg_wait_time_ms: Amount | None = None


class _Performance(Payload):
    requests_per_second: Amount | None = None
    avg_response_time_ms: Amount | None = None
    error_rate: Ratio | None = None


class _Status(Payload):
    queue: _Queue | None = None
    performance: _Performance | None = None


class _Metrics(Payload):
    total_tasks: Count
    success_rate: Ratio | None = None


def parse_health(answer: Any, where: str) -> HealthAnswer:
    """`GET /health`, in the envelope or bare. Raises BadPayload."""
    return parse(HealthAnswer, unwrapped(answer, where), where)


def parse_status(answer: Any, where: str, known: OrchexReading) -> OrchexReading:
    """`known` with what `GET /status` adds to it. Raises BadPayload."""
    status = parse(_Status, unwrapped(answer, where), where)
    queue, performance = status.queue or _Queue(), status.performance or _Performance()
    return replace(
        known,
        queued=queue.queued_tasks,
        running=queue.running_tasks,
        avg_wait=seconds(queue.avg_wait_time_ms),
        requests_per_second=performance.requests_per_second,
        avg_response=seconds(performance.avg_response_time_ms),
        error_ratio=performance.error_rate,
    )


def parse_metrics(answer: Any, where: str, period: str) -> TaskReading:
    """`GET /metrics` of one period. Without tasks there need be no success rate. Raises BadPayload."""
    metrics = parse(_Metrics, unwrapped(answer, where), where)
    if metrics.success_rate is None and metrics.total_tasks:
        raise BadPayload(f"{where}: {metrics.total_tasks} tasks without a success_rate")
    share = 1.0 if metrics.success_rate is None else metrics.success_rate
    return TaskReading(period, metrics.total_tasks, round(metrics.total_tasks * (1 - share)))
