"""Alerts on how fast an objective is being missed: error budgets that burn, and pipelines that slow down.

A long window says that it matters, a short one that it still goes on. How fast is fast, and over which
windows, is the field's practice for multi-window burn rates; the budgets are the documented targets'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.objectives import OBJECTIVES, Objective
from alerts.rule import Alert, Group, Severity
from alerts.terms import CRITERIA, DAY, HOUR, MINUTE, Terms, number
from exporter.model import Seconds
from exporter.yamlfile import ConfigError


@dataclass(frozen=True, slots=True)
class Burn:
    """So many times as fast as would spend the budget in exactly 30 days, over a long and a short window."""

    factor: float
    long: str
    short: str


@dataclass(frozen=True, slots=True)
class Urgency:
    severity: Severity
    burns: tuple[Burn, ...]
    headline: str
    spent: str
    """When the budget of 30 days is, at the slowest of these speeds."""
    lasting: Seconds
    kept: Seconds


URGENCIES = (
    Urgency(
        Severity.PAGE,
        (Burn(14.4, "1h", "5m"), Burn(6, "6h", "30m")),
        headline="burns its 30-day error budget within 5 days",
        spent="within 5 days",
        lasting=2 * MINUTE,
        kept=10 * MINUTE,
    ),
    Urgency(
        Severity.TICKET,
        (Burn(3, "1d", "2h"), Burn(1, "3d", "6h")),
        headline="burns its error budget faster than it lasts",
        spent="before the 30 days are over",
        lasting=15 * MINUTE,
        kept=HOUR,
    ),
)

LEAST_OPERATIONS = 10
"""Fewer failures in the long window are no incident: where there is little traffic, two are many per cent."""
LEAST_DOWNTIME: Seconds = 2 * MINUTE
"""The same for the uptime: one poll that fails is up to a minute, and no outage."""

NAMES = {
    "uptime": "OrchexKiloUptimeBudgetBurn",
    "error_rate": "OrchexKiloErrorRateBudgetBurn",
    "bridge_success": "OrchexKiloBridgeSuccessBudgetBurn",
}
WHAT = {
    "uptime": "of the observed time a required component was down",
    "error_rate": "of all operations (bridges, ORCHEX tasks, integrated pipeline runs) failed",
    "bridge_success": "of the operations of bridge {{ $labels.bridge }} failed",
}
OF_BRIDGE = " of {{ $labels.bridge }}"

SLOWDOWN = 5
"""Pipelines that are so many times as much slower as the target allows wake somebody: people wait, now."""
LEAST_RUNS = 10
"""The median of fewer integrated runs than this says little."""


def groups(terms: Terms) -> tuple[Group, ...]:
    budgets = (budget_burn(each, urgency, terms) for each in OBJECTIVES for urgency in URGENCIES)
    return (
        Group("orchex-kilo-budget-burn", tuple(budgets)),
        Group("orchex-kilo-performance", (slow_now(terms), slow_today(terms))),
    )


def budget_burn(objective: Objective, urgency: Urgency, terms: Terms) -> Alert:
    budget = objective.budget(terms)
    title = objective.criterion.title + (OF_BRIDGE if "bridge" in objective.by else "")
    return Alert(
        name=NAMES[objective.kpi],
        expr="\nor\n".join(_burning(objective, burn, terms) for burn in urgency.burns),
        severity=urgency.severity,
        lasting=urgency.lasting,
        kept=urgency.kept,
        labels=objective.labels,
        summary=f"{title} {urgency.headline}",
        description=(
            f"{{{{ $value | humanizePercentage }}}} {WHAT[objective.kpi]}; the objective allows "
            f"{number(100 * budget)}% over 30 days ({objective.criterion.words}), and at this pace that is spent "
            f"{urgency.spent}."
        ),
    )


def _burning(objective: Objective, burn: Burn, terms: Terms) -> str:
    """Both windows beyond the threshold, and enough failures in the long one."""
    limit = number(_limit(objective, burn, terms))
    slo = f'{{slo="{objective.kpi}"}}'
    return f"""\
(
    slo:sli_error:ratio_rate{burn.long}{slo} > {limit}
  and
    slo:sli_error:ratio_rate{burn.short}{slo} > {limit}
  and
    slo:sli_errors:increase{burn.long}{slo} >= {_least(objective, terms)}
)"""


def _limit(objective: Objective, burn: Burn, terms: Terms) -> float:
    """factor × budget. ConfigError where no ratio could be beyond it: such an alert could never fire."""
    budget = objective.budget(terms)
    limit = burn.factor * budget
    if not 0 < limit < 1:
        fault = (
            f"kpis.{objective.kpi}.target: an error budget of {number(100 * budget)}% that burns {number(burn.factor)} "
            f"times too fast is {number(100 * limit)}%, and no ratio can be above that and below 100%; choose a target "
            f"whose budget lies between 0% and {100 / burn.factor:.3g}%"
        )
        raise ConfigError([fault])
    return limit


def _least(objective: Objective, terms: Terms) -> str:
    return terms.seconds(LEAST_DOWNTIME) if objective.kpi == "uptime" else number(LEAST_OPERATIONS)


def slow_now(terms: Terms) -> Alert:
    limit = SLOWDOWN * terms.target("performance_impact")
    return Alert(
        name="OrchexKiloPerformanceDegraded",
        expr="\n".join(_slower("1h", ">", limit, terms)),
        severity=Severity.PAGE,
        lasting=10 * MINUTE,
        kept=15 * MINUTE,
        labels={"slo": "performance_impact"},
        summary="Integrated pipelines take far longer than before the migration",
        description=(
            "Half of the integrated runs of the last hour took {{ $value | humanizePercentage }} or more longer than "
            f"their repository's baseline; {number(100 * limit)}% is {SLOWDOWN} times what the target allows "
            f"({CRITERIA['performance_impact'].words})."
        ),
    )


def slow_today(terms: Terms) -> Alert:
    limit = terms.target("performance_impact")
    return Alert(
        name="OrchexKiloPerformanceDegraded",
        expr="\n".join((*_slower("24h", ">=", limit, terms), "and on (job, instance)", *_still(limit))),
        severity=Severity.TICKET,
        lasting=HOUR,
        kept=2 * HOUR,
        labels={"slo": "performance_impact"},
        summary="Integrated pipelines are slower than the target allows",
        description=(
            "Half of the integrated runs of the last day took {{ $value | humanizePercentage }} or more longer than "
            f"their repository's baseline, and those of the last hour are no faster than the target of "
            f"{number(100 * limit)}% allows ({CRITERIA['performance_impact'].words})."
        ),
    )


def _slower(window: str, comparison: str, limit: float, terms: Terms) -> Iterator[str]:
    """The median slowdown of a window that has enough runs to have one."""
    span = terms.span({"1h": HOUR, "24h": DAY}[window])
    runs = 'orchex_kilo_workflow_runs_total{workflow="integrated", cicd_pipeline_result="success"}'
    yield f'orchex_kilo_performance_impact_ratio{{window="{window}"}} {comparison} {number(limit)}'
    yield "and on (job, instance)"
    yield f"sum by (job, instance) (increase({runs}[{span}])) >= {LEAST_RUNS}"


def _still(limit: float) -> Iterator[str]:
    yield f'orchex_kilo_performance_impact_ratio{{window="1h"}} >= {number(limit)}'
