"""The criteria against their targets: value, target, state, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable

from exporter.kpis.verdict import State, Verdict
from exporter.metrics.declare import Samples, gauge, info, states
from exporter.snapshot import Snapshot

KPI = ("kpi", "category")
IN_ITS_UNIT = " In the unit that orchex_kilo_kpi_info names: ratios and changes are shares of 1, times are seconds."


def _labels(verdict: Verdict) -> tuple[str, str]:
    return verdict.criterion.key, verdict.criterion.category


def _each(snapshot: Snapshot, number: Callable[[Verdict], float | None]) -> Samples:
    for verdict in snapshot.scorecard.verdicts.values():
        found = number(verdict)
        if found is not None:
            yield _labels(verdict), found


@gauge(
    "orchex_kilo_kpi_value",
    "What the criterion stands at; a stale value stays, see orchex_kilo_kpi_state. Absent without data." + IN_ITS_UNIT,
    labels=KPI,
)
def value(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.value)


@gauge("orchex_kilo_kpi_target", "The target in force, as configured or as documented." + IN_ITS_UNIT, labels=KPI)
def target(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.target)


@gauge("orchex_kilo_kpi_documented_target", "The documented target, whatever is configured." + IN_ITS_UNIT, labels=KPI)
def documented_target(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.criterion.target)


@gauge(
    "orchex_kilo_kpi_met",
    "1 if the value compares with the target in force as it must, else 0. Absent without a fresh value.",
    labels=KPI,
)
def met(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: None if verdict.met is None else float(verdict.met))


@gauge(
    "orchex_kilo_kpi_coverage_ratio",
    "Share of the criterion's scope that could be read, which its value rests on. Absent where the scope is not known.",
    labels=KPI,
)
def coverage(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.coverage)


@gauge(
    "orchex_kilo_kpi_baseline",
    "The level before the migration that the value is compared with, in the unit of what is compared: times are "
    "seconds. Absent for criteria that need none.",
    labels=KPI,
)
def baseline(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.baseline)


@gauge("orchex_kilo_kpi_reading_timestamp_seconds", "When the value was last observed, Unix time.", labels=KPI)
def read_at(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda verdict: verdict.at)


@gauge(
    "orchex_kilo_kpi_state",
    "Where the criterion stands, 1 for its state: met, at_risk (met, but by less than the margin), missed, no_data, "
    "stale (the value is too old to be judged).",
    labels=(*KPI, "state"),
)
def state(snapshot: Snapshot) -> Samples:
    for verdict in snapshot.scorecard.verdicts.values():
        yield from states(State, verdict.state, _labels(verdict))


@info("orchex_kilo_kpi_absence_info", "Why the criterion has no value.", labels=(*KPI, "reason"))
def absence(snapshot: Snapshot) -> Samples:
    for verdict in snapshot.scorecard.verdicts.values():
        if verdict.absence is not None:
            yield (*_labels(verdict), verdict.absence), 1


@info(
    "orchex_kilo_kpi_info",
    "What the criterion is: one of the documented twelve or a companion, how its value must compare with the target, "
    "its unit, and the window that it looks at, where it has one.",
    labels=(*KPI, "tier", "title", "owner", "comparison", "unit", "window"),
)
def about(snapshot: Snapshot) -> Samples:
    for verdict in snapshot.scorecard.verdicts.values():
        criterion = verdict.criterion
        facts = (criterion.tier, criterion.title, verdict.owner, criterion.comparison, criterion.unit)
        yield (*_labels(verdict), *facts, criterion.window or ""), 1
