"""The listener: addresses, and an end that nobody can delay."""

import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
import requests

from exporter.web import server
from exporter.web.server import Address, ListenError, Server, bind, parse_address
from tests.support.pki import Authority
from tests.support.site import Pages, exposition, served, source
from tests.support.waiting import until

METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def outliving():
    """Connections that a test opens while the server runs, and that outlive it."""
    with ExitStack() as stack:
        yield stack


def connect(base):
    place = urlsplit(base)
    return closing(socket.create_connection((place.hostname, place.port), timeout=10))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9847", Address("127.0.0.1", 9847)),
        (":9847", Address("", 9847)),
        ("[::1]:0", Address("::1", 0)),
        ("[fe80::1%eth0]:80", Address("fe80::1%eth0", 80)),
        ("localhost:9847", Address("localhost", 9847)),
        ("metrics-1.acme.example:65535", Address("metrics-1.acme.example", 65535)),
    ],
)
def test_the_forms_of_an_address(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9847",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:http",
        "127.0.0.1:٨٠",
        "::1:9847",
        "[::1]",
        "[]:80",
        "[::1:80",
        "http://127.0.0.1:80",
        "a b:80",
        ":80\n",
    ],
)
def test_a_wrong_form_is_refused_with_the_right_one(text):
    with pytest.raises(ListenError, match=r"cannot listen on .*: not HOST:PORT; write it like") as caught:
        parse_address(text)
    assert repr(text) in str(caught.value)


def test_a_wrong_address_is_an_error_of_start():
    with pytest.raises(ListenError, match="not HOST:PORT"):
        Server(None, listen_address="nowhere").start()


def test_a_taken_port_is_named_with_a_remedy():
    with served(Pages()) as base:
        place = urlsplit(base).netloc
        with pytest.raises(ListenError) as caught:
            Server(None, listen_address=place).start()
    remedy = "stop what listens there, or choose another (--web.listen-address)"
    assert str(caught.value) == f"cannot listen on {place}: the port is taken; {remedy}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("192.0.2.1:0", "cannot listen on 192.0.2.1:0: this machine has no such address; use one of its own"),
        ("nothing.invalid:80", "cannot listen on nothing.invalid:80: the host is not known"),
    ],
)
def test_an_address_of_elsewhere(text, problem):
    with pytest.raises(ListenError) as caught:
        bind(parse_address(text))
    assert str(caught.value).startswith(problem)
    assert str(caught.value).endswith("(--web.listen-address)")


def test_no_host_means_every_address():
    with bind(parse_address(":0")) as listener:
        assert listener.getsockname()[0] in ("::", "0.0.0.0")
        with socket.create_connection(("127.0.0.1", listener.getsockname()[1]), timeout=10):
            pass


def test_connections_send_at_once():
    """Else the body of an answer waits until the other side has acknowledged the head."""
    with bind(parse_address("127.0.0.1:0")) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_name_is_resolved():
    with served(Pages(), address="localhost:0") as base:
        assert base.startswith("http://localhost:")
        assert requests.get(f"{base}/-/healthy", timeout=10).ok


def test_an_ipv6_address_where_the_machine_has_one():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        with pytest.raises(ListenError, match=r"cannot listen on \[::1\]:0: "):
            bind(parse_address("[::1]:0"))
        return
    with served(Pages(), address="[::1]:0") as base:
        assert base.startswith("http://[::1]:")
        assert requests.get(f"{base}/-/healthy", timeout=10).ok


def test_the_port_is_free_after_the_stop():
    with served(Pages()) as base:
        place = urlsplit(base).netloc
    with served(Pages(), address=place) as base:
        assert requests.get(f"{base}/-/healthy", timeout=10).ok


def test_stop_can_be_repeated_and_needs_no_start():
    idle = Server(None, listen_address="127.0.0.1:0")
    idle.stop()
    idle.stop()


def test_the_signals_stay_with_the_main_thread():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with served(Pages()):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


# `served` itself asserts that the stop takes less than four seconds.


def test_an_open_keep_alive_connection_does_not_delay_the_stop():
    with requests.Session() as session, served(Pages()) as base:
        for _ in range(2):
            assert session.get(f"{base}/metrics", timeout=10).headers.get("Connection") != "close"


