"""Tickets on criteria and the migration: which criterion is watched how and from when on, and that their words exist.

How the alerts behave is tried by promtool, in `alerts/tests/criteria*.yml`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from alerts import criteria
from alerts.rule import Alert
from alerts.terms import Terms
from exporter.kpis.catalogue import DOCUMENTED
from tests.support.promtool import selectors

GOLDEN = Path(__file__).parents[1] / "golden" / "metrics.prom"
ARMED = {
    "pilot": {"uptime", "performance_impact", "error_rate", "bridge_success", "training_completion"},
    "optimization": {
        "cycle_time_reduction",
        "compliance_violation_reduction",
        "template_adoption",
        "cost_savings",
        "user_satisfaction",
        "workflow_adoption",
        "support_ticket_reduction",
    },
}
LOWER_IS_BETTER = {"performance_impact", "error_rate"}
OBJECTIVES = {"uptime", "performance_impact", "error_rate", "bridge_success"}


def alerts(terms: Terms) -> list[Alert]:
    return [rule for group in criteria.groups(terms) for rule in group.rules if isinstance(rule, Alert)]


def matchers(expression: str) -> Iterator[tuple[str, str, str]]:
    """Metric, label, and each value that the label may have."""
    for selector in selectors(expression):
        for matcher in selector.matchers.matchers:
            yield from ((str(selector.name), matcher.name, value) for value in matcher.value.split("|"))


def watching(kpi: str) -> list[Alert]:
    return [
        alert
        for alert in criteria.missed(Terms())
        if ("orchex_kilo_kpi_value", "kpi", kpi) in set(matchers(alert.expr))
    ]


def test_every_documented_criterion_is_armed_as_documented() -> None:
    assert {kpi: first.value for kpi, first in criteria.ARMED.items()} == {
        kpi: first for first, kpis in ARMED.items() for kpi in kpis
    }
    assert set(criteria.ARMED) == {criterion.key for criterion in DOCUMENTED}


@pytest.mark.parametrize("kpi", [criterion.key for criterion in DOCUMENTED])
def test_a_criterion_is_watched_by_one_rule_that_compares_as_documented(kpi: str) -> None:
    [alert] = watching(kpi)
    best, misses = ("min", ">=") if kpi in LOWER_IS_BETTER else ("max", "<=")
    assert alert.expr.startswith(f"{best}_over_time(orchex_kilo_kpi_value")
    assert f"\n{misses} on (job, instance, kpi)" in alert.expr
    assert kpi in ARMED[alert.labels["armed_from"]]
    assert alert.labels.get("slo") == (kpi if kpi in OBJECTIVES else None)


def test_every_label_value_that_a_rule_asks_for_is_one_that_the_exporter_gives() -> None:
    families = text_string_to_metric_families(GOLDEN.read_text())
    given = {label for family in families for sample in family.samples for label in sample.labels.items()}
    asked = {(label, value) for alert in alerts(Terms()) for _, label, value in matchers(alert.expr)}
    assert asked - given == {("job", "orchex-kilo")}, "the job is Prometheus' own"


def test_a_configured_target_becomes_the_literal_that_the_exporter_must_have() -> None:
    expr = criteria.objective_differs(Terms(targets={"uptime": 0.995})).expr
    assert 'orchex_kilo_kpi_target{kpi="uptime"} != 0.995' in expr.splitlines()
    assert 'orchex_kilo_kpi_target{kpi="error_rate"} != 0.01' in expr.splitlines()


def test_scaled_rules_keep_no_time_of_the_real_ones() -> None:
    shortened = "\n".join(alert.expr for alert in alerts(Terms(scale=1 / 3600)))
    assert set(re.findall(r"\[(\w+)\]|offset (\w+)", shortened)) == {("72s", ""), ("", "72s")}
    assert set(re.findall(r"time\(\) - \w+\{.*\} > (.*)", shortened)) == {"336"}


def test_another_job_is_asked_for() -> None:
    expr = criteria.target_absent(Terms(job="migration")).expr
    assert ("up", "job", "migration") in set(matchers(expr))
