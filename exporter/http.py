"""HTTP towards a source: the only module that imports requests.

It knows time limits, retries, credentials, conditional requests, pages and rate limits; it knows
nothing of what the answers mean. One `Http` serves one poll and is closed with it.

- Every request ends by the poll's deadline, also when the body drips.
- One layer of retries (urllib3's), for GET only, on lost connections and 502, 503, 504.
- A rate limit is never slept away: it ends the poll as `RateLimited` with the moment to come back.
- Every request that is sent is counted, retries too, by what it cost: see `Usage`.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import ConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from exporter import __version__, errors
from exporter.model import RateLimit

CONNECT_TIMEOUT = 5.0
MAX_BODY = 64 * 1024 * 1024
RETRIED_STATUSES = frozenset({502, 503, 504})
Params = Mapping[str, str | int]
_HARMLESS_HEADERS = frozenset({"user-agent", "accept", "accept-encoding", "connection"})


class Auth(Protocol):
    """Gives the headers that prove who we are. It may ask the source through `http.post`."""

    def headers(self, http: Http) -> Mapping[str, str]: ...

    def rejected(self) -> None:
        """The source answered 401: forget what was remembered."""


class NoAuth:
    def headers(self, http: Http) -> Mapping[str, str]:
        return {}

    def rejected(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Tls:
    """What requests needs of TLS: a CA file (None: the system's), a client certificate, a switch."""

    ca_file: str | None = None
    certificate: tuple[str, str] | None = None
    verify: bool = True


@dataclass(slots=True)
class Usage:
    """What a poll cost: requests by outcome (`billed not_modified throttled failed`)."""

    requests: Counter[str] = field(default_factory=Counter)
    rate_limit: RateLimit | None = None
    token_expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 400. `url` is free of query and credentials: it is made for messages."""

    status: int
    url: str
    headers: Mapping[str, str]
    content: bytes
    elapsed: float

    @property
    def not_modified(self) -> bool:
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag")

    @property
    def next_url(self) -> str | None:
        """The address of the next page by the Link header (RFC 8288), if there is one."""
        for link in requests.utils.parse_header_links(self.headers.get("Link", "")):
            if link.get("rel") == "next":
                return urljoin(self.url, link["url"])
        return None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The decoded body. BadPayload when it is not JSON, saying what it looks like instead."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            head = self.content.lstrip()[:1]
            what = "HTML" if head == b"<" else "an empty body" if not head else "malformed JSON"
            hint = "; is this the address of the API?" if head == b"<" else ""
            raise errors.BadPayload(f"{self.url}: {what} instead of JSON{hint}") from error


class Http:
    """One poll's way to its source. `deadline` is a reading of `monotonic`, not of the wall clock."""

    def __init__(
        self,
        *,
        deadline: float,
        auth: Auth | None = None,
        tls: Tls | None = None,
        headers: Mapping[str, str] | None = None,
        read_timeout: float = 15.0,
        retries: int = 2,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.usage = Usage()
        self._deadline = deadline
        self._auth: Auth = NoAuth() if auth is None else auth
        self._tls = Tls() if tls is None else tls
        self._read_timeout = read_timeout
        self._monotonic = monotonic
        self._now = now
        self._session = _Session()
        self._session.headers.update({"User-Agent": f"orchex-kilo-exporter/{__version__}"})
        self._session.headers.update(headers or {})
        retry = _Retry(
            total=retries,
            backoff_factor=0.1,
            status_forcelist=RETRIED_STATUSES,
            allowed_methods={"GET"},
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        retry.before_retry = self._before_retry
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
    ) -> Reply:
        """GET with the source's credentials; with `etag`, the reply may be `not_modified`.

        Raises a `SourceError` for every other answer than 2xx and 304.
        """
        asked = {**self._auth.headers(self), **(headers or {})}
        if etag:
            asked["If-None-Match"] = etag
        return self._send("GET", url, params=params, headers=asked)

    def post(self, url: str, *, headers: Mapping[str, str], body: Any = None) -> Reply:
        """POST as JSON, with these headers only and never retried: for asking for credentials."""
        return self._send("POST", url, headers=headers, json=body)

    def pages(
        self, url: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[Reply]:
        """GET `url` and every page after it by its Link headers."""
        reply = self.get(url, params, headers=headers)
        yield reply
        while following := reply.next_url:
            if _origin(following) != _origin(url):
                raise errors.BadPayload(f"{reply.url}: its next page lies on another host; it was not asked")
            reply = self.get(following, headers=headers)
            yield reply

    @property
    def remaining(self) -> float:
        """Seconds until the poll's deadline; raises TimedOut when there are none."""
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise errors.TimedOut("the poll's time limit is used up; raise `timeout` of this source")
        return left

    def _send(self, method: str, url: str, **asked: Any) -> Reply:
        place = _place(url)
        left = self.remaining
        begun = self._monotonic()
        try:
            response = self._session.request(
                method,
                url,
                timeout=(min(CONNECT_TIMEOUT, left), min(self._read_timeout, left)),
                verify=(self._tls.ca_file or True) if self._tls.verify else False,
                cert=self._tls.certificate,
                stream=True,
                **asked,
            )
            with response:
                content = self._body(response, place)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            self.usage.requests["failed"] += 1
            raise _network_error(error, place) from error
        self._note(response)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._refuse(response, content, place)
        billed = response.status_code != HTTPStatus.NOT_MODIFIED
        self.usage.requests["billed" if billed else "not_modified"] += 1
        elapsed = self._monotonic() - begun
        return Reply(response.status_code, place, response.headers, content, elapsed)

    def _body(self, response: requests.Response, place: str) -> bytes:
        """The whole body, read in pieces so that neither size nor a slow drip is unbounded."""
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(64 * 1024):
            size += len(part)
            if size > MAX_BODY:
                raise errors.BadPayload(f"{place}: the answer is larger than {MAX_BODY} bytes")
            parts.append(part)
            _ = self.remaining
        return b"".join(parts)

    def _before_retry(self, pause: float) -> bool:
        """Counts the attempt that failed; says whether the deadline leaves room for another."""
        if self._monotonic() + pause >= self._deadline:
            return False
        self.usage.requests["failed"] += 1
        return True

    def _note(self, response: requests.Response) -> None:
        limit = _rate_limit(response.headers)
        if limit is not None:
            self.usage.rate_limit = limit
        expiry = response.headers.get("github-authentication-token-expiration")
        if expiry:
            self.usage.token_expires_at = _github_moment(expiry)

    def _refuse(self, response: requests.Response, content: bytes, place: str) -> NoReturn:
        """Raises what this status means."""
        status = response.status_code
        retry_at = self._retry_at(response, content)
        if retry_at is not None:
            self.usage.requests["throttled"] += 1
            raise errors.RateLimited(f"{place}: too many requests ({status})", retry_at)
        self.usage.requests["failed"] += 1
        if status == HTTPStatus.UNAUTHORIZED:
            self._auth.rejected()
            raise errors.Unauthorized(f"{place}: 401, the credentials are missing, wrong or expired")
        if status == HTTPStatus.FORBIDDEN:
            raise errors.Forbidden(f"{place}: 403, the credentials do not allow this")
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise errors.NotFound(f"{place}: {status}, there is nothing at this address")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise errors.ServerFailed(f"{place}: the server failed with {status}")
        raise errors.Rejected(f"{place}: the request was refused with {status}", status)

    def _retry_at(self, response: requests.Response, content: bytes) -> float | None:
        """When to come back, if this refusal is a rate limit; None when it is something else.

        GitHub says 403 as well as 429, for its primary limit with `remaining: 0` and a reset, for
        its secondary one with Retry-After or with words only, and then asks for a minute at least:
        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
        """
        if response.status_code not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FORBIDDEN):
            return None
        now = self._now()
        wait = _retry_after(response.headers, now)
        if wait is not None:
            return now + wait
        limit = _rate_limit(response.headers)
        if limit is not None and limit.remaining <= 0 and limit.reset_at is not None:
            return max(now + 1, limit.reset_at)
        secondary = b"secondary rate limit" in content.lower()
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or secondary:
            return now + 60
        return None


class _Session(requests.Session):
    """A session that sends only the credentials it was given, and those only where they belong.

    requests itself would let ~/.netrc replace an Authorization header, and would carry headers such
    as PRIVATE-TOKEN along a redirect to another host.
    """

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda request: request

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        if _origin(str(prepared_request.url)) != _origin(str(response.request.url)):
            for header in list(prepared_request.headers):
                if header.lower() not in _HARMLESS_HEADERS:
                    del prepared_request.headers[header]


class _Retry(Retry):
    """urllib3's Retry, asking before each further attempt whether there is time for it."""

    before_retry: Callable[[float], bool]

    def new(self, **kw: Any) -> _Retry:
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
    ) -> _Retry:
        fresh = super().increment(method, url, response, error, _pool, _stacktrace)
        if not self.before_retry(fresh.get_backoff_time()):
            raise urllib3.exceptions.TimeoutError("no time for another attempt")
        return fresh


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _place(url: str) -> str:
    """`url` without credentials, query and fragment: fit for a message."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))


def _network_error(error: Exception, place: str) -> errors.SourceError:
    """Which of ours this library error is. Its text is not passed on: it may hold the query."""
    if isinstance(error, requests.exceptions.SSLError):
        return errors.Unreachable(f"{place}: the TLS handshake failed; check `tls.ca_file` and the names")
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError):
        return errors.TimedOut(f"{place}: no answer in time")
    if isinstance(error, requests.exceptions.ConnectionError) and "timed out" in str(error).lower():
        return errors.TimedOut(f"{place}: no answer in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return errors.Unreachable(f"{place}: the connection was lost in the middle of the answer")
    return errors.Unreachable(f"{place}: no connection ({type(error).__name__})")


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from `Retry-After` (seconds or a date) or ORCHEX's `X-RateLimit-Retry-After`."""
    value = headers.get("Retry-After") or headers.get("X-RateLimit-Retry-After")
    if value is None:
        return None
    try:
        return max(1.0, float(value))
    except ValueError:
        pass
    try:
        return max(1.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def _rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """`X-RateLimit-*` (GitHub, ORCHEX, Gitea) or `RateLimit-*` (GitLab), where all is numbers."""
    for prefix in ("X-RateLimit-", "RateLimit-"):
        limit, remaining, reset = (_number(headers.get(prefix + part)) for part in ("Limit", "Remaining", "Reset"))
        if limit is not None and remaining is not None:
            return RateLimit(limit, remaining, reset)
    return None


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _github_moment(value: str) -> float | None:
    """GitHub writes `2026-12-01 09:30:00 UTC` here, or a numeric offset instead of UTC."""
    try:
        return datetime.strptime(value.replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None
