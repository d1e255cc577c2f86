"""Attempts: what is tried again, and that nothing outlasts the deadline."""

import socket
import time

import pytest

from exporter import errors, http
from exporter.http import Http
from exporter.http.timed import timed
from tests.support.clock import Clock
from tests.support.replay import Answer, Manner, Request, Server
from tests.support.upstream import SLACK, always, at, in_turn


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


def test_a_failure_after_the_deadline_is_not_tried_again() -> None:
    clock = Clock(100)

    def answer(request: Request) -> Answer:
        clock.advance(11)
        return Answer(503)

    with Server(answer) as server, Http(deadline=110, monotonic=clock) as client, pytest.raises(errors.Unreachable):
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


def test_every_attempt_to_connect_gets_what_is_left() -> None:
    given: list[float] = []

    class Connection:
        timeout: float | None = 5.0

        def connect(self) -> None:
            given.append(self.timeout or 0)

    left = Clock(30)
    kind = timed(Connection, left)
    assert timed(kind, left) is kind
    for moment in (30.0, 0.25, -1.0):
        left.moment = moment
        kind().connect()
    unlimited = kind()
    unlimited.timeout, left.moment = None, 7.0
    unlimited.connect()
    assert given == [5.0, 0.25, 0.001, 7.0]


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
