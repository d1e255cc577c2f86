"""Rate limits, and the other limits that headers tell of."""

from email.utils import formatdate

import pytest

from exporter import errors
from exporter.http import Http
from tests.support.replay import Server
from tests.support.upstream import NOW, always


def refused(client: Http, status: int, body: bytes = b"", **headers: str) -> errors.SourceError:
    with (
        Server(always(status, body, **headers)) as server,
        pytest.raises(errors.SourceError) as raised,
    ):
        client.get(server.url + "/limited")
    assert len(server.requests) == 1, "a rate limit is not tried again"
    return raised.value


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry_After": "77"}, 77),
        (403, {"Retry_After": "77"}, 77),
        (429, {"Retry_After": formatdate(NOW + 120, usegmt=True)}, 120),
        (429, {"Retry_After": formatdate(NOW - 120, usegmt=True)}, 1),
        (429, {"Retry_After": "0"}, 1),
        (429, {"Retry_After": "-5"}, 1),
        (429, {"Retry_After": "1e12"}, 86400),
        (429, {"Retry_After": "nan"}, 60),
        (429, {"Retry_After": "soon"}, 60),
        (429, {"Retry_After": "Fri, 31 Dec 99999 23:59:59 GMT"}, 60),
        (429, {"X_RateLimit_Retry_After": "33"}, 33),
        (429, {}, 60),
        (403, {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": f"{NOW + 900:.0f}"}, 900),
        (429, {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": f"{NOW - 9:.0f}"}, 1),
        (429, {"RateLimit_Limit": "60", "RateLimit_Remaining": "0", "RateLimit_Reset": "45"}, 45),
        (429, {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": "3", "X_RateLimit_Reset": f"{NOW + 900:.0f}"}, 60),
    ],
)
def test_a_rate_limit_says_when_to_come_back(client: Http, status: int, headers: dict[str, str], wait: float) -> None:
    error = refused(client, status, **headers)
    assert isinstance(error, errors.RateLimited)
    assert error.retry_at == NOW + wait
    assert client.usage.requests == {"throttled": 1}


def test_githubs_secondary_limit_is_known_by_its_words(client: Http) -> None:
    error = refused(client, 403, b'{"message": "You have exceeded a Secondary rate limit. Please wait."}')
    assert isinstance(error, errors.RateLimited)
    assert error.retry_at == NOW + 60


def test_a_403_with_requests_left_is_no_rate_limit(client: Http) -> None:
    error = refused(client, 403, X_RateLimit_Limit="60", X_RateLimit_Remaining="59", X_RateLimit_Reset="1768050000")
    assert isinstance(error, errors.Forbidden)


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"X_RateLimit_Limit": "5000", "X_RateLimit_Remaining": "4999", "X_RateLimit_Reset": "1768050000"}, 1768050000),
        ({"RateLimit_Limit": "5000", "RateLimit_Remaining": "4999", "RateLimit_Reset": "30"}, NOW + 30),
        ({"RateLimit_Limit": "5000", "RateLimit_Remaining": "4999"}, None),
        ({"RateLimit_Limit": "5000", "RateLimit_Remaining": "4999", "RateLimit_Reset": "soon"}, None),
    ],
)
def test_the_rate_limit_of_an_answer_is_kept(client: Http, headers: dict[str, str], limit: float | None) -> None:
    with Server(always(**headers)) as server:
        client.get(server.url)
    with Server(always(RateLimit_Limit="many", RateLimit_Remaining="inf")) as server:
        client.get(server.url)
    kept = client.usage.rate_limit
    assert kept is not None
    assert (kept.limit, kept.remaining, kept.reset_at) == (5000, 4999, limit)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01 09:30:00 UTC", 1796117400.0),
        ("2026-12-01 09:30:00 +0200", 1796110200.0),
        ("never", None),
    ],
)
def test_the_end_of_a_token_is_kept(client: Http, text: str, moment: float | None) -> None:
    with Server(always(GitHub_Authentication_Token_Expiration=text)) as server:
        client.get(server.url)
    assert client.usage.token_expires_at == moment
