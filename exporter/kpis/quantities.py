"""The quantities that feeds may tell by name: what people and other systems know.

A feed names a quantity and gives its value in the quantity's unit; `exporter.kpis.rules` says what
is made of it. Names that are a criterion's key are that criterion's value, ready made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """The units of values here. Ratios are 0 to 1; a relative change may be negative or above 1."""

    RATIO = "ratio"
    CHANGE = "change"
    SECONDS = "seconds"
    COUNT = "count"
    AMOUNT = "amount"
    """Of any currency or scale; only compared with another of its kind."""


_MONTHS_A_YEAR, _DAYS_A_YEAR = 12, 365.2425
_SHARES = {"ratio": 1.0, "percent": 0.01}
_TIMES = {"s": 1.0, "ms": 0.001, "minutes": 60.0, "hours": 3600.0, "days": 86400.0, "weeks": 604800.0}
_RATES = {"per_week": 1.0, "per_day": 7.0, "per_month": 7 * _MONTHS_A_YEAR / _DAYS_A_YEAR}
_FACTORS: Mapping[Unit, Mapping[str, float]] = {Unit.RATIO: _SHARES, Unit.CHANGE: _SHARES, Unit.SECONDS: _TIMES}
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`weekly`: counted over a week. `reduction`: a change that can be at most 1, all of it."""

    name: str
    unit: Unit
    meaning: str
    weekly: bool = False
    reduction: bool = False

    @property
    def units(self) -> Mapping[str, float]:
        """The units in which it may be told, with what one of each is in its own, which comes first."""
        return _RATES if self.weekly else _FACTORS.get(self.unit, {})

    def read(self, told: object, unit: str | None = None) -> float:
        """What is `told` in one of its `units` (None: its own), as a value in its own.

        A number may stand in text, a percentage with its sign. Raises ValueError that says what is wrong.
        """
        if unit == "percent" and isinstance(told, str):
            told = told.strip().removesuffix("%").rstrip()
        factor = 1.0 if unit is None else self.units[unit]
        value = _product(number(told), factor)
        if value < 0 and self.unit is not Unit.CHANGE:
            raise ValueError(f"{value:g} is below 0, the least that {self.name} can be")
        if value > 1 and (self.reduction or self.unit is Unit.RATIO):
            raise ValueError(f"{value:g} is above 1, the most that {self.name} can be")
        return value


def number(told: object) -> float:
    """A finite number, or text that is one. Raises ValueError that says what it is instead, never quoting it."""
    if isinstance(told, str) and _NUMBER.fullmatch(told.strip()):
        return _finite(float(told.strip()))
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise ValueError(f"found {kind_of(told)}, not a number")  # noqa: TRY004  # a fault of what was read
    try:
        return _finite(float(told))
    except OverflowError:
        return _finite(math.inf)


def _product(one: float, other: float) -> float:
    """As their digits say: 99.9 percent is 0.999, and not the float beside it."""
    return _finite(float(Decimal(repr(one)) * Decimal(repr(other))))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("found a number that is not finite, or too large")
    return value


def kind_of(told: object) -> str:
    """What JSON or YAML holds, in words."""
    return _KINDS.get(type(told), "something else")


_KINDS: Mapping[type, str] = {
    type(None): "nothing",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    date: "a date",
    datetime: "a date",
}


QUANTITIES: Mapping[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("training_completion", Unit.RATIO, "share of the people to be trained who are"),
        Quantity("user_satisfaction", Unit.RATIO, "share of satisfied users, by survey"),
        Quantity("cost", Unit.AMOUNT, "current cost of the same period as its baseline"),
        Quantity(
            "cost_savings", Unit.CHANGE, "1 − current cost ÷ baseline cost, where it comes ready made", reduction=True
        ),
        Quantity("tickets_per_week", Unit.COUNT, "support tickets opened in a week", weekly=True),
        Quantity(
            "support_ticket_reduction", Unit.CHANGE, "1 − tickets ÷ baseline, where it comes ready made", reduction=True
        ),
        Quantity(
            "violations_per_week", Unit.COUNT, "compliance violations found in a week, in all repositories", weekly=True
        ),
        Quantity("assessment_checklist", Unit.RATIO, "share of the assessment checklist that is done"),
        Quantity("critical_issues", Unit.COUNT, "open critical issues of the pilot"),
        Quantity("data_consistency", Unit.RATIO, "share of records that both systems agree on"),
        Quantity("analysis_speed_increase", Unit.CHANGE, "analysis speed ÷ baseline − 1"),
        Quantity("manual_effort_reduction", Unit.CHANGE, "1 − manual effort ÷ baseline", reduction=True),
        Quantity("maintenance_cost_reduction", Unit.CHANGE, "1 − maintenance cost ÷ baseline", reduction=True),
        Quantity("security_incident_reduction", Unit.CHANGE, "1 − security incidents ÷ baseline", reduction=True),
        Quantity("time_to_proficiency", Unit.SECONDS, "time until a new user works without help"),
        Quantity("compliance_score_increase", Unit.CHANGE, "compliance score ÷ baseline − 1"),
        Quantity("code_quality_increase", Unit.CHANGE, "code quality score ÷ baseline − 1"),
        Quantity("defect_reduction", Unit.CHANGE, "1 − defects ÷ baseline", reduction=True),
    )
}
COVERAGE = Quantity("coverage", Unit.RATIO, "share of the whole that a reading speaks for")
