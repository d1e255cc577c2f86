"""The seam: durations, addresses, secrets, moments, and messages about payloads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from exporter.errors import BadPayload, SecretUnreadable
from exporter.http import Http, Tls
from exporter.providers.base import (
    Bearer,
    Capability,
    Duration,
    HttpProvider,
    Payload,
    Provider,
    Since,
    TlsOptions,
    Url,
    When,
    parse,
    read_secret,
)
from tests.support.replay import Answer, Server

SECRET = "canary-90ab-secret"


class Plain(HttpProvider):
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    kind: Literal["plain"] = "plain"


def plain(**config: Any) -> Plain:
    return Plain.model_validate({"url": "https://host/base/", **config})


def first_error(raised: pytest.ExceptionInfo[ValidationError]) -> str:
    return raised.value.errors()[0]["msg"]


# Durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1h30m", 5400), ("35d", 3024000), ("2w", 1209600), ("250ms", 0.25), (30, 30), (0.5, 0.5)],
)
def test_a_duration_is_written_as_prometheus_writes_it(text: object, seconds: float) -> None:
    assert TypeAdapter(Duration).validate_python(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "1", "1.5h", "1 h", "-1s", "1y", "1h 30m", "h1", "1hh"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValidationError, match="write it like 30s, 5m, 1h30m or 35d"):
        TypeAdapter(Duration).validate_python(text)


@pytest.mark.parametrize("value", [0, -1, "0s", float("inf"), float("nan"), None, [], True and "inf"])
def test_a_duration_is_a_positive_number(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(value)


# The provider's own configuration


@pytest.mark.parametrize("url", ["ftp://host", "host", "https://", "https://me@host", "https://me:secret@host", ""])
def test_an_address_is_http_and_holds_no_credentials(url: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Url).validate_python(url)
    assert "secret" not in first_error(raised)


@pytest.mark.parametrize("base", ["https://host/v1", "https://host/v1/"])
@pytest.mark.parametrize("path", ["health", "/health"])
def test_paths_lie_below_the_base(base: str, path: str) -> None:
    assert plain(url=base).at(path) == "https://host/v1/health"
    assert plain(url="https://host").at(path) == "https://host/health"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"interval": "0.5s"}, "not a duration"),
        ({"interval": 0.5}, "greater than or equal to 1"),
        ({"interval": "2d"}, "less than or equal to 86400"),
        ({"timeout": "10ms"}, "greater than or equal to 0.1"),
        ({"timeout": "2h"}, "less than or equal to 3600"),
        ({"max_age": 0}, "greater than 0"),
        ({"token": "a", "token_file": "/b"}, "give token or token_file, not both"),
        ({"tls": {"cert_file": "/a"}}, "cert_file and key_file belong together"),
        ({"tls": {"key_file": "/a"}}, "cert_file and key_file belong together"),
        ({"tls": {"verify": False}}, "Extra inputs are not permitted"),
        ({"tokn": "a"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_setting_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        plain(**config)
    assert words in first_error(raised)


def test_series_are_stale_after_ten_intervals_or_five_minutes_or_as_given() -> None:
    assert plain(interval=10).stale_after == 300
    assert plain(interval=60).stale_after == 600
    assert plain(interval=60, max_age="90s").stale_after == 90


def test_a_token_is_not_shown() -> None:
    assert SECRET not in repr(plain(token=SECRET))
    assert SECRET not in repr(Bearer(SecretStr(SECRET), None))


def test_tls_options_are_what_http_needs() -> None:
    assert plain().tls.for_http() == Tls()
    options = TlsOptions(ca_file=Path("/ca"), cert_file=Path("/c"), key_file=Path("/k"), insecure_skip_verify=True)
    assert options.for_http() == Tls("/ca", ("/c", "/k"), verify=False)


def test_a_provider_probes_nothing_and_needs_a_fetch(tmp_path: Path) -> None:
    assert plain().components() == ()
    with Http(deadline=0) as http, pytest.raises(NotImplementedError, match="Plain has no fetch"):
        list(plain().fetch(http, Since(0)))


def test_a_provider_without_an_address_needs_no_credentials() -> None:
    class Bare(Provider):
        kind: Literal["bare"] = "bare"

    bare = Bare()
    with bare.connect(1e12, bare.auth()) as http:
        assert bare.auth().headers(http) == {}
        assert bare.auth().rejected() is None


def test_marks_are_given_back_by_name() -> None:
    since = Since(1.0, {"a": "1"})
    assert (since.get("a"), since.get("b")) == ("1", None)


# Secrets


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lambda request: Answer(body=b"{}")) as running:
        yield running


def test_the_secret_file_is_read_anew_for_each_request(tmp_path: Path, server: Server) -> None:
    secret = tmp_path / "token"
    provider = plain(url=server.url, token_file=secret)
    auth = provider.auth()
    for text in ("one", " two \n"):
        secret.write_text(text)
        with provider.connect(1e12, auth) as http:
            http.get(provider.at("x"))
    assert [one.headers["authorization"] for one in server.requests] == ["Bearer one", "Bearer two"]
    assert server.requests[0].headers["accept"] == "application/json"


@pytest.mark.parametrize("content", [b"", b" \n", b"a\nb", b"\xff\xfe"])
def test_a_secret_file_that_holds_no_secret_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(SecretUnreadable, match=str(path)):
        read_secret(path)


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretUnreadable, match="absent: FileNotFoundError"):
        read_secret(tmp_path / "absent")
    with pytest.raises(SecretUnreadable, match="IsADirectoryError"):
        read_secret(tmp_path)
    assert read_secret(None) is None


def test_a_token_can_stand_in_another_header() -> None:
    with Http(deadline=1e12) as http:
        assert Bearer(SecretStr("a"), None, "X-API-Key", "").headers(http) == {"X-API-Key": "a"}
        assert Bearer(None, None).headers(http) == {}


# Payloads


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-10T12:00:00Z", 1768046400),
        ("2026-01-10T13:00:00+01:00", 1768046400),
        ("2026-01-10T12:00:00", 1768046400),
        ("2026-01-10T12:00:00.5Z", 1768046400.5),
        (1768046400, 1768046400),
        (1768046400.5, 1768046400.5),
        ("2000-01-01T00:00:00Z", 946684800),
    ],
)
def test_a_moment_is_iso_8601_or_unix_seconds(value: object, moment: float) -> None:
    assert TypeAdapter(When).validate_python(value) == moment


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:01Z",
        "2026-02-30T00:00:00Z",
        "yesterday",
        "",
        0,
        -1,
        1768046400000,
        True,
        float("nan"),
        float("inf"),
        None,
        [],
        {},
    ],
)
def test_a_date_beyond_belief_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(When).validate_python(value)


@settings(deadline=None)
@given(st.text() | st.floats() | st.integers())
def test_a_moment_is_believable_or_refused(value: object) -> None:
    try:
        moment = TypeAdapter(When).validate_python(value)
    except ValidationError:
        return
    assert 946684800 <= moment <= 4102444800


class Inner(Payload):
    at: When


class Outer(Payload):
    name: str
    count: Annotated[int, Field(ge=0)] = 0
    items: tuple[Inner, ...] = ()
    share: float = 0.0


def test_unknown_fields_are_ignored() -> None:
    assert parse(Outer, {"name": "a", "newer": {"than": "us"}}, "here") == Outer(name="a")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "here: name: Field required"),
        ({"name": None}, "here: name: Input should be a valid string"),
        ({"name": "a", "count": -1}, "here: count: Input should be greater than or equal to 0"),
        ({"name": "a", "items": [{"at": 1768046400}, {"at": SECRET}]}, "here: items.1.at: not an ISO 8601 date"),
        ({"name": "a", "items": [{"at": 3}]}, "here: items.0.at: not a believable date (before 2000 or after 2100)"),
        ({"name": "a", "share": float("nan")}, "here: share: Input should be a finite number"),
        (
            {"name": "a", "share": SECRET},
            "here: share: Input should be a valid number, unable to parse string as a number",
        ),
    ],
)
def test_a_bad_payload_is_named_by_place_field_and_fault(data: object, message: str) -> None:
    with pytest.raises(BadPayload) as raised:
        parse(Outer, data, "here")
    assert str(raised.value) == message


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_a_payload_that_is_no_object_is_named(data: object) -> None:
    with pytest.raises(BadPayload, match=r"^here: the answer: Input should be a valid dictionary"):
        parse(Outer, data, "here")


class Open(Payload):
    parts: dict[str, int]


def test_a_message_does_not_grow_with_the_payload() -> None:
    with pytest.raises(BadPayload) as raised:
        parse(Open, {"parts": {"x" * 100_000: "no"}}, "here")
    assert len(str(raised.value)) < 300
