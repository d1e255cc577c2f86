"""The documented ratios: uptime, errors, bridge success, adoption."""

from __future__ import annotations

from exporter.kpis import ratios
from exporter.kpis.verdict import DIGITS
from exporter.metrics.declare import POLLED, Samples, gauge
from exporter.snapshot import Snapshot


@gauge(
    "orchex_kilo_uptime_ratio",
    "Share of the observed time in which every required component answered healthy, by window. "
    "Absent while nothing was observed.",
    labels=("window",),
)
def uptime(snapshot: Snapshot) -> Samples:
    for window, uptime in snapshot.indicators.uptime.items():
        if uptime.ratio is not None:
            yield (window,), uptime.ratio


@gauge(
    "orchex_kilo_uptime_coverage_ratio",
    "Share of the window in which the uptime was observed at all.",
    labels=("window",),
)
def uptime_coverage(snapshot: Snapshot) -> Samples:
    for window, uptime in snapshot.indicators.uptime.items():
        yield (window,), uptime.coverage


@gauge(
    "orchex_kilo_system_up",
    "1 if every required component was last seen healthy by every source that reports it, 0 if any was seen not "
    "healthy. Absent while none is down and one is not known." + POLLED,
)
def system_up(snapshot: Snapshot) -> Samples:
    if snapshot.indicators.system_up is not None:
        yield (), float(snapshot.indicators.system_up)


@gauge(
    "orchex_kilo_error_ratio",
    "Failed operations divided by operations, by window: bridge operations, ORCHEX tasks, and integrated pipeline runs "
    "that ended in error or timeout. Absent without operations.",
    labels=("window",),
)
def errors(snapshot: Snapshot) -> Samples:
    for window, operations in snapshot.indicators.operations.items():
        ratio = ratios.error_ratio(operations)
        if ratio is not None:
            yield (window,), ratio


@gauge(
    "orchex_kilo_operations",
    "Operations in the window, the failed ones included: what orchex_kilo_error_ratio divides by.",
    labels=("window",),
)
def operations(snapshot: Snapshot) -> Samples:
    for window, found in snapshot.indicators.operations.items():
        yield (window,), found.total


@gauge(
    "orchex_kilo_failed_operations",
    "Failed operations in the window: what orchex_kilo_error_ratio divides.",
    labels=("window",),
)
def failed_operations(snapshot: Snapshot) -> Samples:
    for window, found in snapshot.indicators.operations.items():
        yield (window,), found.failed


@gauge(
    "orchex_kilo_performance_impact_ratio",
    "Median over the successful integrated runs of the window of duration divided by their own repository's baseline, "
    "minus 1: faster is negative. Worked out at new runs, else hourly. Absent without such runs or baselines.",
    labels=("window",),
)
def performance_impact(snapshot: Snapshot) -> Samples:
    for window, slowdown in snapshot.indicators.slowdown.items():
        if slowdown.ratio is not None:
            yield (window,), round(slowdown.ratio.value - 1, DIGITS)


@gauge(
    "orchex_kilo_bridge_success_ratio",
    "Successful divided by all bridge operations, by bridge (all: both) and window. Absent without operations.",
    labels=("bridge", "window"),
)
def bridge_success(snapshot: Snapshot) -> Samples:
    for (bridge, window), operations in snapshot.indicators.bridges.items():
        ratio = ratios.success_ratio(operations)
        if ratio is not None:
            yield (bridge or "all", window), ratio


@gauge(
    "orchex_kilo_template_adoption_ratio",
    "Repositories that use a KILO template divided by repositories in scope that could be read.",
)
def template_adoption(snapshot: Snapshot) -> Samples:
    ratio = snapshot.indicators.template_adoption.ratio
    if ratio is not None:
        yield (), ratio


@gauge(
    "orchex_kilo_workflow_adoption_ratio",
    "Repositories whose latest default-branch run used the integrated workflow divided by repositories with "
    "CI activity, over 30 days.",
)
def workflow_adoption(snapshot: Snapshot) -> Samples:
    ratio = snapshot.indicators.workflow_adoption.ratio
    if ratio is not None:
        yield (), ratio
