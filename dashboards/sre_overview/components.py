"""ORCHEX and KILO themselves: up or down, how fast they answer, and how ORCHEX fares inside."""

from __future__ import annotations

from alerts.symptoms import QUEUE_FLOOR
from dashboards.panel import THIRD, About, Look, PanelBuilder, lines, states
from dashboards.query import Query, of, once
from dashboards.style import UP

UNPOLLED = "ORCHEX is not polled, or its source fails for too long"
HIGH = 9


def up() -> PanelBuilder:
    look = Look(
        "Up or down",
        About(
            "Whether ORCHEX, KILO and the bridges were seen healthy, and the system as a whole: it is up when all of "
            "them are. A gap is time in which it was not known.",
            "up; each minute the system is down counts against the uptime",
            "Follow the runbook of what is down. What is degraded counts as down.",
        ),
        unit="none",
        empty="No component is polled",
        height=HIGH,
        runbooks=("OrchexKiloComponentDown", "OrchexKiloBridgeDown"),
        words=UP.labels(),
    )
    return states(
        look,
        Query(f"min({of('orchex_kilo_system_up')})", "whole system"),
        Query(f"min by (component) ({of('orchex_kilo_component_up')})", "{{component}}"),
        Query(f"min by (bridge) ({of('orchex_kilo_bridge_up')})", "{{bridge}}"),
    )


def parts() -> PanelBuilder:
    look = Look(
        "Parts of ORCHEX",
        About(
            "What ORCHEX reports of its own parts; only a part that it calls healthy is up.",
            "up",
            "A part that is down explains failing or slow tasks: restart or repair it in ORCHEX.",
        ),
        unit="none",
        empty="ORCHEX is not polled, or tells nothing of its parts",
        height=HIGH,
        words=UP.labels(),
    )
    return states(look, Query(f"min by (part) ({of('orchex_kilo_orchex_part_up')})", "{{part}}"))


def response() -> PanelBuilder:
    look = Look(
        "Response time of components",
        About(
            "Time in which the health pages of ORCHEX and KILO answered the exporter, and the average response time "
            "that ORCHEX reports of its own requests.",
            "none documented; tenths of a second are normal",
            "If it grows, expect time-outs, which count as down: look at the component's load.",
        ),
        unit="s",
        empty="No component is polled, or none answers",
        width=THIRD,
        runbooks=("OrchexKiloComponentDown",),
        least=0,
    )
    return lines(
        look,
        Query(f"max by (component) ({of('orchex_kilo_component_response_seconds')})", "{{component}}: health page"),
        Query(f"max by (source) ({of('orchex_kilo_orchex_response_seconds')})", "{{source}}: own requests"),
    )


def agents() -> PanelBuilder:
    look = Look(
        "ORCHEX agents",
        About(
            "Agents of ORCHEX by state.",
            "none documented; all healthy",
            "Agents that are degraded or offline make tasks wait: look at them in ORCHEX.",
        ),
        unit="short",
        empty=UNPOLLED,
        width=THIRD,
        least=0,
    )
    return lines(look, Query(once(of("orchex_kilo_orchex_agents"), "state"), "{{state}}"), stacked=True)


def tasks() -> PanelBuilder:
    look = Look(
        "ORCHEX tasks",
        About(
            "Tasks that ORCHEX executes, and those that wait.",
            f"none documented; up to {QUEUE_FLOOR} waiting are worked off within minutes, and the alert fires on more "
            "when the week before does not explain it and it still grows",
            "More comes in than is worked off: look at agents and parts.",
        ),
        unit="short",
        empty=UNPOLLED,
        width=THIRD,
        runbooks=("OrchexKiloQueueGrowing",),
        least=0,
    )
    return lines(
        look,
        Query(once(of("orchex_kilo_orchex_queued_tasks")), "waiting"),
        Query(once(of("orchex_kilo_orchex_running_tasks")), "running"),
    )


def task_wait() -> PanelBuilder:
    look = Look(
        "Time that ORCHEX tasks wait",
        About(
            "Average time that a task waits before ORCHEX executes it.",
            "none documented; seconds are normal",
            "Where it grows with the queue, there are too few agents; where it grows alone, they are slow.",
        ),
        unit="s",
        empty=UNPOLLED,
        runbooks=("OrchexKiloQueueGrowing",),
        least=0,
    )
    return lines(look, Query(f"max by (source) ({of('orchex_kilo_orchex_task_wait_seconds')})", "{{source}}"))


def request_errors() -> PanelBuilder:
    look = Look(
        "Failed share of ORCHEX requests",
        About(
            "Share of failed requests that ORCHEX reports of itself. Requests are not operations: they are in no "
            "objective.",
            "none documented; thousandths are normal",
            "If it rises together with failed tasks, the fault is inside ORCHEX.",
        ),
        unit="percentunit",
        empty="ORCHEX is not polled, or tells nothing of its requests",
        runbooks=("OrchexKiloErrorRateBudgetBurn",),
        least=0,
    )
    return lines(look, Query(f"max by (source) ({of('orchex_kilo_orchex_request_error_ratio')})", "{{source}}"))


PANELS = (up(), parts(), response(), agents(), tasks(), task_wait(), request_errors())
