"""requests' and urllib3's machinery, with the poll's deadline built in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import ConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from exporter.http.timed import timed


class PlainSession(requests.Session):
    """A session that sends what it is given, and follows nothing by itself.

    Without an `auth`, ~/.netrc would replace our Authorization header. Even when told not to follow
    a redirect, requests would work out the next request, and read the whole body for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda request: request

    def resolve_redirects(self, *args: Any, **asked: Any) -> Iterator[Any]:
        return iter(())


class Adapter(HTTPAdapter):
    """requests' way to urllib3, over connections whose answers end by the deadline."""

    def __init__(self, retry: Retry, left: Callable[[], float]) -> None:
        super().__init__(max_retries=retry)
        self._left = left

    def get_connection_with_tls_context(self, *args: Any, **asked: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **asked)
        pool.ConnectionCls = timed(pool.ConnectionCls, self._left)
        return pool


class PolledRetry(Retry):
    """urllib3's Retry, asking before each further attempt whether there is time for it."""

    before_retry: Callable[[float], bool]

    def new(self, **kw: Any) -> PolledRetry:
        fresh = super().new(**kw)
        fresh.before_retry = self.before_retry
        return fresh

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> PolledRetry:
        fresh = super().increment(method, url, response, error, _pool, _stacktrace)
        if not self.before_retry(fresh.get_backoff_time()):  # then what just happened is the answer
            reason = error or urllib3.exceptions.ResponseError("no time for another attempt")
            raise urllib3.exceptions.MaxRetryError(cast("ConnectionPool", _pool), url or "", reason)
        return fresh