@pytest.mark.parametrize("sent", [b"", b"GET /metrics HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_half_a_request_does_not_delay_the_stop(sent, outliving):
    with served(Pages()) as base:
        connection = outliving.enter_context(connect(base))
        connection.sendall(sent)
        requests.get(f"{base}/-/healthy", timeout=10)
    assert connection.recv(100) == b""


def test_a_slow_reader_does_not_delay_the_stop(outliving):
    site = Pages()
    site.published = exposition(lines=1_000_000)
    with served(site) as base:
        connection = outliving.enter_context(connect(base))
        connection.sendall(METRICS)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
        assert requests.get(f"{base}/-/healthy", timeout=10).ok
    assert read_to_the_end(connection) < len(site.published.text)


def test_an_answer_under_way_is_finished(outliving):
    site = Pages()
    site.published = exposition(lines=500_000)
    with ThreadPoolExecutor(1) as pool:
        with served(site) as base:
            connection = outliving.enter_context(connect(base))
            connection.sendall(METRICS)
            connection.recv(1)
            whole = pool.submit(read_to_the_end, connection)
        assert whole.result(10) > len(site.published.text)


def read_to_the_end(connection):
    """How many bytes came before the other side was gone."""
    count = 0
    try:
        while some := connection.recv(1 << 20):
            count += len(some)
    except ConnectionResetError:
        pass
    return count


def test_a_reload_that_hangs_does_not_delay_the_stop():
    entered, released = threading.Event(), threading.Event()
    site = Pages()
    site.reloading = lambda: entered.set() or released.wait(30) or None
    with ThreadPoolExecutor(1) as pool:
        try:
            with served(site, lifecycle=True) as base:
                answer = pool.submit(requests.post, f"{base}/-/reload", timeout=20)
                assert entered.wait(10)
        finally:
            released.set()
        assert answer.exception(10) is not None or answer.result().status_code == 500


def test_a_client_that_never_speaks_tls_does_not_delay_the_stop(tmp_path, outliving):
    certificate, key = Authority(tmp_path).issue("server")
    config = tmp_path / "web.yml"
    config.write_text(f"tls_server_config: {{cert_file: {certificate}, key_file: {key}}}\n")
    with served(Pages(), config=config) as base:
        outliving.enter_context(connect(base)).sendall(b"\x16")
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(base, timeout=10)


@pytest.mark.parametrize("drip", [b"", b"GET / HTTP/1.1\r\nX: "])
def test_a_connection_that_leads_nowhere_is_cut(monkeypatch, drip):
    monkeypatch.setattr(server, "PATIENCE_SECONDS", 0.5)
    with served(Pages(source())) as base, connect(base) as connection:
        connection.sendall(drip)
        until(lambda: cut(connection), "the connection is cut", 15)


def cut(connection):
    """Drips another byte; whether the other side has gone."""
    try:
        connection.sendall(b"x")
        connection.settimeout(0.1)
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_reader_that_stops_reading_is_cut(monkeypatch):
    monkeypatch.setattr(server, "PATIENCE_SECONDS", 0.5)
    site = Pages()
    site.published = exposition(lines=1_000_000)
    with served(site) as base, connect(base) as connection:
        connection.sendall(METRICS)
        until(lambda: site.scrapes, "the scrape is answered")
        until(lambda: gone(connection), "the connection is cut", 15)


def test_a_connection_in_use_is_not_cut(monkeypatch):
    monkeypatch.setattr(server, "PATIENCE_SECONDS", 1.5)
    with served(Pages()) as base, connect(base) as connection, requests.Session() as session:
        until(lambda: session.get(f"{base}/-/healthy", timeout=10).ok and gone(connection), "the idle one is cut", 15)
        [pool] = session.get_adapter(base).poolmanager.pools._container.values()
        assert pool.num_connections == 1


def gone(connection):
    """Whether the other side ended the connection; found without reading what it sent."""
    established = b"\x01"
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != established


def test_an_endless_header_is_refused():
    with served(Pages()) as base, connect(base) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
        assert requests.get(f"{base}/-/healthy", timeout=10).ok
