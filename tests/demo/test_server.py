import socket
import threading
from urllib.parse import urlsplit

import pytest
import requests
from starlette.responses import PlainTextResponse

from exporter.demo.config import configuration
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.settings import from_data
from tests.support.clock import Clock

START = 1_760_000_000


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def acme():
    return Organisation(start=START, repositories=3, history_days=0)


@pytest.fixture
def host(acme, clock):
    with DemoServer(acme, clock) as server:
        yield server


def kilo(host, **options):
    headers = {"X-API-Key": host.tokens.kilo}
    return requests.get(f"{host.addresses.kilo}/health", headers=headers, timeout=options.get("timeout", 10))


def test_it_listens_on_loopback_only_until_it_is_stopped():
    others = set(threading.enumerate())
    server = DemoServer(Organisation(repositories=3, history_days=0), Clock())
    parts = urlsplit(server.start().github_root)
    assert parts.hostname == "127.0.0.1"
    server.stop()
    with socket.socket() as probe:
        assert probe.connect_ex((parts.hostname, parts.port)) != 0
    server.stop()
    with pytest.raises(RuntimeError, match="call start"):
        _ = server.addresses
    assert "demo" not in [thread.name for thread in set(threading.enumerate()) - others]


def test_every_answer_is_as_of_the_clock(host, clock):
    first = kilo(host).json()["uptime_seconds"]
    clock.advance(90.5)
    assert kilo(host).json()["uptime_seconds"] == first + 90
    assert host._organisation.now == START + 90


def test_requests_are_counted_by_path(host):
    kilo(host)
    kilo(host)
    assert host.requests == {"/kilo/health": 2}


def test_a_fault_answers_instead(host):
    host.faults = lambda request: PlainTextResponse("oops", 503) if request.url.path == "/kilo/health" else None
    assert (kilo(host).status_code, kilo(host).text) == (503, "oops")
    url = f"{host.addresses.github}/orgs/acme"
    headers = {"Authorization": f"Bearer {host.tokens.github}"}
    assert requests.get(url, headers=headers, timeout=10).status_code == 200
    host.faults = None
    assert kilo(host).status_code == 200


def test_a_fault_may_wait_while_others_are_answered(host):
    entered, leave = threading.Event(), threading.Event()

    def wait_once(request):
        if not entered.is_set():
            entered.set()
            leave.wait(10)

    host.faults = wait_once
    slow = threading.Thread(target=kilo, args=(host,))
    slow.start()
    assert entered.wait(10)
    assert kilo(host).status_code == 200
    assert slow.is_alive()
    leave.set()
    slow.join(10)
    assert not slow.is_alive()


def test_the_configuration_is_an_ordinary_one(acme, host, tmp_path):
    data = configuration(acme, host.addresses, "sqlite:///x.db", tmp_path, host.tokens)
    kinds = {name: source["kind"] for name, source in data["sources"].items()}
    assert kinds == {"orchex": "orchex", "kilo": "kilo", "bridges": "bridge", "acme": "github"}
    assert data["sources"]["acme"]["exclude"] == ["*-archive"]
    assert from_data(data).sources.keys() == kinds.keys()
