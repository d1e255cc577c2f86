"""Direct symptoms: what is broken now, whatever it does to the error budgets."""

from __future__ import annotations

from alerts.rule import Alert, Group, Severity
from alerts.terms import MINUTE, Terms


def groups(terms: Terms) -> tuple[Group, ...]:
    return (Group("orchex-kilo-symptoms", (bridge_down(terms),)),)


def bridge_down(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloBridgeDown",
        expr="orchex_kilo_bridge_up == 0",
        severity=Severity.PAGE,
        lasting=2 * MINUTE,
        kept=5 * MINUTE,
        labels={"slo": "uptime"},
        summary="Bridge {{ $labels.bridge }} is down",
        description="{{ $labels.source }} has seen {{ $labels.bridge }} inactive or unhealthy for two minutes.",
    )
