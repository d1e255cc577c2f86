"""What the contract's cases cannot show of JSON feeds: their configuration, their tokens, and odd expressions."""

import math
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter import settings
from exporter.errors import Reason, SecretUnreadable
from exporter.kpis.quantities import QUANTITIES
from exporter.model import Facts, Reading
from exporter.providers.base import Since
from exporter.providers.http_json import HttpJson, ReadingPaths, parse_readings
from exporter.yamlfile import ConfigError
from tests.support.replay import Answer, Server

NOW = 1_768_046_400.0
KEY = "canary-77b1-key"


def feed(**config: Any) -> HttpJson:
    return HttpJson.model_validate({"kind": "http_json", "url": "https://host", "readings": {"cost": "@"}, **config})


def found(answer: Any, **readings: Any) -> Facts:
    wanted = {name: ReadingPaths.model_validate(paths) for name, paths in readings.items()}
    return parse_readings(answer, "here", wanted, NOW)


def polled(**config: Any) -> Server:
    """The server that was asked once."""
    with Server(lambda request: Answer.of_json(7)) as server:
        config = {key: value.format(server.url) if key == "url" else value for key, value in config.items()}
        provider = feed(**{"url": server.url, **config})
        with provider.connect(time.monotonic() + 30, provider.auth()) as http:
            facts = Facts.merged(provider.fetch(http, Since(NOW)))
    assert facts.readings == (Reading("cost", 7.0, NOW),)
    return server


# The configuration


