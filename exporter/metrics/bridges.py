"""The two bridges, and the two systems that they join."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporter.metrics.declare import POLLED, Samples, counter, gauge, info, states
from exporter.metrics.totals import counted
from exporter.model import BRIDGES, BridgeReading, Circuit, Health, Probe
from exporter.snapshot import Snapshot
from exporter.totals import Family

BRIDGE = ("source", "bridge")
COMPONENT = ("source", "component")


def _components(snapshot: Snapshot) -> Iterator[tuple[str, Probe]]:
    for source, view in snapshot.views():
        yield from ((source, probe) for probe in view.probes if probe.component not in BRIDGES)


def _bridge_probes(snapshot: Snapshot) -> Iterator[tuple[str, Probe]]:
    for source, view in snapshot.views():
        yield from ((source, probe) for probe in view.probes if probe.component in BRIDGES)


def _readings(snapshot: Snapshot, value: Callable[[BridgeReading], float | None]) -> Samples:
    for source, view in snapshot.views():
        for reading in view.bridges:
            number = value(reading)
            if number is not None:
                yield (source, reading.bridge), number


@gauge("orchex_kilo_component_up", "1 if ORCHEX or KILO answered healthy, else 0." + POLLED, labels=COMPONENT)
def component_up(snapshot: Snapshot) -> Samples:
    for source, probe in _components(snapshot):
        yield (source, probe.component), float(probe.up)


@gauge(
    "orchex_kilo_component_health",
    "The component's own word, 1 for the current one." + POLLED,
    labels=(*COMPONENT, "state"),
)
def component_health(snapshot: Snapshot) -> Samples:
    for source, probe in _components(snapshot):
        yield from states(Health, probe.health, (source, probe.component))


@gauge(
    "orchex_kilo_component_response_seconds",
    "Time in which the component's health page answered." + POLLED,
    labels=COMPONENT,
)
def component_response(snapshot: Snapshot) -> Samples:
    for source, probe in _components(snapshot):
        if probe.latency is not None:
            yield (source, probe.component), probe.latency


@info(
    "orchex_kilo_component_info", "The component's version as it reports it." + POLLED, labels=(*COMPONENT, "version")
)
def component_info(snapshot: Snapshot) -> Samples:
    for source, probe in _components(snapshot):
        yield (source, probe.component, probe.version), 1


@gauge("orchex_kilo_bridge_up", "1 if the bridge is active and healthy, else 0." + POLLED, labels=BRIDGE)
def bridge_up(snapshot: Snapshot) -> Samples:
    for source, probe in _bridge_probes(snapshot):
        yield (source, probe.component), float(probe.up)


@gauge("orchex_kilo_bridge_health", "The bridge's own word, 1 for the current one." + POLLED, labels=(*BRIDGE, "state"))
def bridge_health(snapshot: Snapshot) -> Samples:
    for source, probe in _bridge_probes(snapshot):
        yield from states(Health, probe.health, (source, probe.component))


@gauge(
    "orchex_kilo_bridge_circuit_state",
    "The bridge's circuit breaker, 1 for its state." + POLLED,
    labels=(*BRIDGE, "state"),
)
def bridge_circuit(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.bridges:
            if reading.circuit is not None:
                yield from states(Circuit, reading.circuit, (source, reading.bridge))


@info("orchex_kilo_bridge_info", "The bridge's version as it reports it." + POLLED, labels=(*BRIDGE, "version"))
def bridge_info(snapshot: Snapshot) -> Samples:
    for source, view in snapshot.views():
        for reading in view.bridges:
            yield (source, reading.bridge, reading.version), 1


@counter(
    "orchex_kilo_bridge_operations_total",
    "Operations that the bridge processed since it was first observed, the failed ones included." + POLLED,
    labels=BRIDGE,
)
def bridge_operations(snapshot: Snapshot) -> Samples:
    return counted(snapshot, Family.BRIDGE_OPERATIONS)


@counter(
    "orchex_kilo_bridge_errors_total",
    "Operations of the bridge that failed since it was first observed." + POLLED,
    labels=BRIDGE,
)
def bridge_errors(snapshot: Snapshot) -> Samples:
    return counted(snapshot, Family.BRIDGE_ERRORS)


@counter(
    "orchex_kilo_bridge_validations_total",
    "Validations that the bridge served since it was first observed." + POLLED,
    labels=BRIDGE,
)
def bridge_validations(snapshot: Snapshot) -> Samples:
    return counted(snapshot, Family.BRIDGE_VALIDATIONS)


@counter(
    "orchex_kilo_bridge_templates_served_total",
    "Templates that the bridge served since it was first observed." + POLLED,
    labels=BRIDGE,
)
def bridge_templates(snapshot: Snapshot) -> Samples:
    return counted(snapshot, Family.BRIDGE_TEMPLATES)


@gauge(
    "orchex_kilo_bridge_last_event_timestamp_seconds",
    "When the bridge last processed an event, Unix time." + POLLED,
    labels=BRIDGE,
)
def bridge_last_event(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.last_event_at)


@gauge("orchex_kilo_bridge_queue_depth", "Events that wait in the bridge." + POLLED, labels=BRIDGE)
def bridge_queue(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.queue_depth)


@gauge("orchex_kilo_bridge_response_seconds", "The bridge's own average response time." + POLLED, labels=BRIDGE)
def bridge_response(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.avg_response)


@gauge(
    "orchex_kilo_bridge_cache_hit_ratio",
    "Share of requests that the bridge served from its cache." + POLLED,
    labels=BRIDGE,
)
def bridge_cache(snapshot: Snapshot) -> Samples:
    return _readings(snapshot, lambda reading: reading.cache_hit_ratio)
