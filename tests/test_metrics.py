"""The metric families: what they are called, what they say, and that nothing of it changes unseen."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter import exposition
from exporter.answers import Median, Slowdown
from exporter.exposition import EXTRA_FAMILIES
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.ratios import Share
from exporter.metrics import FAMILIES
from exporter.metrics.declare import Summed, Type, counter
from exporter.metrics.totals import bucketed
from exporter.migration.forecast import GOALS
from exporter.migration.phases import PHASES
from exporter.migration.plan import Size
from exporter.migration.progress import Progress
from exporter.model import Phase, Result
from exporter.risks import RISKS
from exporter.scorecard import Scorecard
from exporter.snapshot import Snapshot
from exporter.totals import Family
from tests.support import world

GOLDEN = Path(__file__).parent / "golden" / "metrics.prom"
EVERY = FAMILIES + EXTRA_FAMILIES


def ours(body: bytes) -> str:
    """The exposition without the series of the Python process and the versions of this machine."""
    lines = [line for line in body.decode().splitlines() if not re.match(r"(# \w+ )?(python|process)_", line)]
    return re.sub(r'python_version="[^"]*"', 'python_version="3"', "\n".join(lines)) + "\n"


def test_the_exposition_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    """`pytest --update-golden` writes it anew; the difference is then read in review."""
    found = ours(exposition.render(world.snapshot()).text)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_every_family_is_in_the_golden_exposition() -> None:
    golden = GOLDEN.read_text()
    absent = [family.name for family in FAMILIES if f"# TYPE {family.name} " not in golden]
    assert absent == []


def test_promtool_finds_nothing_to_say() -> None:
    body = exposition.render(world.snapshot()).text
    checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.decode(), checked.stderr.decode()) == (0, "", "")


def test_both_formats_parse_to_the_same_samples() -> None:
    made = exposition.render(world.snapshot())
    text, openmetrics = (
        {(s.name, *sorted(s.labels.items())): s.value for family in parse(body.decode()) for s in family.samples}
        for parse, body in ((parse_text, made.text), (parse_openmetrics, made.openmetrics))
    )
    changing = ("process_", "python_")
    assert {k: v for k, v in text.items() if not k[0].startswith(changing)} == {
        k: v for k, v in openmetrics.items() if not k[0].startswith(changing)
    }


@pytest.mark.parametrize("family", EVERY, ids=lambda family: family.name)
def test_names_follow_the_conventions(family) -> None:
    assert re.fullmatch(r"(orchex_kilo|cicd|vcs)_[a-z0-9_]+", family.name)
    assert family.name.endswith("_total") == (family.type is Type.COUNTER)
    assert not family.name.endswith(("_count", "_sum", "_bucket", "_created"))
    assert family.help.endswith(".")
    assert not {"run_id", "sha", "branch", "le", "quantile"} & set(family.labels)


def test_names_are_unique() -> None:
    assert len({family.name for family in EVERY}) == len(EVERY)


def test_an_empty_snapshot_says_nothing_of_any_domain() -> None:
    """Unknown is not zero: without facts there is no series about the world, only about ourselves."""
    found = ours(exposition.render(Snapshot(taken_at=world.NOW)).text)
    names = {line.split("{")[0].split()[0] for line in found.splitlines() if not line.startswith("#")}
    assert names
    assert all(name.startswith("orchex_kilo_exporter_") for name in names)


def test_a_stale_source_keeps_only_its_health() -> None:
    snapshot = world.snapshot()
    kilo = snapshot.sources["kilo"]
    found = ours(exposition.render(replace(snapshot, sources={"kilo": kilo})).text)
    about = [line for line in found.splitlines() if 'source="kilo"' in line]
    assert about
    assert all(line.startswith("orchex_kilo_source_") for line in about)
    assert "orchex_kilo_source_last_success_timestamp_seconds{" not in found


def test_labels_that_do_not_fit_are_an_error() -> None:
    family = counter("orchex_kilo_x_total", "X.", labels=("a", "b"))(lambda _: iter(()))
    with pytest.raises(ValueError, match="does not fit the labels"):
        family.collect(iter([(("only one",), 1.0)]))


def test_a_counter_must_be_named_as_one() -> None:
    with pytest.raises(ValueError, match="ends in _total"):
        counter("orchex_kilo_x", "X.")


def test_a_summary_has_no_quantiles() -> None:
    family = next(family for family in FAMILIES if family.name == "vcs_repository_change_lead_time_seconds")
    metric = family.collect(iter([(("s", "github", "o", "r"), Summed(2, 5.0))]))
    assert [(sample.name, sample.value) for sample in metric.samples] == [
        ("vcs_repository_change_lead_time_seconds_count", 2),
        ("vcs_repository_change_lead_time_seconds_sum", 5.0),
    ]


def test_buckets_that_an_older_version_kept_are_counted_in_the_next_larger_one() -> None:
    ((labels, counts),) = bucketed({("x", "15.0"): 2.0, ("x", "+Inf"): 1.0, ("x", "10.0"): 4.0}, (10, 30))
    assert labels == ("x",)
    assert counts == [("10.0", 4.0), ("30.0", 2.0), ("+Inf", 1.0)]


def test_a_repository_fits_its_cap_whatever_happens_in_it() -> None:
    """Twenty pipelines with every result there is: without `series.pipelines` nothing is cut."""
    snapshot = world.snapshot()
    acme = snapshot.sources["acme"]
    runs = {("acme", "shop", f"p{n}", result): 1.0 for n in range(20) for result in Result}
    view = replace(acme.view, totals={**acme.view.totals, Family.RUNS: runs, Family.RUN_SECONDS: runs})
    busy = replace(snapshot, sources={"acme": replace(acme, view=view)}, pipelines=False)
    body = ours(exposition.render(busy, exposition.Caps(per_repository=25)).text)
    assert "series_cut{" not in body
    assert 'cicd_repository_run_duration_seconds_count{cicd_pipeline_result="timeout"' in body


def standing(snapshot: Snapshot) -> dict[str, dict[tuple[str, ...], float]]:
    """The samples of each family that no source owns, by their labels' values in the declared order."""
    return {
        family.name: {tuple(map(str, labels)): value for labels, value in family.samples(snapshot)}
        for family in FAMILIES
        if "source" not in family.labels
    }


