"""Basic authentication, over real sockets."""

import base64
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
import requests

from exporter.web import auth
from exporter.web.auth import credentials
from tests.support.site import Pages, served, source
from tests.support.waiting import until
from tests.web.test_config import change


def hashed(password):
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).decode()


LONG = "x" * 72
ALICE = "$2b$04$1.9KQQGIBTq7SrEBJ7FqEeRSo4GnGCxw5fc1BYnMGQ/kasfUSV996"  # wonderland
BOB = "$2b$04$xcLDln/YYKQQxcLLhHw2ee2e7VPg/Juw0DR4LmTNYb1PuTRsAhrWm"  # größer
LONGINUS = "$2b$04$ymMilXF/Uu6IoQqQmWzrD.4KINENeR3p5/qk3.zophzxWqGLwzkkG"  # LONG
CONFIG = f'basic_auth_users: {{alice: "{ALICE}", bob: "{BOB}", longinus: "{LONGINUS}"}}\n'
HEADERS = "http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: 'default-src https:'}}\n"


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "web.yml"
    file.write_text(CONFIG + HEADERS)
    return file


@pytest.fixture
def base(config):
    with served(Pages(source()), config=config, lifecycle=True) as address:
        yield address


def status(base, *auth, path="/metrics"):
    given = tuple(part.encode() for part in auth) or None
    return requests.get(base + path, auth=given, timeout=20).status_code


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/api/v1/status", "/-/healthy", "/-/ready", "/-/reload", "/favicon.ico", "/nothing"]
)
def test_no_path_is_exempt(base, path):
    answer = requests.get(base + path, timeout=10)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="ORCHEX-KILO exporter", charset="UTF-8"'
    assert answer.text == "sign in as a user of the web configuration file\n"
    assert requests.post(base + path, timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("alice", "wonderland", 200),
        ("bob", "größer", 200),
        ("longinus", LONG, 200),
        ("longinus", LONG + "y", 200),  # bcrypt reads 72 bytes
        ("longinus", LONG[:-1], 401),
        ("alice", "Wonderland", 401),
        ("alice", "", 401),
        ("alice", ALICE, 401),
        ("alice", "größer", 401),
        ("alice", "won\0derland", 401),
        ("Alice", "wonderland", 401),
        ("mallory", "wonderland", 401),
        ("", "", 401),
    ],
)
def test_who_may_come_in(base, name, password, expected):
    assert [status(base, name, password) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"alice").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:wonderland").decode(),
        "Bearer " + base64.b64encode(b"alice:wonderland").decode(),
        "Basic" + base64.b64encode(b"alice:wonderland").decode(),
    ],
)
def test_what_is_no_basic_authentication(base, header):
    assert requests.get(f"{base}/metrics", headers={"Authorization": header}, timeout=10).status_code == 401


def test_the_scheme_may_be_written_in_any_case_and_a_password_may_hold_colons():
    assert credentials("bAsIc " + base64.b64encode(b"alice:a:b").decode()) == ("alice", b"a:b")


def test_a_changed_file_counts_from_the_next_request(base, config):
    assert status(base, "alice", "wonderland") == 200
    change(config, CONFIG.replace(ALICE, hashed(b"looking-glass")))
    assert status(base, "alice", "wonderland") == 401
    assert status(base, "alice", "looking-glass") == 200
    change(config, f'basic_auth_users: {{bob: "{BOB}"}}\n')
    assert status(base, "alice", "looking-glass") == 401
    assert status(base, "bob", "größer") == 200


def test_the_files_headers_are_added_and_replace_ours(base):
    for answer in (requests.get(base, timeout=10), requests.get(base, auth=("alice", "wonderland"), timeout=10)):
        assert answer.headers["X-Frame-Options"] == "deny"
        assert answer.headers["Content-Security-Policy"] == "default-src https:"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_name_costs_a_check_of_a_real_hash(base, monkeypatch):
    checked = []

    def counting(password, against):
        checked.append((password, against.decode()))
        return bcrypt.hashpw(password, against) == against

    monkeypatch.setattr(auth.bcrypt, "checkpw", counting)
    for _ in range(2):
        assert status(base, "mallory", "wonderland") == 401
    assert status(base, "alice", "wrong") == 401
    assert [password for password, _ in checked] == [b"wonderland", b"wonderland", b"wrong"]
    assert checked[0] == checked[1]
    # Were it always the same user's, a hash that costs more than the others would tell who exists.
    for number in range(40):
        assert status(base, f"nobody {number}", "wonderland") == 401
    assert {against for _, against in checked[3:]} == {ALICE, BOB, LONGINUS}


def test_who_signed_in_once_is_known_again_at_no_cost(base, monkeypatch):
    assert status(base, "alice", "wonderland") == 200
    monkeypatch.setattr(auth.bcrypt, "checkpw", lambda *_: pytest.fail("it is checked again"))
    assert status(base, "alice", "wonderland") == 200


def test_guessing_keeps_no_scrape_waiting(base, monkeypatch):
    """Every thread is busy with guesses that take for ever; who is known comes in all the same."""
    assert status(base, "alice", "wonderland") == 200
    released, waiting = threading.Event(), []

    def endless(*_):
        waiting.append(1)
        assert released.wait(30)
        return False

    monkeypatch.setattr(auth, "_matches", endless)
    one_too_many = auth.ATTEMPTS_PER_ADDRESS + 1
    with ThreadPoolExecutor(one_too_many) as pool:
        try:
            guesses = [pool.submit(status, base, "alice", f"guess {number}") for number in range(one_too_many)]
            until(lambda: any(guess.done() for guess in guesses), "one guess is turned away")
            assert [guess.result() for guess in guesses if guess.done()] == [429]
            until(lambda: len(waiting) == auth.THREADS, "the threads are busy")
            assert status(base, "alice", "wonderland") == 200
            assert len(waiting) == auth.THREADS
        finally:
            released.set()
        assert sorted(guess.result(10) for guess in guesses) == [401] * auth.ATTEMPTS_PER_ADDRESS + [429]
    monkeypatch.undo()
    assert status(base, "bob", "größer") == 200


def test_no_password_is_logged(base, caplog):
    caplog.set_level(logging.DEBUG)
    for name, password in (("alice", "wonderland"), ("alice", "s3cret-guess"), ("mallory", "s3cret-guess")):
        status(base, name, password)
    told = caplog.text + repr([record.__dict__ for record in caplog.records if not record.name.startswith("urllib3")])
    assert "wonderland" not in told
    assert "s3cret" not in told
    assert ALICE not in told
