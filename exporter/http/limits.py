"""What an answer's headers say about limits: requests left, when to come back, when a token ends.

Pure: headers in, values out. `now` is a Unix second; so are the moments that come out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from exporter.model import Moment, RateLimit, Seconds

LONGEST_WAIT: Seconds = 86400.0
"""A source that asks for more silence than a day is asked again after a day."""
WITHOUT_A_WORD: Seconds = 60.0
_OLDEST_EPOCH = 1e9


def retry_at(status: int, headers: Mapping[str, str], content: bytes, now: Moment) -> Moment | None:
    """When to come back, if this refusal is a rate limit; None when it is something else.

    GitHub says 403 as well as 429, for its primary limit with `remaining: 0` and a reset, for its
    secondary one with Retry-After or with words only, and then asks for a minute at least:
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FORBIDDEN):
        return None
    wait = _retry_after(headers, now)
    limit = rate_limit(headers, now)
    if wait is None and limit is not None and limit.remaining <= 0 and limit.reset_at is not None:
        wait = limit.reset_at - now
    if wait is None and (status == HTTPStatus.TOO_MANY_REQUESTS or b"secondary rate limit" in content.lower()):
        wait = WITHOUT_A_WORD
    return None if wait is None else now + min(max(1.0, wait), LONGEST_WAIT)


def rate_limit(headers: Mapping[str, str], now: Moment) -> RateLimit | None:
    """`X-RateLimit-*` (GitHub, ORCHEX, Gitea) or `RateLimit-*` (GitLab), where all is numbers.

    A reset is a Unix second or, in the IETF's draft, a number of seconds from now.
    """
    for prefix in ("X-RateLimit-", "RateLimit-"):
        limit, remaining, reset = (_number(headers.get(prefix + part)) for part in ("Limit", "Remaining", "Reset"))
        if limit is not None and remaining is not None:
            return RateLimit(limit, remaining, now + reset if reset is not None and reset < _OLDEST_EPOCH else reset)
    return None


def token_expiry(headers: Mapping[str, str]) -> Moment | None:
    """GitHub writes `2026-12-01 09:30:00 UTC` here, or a numeric offset instead of UTC."""
    value = headers.get("github-authentication-token-expiration", "")
    try:
        return datetime.strptime(value.replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def _retry_after(headers: Mapping[str, str], now: Moment) -> Seconds | None:
    """Seconds from `Retry-After` (seconds or a date) or ORCHEX's `X-RateLimit-Retry-After`."""
    value = headers.get("Retry-After") or headers.get("X-RateLimit-Retry-After")
    if value is None:
        return None
    wait = _number(value)
    if wait is not None:
        return wait
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = math.nan if value is None else float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
