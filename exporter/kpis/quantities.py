"""The quantities that feeds may tell by name: what people and other systems know.

A feed names a quantity and gives its value in the quantity's unit; `exporter.kpis.rules` says what
is made of it. Names that are a criterion's key are that criterion's value, ready made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """The units of values here. Ratios are 0 to 1; a relative change may be negative or above 1."""

    RATIO = "ratio"
    CHANGE = "change"
    SECONDS = "seconds"
    COUNT = "count"
    AMOUNT = "amount"
    """Of any currency or scale; only compared with another of its kind."""


@dataclass(frozen=True, slots=True)
class Quantity:
    name: str
    unit: Unit
    meaning: str


QUANTITIES: Mapping[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("training_completion", Unit.RATIO, "share of the people to be trained who are"),
        Quantity("user_satisfaction", Unit.RATIO, "share of satisfied users, by survey"),
        Quantity("cost", Unit.AMOUNT, "current cost of the same period as its baseline"),
        Quantity("cost_savings", Unit.CHANGE, "1 − current cost ÷ baseline cost, where it comes ready made"),
        Quantity("tickets_per_week", Unit.COUNT, "support tickets opened in a week"),
        Quantity("support_ticket_reduction", Unit.CHANGE, "1 − tickets ÷ baseline, where it comes ready made"),
        Quantity("violations_per_week", Unit.COUNT, "compliance violations found in a week, in all repositories"),
        Quantity("assessment_checklist", Unit.RATIO, "share of the assessment checklist that is done"),
        Quantity("critical_issues", Unit.COUNT, "open critical issues of the pilot"),
        Quantity("data_consistency", Unit.RATIO, "share of records that both systems agree on"),
        Quantity("analysis_speed_increase", Unit.CHANGE, "analysis speed ÷ baseline − 1"),
        Quantity("manual_effort_reduction", Unit.CHANGE, "1 − manual effort ÷ baseline"),
        Quantity("maintenance_cost_reduction", Unit.CHANGE, "1 − maintenance cost ÷ baseline"),
        Quantity("security_incident_reduction", Unit.CHANGE, "1 − security incidents ÷ baseline"),
        Quantity("time_to_proficiency", Unit.SECONDS, "time until a new user works without help"),
        Quantity("compliance_score_increase", Unit.CHANGE, "compliance score ÷ baseline − 1"),
        Quantity("code_quality_increase", Unit.CHANGE, "code quality score ÷ baseline − 1"),
        Quantity("defect_reduction", Unit.CHANGE, "1 − defects ÷ baseline"),
    )
}
