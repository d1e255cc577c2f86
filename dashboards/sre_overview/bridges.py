"""Both bridges: how they say they are, what they do, how fast, and what waits."""

from __future__ import annotations

from alerts.symptoms import QUEUE_FLOOR, SILENCE, SILENCE_LIMIT
from dashboards.panel import THIRD, About, Look, PanelBuilder, lines, states
from dashboards.query import Query, a_second, coded, of
from dashboards.style import CIRCUIT, HEALTH, limits, wanted
from exporter.kpis.catalogue import COMPANIONS

LATENCY = next(each for each in COMPANIONS if each.key == "bridge_latency")
UNPOLLED = "No bridge is polled, or its source fails for too long"
STATES_HEIGHT = 5


def health() -> PanelBuilder:
    look = Look(
        "Bridge health",
        About(
            "The bridges' own word. A bridge that is inactive, degraded or unhealthy is down.",
            "healthy; each minute otherwise counts against the uptime",
            "Follow the runbook of a bridge that is down.",
        ),
        unit="none",
        empty=UNPOLLED,
        height=STATES_HEIGHT,
        runbooks=("OrchexKiloBridgeDown",),
        words=HEALTH.codes(),
    )
    return states(look, Query(coded("orchex_kilo_bridge_health", HEALTH.meaning, ["bridge"]), "{{bridge}}"))


def circuit() -> PanelBuilder:
    look = Look(
        "Bridge circuit breakers",
        About(
            "An open circuit refuses operations, a half-open one tries whether they succeed again.",
            "closed",
            "An open circuit protects what fails behind it: look there first.",
        ),
        unit="none",
        empty="No bridge tells of a circuit breaker",
        height=STATES_HEIGHT,
        runbooks=("OrchexKiloBridgeCircuitOpen",),
        words=CIRCUIT.codes(),
    )
    return states(look, Query(coded("orchex_kilo_bridge_circuit_state", CIRCUIT.meaning, ["bridge"]), "{{bridge}}"))


def operations() -> PanelBuilder:
    look = Look(
        "Bridge operations",
        About(
            "Operations a second that the bridges processed, the failed ones included.",
            "none documented; it follows the working day",
            "If it falls to nothing while people work, look at health, queue and last event.",
        ),
        unit="ops",
        empty=UNPOLLED,
        width=THIRD,
        runbooks=("OrchexKiloBridgeStalled",),
        least=0,
    )
    return lines(look, Query(a_second(of("orchex_kilo_bridge_operations_total"), "bridge"), "{{bridge}}"))


def errors() -> PanelBuilder:
    look = Look(
        "Bridge errors",
        About(
            "Operations a second that failed on the bridges.",
            "none documented as a number; how large a share may fail stands above",
            "Compare with the operations beside it: many errors of many operations may be within the objective.",
        ),
        unit="ops",
        empty=UNPOLLED,
        width=THIRD,
        runbooks=("OrchexKiloBridgeSuccessBudgetBurn",),
        least=0,
    )
    return lines(look, Query(a_second(of("orchex_kilo_bridge_errors_total"), "bridge"), "{{bridge}}"))


def response() -> PanelBuilder:
    look = Look(
        "Bridge response time",
        About(
            "The average response time that the bridges report of themselves.",
            f"{wanted(LATENCY)} ({LATENCY.words}), the upper dashed line",
            "Look whether queues grow, and at the component behind the bridge.",
        ),
        unit="s",
        empty="No bridge tells its response time",
        width=THIRD,
        limits=limits(LATENCY),
        least=0,
    )
    expr = f"max by (bridge) ({of('orchex_kilo_bridge_response_seconds')})"
    return lines(look, Query(expr, "{{bridge}}"), limited=True)


def queue() -> PanelBuilder:
    look = Look(
        "Bridge queues",
        About(
            "Events that wait in the bridges.",
            f"none documented; up to {QUEUE_FLOOR} are worked off within minutes, and the alert fires on more when "
            "the week before does not explain it and it still grows",
            "More comes in than is worked off: look at response time and circuit breaker.",
        ),
        unit="short",
        empty="No bridge tells its queue",
        runbooks=("OrchexKiloQueueGrowing",),
        least=0,
    )
    return lines(look, Query(f"max by (bridge) ({of('orchex_kilo_bridge_queue_depth')})", "{{bridge}}"))


def silence() -> PanelBuilder:
    look = Look(
        "Time since the bridges' last event",
        About(
            "For how long the bridges had processed nothing when they were last read. The alert's limit is learnt from "
            "the silences of the days before, and is not there until a week is known.",
            "none documented; the line of its alert's limit",
            "A bridge that is up and silent for longer than ever may have lost what feeds it: follow the runbook.",
        ),
        unit="s",
        empty="No bridge tells its last event, or the recording rules are not loaded",
        runbooks=("OrchexKiloBridgeStalled",),
        least=0,
    )
    return lines(
        look,
        Query(f"max by (bridge) ({of(SILENCE)})", "{{bridge}}"),
        Query(f"max by (bridge) ({of(SILENCE_LIMIT)})", "{{bridge}}: the alert's limit"),
    )


PANELS = (health(), circuit(), operations(), errors(), response(), queue(), silence())
