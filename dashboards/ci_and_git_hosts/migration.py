"""Before and after the migration, side by side: separate tools against the integrated workflow, then against now."""

from __future__ import annotations

from alerts.terms import CRITERIA
from dashboards.ci_and_git_hosts.chosen import FROM
from dashboards.ci_and_git_hosts.runs import BADLY, JUDGED
from dashboards.panel import THIRD, About, Look, PanelBuilder, lines
from dashboards.query import Query, a_second, among, hourly, of
from dashboards.style import Colour, limits, wanted
from exporter.kpis.criteria import Criterion
from exporter.kpis.ratios import FAILED_OPERATIONS, NO_OPERATIONS
from exporter.model import Workflow

IMPACT, CYCLE, ERRORS = (CRITERIA[key] for key in ("performance_impact", "cycle_time_reduction", "error_rate"))
RUNS = "orchex_kilo_workflow_runs_total"
SIDES = {Workflow.LEGACY: "before: separate tools", Workflow.INTEGRATED: "after: integrated workflow"}
COLOURS = {SIDES[Workflow.LEGACY]: Colour.CAREFUL, SIDES[Workflow.INTEGRATED]: Colour.CALM}
BEFORE, WANTED = "before the migration", "wanted at most"
NO_RUN = "No run of either workflow has ended"
NO_BASELINE = "No baseline: run backfill, or give it in migration.baselines; or nothing to compare with it"
QUARTER = "15m"


def runs() -> PanelBuilder:
    look = Look(
        "Runs an hour, by workflow",
        About(
            "Finished pipeline runs of the two separate tools' workflow and of the integrated one, at their pace an "
            "hour. Runs of other pipelines are in neither.",
            "none documented as a number; the integrated workflow takes over",
            "The separate tools' runs do not fall while repositories migrate: look for old workflow files.",
        ),
        unit="short",
        empty=NO_RUN,
        width=THIRD,
        least=0,
    )
    queries = (Query(hourly(of(RUNS, FROM, workflow=side)), text) for side, text in SIDES.items())
    return lines(look, *queries, colours=COLOURS, every=QUARTER)


def errors() -> PanelBuilder:
    look = Look(
        "Share that ended in error or timeout",
        About(
            "Of the runs of each workflow, those that ended in error or timeout: what counts as a failed operation.",
            f"{wanted(ERRORS)} of all operations ({ERRORS.words}), the upper dashed line; after is not above before",
            "After is above before: the integration causes errors. Follow the runbook.",
        ),
        unit="percentunit",
        empty=NO_RUN,
        width=THIRD,
        runbooks=("OrchexKiloErrorRateBudgetBurn",),
        limits=limits(ERRORS),
        least=0,
    )
    failed = among("cicd_pipeline_result", FAILED_OPERATIONS)
    judged = f'cicd_pipeline_result!~"{"|".join(NO_OPERATIONS)}"'
    return lines(look, *_shares(failed, judged), limited=True, colours=COLOURS, every=QUARTER)


def failures() -> PanelBuilder:
    look = Look(
        "Share that failed",
        About(
            "Of the runs of each workflow that ended in success, failure, error or timeout, those that did not end in "
            "success.",
            "none documented; after is not above before",
            "After is above before: the integrated checks find more, or break more. Look in the failing repositories.",
        ),
        unit="percentunit",
        empty=NO_RUN,
        width=THIRD,
        least=0,
    )
    return lines(look, *_shares(BADLY, JUDGED), colours=COLOURS, every=QUARTER)


def _shares(part: str, whole: str) -> tuple[Query, ...]:
    return tuple(
        Query(f"{_rate(part, side)}\n/ (\n  {_rate(whole, side)} > 0\n)", text) for side, text in SIDES.items()
    )


def _rate(results: str, side: Workflow) -> str:
    return a_second(of(RUNS, results, FROM, workflow=side))


def duration() -> PanelBuilder:
    look = Look(
        "Run duration against the baseline",
        About(
            "The median run before the migration, what it may take by the target in force, and what it takes now: the "
            "baseline, longer by the performance impact of each window. Of all hosts, whichever source is chosen.",
            f"{wanted(IMPACT)} longer over 30 days ({IMPACT.words})",
            "Now is above what is wanted: follow the runbook.",
        ),
        unit="s",
        empty=NO_BASELINE,
        runbooks=("OrchexKiloPerformanceDegraded",),
        least=0,
    )
    impacts = {window: of("orchex_kilo_performance_impact_ratio", window=window) for window in ("24h", "30d")}
    now = (Query(_changed(IMPACT, f"1 + {impact}"), f"now, over {window}") for window, impact in impacts.items())
    return lines(look, *_levels(IMPACT, f"1 + {_target(IMPACT)}"), *now, colours=LEVEL_COLOURS)


def cycle_time() -> PanelBuilder:
    look = Look(
        "Cycle time against the baseline",
        About(
            "The median lead time of a change before the migration, what it shall be by the target in force, and that "
            "of the last 30 days in integrated repositories. Of all hosts, whichever source is chosen.",
            f"{wanted(CYCLE)} shorter ({CYCLE.words})",
            "Now is above what is wanted: look at the lead times of owners, and at queues and durations above.",
        ),
        unit="s",
        empty=NO_BASELINE,
        runbooks=("OrchexKiloCriterionMissed",),
        least=0,
    )
    value = of("orchex_kilo_kpi_value", kpi=CYCLE.key)
    now = Query(_changed(CYCLE, f"1 - {value}"), "now, over 30d")
    return lines(look, *_levels(CYCLE, f"1 - {_target(CYCLE)}"), now, colours=LEVEL_COLOURS)


LEVEL_COLOURS = {BEFORE: Colour.QUIET, WANTED: Colour.CAREFUL}


def _levels(criterion: Criterion, factor: str) -> tuple[Query, Query]:
    return Query(f"max({_baseline(criterion)})", BEFORE), Query(_changed(criterion, factor), WANTED)


def _changed(criterion: Criterion, factor: str) -> str:
    """The baseline times a factor that the same exporter tells."""
    return f"max(\n  {_baseline(criterion)}\n  * on (job, instance)\n  ({factor})\n)"


def _baseline(criterion: Criterion) -> str:
    return of("orchex_kilo_kpi_baseline", kpi=criterion.key)


def _target(criterion: Criterion) -> str:
    return of("orchex_kilo_kpi_target", kpi=criterion.key)


PANELS = (runs(), errors(), failures(), duration(), cycle_time())
