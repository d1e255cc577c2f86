"""HTTP towards a source: retries, deadlines, credentials, pages, rate limits; against real sockets."""

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from exporter import errors, http
from exporter.http import Http, Tls
from tests.support.clock import Clock
from tests.support.pki import Authority
from tests.support.replay import Answer, Manner, Request, Server

NOW = 1_768_046_400.0
SECRET = "canary-77c1e2-secret"
SLACK = 2.0
"""Seconds that a loaded machine may be late by; far less than any time limit that it is told from."""


def at(seconds: float) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def client() -> Iterator[Http]:
    with Http(deadline=at(30), now=lambda: NOW) as ready:
        yield ready


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """Plays the answers one after the other, the last one again and again."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def always(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[Request], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Answer(status, named, body)


class Token:
    """Credentials in a header that requests does not know."""

    def __init__(self) -> None:
        self.rejections = 0

    def headers(self, http: Http) -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": SECRET, "Authorization": f"Bearer {SECRET}"}

    def rejected(self) -> None:
        self.rejections += 1


# Answers


def test_an_answer_gives_body_headers_and_an_address_without_query(client: Http) -> None:
    with Server(always(body=b'{"a": [1]}', ETag='"v1"')) as server:
        reply = client.get(server.url + "/x", {"q": "1"})
    assert (reply.status, reply.json(), reply.text, reply.etag) == (200, {"a": [1]}, '{"a": [1]}', '"v1"')
    assert reply.url == server.url + "/x"
    assert reply.elapsed > 0
    assert str(server.requests[0]) == "GET /x?q=1"
    assert client.usage.requests == {"billed": 1}


def test_a_known_etag_makes_the_request_conditional(client: Http) -> None:
    with Server(lambda request: Answer(304 if request.headers.get("if-none-match") == '"v1"' else 200)) as server:
        assert not client.get(server.url).not_modified
        assert client.get(server.url, etag='"v1"').not_modified
    assert client.usage.requests == {"billed": 1, "not_modified": 1}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty body"),
        (b"  <html>", "HTML instead of JSON; is this the address of the API"),
        (b"{", "malformed"),
        (b"\xff\xfe{", "malformed"),
        (b"[" * 100_000, "malformed"),
    ],
)
def test_what_is_not_json_is_named(client: Http, body: bytes, words: str) -> None:
    with Server(always(body=body)) as server:
        reply = client.get(server.url + "/api", {"key": SECRET})
    with pytest.raises(errors.BadPayload, match=words) as raised:
        reply.json()
    assert str(raised.value).startswith(f"{server.url}/api: ")
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'{"a\ud800": ["b\udfff", {"c": "d\u0000e"}]}', {"a\ufffd": ["b\ufffd", {"c": "d\ufffde"}]}),
        (rb'["\ud83d\ude00", "\UD800", 1.5, null, true]'.replace(rb"\UD", rb"\uD"), ["😀", "\ufffd", 1.5, None, True]),
        (rb'["\\ud800", "\\u0000"]', ["\\ud800", "\\u0000"]),
    ],
)
def test_text_that_could_not_be_published_is_replaced(client: Http, body: bytes, value: object) -> None:
    with Server(always(body=body)) as server:
        assert client.get(server.url).json() == value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.Rejected),
        (400, errors.Rejected),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (410, errors.NotFound),
        (418, errors.Rejected),
        (500, errors.ServerFailed),
        (501, errors.ServerFailed),
    ],
)
def test_a_refusal_is_an_error_that_names_the_place(status: int, kind: type[errors.SourceError]) -> None:
    token = Token()
    with Server(always(status, SECRET.encode())) as server, Http(deadline=at(30), auth=token) as client:
        with pytest.raises(kind) as raised:
            client.get(server.url + "/place", {"token": SECRET})
        assert type(raised.value) is kind
    assert f"{server.url}/place" in str(raised.value)
    assert str(status) in str(raised.value)
    assert SECRET not in str(raised.value)
    assert (len(server.requests), client.usage.requests) == (1, {"failed": 1})
    assert token.rejections == (status == 401)


# Retries


@pytest.mark.parametrize(
    "broken", [Answer(502), Answer(503), Answer(504), Answer(manner=Manner.RESET)], ids=["502", "503", "504", "reset"]
)
def test_a_get_is_tried_again_and_every_attempt_counted(client: Http, broken: Answer) -> None:
    with Server(in_turn(broken, broken, Answer(200))) as server:
        assert client.get(server.url).status == 200
    assert len(server.requests) == 3
    assert client.usage.requests == {"failed": 2, "billed": 1}


@pytest.mark.parametrize(
    ("broken", "kind"),
    [(Answer(503), errors.ServerFailed), (Answer(manner=Manner.RESET), errors.Unreachable)],
    ids=["503", "reset"],
)
def test_retries_end_with_what_the_last_attempt_gave(
    client: Http, broken: Answer, kind: type[errors.SourceError]
) -> None:
    with Server(in_turn(broken)) as server, pytest.raises(errors.SourceError) as raised:
        client.get(server.url)
    assert type(raised.value) is kind
    assert len(server.requests) == 3
    assert client.usage.requests == {"failed": 3}


@pytest.mark.parametrize(
    ("broken", "kind"),
    [(Answer(503), errors.ServerFailed), (Answer(manner=Manner.RESET), errors.Unreachable)],
    ids=["503", "reset"],
)
def test_no_attempt_is_made_whose_pause_ends_after_the_deadline(
    broken: Answer, kind: type[errors.SourceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BACKOFF", 50.0)  # no pause before the second attempt, 100 s before the third
    begun = time.monotonic()
    with (
        Server(in_turn(broken)) as server,
        Http(deadline=at(30)) as client,
        pytest.raises(errors.SourceError) as raised,
    ):
        client.get(server.url)
    assert type(raised.value) is kind, "the answer that was given is told, not the retry that was not made"
    assert len(server.requests) == 2
    assert client.usage.requests == {"failed": 2}
    assert time.monotonic() - begun < SLACK


def test_an_answer_after_the_deadline_is_too_late_and_not_tried_again() -> None:
    clock = Clock(100)

    def answer(request: Request) -> Answer:
        clock.advance(11)
        return Answer(503)

    with Server(answer) as server, Http(deadline=110, monotonic=clock) as client, pytest.raises(errors.TimedOut):
        client.get(server.url)
    assert len(server.requests) == 1
    assert client.usage.requests == {"failed": 1}


def test_a_post_is_not_tried_again(client: Http) -> None:
    with Server(in_turn(Answer(503))) as server, pytest.raises(errors.ServerFailed):
        client.post(server.url + "/token", headers={"X-App": "1"}, body={"a": 1})
    assert [(one.method, one.body, one.headers["x-app"]) for one in server.requests] == [("POST", b'{"a": 1}', "1")]


def test_a_request_after_the_deadline_is_not_sent() -> None:
    with Server(always()) as server, Http(deadline=at(-1)) as client, pytest.raises(errors.TimedOut, match="timeout"):
        client.get(server.url)
    assert not server.requests
    assert not client.usage.requests


# Deadlines


def test_an_answer_that_does_not_come_ends_with_the_deadline() -> None:
    begun = time.monotonic()
    with (
        Server(in_turn(Answer(manner=Manner.HOLD))) as server,
        Http(deadline=at(0.2)) as client,
        pytest.raises(errors.TimedOut, match="no answer in time"),
    ):
        client.get(server.url)
    assert time.monotonic() - begun < SLACK
    assert client.usage.requests == {"failed": 1}


def test_a_slow_answer_is_given_up_after_the_read_timeout_and_tried_again() -> None:
    with (
        Server(in_turn(Answer(manner=Manner.HOLD), Answer(200))) as server,
        Http(deadline=at(30), read_timeout=0.1) as client,
    ):
        assert client.get(server.url).status == 200
    assert client.usage.requests == {"failed": 1, "billed": 1}


def test_a_dripping_body_ends_with_the_deadline() -> None:
    begun = time.monotonic()
    with (
        Server(in_turn(Answer(manner=Manner.DRIP))) as server,
        Http(deadline=at(0.3)) as client,
        pytest.raises(errors.TimedOut),
    ):
        client.get(server.url)
    assert time.monotonic() - begun < SLACK
    assert client.usage.requests == {"failed": 1}


def test_dripping_headers_end_with_the_deadline() -> None:
    begun = time.monotonic()
    with (
        Server(in_turn(Answer(manner=Manner.DRIP_HEADERS))) as server,
        Http(deadline=at(0.3)) as client,
        pytest.raises(errors.TimedOut),
    ):
        client.get(server.url)
    assert time.monotonic() - begun < SLACK


def test_connecting_gets_no_more_time_than_is_left() -> None:
    begun = time.monotonic()
    with socket.socket() as full:  # nobody accepts, and the queue is full: further connections wait
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [_begin_to_connect(full.getsockname()) for _ in range(8)]
        with Http(deadline=at(0.3)) as client, pytest.raises(errors.TimedOut):
            client.get(f"http://127.0.0.1:{full.getsockname()[1]}/")
        for one in waiting:
            one.close()
    assert time.monotonic() - begun < SLACK


def _begin_to_connect(address: tuple[str, int]) -> socket.socket:
    one = socket.socket()
    one.settimeout(0)
    one.connect_ex(address)
    return one


# Lost and broken answers


def test_a_truncated_body_is_a_lost_connection(client: Http) -> None:
    with (
        Server(in_turn(Answer(body=b'{"a"', manner=Manner.TRUNCATE))) as server,
        pytest.raises(errors.Unreachable, match="before the answer was whole") as raised,
    ):
        client.get(server.url)
    assert raised.value.reason is errors.Reason.UNREACHABLE
    assert client.usage.requests == {"failed": 1}


def test_a_closed_port_is_named(client: Http) -> None:
    with socket.socket() as bound:  # bound, so nobody else gets it; not listening, so it refuses
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/api"
        with pytest.raises(errors.Unreachable, match="does the host listen") as raised:
            client.get(url, {"token": SECRET})
    assert raised.value.reason is errors.Reason.UNREACHABLE
    assert url in str(raised.value)
    assert SECRET not in str(raised.value)
    assert client.usage.requests == {"failed": 3}


def test_a_name_that_does_not_exist_is_named(client: Http) -> None:
    with pytest.raises(errors.Unreachable, match="name cannot be resolved") as raised:
        client.get("http://no-such-host.invalid/")
    assert raised.value.reason is errors.Reason.UNREACHABLE


def test_a_body_that_is_too_large_is_refused(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    with (
        Server(always(body=b"x" * 100_001)) as server,
        pytest.raises(errors.BadPayload, match="larger than 100000 bytes"),
    ):
        client.get(server.url)
    assert client.usage.requests == {"failed": 1}
    with Server(always(body=b"x" * 100_000)) as server:
        assert len(client.get(server.url).content) == 100_000


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 1_000_000)
    bomb = gzip.compress(b"0" * 2_000_000)
    with (
        Server(always(body=bomb, Content_Encoding="gzip")) as server,
        pytest.raises(errors.BadPayload, match="larger than 1000000 bytes"),
    ):
        client.get(server.url)
    assert len(bomb) < 10_000


def test_gzip_is_understood_and_a_false_encoding_named(client: Http) -> None:
    with Server(always(body=gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")) as server:
        assert client.get(server.url).json() == {"a": 1}
    with (
        Server(always(body=b"not gzip", Content_Encoding="gzip")) as server,
        pytest.raises(errors.BadPayload, match="Content-Encoding"),
    ):
        client.get(server.url)


# Credentials


def test_the_credentials_are_sent_and_netrc_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Server(always()) as server:
        with Http(deadline=at(30), auth=Token()) as client:
            client.get(server.url)
        with Http(deadline=at(30)) as client:
            client.get(server.url)
    assert [one.headers.get("authorization") for one in server.requests] == [f"Bearer {SECRET}", None]


def test_a_redirect_on_the_same_host_keeps_the_credentials() -> None:
    with (
        Server(in_turn(Answer(301, {"Location": "/new?page=2"}), Answer(200))) as server,
        Http(deadline=at(30), auth=Token(), headers={"Accept": "text/x"}) as client,
    ):
        reply = client.get(server.url + "/old", {"page": "1"}, headers={"X-Version": "3"})
    assert [str(one) for one in server.requests] == ["GET /old?page=1", "GET /new?page=2"]
    for header, value in {"private-token": SECRET, "x-version": "3", "accept": "text/x"}.items():
        assert server.requests[1].headers[header] == value
    assert reply.url == server.url + "/new"
    assert client.usage.requests == {"billed": 2}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_leaves_every_credential_behind(status: int) -> None:
    with (
        Server(always()) as other,
        Server(in_turn(Answer(status, {"Location": other.url + "/there"}))) as server,
        Http(deadline=at(30), auth=Token(), headers={"X-Key": SECRET, "Accept": "text/x"}) as client,
    ):
        client.get(server.url, headers={"X-More": SECRET})
    assert str(other.requests[0]) == "GET /there"
    assert not [name for name, value in other.requests[0].headers.items() if SECRET in value]
    assert other.requests[0].headers["accept"] == "text/x"


def test_credentials_do_not_come_back_after_a_detour() -> None:
    with Server(in_turn(Answer())) as server, Server(always(302, Location=server.url + "/back")) as other:
        server.answer = in_turn(Answer(302, {"Location": other.url}), Answer(200))
        with Http(deadline=at(30), auth=Token()) as client:
            client.get(server.url)
    assert "authorization" in server.requests[0].headers
    assert "authorization" not in server.requests[1].headers


def test_redirects_in_a_circle_end(client: Http) -> None:
    with Server(always(302, Location="/again")) as server, pytest.raises(errors.Rejected, match="5 redirects"):
        client.get(server.url)
    assert len(server.requests) == 6
    assert client.usage.requests == {"billed": 6}


@pytest.mark.parametrize("target", ["http://[::1/x", "http://127.0.0.1:port/"])
def test_a_redirect_to_nonsense_is_refused(client: Http, target: str) -> None:
    with Server(always(302, Location=target)) as server, pytest.raises(errors.BadPayload, match="cannot be read"):
        client.get(server.url)


@pytest.mark.parametrize("token", [f"{SECRET}\nX-Other: 1", f"{SECRET}…"])
def test_a_token_that_no_header_can_carry_is_not_quoted(token: str) -> None:
    class Odd(Token):
        def headers(self, http: Http) -> Mapping[str, str]:
            return {"Authorization": token}

    with (
        Server(always()) as server,
        Http(deadline=at(30), auth=Odd()) as client,
        pytest.raises(errors.SecretUnreadable) as raised,
    ):
        client.get(server.url)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


# Pages


def test_pages_follow_the_link_headers(client: Http) -> None:
    links = {"1": '<{url}/list?page=2>; rel="next", <{url}/list?page=9>; rel="last"', "2": '<?page=3>; rel="NEXT x"'}

    def answer(request: Request) -> Answer:
        page = dict(request.query)["page"]
        return Answer(200, {"Link": links.get(page, "").replace("{url}", server.url)}, page.encode())

    with Server(answer) as server:
        pages = [page.text for page in client.pages(server.url + "/list", {"page": 1})]
    assert pages == ["1", "2", "3"]


def test_a_next_page_on_another_host_is_not_asked() -> None:
    with (
        Server(always()) as other,
        Server(always(Link=f'<{other.url}/list?page=2>; rel="next"')) as server,
        Http(deadline=at(30), auth=Token()) as client,
        pytest.raises(errors.BadPayload, match="another host; it was not asked"),
    ):
        list(client.pages(server.url + "/list"))
    assert not other.requests


def test_the_default_port_is_the_same_host() -> None:
    assert http._origin("https://host/a") == http._origin("https://HOST:443/b")
    assert http._origin("https://host/a") != http._origin("http://host/a")
    assert http._origin("https://host/a") != http._origin("https://host:8443/a")


def test_pages_without_an_end_end_with_the_deadline() -> None:
    with (
        Server(always(Link='</list>; rel="next"')) as server,
        Http(deadline=at(0.3)) as client,
        pytest.raises(errors.TimedOut),
    ):
        for _ in client.pages(server.url + "/list"):
            pass
    assert len(server.requests) > 1


# Rate limits


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


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def server_tls(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    return context


def get_over_tls(server_tls: ssl.SSLContext, tls: Tls, answer: Answer | None = None, seconds: float = 30) -> Any:
    with Server(in_turn(answer or Answer()), server_tls) as server, Http(deadline=at(seconds), tls=tls) as client:
        return client.get(server.url, {"token": SECRET}).status


def test_a_private_authority_is_trusted_when_given(server_tls: ssl.SSLContext, authority: Authority) -> None:
    assert get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file))) == 200


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verification_can_be_switched_off(server_tls: ssl.SSLContext) -> None:
    assert get_over_tls(server_tls, Tls(verify=False)) == 200


def test_an_unknown_authority_is_refused_with_the_remedy(server_tls: ssl.SSLContext) -> None:
    with pytest.raises(errors.Unreachable, match=r"TLS handshake failed; check `tls\.ca_file`") as raised:
        get_over_tls(server_tls, Tls())
    assert SECRET not in str(raised.value)


def test_a_file_of_tls_that_is_not_there_is_named(server_tls: ssl.SSLContext, authority: Authority) -> None:
    with pytest.raises(errors.SecretUnreadable, match=r"cannot read /no/ca\.pem"):
        get_over_tls(server_tls, Tls(ca_file="/no/ca.pem"))
    pair = (str(authority.ca_file), "/no/key.pem")
    with pytest.raises(errors.SecretUnreadable, match=r"cannot read /no/key\.pem"):
        get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file), certificate=pair))


def test_a_dripping_body_over_tls_ends_with_the_deadline(server_tls: ssl.SSLContext, authority: Authority) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file)), Answer(manner=Manner.DRIP), 0.5)
    assert time.monotonic() - begun < SLACK


def test_http_spoken_to_a_tls_port_is_no_answer(client: Http, server_tls: ssl.SSLContext) -> None:
    with Server(always(), server_tls) as server, pytest.raises(errors.Unreachable):
        client.get(server.url.replace("https", "http"))


def test_tls_spoken_to_an_http_port_is_named(client: Http) -> None:
    with Server(always()) as server, pytest.raises(errors.Unreachable, match="TLS handshake failed"):
        client.get(server.url.replace("http", "https"))
