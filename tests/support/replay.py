"""A small HTTP server for tests: real sockets, answers by a function or from recorded exchanges.

`Server` plays whatever its `answer` function says, good manners or bad (held, reset, cut, dripping).
`Replay` is such a function over `Exchange`s, the recorded questions and answers of a contract case.
It knows nothing of the exporter.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


class Manner(StrEnum):
    """How an answer is given."""

    WHOLE = "whole"
    HOLD = "hold"  # never: until the client goes away or the server is closed
    RESET = "reset"  # the connection is torn down (RST) instead of an answer
    TRUNCATE = "truncate"  # Content-Length promises more than is sent
    DRIP = "drip"  # one byte at a time, for as long as the client listens
    DRIP_HEADERS = "drip_headers"  # the same, before the headers have ended


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked. Header names are in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    def __str__(self) -> str:
        query = "&".join(f"{key}={value}" for key, value in self.query)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    manner: Manner = Manner.WHOLE

    @classmethod
    def of_json(cls, data: Any, status: int = 200, **headers: str) -> Answer:
        """`data` as JSON; a header such as `Retry-After` is given as `Retry_After`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, {"Content-Type": "application/json", **named}, json.dumps(data).encode())


class Server:
    """Serves `answer` on an ephemeral port of 127.0.0.1 for the length of a `with` block."""

    def __init__(self, answer: Callable[[Request], Answer], tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.defects: list[BaseException] = []
        self._http = _Listener(self, tls)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="replay")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.close_all()
        if self.defects:
            raise self.defects[0]

    def asked(self, path: str) -> int:
        """How often `path` was asked for, whatever the query."""
        return sum(request.path == path for request in self.requests)


class _Listener(ThreadingHTTPServer):
    """Threads that are all ended by `close_all`, also those that hold an answer."""

    daemon_threads = False

    def __init__(self, owner: Server, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner
        self.tls = tls
        self.lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self.resetting: set[socket.socket] = set()
        self.closing, self._closer = socket.socketpair()

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            request = self.tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with self.lock:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.lock:
            self.connections.discard(request)
        if request in self.resetting:  # a shutdown would send FIN first, and the client would see a quiet end
            self.resetting.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        import sys  # noqa: PLC0415  # the base class gives the error no other way

        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):  # a client that went away is no defect
            self.owner.defects.append(error)

    def close_all(self) -> None:
        self._closer.close()
        with self.lock:
            for connection in self.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self.closing.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits 40 ms for the client to acknowledge the headers
    server: _Listener

    def _serve(self) -> None:
        owner = self.server.owner
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            parts.path,
            tuple(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        owner.requests.append(request)
        self._play(owner.answer(request))

    do_GET = do_POST = do_HEAD = do_PUT = _serve  # noqa: N815  # http.server's names

    def _play(self, answer: Answer) -> None:
        if answer.manner is Manner.HOLD:
            self._until_gone()
        elif answer.manner is Manner.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.resetting.add(self.connection)
        elif answer.manner is Manner.DRIP_HEADERS:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            self._drip()
        else:
            self._write(answer)
        if answer.manner is not Manner.WHOLE:
            self.close_connection = True

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        bodiless = answer.status in (204, 304)
        if not bodiless and "Content-Length" not in answer.headers:
            more = 1000 if answer.manner is not Manner.WHOLE else 0
            self.send_header("Content-Length", str(len(answer.body) + more))
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            self.wfile.write(answer.body)
        if answer.manner is Manner.DRIP:
            self._drip()

    def _drip(self) -> None:
        while not self._until_gone(0.02):
            self.wfile.write(b" ")

    def _until_gone(self, at_most: float | None = None) -> bool:
        """Waits until the client is gone or the server closes; False when `at_most` seconds passed."""
        ready, _, _ = select.select([self.connection, self.server.closing], [], [], at_most)
        return bool(ready)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """The server keeps `requests` instead of a log."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A recorded question and its answer. A query value `*` matches anything."""

    method: str
    path: str
    query: frozenset[tuple[str, str]]
    answer: Answer
    if_etag: str | None = None
    item: bool = False

    @classmethod
    def of(cls, target: str, answer: Answer, method: str = "GET", **more: Any) -> Exchange:
        parts = urlsplit(target)
        query = frozenset(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, parts.path, query, answer, **more)

    def matches(self, request: Request) -> bool:
        if (request.method, request.path) != (self.method, self.path):
            return False
        if self.if_etag is not None and request.headers.get("if-none-match") != self.if_etag:
            return False
        free = {key for key, value in self.query if value == "*"}
        fixed = {(key, value) for key, value in self.query if key not in free}
        asked = {key for key, _ in request.query}
        return free <= asked and fixed == {(key, value) for key, value in request.query if key not in free}


class Replay:
    """Answers from exchanges; those with an `if_etag` go first. What none matches is a 418."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.exchanges = sorted(exchanges, key=lambda exchange: exchange.if_etag is None)
        self.unmatched: list[str] = []
        self.address = ""

    def __call__(self, request: Request) -> Answer:
        for exchange in self.exchanges:
            if exchange.matches(request):
                return self._here(exchange.answer)
        self.unmatched.append(str(request))
        return Answer(418)

    def _here(self, answer: Answer) -> Answer:
        """`answer` with `{url}` replaced by the server's address."""
        headers = {name: value.replace("{url}", self.address) for name, value in answer.headers.items()}
        body = answer.body.replace(b"{url}", self.address.encode())
        return Answer(answer.status, headers, body, answer.manner)


class ReplayServer(Server):
    """A server over recorded exchanges; `unmatched` names the requests that none of them answers."""

    def __init__(self, exchanges: Iterable[Exchange], tls: ssl.SSLContext | None = None) -> None:
        self._replay = Replay(exchanges)
        super().__init__(self._replay, tls)
        self._replay.address = self.url

    @property
    def unmatched(self) -> list[str]:
        return self._replay.unmatched