@pytest.mark.parametrize(
    ("config", "place", "words"),
    [
        ({"readings": {}}, "readings", "at least 1 item"),
        (
            {"readings": {"trainin_completion": "a"}},
            "readings.trainin_completion",
            "did you mean `training_completion`?",
        ),
        ({"readings": {"cost": "a."}}, "readings.cost.value", "it ends too early at character 3"),
        ({"readings": {"cost": "a[0"}}, "readings.cost.value", "it ends too early at character 4"),
        ({"readings": {"cost": "a b"}}, "readings.cost.value", "unexpected `b` at character 3"),
        ({"readings": {"cost": "a..b"}}, "readings.cost.value", "unexpected `.` at character 3"),
        ({"readings": {"cost": 'a."b'}}, "readings.cost.value", 'Unclosed " delimiter at character 3'),
        ({"readings": {"cost": "a # b"}}, "readings.cost.value", "Unknown token # at character 3"),
        ({"readings": {"cost": ""}}, "readings.cost.value", "it is empty; `@` is the whole answer"),
        ({"readings": {"cost": "a | [?b > length(c)].summ(d)"}}, "readings.cost.value", "did you mean `sum`?"),
        ({"readings": {"cost": {"value": "a", "time": "b["}}}, "readings.cost.time", "it ends too early"),
        ({"readings": {"cost": {"value": "a", "coverage": "]"}}}, "readings.cost.coverage", "unexpected `]`"),
        ({"readings": {"cost": {"time": "b"}}}, "readings.cost.value", "required"),
        ({"readings": {"cost": {"value": "a", "scale": 2}}}, "readings.cost.scale", "not permitted"),
        ({"readings": {"cost": 5}}, "readings.cost", "valid dictionary"),
        (
            {"readings": {"cost": {"value": "a", "unit": "euro"}}},
            "readings.cost.unit",
            "cost has no units; leave `unit` away",
        ),
        (
            {"readings": {"tickets_per_week": {"value": "a", "unit": "days"}}},
            "readings.tickets_per_week.unit",
            "no unit of tickets_per_week, which is told in per_week, per_day, per_month",
        ),
        (
            {"readings": {"cost_savings": {"value": "a", "unit": "%"}}},
            "readings.cost_savings.unit",
            "no unit of cost_savings, which is told in ratio, percent",
        ),
        ({"username": "me"}, "", "username needs its password, in token or token_file"),
        ({"username": "me", "token": "t", "header": "X-Key"}, "", "leave header and scheme away"),
        ({"username": "me:you", "token": "t"}, "username", "pattern"),
        ({"scheme": "Bearer "}, "scheme", "pattern"),
        ({"header": "X Key"}, "header", "pattern"),
        ({"url": "https://me:secret@host"}, "url", "no user or password in an address"),
    ],
)
def test_a_wrong_configuration_names_its_key_and_what_would_be_right(
    config: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        feed(**config)
    (error,) = raised.value.errors()
    assert ".".join(str(part) for part in error["loc"] if part != "[key]") == place
    assert words in error["msg"]


def test_a_fault_of_a_reading_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(
        "sources:\n"
        "  survey:\n"
        "    kind: http_json\n"
        "    url: https://survey.example/api?team=7\n"
        "    readings:\n"
        "      user_satisfaction:\n"
        "        value: 'a['\n"
        "      cost: {value: a, unit: euro}\n"
        "      costs: a\n"
    )
    with pytest.raises(ConfigError) as raised:
        settings.load(file)
    first, second = raised.value.faults
    prefix = f"{file}:7: sources.survey.readings.user_satisfaction.value: not a JMESPath expression"
    assert first == f"{prefix}: it ends too early at character 3 (found 'a[')"
    assert second.startswith(
        f"{file}:9: sources.survey.readings.costs: no quantity has this name; did you mean `cost`?"
    )


def test_every_unit_is_documented_where_it_is_configured() -> None:
    text = ReadingPaths.model_fields["unit"].description or ""
    assert {unit for quantity in QUANTITIES.values() for unit in quantity.units if f"`{unit}`" not in text} == set()


def test_a_feed_s_readings_are_not_dropped_with_the_polls() -> None:
    assert (feed().interval, feed().stale_after) == (900, 365 * 86400)
    assert feed(max_age="7d").stale_after == 7 * 86400


# The request


def test_the_address_is_asked_as_it_stands() -> None:
    server = polled(url="{}/reports/latest?team=a%20b&days=30")
    assert [str(one) for one in server.requests] == ["GET /reports/latest?team=a b&days=30"]


@pytest.mark.parametrize(
    ("config", "header", "value"),
    [
        ({}, "authorization", f"Bearer {KEY}"),
        ({"scheme": "Token"}, "authorization", f"Token {KEY}"),
        ({"header": "X-API-Key", "scheme": ""}, "x-api-key", KEY),
    ],
)
def test_the_token_stands_in_its_header_behind_its_word(config: dict[str, Any], header: str, value: str) -> None:
    (request,) = polled(token=KEY, **config).requests
    assert {name: text for name, text in request.headers.items() if KEY in text} == {header: value}


def test_a_user_name_makes_it_basic_authentication(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{KEY}é\n")
    (request,) = polled(username="zoë", token_file=tmp_path / "password").requests
    scheme, coded = request.headers["authorization"].split()
    assert (scheme, b64decode(coded).decode()) == ("Basic", f"zoë:{KEY}é")


def test_a_password_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretUnreadable, match="gone"):
        polled(username="me", token_file=tmp_path / "gone")


# Readings


@pytest.mark.parametrize(
    ("expression", "answer", "words"),
    [
        ("[?c > `1`].c | [0]", [{"c": 1}, {"c": "q"}], "cannot be worked out on this answer (TypeError)"),
        ("ceil(@)", float("inf"), "cannot be worked out on this answer (OverflowError)"),
        ("sum(a)", {"a": KEY}, "what sum() is given is not array-number"),
        ("to_number(a, b)", {}, "Expected 1 argument for function to_number(), received 2"),
        ("a[::0]", {"a": [1]}, "slice step cannot be zero"),
        ("a", {"a": float("nan")}, "a number that is not finite"),
    ],
)
def test_an_expression_that_does_not_suit_the_answer_spoils_its_own_reading(
    expression: str, answer: Any, words: str
) -> None:
    facts = found(answer, cost=expression, critical_issues="`0`")
    assert facts.readings == (Reading("critical_issues", 0.0, NOW),)
    (item,) = facts.unreadable
    assert (item.item, item.reason) == ("cost", Reason.BAD_PAYLOAD)
    assert item.detail.startswith(f"here: value: `{expression}`: ")
    assert item.detail.endswith("; correct the expression or `unit`")
    assert words in item.detail
    assert KEY not in item.detail
    assert facts.told == {"cost", "critical_issues"}


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2026-01-09", 1767916800),
        ("2026-01-09T01:00:00+01:00", 1767916800),
        ("2026-01-09T00:00:00Z", 1767916800),
        (1767916800, 1767916800),
        (1767916800.5, 1767916800.5),
        (1767916800500, 1767916800.5),
        (NOW + 86400, NOW + 86400),
    ],
)
def test_a_time_is_a_date_or_unix_time(told: Any, at: float) -> None:
    assert found({"t": told}, cost={"value": "`1`", "time": "t"}).readings == (Reading("cost", 1.0, at),)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (NOW + 86401, "lies in the future"),
        ((NOW + 86401) * 1000, "lies in the future"),
        ("yesterday", "not an ISO 8601 date"),
        ("1767916800", "not an ISO 8601 date"),
        (True, "not a believable date"),
        (0, "not a believable date"),
        (10**400, "not a believable date"),
        (float("nan"), "not a believable date"),
        (None, "found nothing, not a date"),
        ([1767916800], "found a list, not a date"),
    ],
)
def test_what_is_no_time_spoils_its_reading(told: Any, words: str) -> None:
    facts = found({"t": told}, cost={"value": "`1`", "time": "t"})
    assert facts.readings == ()
    assert f"here: time: `t`: {words}" in facts.unreadable[0].detail


