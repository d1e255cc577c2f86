"""HTTP towards a source: the only module that imports requests.

It knows time limits, retries, credentials, conditional requests, pages and rate limits; it knows
nothing of what the answers mean. One `Http` serves one poll and is closed with it.

- Every request ends by the poll's deadline, also when the answer drips (see `timed`).
- One layer of retries (urllib3's), for GET only, on lost connections and 502, 503, 504.
- A rate limit is never slept away: it ends the poll as `RateLimited` with the moment to come back
  (see `limits`).
- Credentials go to the host they were given for, and not along a redirect to another one.
- Every request that is sent is counted, retries too, by what it cost: see `Usage`.
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3

from exporter import __version__, errors
from exporter.http.decoding import decoded
from exporter.http.failures import network_error, without_secret
from exporter.http.limits import rate_limit, retry_at, token_expiry
from exporter.http.transport import Adapter, PlainSession, PolledRetry
from exporter.model import RateLimit

CONNECT_TIMEOUT = 5.0
MAX_BODY = 64 * 1024 * 1024
RETRIED_STATUSES = frozenset({502, 503, 504})
BACKOFF = 0.1
MAX_REDIRECTS = 5
PIECE = 64 * 1024
Params = Mapping[str, str | int]


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


def basic(username: str, password: str) -> dict[str, str]:
    """The header of basic authentication (RFC 7617)."""
    return {"Authorization": "Basic " + b64encode(f"{username}:{password}".encode()).decode()}


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
            if "next" in link.get("rel", "").lower().split():
                return _joined(self.url, link["url"], self.url)
        return None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The decoded body. BadPayload when it is not JSON, saying what it looks like instead."""
        try:
            return decoded(self.content)
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
        self._headers = dict(headers or {})
        self._session = PlainSession()
        self._session.headers.update({"User-Agent": f"orchex-kilo-exporter/{__version__}"})
        adapter = Adapter(self._retry(retries), self._left)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def _retry(self, retries: int) -> PolledRetry:
        retry = PolledRetry(
            total=retries,
            other=0,
            backoff_factor=BACKOFF,
            status_forcelist=RETRIED_STATUSES,
            allowed_methods={"GET"},
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        retry.before_retry = self._before_retry
        return retry

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
        asked = {**self._headers, **self._auth.headers(self), **(headers or {})}
        if etag:
            asked["If-None-Match"] = etag
        return self._send("GET", url, asked, params=params)

    def post(self, url: str, *, headers: Mapping[str, str], body: Any = None) -> Reply:
        """POST as JSON, with these headers only and never retried: for asking for credentials."""
        return self._send("POST", url, headers, json=body)

    def pages(
        self, url: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[Reply]:
        """GET `url` and every page after it by its Link headers."""
        yield from self.pages_from(self.get(url, params, headers=headers), url, headers=headers)

    def pages_from(self, reply: Reply, url: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Reply]:
        """`reply`, the answer to a question at `url`, and every page after it by its Link headers."""
        yield reply
        while following := reply.next_url:
            if _origin(following) != _origin(url):
                raise errors.BadPayload(f"{reply.url}: its next page lies on another host; it was not asked")
            reply = self.get(following, headers=headers)
            yield reply

    @property
    def remaining(self) -> float:
        """Seconds until the poll's deadline; raises TimedOut when there are none."""
        left = self._left()
        if left <= 0:
            raise errors.TimedOut("the poll's time limit is used up; raise `timeout` of this source")
        return left

    def _left(self) -> float:
        return self._deadline - self._monotonic()

    def _send(self, method: str, url: str, headers: Mapping[str, str], **asked: Any) -> Reply:
        """Asks, and follows redirects of a GET."""
        begun = self._monotonic()
        for _ in range(MAX_REDIRECTS + 1):
            response, content = self._once(method, url, headers, **asked)
            target = self._session.get_redirect_target(response) if method == "GET" else None
            if target is None:
                return self._reply(response, content, _place(url), self._monotonic() - begun)
            self.usage.requests["billed"] += 1
            url, asked, before = _joined(str(response.url), target, _place(url)), {}, url
            if _origin(url) != _origin(before):
                headers = {name: value for name, value in headers.items() if name.lower() == "accept"}
        raise errors.Rejected(f"{_place(url)}: more than {MAX_REDIRECTS} redirects", response.status_code)

    def _once(self, method: str, url: str, headers: Mapping[str, str], **asked: Any) -> tuple[requests.Response, bytes]:
        """One request and its whole answer, whatever it is."""
        place = _place(url)
        left = self.remaining
        try:
            response = self._session.request(
                method,
                url,
                headers=headers,
                timeout=(min(CONNECT_TIMEOUT, left), min(self._read_timeout, left)),
                verify=(self._tls.ca_file or True) if self._tls.verify else False,
                cert=self._tls.certificate,
                stream=True,
                allow_redirects=False,
                **asked,
            )
            with response:
                return response, _body(response, place)
        except (OSError, UnicodeError, urllib3.exceptions.HTTPError, errors.BadPayload) as error:
            self.usage.requests["failed"] += 1
            raise self._understood(error, place) from without_secret(error)

    def _understood(self, error: Exception, place: str) -> errors.SourceError:
        """Which of ours a library's error is. Its text is not passed on: it may hold query or token."""
        if isinstance(error, errors.SourceError):
            return error
        if isinstance(error, UnicodeError | requests.exceptions.InvalidHeader):
            return errors.SecretUnreadable(f"{place}: the credentials hold characters that no header can carry")
        if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
            return network_error(error, place)
        files = [self._tls.ca_file, *(self._tls.certificate or ())]
        missing = next((file for file in files if file and not os.access(file, os.R_OK)), None)
        if missing is not None:
            return errors.SecretUnreadable(f"{place}: cannot read {missing}; check the paths in `tls`")
        return errors.Unreachable(f"{place}: no connection ({type(error).__name__})")

    def _reply(self, response: requests.Response, content: bytes, place: str, elapsed: float) -> Reply:
        """The answer, when it is one; notes what it says of limits."""
        self.usage.rate_limit = rate_limit(response.headers, self._now()) or self.usage.rate_limit
        self.usage.token_expires_at = token_expiry(response.headers) or self.usage.token_expires_at
        unmodified = response.status_code == HTTPStatus.NOT_MODIFIED
        if response.status_code >= HTTPStatus.MULTIPLE_CHOICES and not unmodified:
            self._refuse(response, content, place)
        self.usage.requests["not_modified" if unmodified else "billed"] += 1
        return Reply(response.status_code, place, response.headers, content, elapsed)

    def _before_retry(self, pause: float) -> bool:
        """Counts the attempt that failed; says whether the deadline leaves room for another."""
        if self._monotonic() + pause >= self._deadline:
            return False
        self.usage.requests["failed"] += 1
        return True

    def _refuse(self, response: requests.Response, content: bytes, place: str) -> NoReturn:
        """Raises what this status means."""
        status = response.status_code
        come_back = retry_at(status, response.headers, content, self._now())
        if come_back is not None:
            self.usage.requests["throttled"] += 1
            raise errors.RateLimited(f"{place}: too many requests ({status})", come_back)
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
        if status < HTTPStatus.BAD_REQUEST:
            raise errors.Rejected(f"{place}: a redirect ({status}) that cannot be followed", status)
        raise errors.Rejected(f"{place}: the request was refused with {status}", status)


def _body(response: requests.Response, place: str) -> bytes:
    """The whole body, read in pieces so that its size is bounded."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(PIECE):
        size += len(part)
        if size > MAX_BODY:
            raise errors.BadPayload(f"{place}: the answer is larger than {MAX_BODY} bytes")
        parts.append(part)
    return b"".join(parts)


def _joined(base: str, target: str, place: str) -> str:
    """`target`, an address that an answer's headers hold, in full."""
    try:
        joined = urljoin(base, target)
        _ = urlsplit(joined).port
    except ValueError as error:
        raise errors.BadPayload(f"{place}: the answer refers to an address that cannot be read") from error
    return joined


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; the port that a scheme implies is filled in."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _place(url: str) -> str:
    """`url` without credentials, query and fragment: fit for a message."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
