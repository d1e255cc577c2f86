"""Credentials: they are sent where they belong, and nowhere else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter import errors, http
from exporter.http import Http
from tests.support.replay import Answer, Request, Server
from tests.support.upstream import SECRET, Token, always, at, in_turn


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


def test_a_redirect_to_what_is_not_http_is_refused(client: Http) -> None:
    with (
        Server(always(302, Location="ftp://host/x")) as server,
        pytest.raises(errors.Unreachable, match="ftp://host/x"),
    ):
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
