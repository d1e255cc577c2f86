"""The objectives that have an error budget, and their indicators as recorded series.

For each objective and window the failed and all events are recorded first, then their quotient; over the
documented 30 days the exporter itself has counted, whatever Prometheus still holds. Events are operations;
of the uptime they are seconds. The names follow the recorded series that SLO generators have made common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from alerts.rule import Group, Record
from alerts.terms import CRITERIA, DAY, HOUR, MINUTE, Terms, number
from exporter.kpis.criteria import Criterion
from exporter.kpis.objectives import budget
from exporter.kpis.ratios import FAILED_OPERATIONS, NO_OPERATIONS
from exporter.model import Result, Seconds

SAMPLE: Seconds = 30
"""How often the uptime is sampled: then a sample stands for a known time, however often Prometheus scrapes."""
SAMPLED = "instance:orchex_kilo_system_up:sample"

WINDOWS: Mapping[str, Seconds] = {
    "5m": 5 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "2h": 2 * HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "3d": 3 * DAY,
}
QUICK = ("5m", "30m", "1h", "2h")
"""Recorded at Prometheus' own interval; the others change too slowly for that."""
SLOW_INTERVAL: Seconds = 2 * MINUTE

Query = Callable[[Terms, Seconds], str]


@dataclass(frozen=True, slots=True)
class Objective:
    """What shall nearly always go well. Its label `slo` is the key of its criterion.

    `events` and `errors` give the PromQL of how many there were in a window, by job, instance and `by`;
    `period` that of the failed share over the documented 30 days.
    """

    kpi: str
    events: Query
    errors: Query
    period: str
    by: tuple[str, ...] = ()

    @property
    def criterion(self) -> Criterion:
        return CRITERIA[self.kpi]

    @property
    def labels(self) -> dict[str, str]:
        return {"slo": self.kpi}

    @property
    def grouping(self) -> str:
        return ", ".join(("job", "instance", *self.by))

    def budget(self, terms: Terms) -> float:
        """The share that may fail, by the target that the rules are built for."""
        return budget(self.criterion, terms.target(self.kpi))


def _observed(terms: Terms, window: Seconds) -> str:
    return f"count_over_time({SAMPLED}[{terms.span(window)}]) * {terms.seconds(SAMPLE)}"


def _down(terms: Terms, window: Seconds) -> str:
    span = terms.span(window)
    samples = f"(count_over_time({SAMPLED}[{span}]) - sum_over_time({SAMPLED}[{span}]))"
    return f"{samples} * {terms.seconds(SAMPLE)}"


def _bridge(metric: str) -> Query:
    return lambda terms, window: f"sum by (job, instance, bridge) (increase({metric}[{terms.span(window)}]))"


def _any(query: Query) -> Query:
    """Without operations there is nothing to divide by, and neither events nor a ratio."""
    return lambda terms, window: f"{query(terms, window)} > 0"


def _together(bridges: str, tasks: str, results: Iterable[Result]) -> Query:
    """Operations of every kind. Their label sets differ, so `or` keeps each series."""
    words = "|".join(results)

    def query(terms: Terms, window: Seconds) -> str:
        span = terms.span(window)
        runs = f'orchex_kilo_workflow_runs_total{{workflow="integrated", cicd_pipeline_result=~"{words}"}}'
        return f"""\
sum by (job, instance) (
    increase({bridges}[{span}])
  or
    {_tasks(tasks, terms, window)}
  or
    increase({runs}[{span}])
)"""

    return query


def _tasks(metric: str, terms: Terms, window: Seconds) -> str:
    """ORCHEX tells how many tasks the last hour had, not when: a window has that rate, up to an hour late."""
    series = f'{metric}{{period="1h"}}'
    rate = series if window <= HOUR else f"avg_over_time({series}[{terms.span(window)}])"
    return f"{rate} * {number(window * terms.scale / HOUR)}"


OBJECTIVES = (
    Objective(
        "uptime",
        events=_observed,
        errors=_down,
        period='1 - max by (job, instance) (orchex_kilo_uptime_ratio{window="30d"})',
    ),
    Objective(
        "error_rate",
        events=_any(
            _together(
                "orchex_kilo_bridge_operations_total",
                "orchex_kilo_orchex_period_tasks",
                [result for result in Result if result not in NO_OPERATIONS],
            )
        ),
        errors=_together(
            "orchex_kilo_bridge_errors_total",
            "orchex_kilo_orchex_period_failed_tasks",
            FAILED_OPERATIONS,
        ),
        period='max by (job, instance) (orchex_kilo_error_ratio{window="30d"})',
    ),
    Objective(
        "bridge_success",
        events=_any(_bridge("orchex_kilo_bridge_operations_total")),
        errors=_bridge("orchex_kilo_bridge_errors_total"),
        period='1 - max by (job, instance, bridge) (orchex_kilo_bridge_success_ratio{window="30d", bridge!="all"})',
        by=("bridge",),
    ),
)


def groups(terms: Terms) -> tuple[Group, ...]:
    slow = [name for name in WINDOWS if name not in QUICK]
    return (
        Group("orchex-kilo-uptime-sample", (Record(SAMPLED, "orchex_kilo_system_up"),), interval=SAMPLE),
        Group("orchex-kilo-indicators", tuple(_indicators(QUICK, terms))),
        Group("orchex-kilo-indicators-slow", (*_indicators(slow, terms), *_periods()), interval=SLOW_INTERVAL),
        Group("orchex-kilo-error-budgets", tuple(_budgets(terms))),
    )


def _indicators(windows: Iterable[str], terms: Terms) -> Iterator[Record]:
    return chain.from_iterable(_indicator(each, window, terms) for each in OBJECTIVES for window in windows)


def _indicator(objective: Objective, window: str, terms: Terms) -> Iterator[Record]:
    """Failed and all events of a window, and the share that failed."""
    errors, events = f"slo:sli_errors:increase{window}", f"slo:sli_events:increase{window}"
    seconds, slo = WINDOWS[window], f'{{slo="{objective.kpi}"}}'
    yield Record(errors, objective.errors(terms, seconds), objective.labels)
    yield Record(events, objective.events(terms, seconds), objective.labels)
    yield Record(f"slo:sli_error:ratio_rate{window}", f"{errors}{slo} / {events}{slo}", objective.labels)


def _periods() -> Iterator[Record]:
    return (Record("slo:sli_error:ratio_rate30d", each.period, each.labels) for each in OBJECTIVES)


def _budgets(terms: Terms) -> Iterator[Record]:
    for each in OBJECTIVES:
        budget = each.budget(terms)
        yield Record("slo:objective:ratio", f"vector({number(1 - budget)})", each.labels)
        yield Record("slo:error_budget:ratio", f"vector({number(budget)})", each.labels)
    yield Record(
        "slo:current_burn_rate:ratio",
        "slo:sli_error:ratio_rate1h / on (slo) group_left () slo:error_budget:ratio",
    )
    yield Record(
        "slo:period_error_budget_remaining:ratio",
        "1 - slo:sli_error:ratio_rate30d / on (slo) group_left () slo:error_budget:ratio",
    )
