"""Answers that end by a deadline, however slowly they drip.

A socket's time limit is for each piece that it waits for, and begins anew with every byte. Here each
wait is no longer than what is left of the poll, headers and body alike. Only the standard library.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from typing import Any

_SOON = 0.001
"""The shortest time limit of a socket; 0 would mean that it never waits at all."""


class _TimedReader(io.RawIOBase):
    """A socket's bytes. Raises TimeoutError when nothing is left of the time."""

    def __init__(self, connection: socket.socket, raw: io.RawIOBase, left: Callable[[], float]) -> None:
        self._connection = connection
        self._raw = raw
        self._left = left
        self._at_most = connection.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError("timed out by the deadline")
        self._connection.settimeout(left if self._at_most is None else min(left, self._at_most))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TimedResponse(HTTPResponse):
    """http.client's answer, read through a `_TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, left: Callable[[], float], **more: Any) -> None:
        super().__init__(sock, *args, **more)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(sock, raw, left))


def timed(connection: Any, left: Callable[[], float]) -> Any:
    """`connection`, a class of connections, so that they end when `left` gives 0 seconds.

    Gives back what is such a class already. Connecting gets what is left too: a retry would begin
    its own time limit anew.
    """
    if hasattr(connection, "left_of_the_poll"):
        return connection

    def connect(self: Any) -> None:
        self.timeout = max(_SOON, left() if self.timeout is None else min(left(), self.timeout))
        connection.connect(self)

    response_class = staticmethod(partial(TimedResponse, left=left))
    named = {"connect": connect, "response_class": response_class, "left_of_the_poll": staticmethod(left)}
    return type("TimedConnection", (connection,), named)
