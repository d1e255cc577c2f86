"""What the exporter serves: /metrics, the status document and its page for people, health, readiness and reload.

Every page reads memory and answers at once. What is made only when somebody asks, the status document and
its page, takes milliseconds in a thread of its own, so that a scrape goes by; so does a reload, which may
take seconds. This module knows routes and answers; nothing of sources, polls or the ledger.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter.exposition import Exposition
from exporter.snapshot import SourceHealth
from exporter.status.shape import PLACE, Status
from exporter.web.auth import BASE_HEADERS, Gate
from exporter.web.config import WebConfig
from exporter.web.negotiation import choose
from exporter.web.readiness import unready
from exporter.web.scorecard import page


class Site(Protocol):
    """What the pages need to know. Every method but `reload` only reads memory."""

    def exposition(self) -> Exposition: ...

    def sources(self) -> Sequence[SourceHealth]: ...

    def now(self) -> float: ...

    def status(self) -> Status: ...

    def reload(self) -> str | None:
        """Loads the configuration again; may take seconds. The error's text when it is refused."""

    def scraped(self, seconds: float, size: int) -> None:
        """Is told after each scrape how long it took and how many bytes of body were sent."""


def create_app(site: Site, *, web_config: WebConfig, enable_lifecycle: bool) -> Starlette:
    """The application; `web_config` says who may come in and which headers are added."""
    pages = _Pages(site, enable_lifecycle=enable_lifecycle)
    app = Starlette(
        routes=[
            Route("/", pages.scorecard),
            Route("/metrics", pages.metrics),
            Route(PLACE, pages.status),
            Route("/-/healthy", pages.healthy),
            Route("/-/ready", pages.ready),
            Route("/-/reload", pages.reload, methods=["POST", "PUT"]),
            Route("/favicon.ico", pages.favicon),
        ],
        middleware=[Middleware(Gate, web_config=web_config)],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    app.router.redirect_slashes = False
    return app


class _Pages:
    def __init__(self, site: Site, *, enable_lifecycle: bool) -> None:
        self._site = site
        self._lifecycle = enable_lifecycle
        self._reloading = asyncio.Lock()
        self._tried = False

    async def metrics(self, request: Request) -> Response:
        begin = time.perf_counter()
        accept = ",".join(request.headers.getlist("accept"))
        encodings = ",".join(request.headers.getlist("accept-encoding"))
        body = choose(self._site.exposition(), accept, encodings)
        headers = {"Content-Type": body.content_type, "Vary": "Accept, Accept-Encoding"}
        if body.encoding:
            headers["Content-Encoding"] = body.encoding
        counted = None if request.method == "HEAD" else BackgroundTask(self._scraped, begin, len(body.content))
        return Response(body.content, headers=headers, background=counted)

    async def _scraped(self, begin: float, size: int) -> None:
        self._site.scraped(time.perf_counter() - begin, size)

    def scorecard(self, request: Request) -> Response:
        status, nonce = self._site.status(), secrets.token_urlsafe(16)
        asked = {team for team in request.query_params.getlist("team") if team}
        known = [each.team for each in status.migration.teams]
        if len(asked) > 1:
            return _plain("one team at a time, or none for all", 400)
        if not asked <= set(known):
            return _plain(_no_such_team(known), 404)
        content = page(status, datetime.fromtimestamp(self._site.now(), UTC), nonce, next(iter(asked), None))
        return HTMLResponse(content, headers={"Content-Security-Policy": _policy(nonce)})

    def status(self, _: Request) -> Response:
        return Response(self._site.status().model_dump_json(), media_type="application/json")

    async def healthy(self, _: Request) -> Response:
        return _plain("healthy")

    async def ready(self, _: Request) -> Response:
        """503 until every source was tried once, and whenever all of them fail.

        What a reload adds later is not waited for: the exporter goes on serving the others.
        """
        sources = self._site.sources()
        self._tried = self._tried or all(source.up is not None for source in sources)
        reason = unready(sources, tried_before=self._tried)
        return _plain("ready") if reason is None else _plain(f"not ready: {reason}", 503)

    async def reload(self, _: Request) -> Response:
        if not self._lifecycle:
            return _plain("reloading over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP", 403)
        async with self._reloading:
            error = await run_in_threadpool(self._site.reload)
        return _plain("reloaded") if error is None else _plain(f"not reloaded: {error}", 500)

    async def favicon(self, _: Request) -> Response:
        return Response(status_code=204)


def _policy(nonce: str) -> str:
    """The page's own style, and the form that asks for a team; nothing else."""
    strict = BASE_HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'")
    return f"{strict}; style-src 'nonce-{nonce}'"


def _no_such_team(known: Sequence[str]) -> str:
    if not known:
        return "there is no such team: none is configured; / shows all repositories"
    return f"there is no such team; / shows all, ?team= one of: {', '.join(known)}"


def _plain(text: str, status: int = 200) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status)


async def _refused(_: Request, error: Exception) -> Response:
    """404, 405 and their like, in a line of text."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    remedy = {404: "there is no such page; / lists them", 405: f"use {headers.get('Allow', 'another method')}"}
    return PlainTextResponse(f"{remedy.get(status, 'refused')}\n", status, headers)


async def _broken(_: Request, __: Exception) -> Response:
    return PlainTextResponse("this is a defect of the exporter; its log says more\n", 500, BASE_HEADERS)
