"""The web configuration file: each fault is a line with its remedy, and a change counts at once."""

import logging
import os
import re

import pytest

from exporter.web.config import ConfigError, WebConfig, read
from tests.support.pki import Authority

ALICE = "$2b$04$1.9KQQGIBTq7SrEBJ7FqEeRSo4GnGCxw5fc1BYnMGQ/kasfUSV996"  # wonderland
USERS = f'basic_auth_users: {{alice: "{ALICE}"}}\n'
HEADER_NAMES = (
    "Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection"
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "web.yml"


def faults(file, text):
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        WebConfig(file)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return [fault.removeprefix(str(file)) for fault in caught.value.faults]


def change(file, text):
    """Another text, and surely another time of change."""
    file.write_text(text)
    moment = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(moment, moment))


def test_no_file_means_no_protection():
    config = WebConfig(None)
    assert (config.tls, dict(config.current().users), dict(config.current().headers)) == (None, {}, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
        "tls_server_config: {}\nhttp_server_config: {http2: false, headers: {X-Frame-Options: ''}}\n",
    ],
)
def test_empty_sections_say_nothing(file, text):
    file.write_text(text)
    config = WebConfig(file)
    assert (config.tls, dict(config.current().users), dict(config.current().headers)) == (None, {}, {})


def test_users_and_headers(file):
    file.write_text(
        USERS + "http_server_config: {headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=31536000}}\n"
    )
    config = WebConfig(file).current()
    assert config.users["alice"].get_secret_value() == ALICE
    assert config.headers == {"X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=31536000"}
    assert ALICE not in repr(config)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("basic_auth_user: {}", "basic_auth_user: unknown key; did you mean `basic_auth_users`?"),
        (
            "zzz: 1",
            "zzz: unknown key; known: basic_auth_users, http_server_config, tls_server_config",
        ),
        (
            "rate_limit: {interval: 1s, burst: 20}",
            "rate_limit: is not offered, a scrape only copies bytes; remove it, or limit in a proxy",
        ),
        (
            "http_server_config: {http2: true}",
            "http_server_config.http2: HTTP/2 is not offered; remove the key or write false, clients then use HTTP/1.1",
        ),
        (
            "http_server_config: {http3: true}",
            "http_server_config.http3: unknown key; did you mean `http2`?",
        ),
        (
            "http_server_config: {headers: {Server: nginx}}",
            f"http_server_config.headers: the header 'Server' cannot be set here; one of {HEADER_NAMES}",
        ),
        (
            "http_server_config: {headers: {X-Frame-Options: allow}}",
            "http_server_config.headers: X-Frame-Options must be deny or sameorigin",
        ),
        (
            'http_server_config: {headers: {X-XSS-Protection: "1\\r\\nSet-Cookie: x"}}',
            "http_server_config.headers: X-XSS-Protection must be printable ASCII in one line",
        ),
        (
            "basic_auth_users: {alice: wonderland}",
            "basic_auth_users.alice: not a bcrypt hash; make one with `htpasswd -nBC 10 NAME` and quote it",
        ),
        (
            "basic_auth_users: {alice: 12345}",
            "basic_auth_users.alice: must be text; quote it",
        ),
        (
            f'basic_auth_users: {{alice: "{ALICE.replace("$04$", "$16$")}"}}',
            "basic_auth_users.alice: the hash's cost must be 4 to 15; 10 to 12 is usual",
        ),
        (
            f'basic_auth_users: {{"a:b": "{ALICE}"}}',
            "basic_auth_users.a:b: a user's name must hold something, but no colon; rename the user",
        ),
        (f'basic_auth_users: {{1: "{ALICE}"}}', "basic_auth_users.1: must be text; quote it"),
        (
            "basic_auth_users: [alice]",
            "basic_auth_users: must be a mapping, like {name: value}",
        ),
        (
            "tls_server_config: 5",
            "tls_server_config: must be a mapping, like {name: value}",
        ),
        (
            "- 1",
            "must hold a mapping of keys to values",
        ),
        (
            f'basic_auth_users:\n  alice: "{ALICE}"\n  alice: "{ALICE}"\n',
            ":3: basic_auth_users.alice: this key stands here twice; keep one",
        ),
        (
            "basic_auth_users:\n  alice: [",
            (
                ":2: not valid YAML (expected the node content, but found '<stream end>'); "
                "quote values with special characters"
            ),
        ),
        (
            "? [a]\n: b\n",
            ":1: not valid YAML (cannot be parsed); quote values with special characters",
        ),
        (
            "basic_auth_users:\n  alice: *s3cret\n",
            ":2: not valid YAML (cannot be parsed); quote values with special characters",
        ),
        (
            "basic_auth_users:\n  alice: !s3cret x\n",
            ":2: not valid YAML (cannot be parsed); quote values with special characters",
        ),
    ],
)
def test_each_fault_is_a_line_with_its_remedy(file, text, expected):
    [fault] = faults(file, text)
    assert fault == expected if expected.startswith(":") else fault.endswith(f": {expected}")
    assert re.match(r"(:\d+)?: ", fault)


