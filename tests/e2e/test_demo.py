"""What a newcomer sees: `make run`'s demo, its values and its incidents."""

import json
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.support.documented import PHASES, RISKS, SIZES, TWELVE
from tests.support.exporter import Process, run, running
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
        assert process.value("orchex_kilo_source_up") == 10
        before = process.value(OPERATIONS)
        assert before is not None
        until(lambda: (process.value(OPERATIONS) or 0) > before, "the values move")
        assert process.stop(signal.SIGINT) == 0
        assert "Traceback" not in process.log
    assert list(temporary.iterdir()) == []


def test_the_organisation_can_lie_on_all_hosts_at_once(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running(tmp_path, "demo", ADDRESS, "--hosts=all", TMPDIR=str(temporary)) as process:
        until(lambda: process.value("orchex_kilo_source_up") == 14, "every source is up", patience=60)
        for source in ("acme", "gitlab", "gitea", "git"):
            assert process.value("orchex_kilo_repositories", source=source) >= 7
        for source in ("acme", "gitlab", "gitea", "jenkins"):
            assert process.value("cicd_pipeline_run_duration_seconds_count", source=source) > 100
        assert process.value("cicd_workers", source="jenkins") > 0
        assert process.stop(signal.SIGINT) == 0
        assert "Traceback" not in process.log
    assert list(temporary.iterdir()) == []


@dataclass(frozen=True, eq=False)
class Sign:
    """What an incident shows in, and how it is on a good day."""

    incident: str
    name: str
    labels: dict[str, str]
    healthy: Callable[[float], bool]

    def seen(self, process: Process) -> bool | None:
        """Whether all is well; None while there is no value."""
        value = process.value(self.name, **self.labels)
        return None if value is None else self.healthy(value)


SIGNS = (
    Sign("bridge-outage", "orchex_kilo_bridge_up", {"bridge": "k2a"}, lambda up: up == 1),
    Sign("error-burst", "orchex_kilo_bridge_success_ratio", {"bridge": "all", "window": "1h"}, lambda r: r > 0.98),
    Sign("slow-pipelines", "orchex_kilo_orchex_task_wait_seconds", {}, lambda wait: wait < 0.5),
)


def test_each_incident_shows(tmp_path: Path) -> None:
    """All at once: each takes 20 seconds to begin."""
    begun = time.monotonic()
    with ExitStack() as stack:
        demos = {}
        for sign in SIGNS:
            folder = tmp_path / sign.incident
            folder.mkdir()
            demos[sign] = stack.enter_context(running(folder, "demo", ADDRESS, f"--incident={sign.incident}"))
        for sign, process in demos.items():
            until(lambda sign=sign, process=process: sign.seen(process) is True, f"{sign.name} is well at first")
        assert time.monotonic() - begun < 20, "the healthy state was seen before any incident began"
        for sign, process in demos.items():
            shown = f"{sign.name} shows the incident"
            until(lambda sign=sign, process=process: sign.seen(process) is False, shown, patience=90)


ROWS = {
    "orchex_kilo_kpi_value": [key for key, *_ in TWELVE],
    "orchex_kilo_phase_state": PHASES,
    "orchex_kilo_gate_state": PHASES,
    "orchex_kilo_plan_chosen": SIZES,
    "orchex_kilo_risk_level": RISKS,
}
"""The metrics in which the document's rows are live."""
TITLES = (
    "System uptime",
    "Performance impact",
    "Error rate",
    "Bridge success",
    "Cycle time reduction",
    "Compliance violation reduction",
    "Template adoption",
    "Cost savings",
    "Training completion",
    "User satisfaction",
    "Workflow adoption",
    "Support ticket reduction",
    *PHASES.values(),
    *SIZES,
    *RISKS.values(),
)


def missing(process: Process) -> set[tuple[str, str]]:
    """The rows that have no sample."""
    live = {(name, value) for name, labels in process.samples() for _, value in labels}
    return {(name, word) for name, words in ROWS.items() for word in words} - live


def test_every_documented_row_is_live_in_the_demo_and_in_status(tmp_path: Path) -> None:
    with running(tmp_path, "demo", ADDRESS) as process:
        until(lambda: not missing(process), "every row is live", patience=180)
        shown = run("status", f"--url={process.url}", folder=tmp_path)
        document = json.loads(run("status", f"--url={process.url}", "--json", folder=tmp_path).stdout)
    assert shown.returncode == 1, "in the middle of its migration, the organisation misses some criteria"
    lines = shown.stdout.splitlines()
    assert [title for title in TITLES if not any(line.startswith(title) for line in lines)] == []
    twelve = [each for each in document["criteria"] if each["tier"] == "criterion"]
    assert [each["key"] for each in twelve if each["value"] is None] == []
    assert len(twelve) == 12
    assert [each["phase"] for each in document["migration"]["phases"]] == list(PHASES)
    assert [each["size"] for each in document["migration"]["sizes"]] == list(SIZES)
    assert {each["key"] for each in document["risks"]} == set(RISKS)


def test_at_a_speed_the_demo_lives_through_its_migration(tmp_path: Path) -> None:
    with running(tmp_path, "demo", ADDRESS, "--speed=100000") as process:
        began = until(lambda: process.value("orchex_kilo_migration_start_timestamp_seconds"), "it has begun")
        assert process.value("orchex_kilo_phase_state", phase="assessment", state="current") == 1
        assert time.time() - began > 21 * 7 * 86400, "it begins with the migration, 22 weeks ago"
        done = {"phase": "assessment", "state": "done"}
        until(lambda: process.value("orchex_kilo_phase_state", **done) == 1, "a phase is over", patience=120)
        assert process.value("orchex_kilo_kpi_value", kpi="training_completion") > 0
        assert "baseline of" in process.log
