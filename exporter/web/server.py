"""The listener: uvicorn in a thread of its own, so that the main thread keeps the signals.

This module knows addresses, sockets and uvicorn; nothing of what is served.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

KEEP_ALIVE_SECONDS = 75
PATIENCE_SECONDS = 90.0
"""A connection that asked nothing new for so long is cut: never asked, drips a request, or does not read."""
GRACE_SECONDS = 2
CONNECTIONS = 256
"""More at once are answered 503: each may hold a copy of the exposition."""

_AT_ONCE = struct.pack("ii", 1, 0)

REMEDIES = {
    errno.EADDRINUSE: "the port is taken; stop what listens there, or choose another",
    errno.EADDRNOTAVAIL: "this machine has no such address; use one of its own, or leave the host away for all",
    errno.EACCES: "not allowed; choose a port from 1024 up",
}


class ListenError(Exception):
    """The exporter cannot listen there; the message names the address and the remedy."""


class Address(NamedTuple):
    """Where to listen; an empty host means every address of the machine."""

    host: str
    port: int


def parse_address(text: str) -> Address:
    """`127.0.0.1:9847`, `:9847`, `[::1]:0`, `localhost:9847`. Raises ListenError."""
    match = re.fullmatch(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?P<host>[^\s:\[\]/@]*)):(?P<port>[0-9]{1,5})", text)
    if not match or int(match["port"]) > 65535:  # noqa: PLR2004  # the last port
        raise ListenError(
            f"cannot listen on {text!r}: not HOST:PORT; write it like 127.0.0.1:9847, [::1]:9847, or :9847 for all"
        )
    return Address(match["v6"] or match["host"] or "", int(match["port"]))


def bind(address: Address) -> socket.socket:
    """A listening socket. Raises ListenError with the remedy."""
    try:
        listener = _bind(address)
        # Connections inherit it. asyncio sets it only on sockets made with IPPROTO_TCP, which these are not;
        # without it, each answer on an open connection waits 40 ms for the other side's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except socket.gaierror as error:
        problem = f"the host is not known ({error.strerror}); use an address of this machine"
    except OSError as error:
        problem = REMEDIES.get(error.errno or 0, error.strerror or "it failed")
    else:
        return listener
    raise ListenError(f"cannot listen on {_shown(address)}: {problem} (--web.listen-address)")


def _bind(address: Address) -> socket.socket:
    if not address.host:
        return _bind_everywhere(address.port)
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    return socket.create_server(place, family=family, backlog=128)


def _bind_everywhere(port: int) -> socket.socket:
    """Both families through one socket; IPv4 alone where the machine has no IPv6."""
    try:
        return socket.create_server(("", port), family=socket.AF_INET6, backlog=128, dualstack_ipv6=True)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        return socket.create_server(("", port), backlog=128)
    except ValueError:  # this platform has no dual-stack sockets
        return socket.create_server(("", port), backlog=128)


def _shown(address: Address) -> str:
    return f"[{address.host}]:{address.port}" if ":" in address.host else f"{address.host}:{address.port}"


class _Uvicorn(uvicorn.Server):
    """Tells when it serves, cuts connections that lead nowhere, and leaves none open at the end."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving = serving
        self._last: dict[H11Protocol, tuple[object, float]] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._serving()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._cut_idle(time.monotonic())
        return await super().on_tick(counter)

    def _cut_idle(self, now: float) -> None:
        """A connection makes progress by a new request, or while one is being answered."""
        last: dict[H11Protocol, tuple[object, float]] = {}
        for connection in self._open():
            cycle, since = self._last.get(connection, (None, now))
            working = connection.cycle is not None and not connection.cycle.response_complete
            if working or cycle is not connection.cycle:
                since = now
            last[connection] = (connection.cycle, since)
            if now - since > PATIENCE_SECONDS:
                _cut(connection)
        self._last = last

    def _open(self) -> list[H11Protocol]:
        return [connection for connection in self.server_state.connections if isinstance(connection, H11Protocol)]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in self._open():
            _cut(connection)


def _cut(connection: H11Protocol) -> None:
    """Drops what was not read yet, in the kernel too, where it would wait for a reader that stopped."""
    connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    connection.transport.abort()


class Server:
    """Serves `app` from `start` until `stop`."""

    def __init__(self, app: ASGIApp, *, listen_address: str, tls: ssl.SSLContext | None = None) -> None:
        self._listen_address = listen_address
        self._tls = tls
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        config.load()
        config.ssl = tls
        self._begun = threading.Event()
        self._uvicorn = _Uvicorn(config, self._begun.set)
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Binds, serves, and returns the base address with the real port. Raises ListenError."""
        address = parse_address(self._listen_address)
        listener = bind(address)
        port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listener,), name="web", daemon=True)
        self._thread.start()
        self._begun.wait()
        if not self._uvicorn.started:
            raise ListenError(f"cannot serve on {_shown(address)}: the server did not start; the log says why")
        shown = _shown(Address(address.host or "localhost", port))
        return f"{'https' if self._tls else 'http'}://{shown}"

    def _run(self, listener: socket.socket) -> None:
        try:
            self._uvicorn.run(sockets=[listener])
        finally:
            listener.close()
            self._begun.set()

    def stop(self) -> None:
        """Answers what is under way, for a few seconds, and cuts the rest. Harmless when repeated."""
        self._uvicorn.should_exit = True
        if self._thread is not None:
            self._thread.join(GRACE_SECONDS + 3)
