"""Quantities: what a source tells, in its unit, as a value in ours."""

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.kpis.quantities import COVERAGE, QUANTITIES, Quantity, Unit

SHARE, CHANGE, REDUCTION = (
    QUANTITIES["user_satisfaction"],
    QUANTITIES["code_quality_increase"],
    QUANTITIES["cost_savings"],
)
TIME, RATE, COUNT, AMOUNT = (
    QUANTITIES[name] for name in ("time_to_proficiency", "tickets_per_week", "critical_issues", "cost")
)


@pytest.mark.parametrize(
    ("quantity", "told", "unit", "value"),
    [
        (SHARE, 0.87, None, 0.87),
        (SHARE, 1, "ratio", 1.0),
        (SHARE, 0, None, 0.0),
        (SHARE, 90, "percent", 0.9),
        (SHARE, 99.9, "percent", 0.999),
        (SHARE, 57, "percent", 0.57),
        (SHARE, "87.5", "percent", 0.875),
        (SHARE, " 87.5 % ", "percent", 0.875),
        (SHARE, "0.93", None, 0.93),
        (COVERAGE, 64, "percent", 0.64),
        (CHANGE, 120, "percent", 1.2),
        (CHANGE, -0.2, None, -0.2),
        (REDUCTION, 1, None, 1.0),
        (REDUCTION, "-30%", "percent", -0.3),
        (TIME, 90, None, 90.0),
        (TIME, 250, "ms", 0.25),
        (TIME, 90, "s", 90.0),
        (TIME, 3, "minutes", 180.0),
        (TIME, 2, "hours", 7200.0),
        (TIME, 14, "days", 1209600.0),
        (TIME, 2, "weeks", 1209600.0),
        (RATE, 12, None, 12.0),
        (RATE, 12, "per_week", 12.0),
        (RATE, 2.5, "per_day", 17.5),
        (COUNT, "3", None, 3.0),
        (AMOUNT, "+1.25e4", None, 12500.0),
    ],
)
def test_a_value_is_in_the_quantity_s_own_unit(quantity: Quantity, told: Any, unit: str | None, value: float) -> None:
    assert quantity.read(told, unit) == value


def test_a_year_s_twelve_months_hold_as_much_as_its_weeks() -> None:
    a_year = 12 * 100 / (365.2425 / 7)
    assert QUANTITIES["violations_per_week"].read(100, "per_month") == pytest.approx(a_year)


@pytest.mark.parametrize(
    ("quantity", "told", "unit", "words"),
    [
        (SHARE, None, None, "found nothing, not a number"),
        (SHARE, True, None, "found true or false, not a number"),
        (SHARE, [0.9], None, "found a list, not a number"),
        (SHARE, {"a": 1}, None, "found an object, not a number"),
        (SHARE, object(), None, "found something else, not a number"),
        (SHARE, "", None, "found text, not a number"),
        (SHARE, "87%", None, "found text, not a number"),
        (SHARE, "%", "percent", "found text, not a number"),
        (SHARE, "87,5", "percent", "found text, not a number"),
        (SHARE, "nan", None, "found text, not a number"),
        (SHARE, "1_0", None, "found text, not a number"),
        (SHARE, "٣", None, "found text, not a number"),
        (SHARE, math.nan, None, "not finite"),
        (AMOUNT, math.inf, None, "not finite"),
        (AMOUNT, 10**400, None, "not finite"),
        (AMOUNT, "1e400", None, "not finite"),
        (TIME, 1e308, "weeks", "not finite"),
        (SHARE, 1.0001, None, "1.0001 is above 1, the most that user_satisfaction can be"),
        (SHARE, 93, None, "93 is above 1"),
        (SHARE, -0.1, None, "-0.1 is below 0, the least that user_satisfaction can be"),
        (REDUCTION, 18, None, "18 is above 1, the most that cost_savings can be"),
        (RATE, -1, "per_day", "-7 is below 0"),
        (COVERAGE, 101, "percent", "1.01 is above 1, the most that coverage can be"),
    ],
)
def test_what_is_no_such_value_is_named(quantity: Quantity, told: Any, unit: str | None, words: str) -> None:
    with pytest.raises(ValueError, match=r"number|above|below") as raised:
        quantity.read(told, unit)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 100


@given(st.text(), st.sampled_from(list(QUANTITIES.values())))
@example("0\x1f", REDUCTION)  # white space to `strip`, but not to `float`
def test_text_is_read_or_refused_without_being_quoted(text: str, quantity: Quantity) -> None:
    for unit in [None, *quantity.units]:
        said = _refusal(quantity, text, unit)
        assert said == "" or said.startswith("found ") or said.endswith(f"that {quantity.name} can be")


def _refusal(quantity: Quantity, told: Any, unit: str | None) -> str:
    """What is said against the value; nothing, when it was read."""
    try:
        quantity.read(told, unit)
    except ValueError as error:
        return str(error)
    return ""


@given(st.sampled_from(list(QUANTITIES.values())), st.floats(-1e300, 1e300))
def test_a_value_lies_where_its_unit_lets_it(quantity: Quantity, told: float) -> None:
    for unit in [None, *quantity.units]:
        try:
            value = quantity.read(told, unit)
        except ValueError:
            continue
        assert value >= 0 or quantity.unit is Unit.CHANGE
        assert value <= 1 or not (quantity.unit is Unit.RATIO or quantity.reduction)


def test_the_first_unit_is_the_quantity_s_own() -> None:
    assert all(next(iter(quantity.units.values()), 1.0) == 1.0 for quantity in QUANTITIES.values())


def test_what_is_one_minus_a_quotient_is_a_reduction_and_what_is_counted_a_week_is_weekly() -> None:
    assert {name for name, one in QUANTITIES.items() if one.reduction} == {
        name for name, one in QUANTITIES.items() if one.meaning.startswith("1 −")
    }
    assert {name for name, one in QUANTITIES.items() if one.weekly} == {
        name for name in QUANTITIES if name.endswith("_per_week")
    }
