"""How the host answers: conditional requests, rate limits, errors in GitHub's shape. It knows no page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Limit, Refused

DOCUMENTATION = "https://docs.github.com"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows. `version` stands for `data` where that is cheaper to compare than to write out."""

    data: Callable[[], Any]
    link: str | None = None
    version: object = None
    status: int = 200


def base_of(request: Request) -> str:
    """The API's address as the caller wrote it, without a slash at the end."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def refusal(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """An error in GitHub's shape."""
    where = f"{DOCUMENTATION}/{refused.where}"
    content = {"message": refused.message, "documentation_url": where, "status": str(refused.status)}
    return written(content, refused.status, headers)


def limited(request: Request, show: Callable[[Request], Answer], limit: Limit) -> Response:
    """The page, if the caller has requests left; an answer that nothing changed is free."""
    try:
        answer = _shown(request, show, limit)
        body, etag = _rendered(answer, base_of(request))
        if etag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
            return Response(status_code=304, headers={"ETag": etag, **limit_headers(limit)})
        content = body if body is not None else _text(answer.data())
    except Refused as refused:
        if limit.remaining:
            limit.spend()
        return refusal(refused, limit_headers(limit))
    limit.spend()
    link = {"Link": answer.link} if answer.link else {}
    headers = {"ETag": etag, "Cache-Control": "private, max-age=60, s-maxage=60", **link, **limit_headers(limit)}
    return Response(content, answer.status, headers, "application/json; charset=utf-8")


def _shown(request: Request, show: Callable[[Request], Answer], limit: Limit) -> Answer:
    if not limit.remaining:
        raise Refused(403, "API rate limit exceeded for this token.", "rest/rate-limit")
    return show(request)


def _rendered(answer: Answer, base: str) -> tuple[bytes | None, str]:
    """The body, if it was needed for the ETag, and the ETag."""
    body = None if answer.version is not None else _text(answer.data())
    content = body if body is not None else repr((base, answer.link, answer.version)).encode()
    return body, f'W/"{hashlib.sha256(content).hexdigest()}"'


def _text(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def written(data: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_text(data), status, headers, "application/json; charset=utf-8")


def limit_headers(limit: Limit) -> dict[str, str]:
    return {**limit.headers(), "X-RateLimit-Used": str(limit.used), "X-RateLimit-Resource": "core"}
