"""What a newcomer sees: `make run`'s demo, its values and its incidents."""

import signal
import time
from pathlib import Path

import pytest

from tests.support.exporter import running
from tests.support.waiting import until

HEADLINES = (
    "orchex_kilo_uptime_ratio",
    "orchex_kilo_error_ratio",
    "orchex_kilo_bridge_success_ratio",
    "orchex_kilo_template_adoption_ratio",
    "orchex_kilo_workflow_adoption_ratio",
    "orchex_kilo_bridge_up",
    "orchex_kilo_component_up",
    "orchex_kilo_bridge_operations_total",
    "orchex_kilo_bridge_errors_total",
    "orchex_kilo_repositories",
    "cicd_pipeline_run_duration_seconds_count",
    "cicd_pipeline_run_duration_seconds_sum",
    "cicd_pipeline_run_active",
    "vcs_change_lead_time_seconds_count",
    "orchex_kilo_source_up",
    "orchex_kilo_source_last_success_timestamp_seconds",
)
OPERATIONS = "orchex_kilo_bridge_operations_total"
ADDRESS = "--web.listen-address=127.0.0.1:0"


def test_every_headline_has_a_value_that_moves_and_the_end_is_clean(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running(tmp_path, "demo", ADDRESS, TMPDIR=str(temporary)) as process:
        until(lambda: set(HEADLINES) <= {name for name, _ in process.samples()}, "every headline has a value")
        assert process.value("orchex_kilo_source_up") == 4
        before = process.value(OPERATIONS)
        assert before is not None
        until(lambda: (process.value(OPERATIONS) or 0) > before, "the values move")
        assert process.stop(signal.SIGINT) == 0
        assert "Traceback" not in process.log
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("incident", "name", "labels", "healthy"),
    [
        ("bridge-outage", "orchex_kilo_bridge_up", {"bridge": "k2a"}, lambda value: value == 1),
        (
            "error-burst",
            "orchex_kilo_bridge_success_ratio",
            {"bridge": "all", "window": "1h"},
            lambda value: value > 0.98,
        ),
        ("slow-pipelines", "orchex_kilo_orchex_task_wait_seconds", {}, lambda value: value < 0.5),
    ],
)
def test_an_incident_shows(tmp_path: Path, incident: str, name: str, labels: dict[str, str], healthy) -> None:
    begun = time.monotonic()
    with running(tmp_path, "demo", ADDRESS, f"--incident={incident}") as process:
        assert healthy(until(lambda: process.value(name, **labels), f"{name} has a value"))
        until(lambda: not healthy(process.value(name, **labels)), f"{name} shows the incident", patience=90)
        assert time.monotonic() - begun > 15, "an incident begins when the healthy state could be seen"
