"""Answers: what is understood, what is refused, what is lost on the way."""

import gzip
import socket
from typing import NoReturn

import pytest

from exporter import errors, http
from exporter.http import Http
from tests.support.replay import Answer, Manner, Server
from tests.support.upstream import SECRET, Token, always, at, in_turn


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


def test_a_name_that_does_not_exist_is_named(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # a real resolver may take its time to say so
    with pytest.raises(errors.Unreachable, match="name cannot be resolved") as raised:
        client.get("http://orchex.invalid/")
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
