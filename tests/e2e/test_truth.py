"""The whole way: a simulated organisation, the exporter, a real Prometheus, and the organisation's own truth."""

import subprocess
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from exporter.demo.truth import Operations
from tests.support.exporter import Process, serving
from tests.support.organisation import Staged, polled_anew, staged
from tests.support.prometheus import Prometheus, prometheus
from tests.support.waiting import until

DAY = 86400.0
RUN_LEVEL = 200
"""Seconds of a run before the migration."""


def together(*parts: Operations) -> float:
    return sum(part.failed for part in parts) / sum(part.total for part in parts)


def compare(stage: Staged, server: Prometheus) -> None:
    """Every headline of Prometheus against what the organisation knows."""
    truth, start = stage.truth, stage.organisation.start
    done = truth.operations(since=start)
    with stage.organisation.lock:
        tasks = Operations(*stage.organisation.tasks.over("30d", stage.now))
    everything = together(done["k2a"], done["a2k"], tasks, truth.operations(since=0)["runs"])
    success = truth.bridge_success(since=start)

    def ask(expression: str) -> float:
        found = server.value(expression)
        assert found is not None, expression
        return found

    assert ask('orchex_kilo_uptime_ratio{window="30d"}') == ask("orchex_kilo_system_up") == 1
    good = [run for run in truth.finished() if (run.workflow, run.result) == ("integrated", "success")]
    lasted = median(run.at - run.started_at for run in good if run.at >= stage.now - 30 * DAY)
    impact = ask('orchex_kilo_performance_impact_ratio{window="30d"}')
    assert impact == pytest.approx(lasted / RUN_LEVEL - 1)
    assert impact == ask('orchex_kilo_kpi_value{kpi="performance_impact"}')
    assert ask('orchex_kilo_error_ratio{window="30d"}') == pytest.approx(everything, rel=1e-9)
    for bridge in ("k2a", "a2k"):
        ratio = ask(f'orchex_kilo_bridge_success_ratio{{bridge="{bridge}",window="30d"}}')
        assert ratio == pytest.approx(success[bridge], rel=1e-9)
        assert ask(f'orchex_kilo_bridge_operations_total{{bridge="{bridge}"}}') == done[bridge].total
        assert ask(f'orchex_kilo_bridge_errors_total{{bridge="{bridge}"}}') == done[bridge].failed
        assert ask(f'orchex_kilo_bridge_up{{bridge="{bridge}"}}') == 1
    assert ask('orchex_kilo_bridge_success_ratio{bridge="all",window="30d"}') == pytest.approx(success["together"])
    assert ask("orchex_kilo_template_adoption_ratio") == pytest.approx(truth.template_adoption())
    adoption = truth.workflow_adoption(since=stage.now - 30 * DAY)
    assert ask("orchex_kilo_workflow_adoption_ratio") == pytest.approx(adoption)
    for component in ("orchex", "kilo"):
        assert ask(f'orchex_kilo_component_up{{component="{component}"}}') == 1


def compare_counts(stage: Staged, server: Prometheus) -> None:
    """Repositories by stage, runs by repository, pipeline and result, changes and their lead time."""

    def by(expression: str, *labels: str) -> Counter[tuple[str, ...]]:
        found = server.query(f"sum by ({', '.join(labels)}) ({expression}) > 0")
        return Counter({tuple(dict(key)[label] for label in labels): int(value) for key, value in found.items()})

    truth = stage.truth
    assert by("orchex_kilo_repositories", "stage") == Counter({(k,): n for k, n in truth.stages().items()})
    runs = by(
        "cicd_repository_pipeline_run_duration_seconds_count",
        "vcs_repository_name",
        "cicd_pipeline_name",
        "cicd_pipeline_result",
    )
    assert runs == truth.runs()
    assert runs.total() > 500
    histogram = server.value("sum(cicd_pipeline_run_duration_seconds_count)")
    assert histogram == runs.total() == server.value("sum(cicd_repository_run_duration_seconds_count)")
    changes = truth.changes()
    assert server.value("sum(vcs_repository_change_lead_time_seconds_count)") == len(changes) > 0
    spent = sum(change.at - change.first_commit_at for change in changes)
    assert server.value("sum(vcs_repository_change_lead_time_seconds_sum)") == pytest.approx(spent)
    deployed = truth.deployed_changes()
    assert server.value("sum(vcs_deployments_total)") == len(truth.deployments()) > 0
    assert server.value("sum(vcs_repository_change_deployment_lead_time_seconds_count)") == len(deployed) > 0
    spent = sum(at - change.first_commit_at for change, at in deployed)
    assert server.value("sum(vcs_repository_change_deployment_lead_time_seconds_sum)") == pytest.approx(spent)
    assert server.value("sum(vcs_change_deployment_lead_time_seconds_sum)") == pytest.approx(spent)


