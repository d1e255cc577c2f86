"""The document's parts on how things go now: error budgets, components, bridges. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from exporter.answers import Operations
from exporter.kpis import ratios
from exporter.kpis.objectives import OBJECTIVES, budget, burn_rate, remaining
from exporter.kpis.ratios import DOCUMENTED_WINDOW, WINDOWS, Uptime
from exporter.kpis.verdict import DIGITS, Verdict
from exporter.model import BRIDGES, BridgeReading, Component, Probe
from exporter.snapshot import Indicators, Snapshot
from exporter.status import shape
from exporter.status.written import known

_FAILED: Mapping[str, Callable[[Indicators, str], float | None]] = {
    "uptime": lambda found, window: _down(found.uptime.get(window, Uptime())),
    "error_rate": lambda found, window: ratios.error_ratio(found.operations.get(window, Operations())),
    "bridge_success": lambda found, window: ratios.error_ratio(found.bridges.get((None, window), Operations())),
}
"""The share of a window that failed, by objective; None where nothing was observed."""


def _down(uptime: Uptime) -> float | None:
    return None if uptime.ratio is None else round(1 - uptime.ratio, DIGITS)


def objectives(snapshot: Snapshot) -> Iterator[shape.ObjectiveStatus]:
    """Each criterion that has an error budget, by the target in force."""
    for key in OBJECTIVES:
        if key in snapshot.scorecard.verdicts:
            yield _objective(snapshot.scorecard.verdicts[key], snapshot.indicators)


def _objective(verdict: Verdict, indicators: Indicators) -> shape.ObjectiveStatus:
    key = verdict.criterion.key
    allowed = budget(verdict.criterion, verdict.target)
    failed = {window: _FAILED[key](indicators, window) for window in WINDOWS}
    return shape.ObjectiveStatus(
        criterion=key,
        title=verdict.criterion.title,
        budget=allowed,
        remaining=remaining(failed[DOCUMENTED_WINDOW], allowed),
        burns=tuple(
            shape.Burn(window=window, error_ratio=ratio, rate=burn_rate(ratio, allowed))
            for window, ratio in failed.items()
        ),
    )


def components(snapshot: Snapshot) -> Iterator[shape.ComponentStatus]:
    """ORCHEX, then KILO, as each source sees them."""
    for component in Component:
        if component not in BRIDGES:
            for source, probe in _probes(snapshot, component):
                yield shape.ComponentStatus(
                    component=component,
                    source=source,
                    up=probe.up,
                    health=probe.health,
                    version=probe.version,
                    response_seconds=probe.latency,
                )


def bridges(snapshot: Snapshot) -> Iterator[shape.BridgeStatus]:
    """K2A, then A2K, as each source sees them."""
    for bridge in BRIDGES:
        success = tuple(_success(bridge, window, snapshot.indicators) for window in WINDOWS)
        for source, probe in _probes(snapshot, bridge):
            said = {reading.bridge: reading for reading in snapshot.sources[source].view.bridges}
            yield _bridge(source, probe, said.get(bridge), success)


def _probes(snapshot: Snapshot, component: Component) -> Iterator[tuple[str, Probe]]:
    for source, view in snapshot.views():
        yield from ((source, probe) for probe in view.probes if probe.component is component)


def _bridge(
    source: str, probe: Probe, reading: BridgeReading | None, success: tuple[shape.Success, ...]
) -> shape.BridgeStatus:
    """A bridge that does not answer is seen to be down, and says nothing of itself."""
    said = reading or BridgeReading(probe.component, active=False, health=probe.health)
    return shape.BridgeStatus(
        bridge=probe.component,
        source=source,
        up=probe.up,
        health=probe.health,
        circuit=said.circuit,
        version=said.version,
        last_event=known(said.last_event_at),
        queue_depth=said.queue_depth,
        response_seconds=said.avg_response,
        success=success,
    )


def _success(bridge: Component, window: str, indicators: Indicators) -> shape.Success:
    done = indicators.bridges.get((bridge, window), Operations())
    return shape.Success(window=window, operations=done.total, ratio=ratios.success_ratio(done))
