"""Numbers and times as people read them, by hand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.kpis.quantities import Unit
from exporter.status import words

DAY = 86400.0


@pytest.mark.parametrize(
    ("value", "unit", "target", "text"),
    [
        (0.9993, Unit.RATIO, 0.999, "99.93%"),
        (0.8, Unit.RATIO, 0.8, "80%"),
        (0.375, Unit.CHANGE, 0.3, "37.5%"),
        (-0.0525, Unit.CHANGE, 0.1, "-5.25%"),
        (-0.000001, Unit.CHANGE, 0.1, "-0.0001%"),
        (0.0, Unit.RATIO, 0.01, "0%"),
        (0.32, Unit.SECONDS, 0.5, "0.32 s"),
        (14 * DAY, Unit.SECONDS, 14 * DAY, "14 d"),
        (0.5 * DAY, Unit.SECONDS, 14 * DAY, "0.5 d"),
        (90.0, Unit.SECONDS, 300.0, "1.5 min"),
        (5400.0, Unit.SECONDS, 7200.0, "1.5 h"),
        (3.0, Unit.COUNT, 2.0, "3"),
        (12345.5, Unit.AMOUNT, None, "12,345.5"),
        (None, Unit.RATIO, 0.9, "-"),
    ],
)
def test_a_value_is_told_in_the_unit_of_its_target(value, unit, target, text):
    assert words.amount(value, unit, target) == text


@pytest.mark.parametrize(
    ("value", "target", "text"),
    [
        (0.7999999, 0.8, "79.99999%"),
        (0.99899, 0.999, "99.899%"),
        (0.9999999, 1.0, "99.99999%"),
        (0.00001, 0.01, "0.001%"),
    ],
)
def test_rounding_hides_neither_the_target_nor_all_nor_nothing(value, target, text):
    assert words.amount(value, Unit.RATIO, target) == text


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_value_that_looks_like_its_target_is_it_to_eight_digits(value, target):
    alike = words.amount(value, Unit.RATIO, target) == words.amount(target, Unit.RATIO, target)
    assert not alike or value == pytest.approx(target, abs=1.1e-8)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (5.9, "5 s"),
        (119.0, "119 s"),
        (180.0, "3 min"),
        (7199.0, "119 min"),
        (7200.0, "2 h"),
        (47.9 * 3600, "47 h"),
        (14.9 * DAY, "14 d"),
        (-2 * DAY, "2 d"),
    ],
)
def test_a_length_of_time_is_in_whole_units_and_never_rounded_up(seconds, text):
    assert words.length(seconds) == text


def test_what_ends_at_midnight_has_the_day_before_as_its_last():
    end = datetime(2027, 3, 13, tzinfo=UTC)
    assert (words.day(end), words.last_day(end), words.date(end)) == ("2027-03-13", "2027-03-12", "13 March 2027")


def test_days_that_are_not_known():
    assert (words.day(None), words.last_day(None)) == ("-", "-")
