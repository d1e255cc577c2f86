"""What the contract's cases cannot show of the bridges: the command, the names, the configuration."""

import json
import sys
import time
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import BadPayload, CommandFailed, Reason, SourceError, TimedOut, Unreachable
from exporter.model import BRIDGES, Component, Facts
from exporter.providers.base import Since
from exporter.providers.bridge import Bridge, bridge_of, parse_bridges

STATUS = {"bridges": {"k2a": {"isActive": True, "eventCount": 3}, "a2k": {"isActive": True, "health": "degraded"}}}


def script(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def bridge(**config: Any) -> Bridge:
    return Bridge.model_validate({"kind": "bridge", **config})


def polled(provider: Bridge, seconds: float = 30.0) -> Facts:
    with provider.connect(time.monotonic() + seconds, provider.auth()) as http:
        return Facts.merged(provider.fetch(http, Since(0.0)))


def failure(code: str, seconds: float = 30.0) -> SourceError:
    with pytest.raises(SourceError) as raised:
        polled(bridge(command=script(code)), seconds)
    return raised.value


# The command


def test_a_command_is_read_like_an_address() -> None:
    facts = polled(bridge(command=[*script("import sys; print(sys.argv[1])"), json.dumps(STATUS)]))
    assert [(one.bridge, one.events) for one in facts.bridges] == [("k2a", 3), ("a2k", None)]
    assert [(one.component, one.up, one.latency) for one in facts.probes] == [("k2a", True, None), ("a2k", False, None)]


@pytest.mark.parametrize(
    ("code", "words"),
    [(3, "bridge communication error"), (10, "KILO is unavailable"), (11, "ORCHEX is unavailable")],
)
def test_the_documented_exit_codes_say_that_the_bridges_are_unreachable(code: int, words: str) -> None:
    error = failure(f"import sys; print('{{}}'); sys.exit({code})")
    assert type(error) is Unreachable
    assert words in str(error)
    assert f"(exit code {code})" in str(error)


def test_another_exit_code_is_a_failed_command_with_its_last_words() -> None:
    error = failure("import sys; print('first\\nno\\x07 licence ' + 'x' * 500, file=sys.stderr); sys.exit(2)")
    assert type(error) is CommandFailed
    assert str(error).startswith(f"the command {sys.executable} ended with 2: no licence xxx")
    assert len(str(error)) < 300
    assert "first" not in str(error)


def test_a_command_that_a_signal_ends_has_failed() -> None:
    assert str(failure("import os; os.kill(os.getpid(), 9)")).endswith("ended with -9")


def test_a_missing_command_is_named() -> None:
    with pytest.raises(CommandFailed, match="/no/such/ORCHEX is not there"):
        polled(bridge(command=["/no/such/ORCHEX", "bridge", "status"]))


def test_a_command_ends_with_the_poll() -> None:
    assert type(failure("import time; time.sleep(300)", 0.3)) is TimedOut


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "printed nothing instead of JSON"),
        ("print('INFO starting'); print('{}')", "printed malformed JSON"),
        ("print('k2a: active')", "is `--json` among its words"),
    ],
)
def test_only_json_is_read(code: str, words: str) -> None:
    error = failure(code)
    assert type(error) is BadPayload
    assert words in str(error)


# Names and shapes


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("k2a", "K2A", "k2a-bridge", "K2A Bridge", "bridge:k2a", "kilo-to-orchex", "KILO → ORCHEX to"), Component.K2A),
        (("a2k", "A2K_BRIDGE", "orchex2kilo", "ORCHEX to KILO"), Component.A2K),
        (("", "kilo", "orchex", "k2b", "status", None, 3, ["k2a"]), None),
    ],
)
def test_a_bridge_is_known_by_many_names(names: tuple[object, ...], found: Component | None) -> None:
    known = {name: bridge_of(name) for name in map(_hashable, names)}
    unusual = known.pop("KILO → ORCHEX to", None)
    assert set(known.values()) == {found}
    assert unusual is None


