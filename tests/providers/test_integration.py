"""What the answers of ORCHEX, KILO and the bridges have in common."""

import logging
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from exporter.errors import BadPayload
from exporter.model import Component, Facts, Health, Probe
from exporter.providers.integration import Count, Ratio, Version, health_of, one_line, probed, seconds, unwrapped


@pytest.mark.parametrize(
    ("words", "health"),
    [
        (("healthy", "Healthy", " ok ", "UP", "pass"), Health.HEALTHY),
        (("degraded", "warn"), Health.DEGRADED),
        (("unhealthy", "down", "fail"), Health.UNHEALTHY),
        (("", "fine", "healthy!"), Health.UNKNOWN),
    ],
)
def test_words_of_health(words: tuple[str, ...], health: Health) -> None:
    assert {health_of(word, "here") for word in words} == {health}


def test_a_word_that_is_not_known_is_logged_once_for_each_place(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for place in ("https://one/health", "https://one/health", "https://two/health"):
            health_of("resting-" + "x" * 1000, place)
    assert [record.args[0] for record in caplog.records if record.args] == ["https://one/health", "https://two/health"]
    assert len(caplog.records[0].getMessage()) < 200


def test_a_look_at_a_component() -> None:
    probe = Probe(Component.KILO, Health.DEGRADED, 0.5, "1.0")
    assert probed(Component.KILO, "degraded", "1.0", 0.5, "here") == Facts(probes=(probe,))


def test_a_look_with_a_word_that_is_not_known_is_no_observation() -> None:
    facts = probed(Component.KILO, "resting\n", "1.0", 0.5, "here")
    assert not facts.probes
    assert [(one.item, one.reason) for one in facts.unreadable] == [("kilo", "bad_payload")]
    assert facts.unreadable[0].detail.startswith("here: the health 'resting' is none of healthy, ok,")


@pytest.mark.parametrize("answer", [{"status": "ok"}, [], None, "text", {"data": {"a": 1}}])
def test_an_answer_without_an_envelope_is_itself(answer: Any) -> None:
    assert unwrapped(answer, "here") is answer


def test_an_envelope_gives_its_data() -> None:
    assert unwrapped({"success": True, "data": {"a": 1}, "meta": {}}, "here") == {"a": 1}
    assert unwrapped({"success": True}, "here") is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": "E1", "message": "no\nluck"}, "here: the answer is an error: E1: no luck"),
        ({"code": 17, "message": None}, "here: the answer is an error: 17"),
        ({}, "here: the answer is an error: without code or message"),
        (None, "here: the answer says that it did not succeed, and not why"),
        ("E1", "here: the answer says that it did not succeed, and not why"),
    ],
)
@pytest.mark.parametrize("success", [False, None, "yes"])
def test_an_envelope_without_success_is_an_error(success: Any, error: Any, words: str) -> None:
    with pytest.raises(BadPayload) as raised:
        unwrapped({"success": success, "error": error}, "here")
    assert str(raised.value) == words


def test_texts_in_messages_are_one_short_line() -> None:
    assert one_line(" a\r\n\tb\x1b[31mc\x00 ü\u2028") == "a b [31mc ü"
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 201) == "x" * 199 + "…"


@pytest.mark.parametrize(
    ("value", "version"),
    [(None, ""), ("1.2.3", "1.2.3"), (2, "2"), (1.5, "1.5"), ("v" * 100, "v" * 64)],
)
def test_a_version_is_a_short_text(value: object, version: str) -> None:
    assert TypeAdapter(Version).validate_python(value) == version


@pytest.mark.parametrize("value", [[], {}, True])
def test_what_is_no_version(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Version).validate_python(value)


@pytest.mark.parametrize(("value", "ratio"), [(0, 0), (0.5, 0.5), (1, 1), (1.5, 0.015), (50, 0.5), (100, 1)])
def test_a_share_above_1_is_a_percentage(value: float, ratio: float) -> None:
    assert TypeAdapter(Ratio).validate_python(value) == pytest.approx(ratio)


@pytest.mark.parametrize("value", [-0.1, 100.1, None, "many"])
def test_what_is_no_share(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Ratio).validate_python(value)


@pytest.mark.parametrize("value", [-1, 2**53 + 1, 1.5, None, "many", float("inf")])
def test_what_is_no_count(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Count).validate_python(value)


def test_milliseconds_are_seconds() -> None:
    assert (seconds(1500), seconds(0), seconds(None)) == (1.5, 0, None)
