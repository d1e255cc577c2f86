"""How the host answers: ETags, rate limits, errors in GitLab's shape. It knows no page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Limit, Refused
from exporter.demo.api.gitlab.asked import BadParameter

JSON = "application/json"
THROTTLE = "throttle_authenticated_api"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows: something to be written as JSON, or `text` as it is."""

    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


class NoPage(Refused):
    """An address at which there is nothing, for nobody."""

    def __init__(self) -> None:
        super().__init__(404, "404 Not Found")


class NoKeyset(Refused):
    """A list that is not led through by keys, or not in this order."""

    def __init__(self) -> None:
        super().__init__(405, "Keyset pagination is not yet available for this type of request")


def missing(what: str = "") -> Refused:
    """Something that is not there, named as GitLab names it; nameless for a row of its database."""
    return Refused(404, f"404 {what} Not Found" if what else "404 Not found")


def forbidden() -> Refused:
    return Refused(403, "403 Forbidden")


def unauthorized() -> Refused:
    return Refused(401, "401 Unauthorized")


def refusal(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """An error in GitLab's shape; what no page could answer is told under another name than the rest."""
    name = "error" if isinstance(refused, BadParameter | NoPage | NoKeyset) else "message"
    return Response(_written({name: refused.message}), refused.status, headers, JSON)


def throttled(limit: Limit, now: float) -> Response:
    """Too many requests: plain text, whatever was asked for."""
    headers = {**limit_headers(limit), "Retry-After": str(max(1, round(limit.reset_at - now)))}
    return Response("Retry later\n", 429, headers, "text/plain")


def shown(request: Request, answer: Answer, limit: Limit) -> Response:
    """The answer, or 304 where the caller knows it already. What is sent as plain text is not to be kept."""
    headers = {**answer.headers, **limit_headers(limit)}
    if answer.text is not None:
        headers["Cache-Control"] = "max-age=0, private, must-revalidate, no-store, no-cache"
        return Response(answer.text, 200, headers, "text/plain; charset=utf-8")
    body = _written(answer.data)
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers |= {"ETag": etag, "Cache-Control": "max-age=0, private, must-revalidate", "Vary": "Origin"}
    if etag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, JSON)


def limit_headers(limit: Limit) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit.limit),
        "RateLimit-Name": THROTTLE,
        "RateLimit-Observed": str(limit.used),
        "RateLimit-Remaining": str(limit.remaining),
        "RateLimit-Reset": str(limit.reset_at),
        "RateLimit-ResetTime": formatdate(limit.reset_at, usegmt=True),
    }


def _written(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
