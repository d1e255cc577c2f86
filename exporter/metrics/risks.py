"""The risk register: documented and live likelihood, impact, level, and what drives it."""

from __future__ import annotations

from collections.abc import Callable

from exporter.metrics.declare import Samples, gauge, info
from exporter.risks import Assessed
from exporter.snapshot import Snapshot

RISK = ("risk",)
BANDS = " 1 very low to 5 very high."
LEVELS = " 1 low, 2 medium, 3 high, 4 very high, 5 critical."


def _each(snapshot: Snapshot, number: Callable[[Assessed], int]) -> Samples:
    for assessed in snapshot.scorecard.risks:
        yield (assessed.risk.key,), number(assessed)


@gauge(
    "orchex_kilo_risk_level", "What the documented matrix makes of live likelihood and impact:" + LEVELS, labels=RISK
)
def level(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda assessed: assessed.level)


@gauge(
    "orchex_kilo_risk_documented_level",
    "What the documented matrix makes of documented likelihood and impact:" + LEVELS,
    labels=RISK,
)
def documented_level(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda assessed: assessed.documented_level)


@gauge(
    "orchex_kilo_risk_likelihood",
    "The documented likelihood as the worst live signal moves it; where no signal is known, the documented one."
    + BANDS,
    labels=RISK,
)
def likelihood(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda assessed: assessed.likelihood)


@gauge("orchex_kilo_risk_documented_likelihood", "The documented likelihood." + BANDS, labels=RISK)
def documented_likelihood(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda assessed: assessed.risk.likelihood)


@gauge("orchex_kilo_risk_impact", "The documented impact." + BANDS, labels=RISK)
def impact(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda assessed: assessed.risk.impact)


@gauge(
    "orchex_kilo_risk_signal",
    "A live signal of the risk, a share or a multiple: bad when it is high. Absent while it is not known.",
    labels=(*RISK, "signal"),
)
def signals(snapshot: Snapshot) -> Samples:
    for assessed in snapshot.scorecard.risks:
        yield from (((assessed.risk.key, signal), value) for signal, value in assessed.values.items())


@info(
    "orchex_kilo_risk_driver_info",
    "The signal that moved the likelihood. Absent while no signal is known.",
    labels=(*RISK, "signal"),
)
def driver(snapshot: Snapshot) -> Samples:
    for assessed in snapshot.scorecard.risks:
        if assessed.driver is not None:
            yield (assessed.risk.key, assessed.driver), 1


@info("orchex_kilo_risk_info", "What the risk is called.", labels=(*RISK, "title"))
def about(snapshot: Snapshot) -> Samples:
    for assessed in snapshot.scorecard.risks:
        yield (assessed.risk.key, assessed.risk.title), 1
