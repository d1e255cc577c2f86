"""Which operations fail, and what pipelines have to do with it."""

from __future__ import annotations

from alerts.terms import CRITERIA
from dashboards.panel import WHOLE, About, Look, PanelBuilder, lines
from dashboards.query import Query, among, hourly, of, once
from dashboards.style import limits, wanted
from exporter.kpis.ratios import FAILED_OPERATIONS
from exporter.model import Workflow

IMPACT = CRITERIA["performance_impact"]
RUNS = "orchex_kilo_workflow_runs_total"


def failed_operations() -> PanelBuilder:
    look = Look(
        "Failed operations an hour, by kind",
        About(
            "The operations that count as failed in the error rate, at their pace an hour: of each bridge, tasks of "
            "ORCHEX, and integrated pipeline runs that ended in error or timeout. ORCHEX tells how many tasks failed "
            "in the last hour, so these are late by up to an hour.",
            "none documented as a number; the error rate above has the objective",
            "The kind on top is where to look first.",
        ),
        unit="short",
        empty="No kind of operation is polled",
        runbooks=("OrchexKiloErrorRateBudgetBurn", "OrchexKiloBridgeSuccessBudgetBurn"),
        least=0,
    )
    results = among("cicd_pipeline_result", FAILED_OPERATIONS)
    runs = of(RUNS, results, workflow=Workflow.INTEGRATED)
    return lines(
        look,
        Query(hourly(of("orchex_kilo_bridge_errors_total"), "bridge"), "bridge {{bridge}}"),
        Query(once(of("orchex_kilo_orchex_period_failed_tasks", period="1h")), "ORCHEX tasks"),
        Query(hourly(runs, "cicd_pipeline_result"), "pipeline runs: {{cicd_pipeline_result}}"),
        stacked=True,
    )


def runs() -> PanelBuilder:
    look = Look(
        "Integrated pipeline runs an hour, by result",
        About(
            "Finished runs of the integrated workflow at their pace an hour. Error and timeout count as failed "
            "operations; a failure is a test that does its work.",
            "none documented; error and timeout are rare",
            "Many errors or time-outs at once: look at the CI system. Many failures at once: look at what was merged.",
        ),
        unit="short",
        empty="No integrated run has been seen yet",
        runbooks=("OrchexKiloErrorRateBudgetBurn",),
        least=0,
    )
    expr = hourly(of(RUNS, workflow=Workflow.INTEGRATED), "cicd_pipeline_result")
    return lines(look, Query(expr, "{{cicd_pipeline_result}}"), stacked=True)


def performance_impact() -> PanelBuilder:
    look = Look(
        "Performance impact by window",
        About(
            "How much longer integrated pipeline runs take than the same repositories' runs before the migration, as "
            "the median of each window; below 0% they are faster.",
            f"{wanted(IMPACT)} over 30 days ({IMPACT.words}), the upper dashed line",
            "If the short windows rise first, something has just become slow: follow the runbook.",
        ),
        unit="percentunit",
        empty="No integrated run has succeeded, or there is no baseline to compare with",
        width=WHOLE,
        runbooks=("OrchexKiloPerformanceDegraded",),
        limits=limits(IMPACT),
    )
    expr = f"max by (window) ({of('orchex_kilo_performance_impact_ratio')})"
    return lines(look, Query(expr, "{{window}}"), limited=True)


PANELS = (failed_operations(), runs(), performance_impact())
