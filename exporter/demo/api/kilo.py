"""KILO's health, behind an API key."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exporter.demo.organisation import Organisation

VERSION = "5.1.3"


class KiloApi:
    """`/health`; the key comes in `X-API-Key`."""

    def __init__(self, organisation: Organisation, api_key: str) -> None:
        self._organisation = organisation
        self._api_key = api_key

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        return {"/health": self.health}

    def health(self, request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("X-API-Key", "").encode(), self._api_key.encode()):
            return JSONResponse({"error": "a valid API key is required"}, 401)
        uptime = self._organisation.now - self._organisation.start + 3_888_000
        policies = {"active": 42, "enforced": 37}
        return JSONResponse({"status": "healthy", "version": VERSION, "uptime_seconds": uptime, "policies": policies})
