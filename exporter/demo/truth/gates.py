"""The exit criteria of the six phases and their gates, by plain logic; every bound is the document's.

Only what exceeds a target is ours: by 0.03 points of uptime, 0.2 of errors and of bridge success, and
2 of performance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from exporter.demo.programme import checked, critical_issues
from exporter.demo.truth import progress
from exporter.demo.truth.criteria import Polls, criteria

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation

Known = bool | None
"""Whether an exit criterion holds; None: nobody can tell yet."""
Exits = dict[str, dict[str, Known]]


EXITS = {
    "assessment": ("checklist_complete", "plan_approved", "integration_points_identified"),
    "preparation": ("infrastructure_operational", "training_completed", "pilot_environment_validated"),
    "pilot": ("pilot_success", "positive_feedback", "no_critical_issues", "clear_path"),
    "expansion": ("migrated", "stability_maintained", "productivity_preserved"),
    "adoption": ("migrated_fully", "legacy_decommissioned", "performance_targets_met", "satisfaction"),
    "optimization": ("performance_targets_exceeded", "custom_workflows", "user_adoption", "continuous_improvement"),
}


def exits(acme: Organisation, polls: Polls) -> Exits:
    """Every exit criterion by phase and key, in the document's order; `polls` as for the criteria."""
    said = {promise.criterion: True for promise in acme.programme.promises(acme.programme.day(acme.now))}
    known: Mapping[str, Known] = said | _computed(acme, criteria(acme, polls))
    return {phase: {key: known.get(key) for key in keys} for phase, keys in EXITS.items()}


def _computed(acme: Organisation, value: Mapping[str, float | None]) -> dict[str, Known]:
    day, migrated = acme.programme.day(acme.now), acme.truth.migrated_share()
    issues = critical_issues(day)
    return {
        "checklist_complete": checked(day) >= 1,
        "infrastructure_operational": all(acme.truth.component_up(acme.now).values()),
        "training_completed": _above(value["training_completion"], 0.9),
        "pilot_success": _at_least(progress.pilot_share(acme), 0.95),
        "positive_feedback": _above(value["user_satisfaction"], 0.8),
        "no_critical_issues": None if issues is None else issues == 0,
        "migrated": _at_least(migrated, 0.8),
        "stability_maintained": _all(_stable(value)),
        "productivity_preserved": _at_least(value["cycle_time_reduction"], 0),
        "migrated_fully": _at_least(migrated, 1),
        "performance_targets_met": _below(value["performance_impact"], 0.1),
        "satisfaction": _above(value["user_satisfaction"], 0.85),
        "performance_targets_exceeded": _all(_exceeded(value)),
        "user_adoption": _above(value["workflow_adoption"], 0.9),
    }


def gates(acme: Organisation, polls: Polls) -> dict[str, str]:
    """`open`, `blocked` or `unknown`, by phase."""
    words = {True: "open", False: "blocked", None: "unknown"}
    return {phase: words[_all(found.values())] for phase, found in exits(acme, polls).items()}


def _stable(value: Mapping[str, float | None]) -> list[Known]:
    return [
        _above(value["uptime"], 0.999),
        _below(value["error_rate"], 0.01),
        _above(value["bridge_success"], 0.99),
    ]


def _exceeded(value: Mapping[str, float | None]) -> list[Known]:
    impact = value["performance_impact"]
    return [
        _at_least(value["uptime"], 0.9993),
        None if value["error_rate"] is None else value["error_rate"] <= 0.008,  # noqa: PLR2004  # as said above
        _at_least(value["bridge_success"], 0.992),
        None if impact is None else impact <= 0.08,  # noqa: PLR2004  # as said above
    ]


def _all(parts: Iterable[Known]) -> Known:
    """False when one does not hold, else None when one is not known."""
    known = list(parts)
    if False in known:
        return False
    return None if None in known else True


def _above(value: float | None, bound: float) -> Known:
    return None if value is None else value > bound


def _at_least(value: float | None, bound: float) -> Known:
    return None if value is None else value >= bound


def _below(value: float | None, bound: float) -> Known:
    return None if value is None else value < bound