def health(server: Prometheus) -> None:
    assert set(server.query("orchex_kilo_source_up").values()) == {1.0}
    assert len(server.query("orchex_kilo_source_up")) == 4
    assert server.value("sum(orchex_kilo_source_poll_failures_total)") == 0
    assert server.value('orchex_kilo_source_unreadable_items{source="acme",reason="forbidden"}') == 1
    assert server.value('sum(orchex_kilo_source_requests_total{outcome="not_modified"})') > 0
    assert server.value('orchex_kilo_source_rate_limit_remaining{source="acme"}') > 0


def settled(process: Process, server: Prometheus) -> None:
    """Every source was polled since now, and Prometheus has scraped what came of it."""
    polled_anew(process)
    moment = time.time()
    until(lambda: server.scraped_since(moment + 1), "Prometheus scrapes")


def test_prometheus_shows_what_the_organisation_knows(tmp_path: Path) -> None:
    level = {"start": "2025-01-01", "size": "large", "baselines": {"run_duration": f"{RUN_LEVEL}s"}}
    with staged() as stage, serving(tmp_path, stage.configuration(tmp_path) | {"migration": level}) as process:
        process.ready()
        with prometheus(tmp_path, process.url.removeprefix("http://")) as server:
            for seconds in (90, 200, 300):
                stage.advance(seconds)
                polled_anew(process)
            stage.organisation.restart("k2a")
            stage.advance(200)
            settled(process, server)
            compare(stage, server)
            compare_counts(stage, server)
            health(server)
        body = process.get("/metrics").content
        checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_an_outage_of_a_bridge_is_seen_and_its_end_too(tmp_path: Path) -> None:
    with staged() as stage, serving(tmp_path, stage.configuration(tmp_path)) as process:
        process.ready()
        assert process.value("orchex_kilo_bridge_up", bridge="k2a") == 1
        stage.organisation.begin("bridge-outage")
        until(lambda: process.value("orchex_kilo_bridge_up", bridge="k2a") == 0, "the outage is seen")
        assert process.value("orchex_kilo_bridge_circuit_state", bridge="k2a", state="open") == 1
        stage.advance(120)
        polled_anew(process, ("bridges",))
        success = stage.truth.bridge_success(since=stage.organisation.start)["k2a"]
        seen = process.value("orchex_kilo_bridge_success_ratio", bridge="k2a", window="1h")
        assert seen == pytest.approx(success)
        assert seen < 0.99
        uptime = process.value("orchex_kilo_uptime_ratio", window="1h")
        assert uptime is not None
        assert uptime < 1
        stage.organisation.end("bridge-outage")
        until(lambda: process.value("orchex_kilo_bridge_up", bridge="k2a") == 1, "the end of the outage is seen")


def test_a_source_that_is_gone_keeps_its_facts_and_says_so(tmp_path: Path) -> None:
    with staged() as stage, serving(tmp_path, stage.configuration(tmp_path)) as process:
        process.ready()
        before = process.value("orchex_kilo_repositories", stage="integrated")
        stage.server.stop()
        until(lambda: process.value("orchex_kilo_source_up", source="acme") == 0, "the failure is seen")
        assert process.value("orchex_kilo_repositories", stage="integrated") == before
        until(lambda: process.value("orchex_kilo_component_up", component="kilo") == 0, "silence is seen as down")
        until(lambda: process.get("/-/ready").status_code == 503, "all sources fail")
        assert process.get("/-/healthy").status_code == 200
        assert "kilo" in process.get("/-/ready").text
