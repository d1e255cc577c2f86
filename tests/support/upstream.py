"""What the tests of HTTP have in common: answers in few words, a token to watch for, a moment."""

import time
from collections.abc import Callable, Mapping

from exporter.http import Http
from tests.support.replay import Answer, Request

NOW = 1_768_046_400.0
SECRET = "canary-77c1e2-secret"
SLACK = 2.0
"""Seconds that a loaded machine may be late by; far less than any time limit that it is told from."""


def at(seconds: float) -> float:
    """The deadline in so many seconds."""
    return time.monotonic() + seconds


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """Plays the answers one after the other, the last one again and again."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def always(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[Request], Answer]:
    """Plays one answer; a header such as `Retry-After` is given as `Retry_After`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Answer(status, named, body)


class Token:
    """Credentials in two headers, one of them unknown to every library."""

    def __init__(self) -> None:
        self.rejections = 0

    def headers(self, http: Http) -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": SECRET, "Authorization": f"Bearer {SECRET}"}

    def rejected(self) -> None:
        self.rejections += 1
