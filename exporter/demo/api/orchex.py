"""ORCHEX's REST API and the bridges' status, which ORCHEX publishes: bearer token, envelope, rate limit."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exporter.demo.api.answers import Limit, Refused, bearer, iso
from exporter.demo.bridge import Bridge
from exporter.demo.organisation import Organisation
from exporter.demo.tasks import AGENTS, PARTS, PERIODS

VERSION = "3.2.0"
CODES = {400: "INVALID_REQUEST", 401: "UNAUTHORIZED", 404: "NOT_FOUND", 429: "RATE_LIMITED"}
Show = Callable[[Request], Any]


class OrchexApi:
    """`/health`, `/status`, `/metrics` and `/bridges/status`, below whatever path it is put."""

    def __init__(self, organisation: Organisation, token: str, limit: Limit, clock: Callable[[], float]) -> None:
        self._organisation = organisation
        self._token = token
        self._limit = limit
        self._clock = clock

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        shown = {"/health": self.health, "/status": self.status, "/metrics": self.metrics}
        shown["/bridges/status"] = self.bridges
        return {path: self._guarded(show) for path, show in shown.items()}

    def health(self, request: Request) -> Any:
        tasks = self._organisation.tasks
        return {
            "status": "healthy",
            "version": VERSION,
            "uptime_seconds": self._organisation.now - self._organisation.start + 1_900_800,
            "components": dict.fromkeys(PARTS, "healthy"),
            "agents": tasks.agents,
        }

    def status(self, request: Request) -> Any:
        tasks = self._organisation.tasks
        total, failed = tasks.over("1h", self._organisation.now)
        return {
            "system": "operational",
            "queue": {
                "queued_tasks": tasks.queued,
                "running_tasks": tasks.running,
                "avg_wait_time_ms": tasks.avg_wait_ms,
            },
            "performance": {
                "requests_per_second": tasks.per_second * 4,
                "avg_response_time_ms": tasks.avg_response_ms,
                "error_rate": round(failed / total, 6) if total else 0.0,
            },
        }

    def metrics(self, request: Request) -> Any:
        period = request.query_params.get("period", "24h")
        if period not in PERIODS:
            raise Refused(400, f"period must be one of {', '.join(PERIODS)}")
        total, failed = self._organisation.tasks.over(period, self._organisation.now)
        success = 1 - failed / total if total else 1.0
        return {
            "period": period,
            "total_tasks": total,
            "success_rate": success,
            "avg_duration_ms": 4200.0,
            "total_cost_usd": round(sum(total * agent.share * agent.cost for agent in AGENTS), 2),
            "agents": {
                agent.name: {
                    "tasks": round(total * agent.share),
                    "success_rate": round(success, 4),
                    "avg_quality": agent.quality,
                    "cost_usd": round(total * agent.share * agent.cost, 2),
                }
                for agent in AGENTS
            },
        }

    def bridges(self, request: Request) -> Any:
        shown = {name: _bridge(bridge) for name, bridge in self._organisation.bridges.items()}
        words = {bridge["health"] for bridge in shown.values()}
        worst = next((word for word in ("unhealthy", "degraded") if word in words), "healthy")
        return {"status": worst, "bridges": shown}

    def _guarded(self, show: Show) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            limit = self._limit.at(self._clock())
            try:
                self._enter(request, limit)
                content = {"success": True, "data": show(request), "meta": {"timestamp": iso(self._organisation.now)}}
                return JSONResponse(content, headers=limit.headers())
            except Refused as refused:
                return refusal(refused, limit.headers() | self._retry(refused, limit))

        return answer

    def _enter(self, request: Request, limit: Limit) -> None:
        if not secrets.compare_digest(bearer(request).encode(), self._token.encode()):
            raise Refused(401, "a valid bearer token is required")
        if not limit.remaining:
            raise Refused(429, "too many requests")
        limit.spend()

    def _retry(self, refused: Refused, limit: Limit) -> dict[str, str]:
        if refused.status != 429:  # noqa: PLR2004  # too many requests
            return {}
        return {"X-RateLimit-Retry-After": str(round(limit.reset_at - self._clock()))}


def refusal(refused: Refused, headers: dict[str, str] | None = None) -> Response:
    """An error in ORCHEX's envelope."""
    error = {"code": CODES.get(refused.status, "INTERNAL"), "message": refused.message, "details": {}}
    return JSONResponse({"success": False, "error": error}, refused.status, headers)


def _bridge(bridge: Bridge) -> dict[str, Any]:
    condition, counts = bridge.condition, bridge.counts
    shown = {
        "isActive": condition.active,
        "version": bridge.version,
        "eventCount": counts.events,
        "errorCount": counts.errors,
        "health": condition.health,
        "circuitState": condition.circuit,
        "queueDepth": bridge.queue_depth,
        "avgResponseTime": bridge.latency_ms,
    }
    if bridge.last_event_at is not None:
        shown["lastEventTime"] = iso(bridge.last_event_at)
    if bridge.serves:
        shown["validations"] = counts.validations
        shown["templatesServed"] = counts.templates_served
        shown["cacheHitRate"] = bridge.cache_hit_rate
    return shown
