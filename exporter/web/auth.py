"""Who may come in: basic authentication with bcrypt hashes, and the headers that every answer has.

bcrypt is slow on purpose. So it runs in threads, two at a time, never in the event loop; who has
signed in once is known again by a keyed digest, at no cost; and one address may have only a few
attempts under way, so that guessing cannot keep a scrape waiting.

An unknown name costs as much as a known one: it is checked against somebody's hash, and refused.
Passwords are never logged, and not kept.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

import bcrypt
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporter.web.config import WebConfig

BASE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
THREADS = 2
ATTEMPTS_PER_ADDRESS = 4
ATTEMPTS = 64
BCRYPT_BYTES = 72
"""bcrypt reads no more of a password; longer ones are cut, as every implementation did."""

Users = Mapping[str, SecretStr]


class TooManyAttempts(Exception):
    """Too many passwords of one address, or of all, are being checked right now."""


class Doorman:
    """Checks credentials, bounded in time and threads."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[str, bytes] = {}
        self._under_way: Counter[str] = Counter()
        self._threads = asyncio.Semaphore(THREADS)

    async def admits(self, users: Users, authorization: str, address: str) -> bool:
        """Whether the `Authorization` header names a user with the right password."""
        name, password = credentials(authorization)
        if name is None:
            return False
        digest = self._digest(password, users.get(name))
        if name in users and hmac.compare_digest(self._known.get(name, b""), digest):
            return True
        right = await self._check(password, users.get(name) or self._stand_in(users, name), address)
        if right and name in users:
            self._known[name] = digest
            return True
        return False

    async def _check(self, password: bytes, hashed: SecretStr, address: str) -> bool:
        if self._under_way[address] >= ATTEMPTS_PER_ADDRESS or self._under_way.total() >= ATTEMPTS:
            raise TooManyAttempts
        self._under_way[address] += 1
        try:
            async with self._threads:
                return await run_in_threadpool(_matches, password, hashed.get_secret_value().encode())
        finally:
            self._under_way[address] -= 1
            self._under_way += Counter()  # forgets the addresses at zero

    def _digest(self, password: bytes, hashed: SecretStr | None) -> bytes:
        """A changed hash makes another digest: who was known is asked again."""
        of = hashed.get_secret_value().encode() if hashed else b""
        return hmac.digest(self._key, of + b"\0" + password, "sha256")

    def _stand_in(self, users: Users, name: str) -> SecretStr:
        """Always the same user's hash for the same unknown name: repeating it tells nothing."""
        number = int.from_bytes(hmac.digest(self._key, name.encode(), "sha256"))
        return list(users.values())[number % len(users)]


def _matches(password: bytes, hashed: bytes) -> bool:
    try:
        return bcrypt.checkpw(password[:BCRYPT_BYTES], hashed)
    except ValueError:  # a password that bcrypt cannot take is no right one
        return False


def credentials(authorization: str) -> tuple[str | None, bytes]:
    """Name and password of a `Basic` header; no name when it is none."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None, b""
    try:
        name, colon, password = base64.b64decode(coded.strip(), validate=True).partition(b":")
        return (name.decode(), password) if colon else (None, b"")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None, b""


class Gate:
    """ASGI middleware: nobody passes without signing in when there are users. No path is exempt."""

    def __init__(self, app: ASGIApp, web_config: WebConfig) -> None:
        self._app = app
        self._config = web_config
        self._doorman = Doorman()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        config = self._config.current()
        answer = await self._refusal(config.users, scope) or self._app
        await answer(scope, receive, _with_headers(send, config.headers))

    async def _refusal(self, users: Users, scope: Scope) -> ASGIApp | None:
        if not users:
            return None
        address = (scope.get("client") or ("",))[0]
        try:
            if await self._doorman.admits(users, Headers(scope=scope).get("authorization", ""), address):
                return None
        except TooManyAttempts:
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many attempts to sign in at once", {"Retry-After": "1"})
        challenge = {"WWW-Authenticate": 'Basic realm="ORCHEX-KILO exporter", charset="UTF-8"'}
        return _refuse(HTTPStatus.UNAUTHORIZED, "sign in as a user of the web configuration file", challenge)


def _refuse(status: HTTPStatus, text: str, headers: dict[str, str]) -> ASGIApp:
    return PlainTextResponse(f"{text}\n", status, headers)


def _with_headers(send: Send, configured: Mapping[str, str]) -> Send:
    """Adds ours where the answer has none of its own; those of the file replace both."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in BASE_HEADERS.items():
                headers.setdefault(name, value)
            headers.update(configured)
        await send(message)

    return sending
