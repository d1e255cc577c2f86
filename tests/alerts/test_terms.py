"""Times and numbers as they stand in rule files."""

import pytest

from alerts.terms import CRITERIA, DAY, HOUR, MINUTE, Terms, number


@pytest.mark.parametrize(
    ("seconds", "scale", "text"),
    [
        (5 * MINUTE, 1, "5m"),
        (90 * MINUTE, 1, "90m"),
        (24 * HOUR, 1, "1d"),
        (30, 1, "30s"),
        (HOUR, 0.01, "36s"),
        (30, 0.01, "300ms"),
        (5 * MINUTE, 1 / 7, "42857ms"),
        (30, 1e-9, "1ms"),
    ],
)
def test_a_time_is_scaled_and_written_in_the_largest_unit_that_divides_it(
    seconds: float, scale: float, text: str
) -> None:
    assert Terms(scale=scale).span(seconds) == text


@pytest.mark.parametrize(("seconds", "scale", "text"), [(2 * MINUTE, 1, "120"), (30, 0.01, "0.3"), (DAY, 1, "86400")])
def test_seconds_are_numbers(seconds: float, scale: float, text: str) -> None:
    assert Terms(scale=scale).seconds(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(0.1 + 0.2, "0.3"), (14.4 * 0.001, "0.0144"), (0.0, "0"), (12.0, "12")])
def test_numbers_are_without_what_binary_arithmetic_adds(value: float, text: str) -> None:
    assert number(value) == text


def test_the_documented_target_holds_unless_another_is_given() -> None:
    terms = Terms(targets={"uptime": 0.995})
    assert terms.target("uptime") == 0.995
    assert terms.target("error_rate") == CRITERIA["error_rate"].target == 0.01
