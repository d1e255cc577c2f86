"""As of now: up or down, the objectives of 30 days, what is left of their budgets and how fast it goes, who calls."""

from __future__ import annotations

from alerts.burn import NAMES
from alerts.terms import CRITERIA, number
from dashboards.panel import About, Column, Look, PanelBuilder, bars, judged, rows
from dashboards.panel import number as figure
from dashboards.query import Query, coded, of, told
from dashboards.sre_overview.budgets import FACTORS, SEVERITY, SPENT, speeds
from dashboards.style import CRITERION, UP, limits, wanted
from exporter.kpis.ratios import DOCUMENTED_WINDOW

FIRST_LINE = 5
"""Height."""


def system() -> PanelBuilder:
    look = Look(
        "Whole system",
        About(
            "Up when ORCHEX, KILO and both bridges were all last seen healthy.",
            "up; each minute down counts against the uptime",
            "See in the rows on bridges and components which one is down, and follow its runbook.",
        ),
        unit="none",
        empty="Not known: none is seen down, and one is not seen",
        width=4,
        height=FIRST_LINE,
        runbooks=("OrchexKiloComponentDown", "OrchexKiloBridgeDown"),
        words=UP.labels(),
    )
    return figure(look, Query(f"min({of('orchex_kilo_system_up')})"))


def uptime() -> PanelBuilder:
    return _objective(
        "uptime",
        f"min({of('orchex_kilo_uptime_ratio', window=DOCUMENTED_WINDOW)})",
        "Share of the observed time in which ORCHEX, KILO and both bridges all answered healthy.",
        "See in the rows on bridges and components what was down, and when.",
        "No component is polled",
    )


def error_rate() -> PanelBuilder:
    return _objective(
        "error_rate",
        f"max({of('orchex_kilo_error_ratio', window=DOCUMENTED_WINDOW)})",
        "Failed divided by all operations: bridge operations, ORCHEX tasks, and integrated pipeline runs that ended "
        "in error or timeout.",
        "See in the last row which kind of operation fails.",
        "No operation in 30 days",
    )


def bridge_success() -> PanelBuilder:
    return _objective(
        "bridge_success",
        f"min({of('orchex_kilo_bridge_success_ratio', bridge='all', window=DOCUMENTED_WINDOW)})",
        "Successful divided by all operations of both bridges together.",
        "See in the row on bridges which one fails, and whether its circuit is open.",
        "No bridge operation in 30 days",
    )


def _objective(kpi: str, expr: str, meaning: str, action: str, empty: str) -> PanelBuilder:
    criterion = CRITERIA[kpi]
    look = Look(
        f"{criterion.title}, 30 days",
        About(
            f"{meaning} Its state stands below; at risk is met, but hardly.",
            f"{wanted(criterion)} ({criterion.words})",
            action,
        ),
        unit="percentunit",
        empty=empty,
        width=4,
        height=FIRST_LINE,
        runbooks=(NAMES[kpi], "OrchexKiloCriterionMissed", "OrchexKiloObjectiveDiffers"),
        limits=limits(criterion),
        decimals=2,
    )
    state = coded("orchex_kilo_kpi_state", CRITERION.meaning, ["kpi"], kpi=kpi)
    return judged(look, Query(expr, "value"), Query(state, "state"), CRITERION)


def budget_left() -> PanelBuilder:
    look = Look(
        "Error budget left",
        About(
            "What is left of each objective's error budget, by what the last 30 days have spent. Below 0% it is "
            "overspent: the objective is missed.",
            "above 0%",
            "With little left, hold back risky changes; see below what spends it.",
        ),
        unit="percentunit",
        empty="Nothing was observed, or the recording rules are not loaded",
        width=8,
        height=FIRST_LINE,
        runbooks=tuple(NAMES.values()),
        limits=SPENT,
        decimals=1,
    )
    expr = f"min by (slo, bridge) ({of('slo:period_error_budget_remaining:ratio')})"
    return figure(look, Query(expr, "{{slo}} {{bridge}}"))


def burn_rate() -> PanelBuilder:
    calls = ", ".join(f"{number(factor)} ({severity})" for factor, severity in FACTORS.items())
    look = Look(
        "Burn rate of the last hour",
        About(
            "How many times as fast as it may be the error budget was spent in the last hour: at 1 it lasts exactly "
            "30 days. A full bar is as fast as the fastest that alerts look for.",
            f"below 1; alerts look for {calls}, over windows that are the longer the slower",
            "See below since when it burns, and follow the runbook of what fires.",
        ),
        unit="none",
        empty="Nothing happened in the last hour, or the recording rules are not loaded",
        width=8,
        runbooks=tuple(NAMES.values()),
        limits=speeds(),
        decimals=1,
        least=0,
        most=max(FACTORS),
    )
    expr = f"max by (slo, bridge) ({of('slo:current_burn_rate:ratio')})"
    return bars(look, Query(expr, "{{slo}} {{bridge}}"))


def alerts_firing() -> PanelBuilder:
    look = Look(
        "Alerts firing now",
        About(
            "What fires at this moment and calls somebody: a page wakes, a ticket waits for office hours.",
            "none",
            "Follow the runbook: the alert's name leads to it.",
        ),
        unit="string",
        empty="No alert fires, or the rules are not loaded",
        width=16,
    )
    firing = told('alertstate="firing"')
    since = f"{told(family='ALERTS_FOR_STATE')}\n  and ignoring (alertstate)\n{firing}"
    expr = f"1000 * max by (severity, alertname, what, instance) (\n{since}\n)"
    columns = {
        "severity": Column("Severity", words=SEVERITY, width=90),
        "alertname": Column("Alert", link="${runbooks}/${__value.text}.md"),
        "what": Column("About"),
        "instance": Column("Exporter"),
        "Value": Column("Since", unit="dateTimeFromNow"),
    }
    return rows(look, [expr], columns)


PANELS = (
    system(),
    uptime(),
    error_rate(),
    bridge_success(),
    budget_left(),
    burn_rate(),
    alerts_firing(),
)