def test_all_faults_are_told_at_once(file):
    assert len(faults(file, "basic_auth_users: {a: b, c: d}\nhttp_server_config: {http2: true}\nx: 1\n")) == 4


def test_no_fault_repeats_a_secret(file):
    for text in ("basic_auth_users: {alice: hunter2}", "basic_auth_users: {alice: [hunter2]}", "x: {y: hunter2"):
        assert "hunter2" not in str(faults(file, text))


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yml: cannot be read \(No such file or directory\); name the file"):
        WebConfig(tmp_path / "absent.yml")
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\); name the file with --web"):
        WebConfig(tmp_path)


def test_a_file_that_is_no_text(file):
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not UTF-8 text; save it as UTF-8"):
        read(file)


def test_a_change_counts_at_once(file):
    file.write_text(USERS)
    config = WebConfig(file)
    change(file, USERS.replace("alice", "bob"))
    assert list(config.current().users) == ["bob"]


def test_a_replaced_file_counts_even_if_it_looks_as_old(file, tmp_path):
    file.write_text(USERS)
    config = WebConfig(file)
    other = tmp_path / "other.yml"
    other.write_text(USERS.replace("alice", "clara"))
    os.utime(other, ns=(file.stat().st_mtime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    assert list(config.current().users) == ["clara"]


def test_a_faulty_change_is_refused_and_told_once(file, caplog):
    file.write_text(USERS)
    config = WebConfig(file)
    change(file, "basic_auth_users: {alice: hunter2}")
    for _ in range(3):
        assert list(config.current().users) == ["alice"]
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "web.yml:1: basic_auth_users.alice: not a bcrypt hash" in record.getMessage()
    assert "hunter2" not in caplog.text
    change(file, USERS.replace("alice", "bob"))
    assert list(config.current().users) == ["bob"]


def test_a_file_that_vanishes_opens_no_door(file, caplog):
    file.write_text(USERS)
    config = WebConfig(file)
    file.unlink()
    assert [list(config.current().users) for _ in range(3)] == [["alice"]] * 3
    assert caplog.text.count("cannot be read") == 1


def test_tls_goes_on_or_off_only_by_a_restart(file, tmp_path, caplog):
    certificate, key = Authority(tmp_path).issue("server")
    with_tls = f"tls_server_config: {{cert_file: {certificate}, key_file: {key}}}\n"
    file.write_text(USERS)
    plain = WebConfig(file)
    change(file, with_tls)
    assert list(plain.current().users) == ["alice"]
    assert "TLS goes on or off only by a restart" in caplog.text
    protected = WebConfig(file)
    change(file, "")
    assert protected.current().tls_server_config is not None