def test_coverage_is_in_percent_where_the_value_is() -> None:
    paths = {"value": "v", "coverage": "c"}
    (ratio,) = found({"v": 0.5, "c": 0.8}, user_satisfaction=paths).readings
    (percent,) = found({"v": 50, "c": "80 %"}, user_satisfaction={**paths, "unit": "percent"}).readings
    assert ratio == percent == Reading("user_satisfaction", 0.5, NOW, 0.8)
    assert found({"v": 0.5, "c": 80}, user_satisfaction=paths).readings == ()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda some: st.lists(some, max_size=4) | st.dictionaries(st.sampled_from("abc"), some, max_size=3)
)
EXPRESSIONS = [
    "@",
    "a",
    "a.b",
    "a[0]",
    "a[-1].b",
    "[*].a | [0]",
    "sum([*].a)",
    "max(a)",
    "avg(@)",
    "length(@)",
    "a || b",
    "[?a > `1`].b | [0]",
    "[?a == 'x'].c | [0]",
    "sort_by(@, &a)[-1].b",
    "max_by(@, &a).b",
    "to_number(a)",
    "ceil(a)",
    "a.* | [1]",
    "[a, b][1]",
    "not_null(a, b, c)",
    "keys(@) | length(@)",
    "reverse(@)[0]",
    "[][] | [0]",
]


@given(JSON, st.sampled_from(EXPRESSIONS))
def test_a_reading_is_what_jmespath_finds_or_an_unreadable_item(answer: Any, expression: str) -> None:
    facts = found(answer, code_quality_increase=expression, critical_issues="`2`")
    assert facts.readings[-1] == Reading("critical_issues", 2.0, NOW)
    if facts.unreadable:
        assert len(facts.readings) == 1
        assert f"`{expression}`" in facts.unreadable[0].detail
    else:
        assert facts.readings[0].value == float(jmespath.search(expression, answer))


@given(JSON.filter(lambda answer: not isinstance(answer, str)))
def test_every_finite_number_is_read_and_nothing_else_is(answer: Any) -> None:
    number = isinstance(answer, int | float) and not isinstance(answer, bool) and math.isfinite(answer)
    assert bool(found(answer, code_quality_increase="@").readings) == number
