"""Error budgets through time: a graph for each objective, with the speeds at which alerts call somebody."""

from __future__ import annotations

from alerts.burn import NAMES, URGENCIES
from alerts.objectives import OBJECTIVES, Objective
from alerts.terms import Terms
from dashboards.panel import About, Look, PanelBuilder, lines
from dashboards.query import Query, of
from dashboards.sre_overview.budgets import SPENT, speeds
from exporter.status.words import percent

WINDOWS = ("5m", "1h", "6h", "3d")
"""Of those that the alerts look at, from the one that shows a page's end first to a ticket's longest."""
TERMS = Terms()


def failed_share(objective: Objective) -> PanelBuilder:
    criterion, budget = objective.criterion, objective.budget(TERMS)
    look = Look(
        f"{criterion.title}: failed share by window",
        About(
            f"{FAILED[objective.kpi]}, by window. Alerts fire when a long window and its short one are both above "
            "a dashed line, which are the error budget times the speed.",
            f"{percent(budget)} over 30 days ({criterion.words}); {_calls(budget)}",
            "A short window below the lines says that it is over, whatever the long ones still show. Else follow the "
            "runbook.",
        ),
        unit="percentunit",
        empty=f"{NOTHING[objective.kpi]}, or the recording rules are not loaded",
        runbooks=(NAMES[objective.kpi],),
        limits=speeds(budget),
        least=0,
    )
    by = ", ".join(("slo", *objective.by))
    legend = "".join(f"{{{{{label}}}}} " for label in objective.by)
    queries = (
        Query(f"max by ({by}) ({of(f'slo:sli_error:ratio_rate{window}', slo=objective.kpi)})", legend + window)
        for window in WINDOWS
    )
    return lines(look, *queries, limited=True)


FAILED = {
    "uptime": "Share of the observed time in which a required component was down",
    "error_rate": "Share of all operations that failed",
    "bridge_success": "Share of each bridge's operations that failed",
}
NOTHING = {
    "uptime": "Nothing was observed",
    "error_rate": "There were no operations",
    "bridge_success": "There were no bridge operations",
}


def _calls(budget: float) -> str:
    """`page above 1.44% over 1h and 5m, …`"""
    return ", ".join(
        f"{urgency.severity} above {percent(burn.factor * budget)} over {burn.long} and {burn.short}"
        for urgency in URGENCIES
        for burn in urgency.burns
    )


def budget_left() -> PanelBuilder:
    look = Look(
        "Error budget left through time",
        About(
            "What is left of each objective's error budget, by what the 30 days before each moment had spent. It falls "
            "while errors come in, and rises when old ones leave the 30 days.",
            "above 0%, the dashed line",
            "A steep fall is an incident, a slow one needs work on what fails all the time.",
        ),
        unit="percentunit",
        empty="Nothing was observed, or the recording rules are not loaded",
        runbooks=tuple(NAMES.values()),
        limits=SPENT,
    )
    expr = f"min by (slo, bridge) ({of('slo:period_error_budget_remaining:ratio')})"
    return lines(look, Query(expr, "{{slo}} {{bridge}}"), limited=True)


PANELS = (*(failed_share(each) for each in OBJECTIVES), budget_left())