def _hashable(name: object) -> object:
    return tuple(name) if isinstance(name, list) else name


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"isActive": True}, "does not say which bridge it is about; set `bridge` to k2a or a2k"),
        ({"name": "k3b", "isActive": True}, "does not say which bridge"),
        (None, "neither an object nor a list"),
        ({"bridges": "two"}, "neither an object nor a list"),
    ],
)
def test_an_answer_without_a_known_shape_says_what_to_do(answer: Any, words: str) -> None:
    with pytest.raises(BadPayload, match=r"^here: ") as raised:
        parse_bridges(answer, "here", BRIDGES)
    assert words in str(raised.value)


def test_a_bare_object_about_another_bridge_is_not_taken_for_the_configured_one() -> None:
    facts = parse_bridges({"name": "a2k", "isActive": True}, "here", (Component.K2A,))
    assert not facts.bridges
    assert [(one.item, one.reason) for one in facts.unreadable] == [("k2a", Reason.NOT_FOUND)]
    with pytest.raises(BadPayload, match="which bridge"):
        parse_bridges({"name": "k3b", "isActive": True}, "here", (Component.K2A,))


def test_an_envelope_around_one_bridge_is_opened() -> None:
    answer = {"k2a": {"success": True, "data": {"isActive": True}}, "a2k": {"success": False, "error": {"code": "E1"}}}
    facts = parse_bridges(answer, "here", BRIDGES)
    assert [one.bridge for one in facts.bridges] == ["k2a"]
    assert [one.detail for one in facts.unreadable] == ["here: a2k: the answer is an error: E1"]


@pytest.mark.parametrize(
    "field",
    [
        {"isActive": "perhaps"},
        {"errorCount": -1},
        {"eventCount": 1e30},
        {"eventCount": 1.5},
        {"queueDepth": -1},
        {"avgResponseTime": -5},
        {"cacheHitRate": 101},
        {"validations": "many"},
        {"templatesServed": -2},
        {"health": 3},
    ],
    ids=lambda field: next(iter(field)),
)
def test_nonsense_in_a_field_makes_its_bridge_unreadable(field: dict[str, Any]) -> None:
    facts = parse_bridges({"k2a": {"isActive": True, **field}, "a2k": {"isActive": True}}, "here", BRIDGES)
    assert [one.bridge for one in facts.bridges] == ["a2k"]
    assert [one.component for one in facts.probes] == ["a2k"]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("k2a", "bad_payload")]
    assert facts.unreadable[0].detail.startswith(f"here: k2a: {next(iter(field))}: ")


@pytest.mark.parametrize("entry", [True, "active", 3, []])
def test_an_entry_that_is_no_object_makes_its_bridge_unreadable(entry: Any) -> None:
    facts = parse_bridges({"k2a": entry, "a2k": {"isActive": True}}, "here", BRIDGES)
    assert [one.item for one in facts.unreadable] == ["k2a"]


# The configuration


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "give either url or command"),
        ({"url": "https://host", "command": ["a"]}, "give either url or command"),
        ({"command": []}, "at least 1 item"),
        ({"command": "ORCHEX bridge status"}, "valid tuple"),
        ({"command": ["a"], "token": "b"}, "token, token_file and tls belong to url"),
        ({"command": ["a"], "tls": {"ca_file": "/c"}}, "token, token_file and tls belong to url"),
        ({"url": "https://host", "bridge": "k3b"}, "'k2a' or 'a2k'"),
    ],
)
def test_a_wrong_configuration_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        bridge(**config)
    assert words in raised.value.errors()[0]["msg"]


def test_the_bridges_that_are_reported_are_the_components() -> None:
    assert bridge(command=["a"]).components() == (Component.K2A, Component.A2K)
    assert bridge(command=["a"], bridge="a2k").components() == (Component.A2K,)