def test_every_documented_criterion_phase_size_goal_and_risk_is_live() -> None:
    found = standing(world.snapshot())
    kpis = {(criterion.key, criterion.category.value) for criterion in CRITERIA}
    for name in ("target", "documented_target", "state", "info"):
        assert {labels[:2] for labels in found[f"orchex_kilo_kpi_{name}"]} == kpis
    phases = {(phase.value,) for phase in Phase}
    for name in ("phase_state", "phase_planned_start_timestamp_seconds", "gate_state", "gate_blockers"):
        assert {labels[:1] for labels in found[f"orchex_kilo_{name}"]} == phases
    exits = {(spec.phase.value, criterion.key) for spec in PHASES for criterion in spec.exit_criteria}
    assert {labels[:2] for labels in found["orchex_kilo_phase_criterion_state"]} == exits
    planned = {(size.value, phase.value) for size in Size for phase in Phase}
    assert set(found["orchex_kilo_plan_phase_start_timestamp_seconds"]) == planned
    assert {labels[0] for labels in found["orchex_kilo_forecast_state"]} == {f"{goal:g}" for goal in GOALS}
    assert {labels[0] for labels in found["orchex_kilo_risk_level"]} == {risk.key for risk in RISKS}


def test_exactly_one_state_of_a_set_is_current() -> None:
    found = standing(world.snapshot())
    sets = [name for name in found if name.endswith("_state")]
    assert len(sets) == 5
    for name in sets:
        things = {labels[:-1] for labels in found[name]}
        for thing in things:
            assert sum(value for labels, value in found[name].items() if labels[:-1] == thing) == 1.0


def test_a_criterion_without_data_has_a_state_and_a_reason_and_no_number() -> None:
    found, cost = standing(world.snapshot()), ("cost_savings", "business")
    assert found["orchex_kilo_kpi_state"][*cost, "no_data"] == 1.0
    assert found["orchex_kilo_kpi_absence_info"][*cost, "no_baseline"] == 1
    assert found["orchex_kilo_kpi_target"][cost] == 0.15
    for name in ("value", "met", "coverage_ratio", "baseline", "reading_timestamp_seconds"):
        assert cost not in found[f"orchex_kilo_kpi_{name}"]


