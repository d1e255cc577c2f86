"""The criteria: their states, what each stands at, and each through time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alerts.burn import NAMES
from alerts.terms import CRITERIA
from dashboards.panel import WHOLE, About, Column, Look, PanelBuilder, number, rows, states, trend
from dashboards.progress import NO_EXPORTER
from dashboards.query import Query, among, coded, of
from dashboards.style import ABSENCE, CRITERION, Colour, Limits, limits, wanted
from exporter.kpis.catalogue import COMPANIONS, DOCUMENTED
from exporter.kpis.criteria import Category, Criterion
from exporter.kpis.quantities import Unit
from exporter.kpis.verdict import State

UPTIMES_DECIMALS = 3
"""Fewer would round an uptime up to its target."""
ON_MISSED = ("OrchexKiloCriterionMissed", "OrchexKiloReadingStale")
ACTIONS: Mapping[str, str] = {
    "uptime": "Look on the board SRE overview which component was down, and since when.",
    "performance_impact": "Look on the board CI and git hosts whose integrated runs became slower, and at which step.",
    "error_rate": "Look on the board SRE overview which kind of operation fails.",
    "bridge_success": "Look on the board SRE overview which bridge fails, and whether its circuit is open.",
    "cycle_time_reduction": "Look on the board CI and git hosts where changes wait: in review, in the queue, in runs.",
    "compliance_violation_reduction": "Let KILO list the policies violated most, and begin with their templates.",
    "template_adoption": "Look on the board Phases and gates which teams have not begun, and offer them the templates.",
    "cost_savings": "Compare the newest bill with the baseline; two systems that run side by side cost twice.",
    "training_completion": "Ask the Training Coordinator who is missing, and name dates.",
    "user_satisfaction": "Read the answers of the survey, and take its first complaint into the next week's plan.",
    "workflow_adoption": "Look on the board CI and git hosts whose newest runs still use the separate workflow.",
    "support_ticket_reduction": "Sort the newest tickets by cause; what is asked thrice belongs into the training.",
}
"""What to do when it is missed."""
RUNBOOKS: Mapping[str, str] = {**NAMES, "performance_impact": "OrchexKiloPerformanceDegraded"}
"""Alerts of their own, beside those that all criteria have."""


def _these(criteria: Iterable[Criterion]) -> str:
    """A matcher."""
    return among("kpi", (criterion.key for criterion in criteria))


def _standing(criteria: Iterable[Criterion]) -> str:
    """The state of each, as a number of CRITERION; where two exporters differ, the one that is further down there."""
    return coded("orchex_kilo_kpi_state", CRITERION.meaning, ["kpi"], "state", _these(criteria))


def _value(criteria: Sequence[Criterion]) -> str:
    """The value of each; where two exporters differ, the worse one."""
    higher = [criterion for criterion in criteria if criterion.comparison.higher_is_better]
    lower = [criterion for criterion in criteria if not criterion.comparison.higher_is_better]
    parts = [
        f"{worst} by (kpi) ({of('orchex_kilo_kpi_value', _these(those))})"
        for worst, those in (("min", higher), ("max", lower))
        if those
    ]
    return "\nor\n".join(parts)


def counts() -> PanelBuilder:
    look = Look(
        "The twelve criteria",
        About(
            "How many of the twelve documented criteria are in which state. At risk is met by less than the margin; "
            "stale is a value too old to be judged.",
            "12 met",
            "Look below which are missed, and who owns them; for those without data, add what tells them.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=6,
        height=6,
        decimals=0,
        runbooks=ON_MISSED,
    )
    standing = _standing(DOCUMENTED)
    told = {
        "met": (f"== bool {CRITERION.code(State.MET)}", Colour.GOOD),
        "at risk": (f"== bool {CRITERION.code(State.AT_RISK)}", Colour.CAREFUL),
        "MISSED": (f"== bool {CRITERION.code(State.MISSED)}", Colour.BAD),
        "no data, or stale": (f">= bool {CRITERION.code(State.NO_DATA)}", Colour.CAREFUL),
    }
    return number(
        look,
        *(Query(f"sum(\n{standing} {which})", name) for name, (which, _) in told.items()),
        limits={name: Limits(Colour.QUIET, ((1, colour),)) for name, (_, colour) in told.items()},
    )


def through_time() -> PanelBuilder:
    look = Look(
        "State of the criteria",
        About(
            "Where each of the twelve criteria stood: met, at risk (met by less than the margin), missed, stale (the "
            "value was too old to be judged) or without data.",
            "each met",
            "Look in the tables below for value and owner of what is missed.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=14,
        height=13,
        runbooks=ON_MISSED,
        words=CRITERION.codes(),
    )
    found = (
        (coded("orchex_kilo_kpi_state", CRITERION.meaning, [], kpi=criterion.key), criterion.title)
        for criterion in DOCUMENTED
    )
    return states(look, *(Query(expr, title) for expr, title in found))


def section(category: Category) -> tuple[PanelBuilder, ...]:
    """The table of a category's criteria, and a graph of each."""
    criteria = [criterion for criterion in DOCUMENTED if criterion.category is category]
    about = About(
        f"The {category} criteria as they stand. Coverage is the share of the scope that could be read; a stale value "
        "stays, and its state says so. The document's target is shown where another one is configured.",
        "; ".join(f"{criterion.title} {wanted(criterion)}" for criterion in criteria),
        "Talk to the owner of what is missed. No data or stale: look at the board Exporter health, or ask for a "
        "newer reading.",
    )
    decimals = UPTIMES_DECIMALS if CRITERIA["uptime"] in criteria else 1
    table = _table(f"{category.capitalize()} criteria", about, criteria, "percentunit", decimals, width=WHOLE, height=7)
    return (table, *(_trend(criterion) for criterion in criteria))