def test_a_stale_criterion_keeps_its_value_and_is_neither_met_nor_missed() -> None:
    found, training = standing(world.snapshot()), ("training_completion", "user")
    assert found["orchex_kilo_kpi_value"][training] == 0.875
    assert found["orchex_kilo_kpi_state"][*training, "stale"] == 1.0
    assert training not in found["orchex_kilo_kpi_met"]


def test_the_documented_target_stays_beside_the_one_in_force() -> None:
    found, satisfaction = standing(world.snapshot()), ("user_satisfaction", "user")
    assert found["orchex_kilo_kpi_target"][satisfaction] == 0.8
    assert found["orchex_kilo_kpi_documented_target"][satisfaction] == 0.85


def test_without_a_plan_there_are_no_dates_and_without_teams_no_teams() -> None:
    known = world.scorecard()
    card = Scorecard(known.verdicts, known.gates, Progress(known.progress.migrated), risks=known.risks)
    found = standing(replace(world.snapshot(), scorecard=card))
    assert found["orchex_kilo_migrated_ratio"] == {(): 0.375}
    planned = ("orchex_kilo_phase_", "orchex_kilo_plan", "orchex_kilo_schedule_", "orchex_kilo_migration_start")
    dated = {name for name, samples in found.items() if name.startswith(planned) and samples}
    assert dated == {"orchex_kilo_phase_criterion_state"}
    assert found["orchex_kilo_team_migrated_ratio"] == found["orchex_kilo_team_repositories"] == {}


def test_before_the_start_there_is_a_plan_and_no_slip() -> None:
    known = world.scorecard()
    card = replace(known, schedule=replace(known.schedule, current=None, slip=0.0))
    found = standing(replace(world.snapshot(), scorecard=card))
    assert found["orchex_kilo_schedule_slip_seconds"] == found["orchex_kilo_schedule_slip_ratio"] == {}
    assert len(found["orchex_kilo_phase_planned_start_timestamp_seconds"]) == 6


def test_a_team_that_nothing_could_be_read_of_has_no_ratio() -> None:
    known = world.scorecard()
    unread = replace(known.progress.teams[1], migrated=Share(0, 0, 1))
    card = replace(known, progress=Progress(teams=(unread,)))
    found = standing(replace(world.snapshot(), scorecard=card))
    assert found["orchex_kilo_team_migrated_ratio"] == {}
    assert found["orchex_kilo_team_repositories"]["unassigned", "unknown"] == 1


@pytest.mark.parametrize(("known", "samples"), [(True, {(): 1.0}), (False, {(): 0.0}), (None, {})])
def test_whether_the_system_is_up_is_told_only_when_it_is_known(
    known: bool | None,  # noqa: FBT001  # a parameter of the table
    samples: dict[tuple[str, ...], float],
) -> None:
    snapshot = world.snapshot()
    seen = replace(snapshot, indicators=replace(snapshot.indicators, system_up=known))
    assert standing(seen)["orchex_kilo_system_up"] == samples


def test_a_performance_impact_is_what_the_criterion_says_to_the_last_digit() -> None:
    """1.1 - 1 is more than 0.1 to a machine; rules compare strictly."""
    snapshot = world.snapshot()
    slowdown = {
        "1h": Slowdown(without_baseline=2),
        "24h": Slowdown(Median(1.1, 3, 1)),
        "7d": Slowdown(Median(0.9, 3, 1)),
    }
    seen = replace(snapshot, indicators=replace(snapshot.indicators, slowdown=slowdown))
    assert standing(seen)["orchex_kilo_performance_impact_ratio"] == {("24h",): 0.1, ("7d",): -0.1}


def test_no_cap_of_a_source_or_repository_touches_the_scorecard() -> None:
    names = tuple(family.name for family in FAMILIES if "source" not in family.labels)

    def ownerless(caps: exposition.Caps) -> list[str]:
        lines = ours(exposition.render(world.snapshot(), caps).text).splitlines()
        return [line for line in lines if line.startswith(names)]

    assert ownerless(exposition.Caps(per_repository=0, per_source=0)) == ownerless(exposition.NO_CAPS)
    assert len(ownerless(exposition.NO_CAPS)) > 500