def _table(
    title: str, about: About, criteria: Sequence[Criterion], unit: str, decimals: int, *, width: int, height: int
) -> PanelBuilder:
    """Criteria that share a unit, in the catalogue's order."""
    these, found = _these(criteria), "max by (kpi) ({})"
    target, documented = of("orchex_kilo_kpi_target", these), of("orchex_kilo_kpi_documented_target", these)
    keys = [criterion.key for criterion in criteria]
    queries = (
        coded("orchex_kilo_kpi_info", keys, ["kpi", "title", "owner", "comparison"], "kpi"),
        _standing(criteria),
        _value(criteria),
        found.format(target),
        found.format(f"{documented} != {target}"),
        found.format(of("orchex_kilo_kpi_coverage_ratio", these)),
        f"max by (kpi, reason) ({of('orchex_kilo_kpi_absence_info', these)})",
        f"time() - {found.format(of('orchex_kilo_kpi_reading_timestamp_seconds', these))}",
    )
    columns = {
        "title": Column("Criterion"),
        "Value #B": Column("State", coded=CRITERION, width=100),
        "Value #C": Column("Value", unit, decimals=decimals),
        "comparison": Column("Must be", width=80),
        "Value #D": Column("Target", unit, decimals=decimals),
        "Value #E": Column("Documented, where another", unit, decimals=decimals),
        "Value #F": Column("Coverage", "percentunit", decimals=1),
        "reason": Column("Why no data", words=ABSENCE),
        "Value #H": Column("Age", "s", decimals=0),
        "owner": Column("Owner"),
    }
    return rows(
        Look(title, about, "none", NO_EXPORTER, width, height, ON_MISSED),
        queries,
        columns,
        by="kpi",
        ordered="Value #A",
    )


def _trend(criterion: Criterion) -> PanelBuilder:
    own = RUNBOOKS.get(criterion.key)
    look = Look(
        criterion.title,
        About(
            f"“{criterion.words}”, through time; the dashed line is the target in force. A stale value stays: its "
            "state says so. Without data there is no other line, and the table above says why.",
            f"{wanted(criterion)} as documented, which colours the line",
            ACTIONS[criterion.key],
        ),
        unit="percentunit",
        empty=NO_EXPORTER,
        width=6,
        height=7,
        runbooks=((own,) if own else ()) + ON_MISSED,
        limits=limits(criterion),
    )
    return trend(
        look,
        Query(_value([criterion]), "value"),
        Query(f"max by (kpi) ({of('orchex_kilo_kpi_target', kpi=criterion.key)})", "target"),
    )


def companions(title: str, units: Sequence[Unit], unit: str, width: int) -> PanelBuilder:
    criteria = [criterion for criterion in COMPANIONS if criterion.unit in units]
    about = About(
        "What is documented beside the twelve criteria, with lower priority; it is in no count above.",
        "; ".join(f"{criterion.title} {wanted(criterion)}" for criterion in criteria),
        "Use them to explain a criterion that is missed. No data: let a feed tell it, if you want it.",
    )
    return _table(title, about, criteria, unit, 1, width=width, height=13)
