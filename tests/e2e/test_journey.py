"""Through all six phases: what is published against what the organisation knows, at ten points of the way."""

from pathlib import Path

import pytest

from exporter.demo.truth import baselines, criteria, gates, phases, progress
from tests.support.documented import met
from tests.support.journey import Journey, Series, journey

POINTS = (0, 18, 30, 48, 55, 70, 80, 108, 130, 154)
"""Days: at least one in each phase, in the bridge's outage, the burst of errors and the roll-back."""


def by(series: Series, *labels: str) -> dict[tuple[str, ...] | str, float]:
    """The samples by these labels; by the label itself where it is one."""
    named = {tuple(dict(key)[label] for label in labels): value for key, value in series.items()}
    return {key[0] if len(key) == 1 else key: value for key, value in named.items()}


def current(series: Series, *labels: str) -> dict[tuple[str, ...] | str, str]:
    """Of state sets: the state that is 1."""
    ones = {key: value for key, value in series.items() if value == 1}
    return {key[0] if len(key) == 2 else key[:-1]: str(key[-1]) for key in by(ones, *labels, "state")}


def compare_criteria(way: Journey, found: dict[str, Series]) -> None:
    truth = criteria.criteria(way.acme, way.polls)
    published = by(found["orchex_kilo_kpi_value"], "kpi")
    known = {key: value for key, value in truth.items() if value is not None}
    assert {key: published.get(key) for key in truth if key not in known} == dict.fromkeys(truth.keys() - known.keys())
    assert {key: published.get(key) for key in known} == pytest.approx(known, rel=1e-9, abs=1e-9)
    meets = {key: met(key, value) for key, value in known.items()}
    published_met = by(found["orchex_kilo_kpi_met"], "kpi")
    assert {key: published_met[key] == 1 for key in meets} == meets


def compare_repositories(way: Journey, found: dict[str, Series]) -> None:
    stages = {stage: int(count) for stage, count in by(found["orchex_kilo_repositories"], "stage").items() if count}
    assert stages == {stage: count for stage, count in way.acme.truth.stages().items() if count}
    assert found["orchex_kilo_migrated_ratio"][frozenset()] == pytest.approx(way.acme.truth.migrated_share())
    assert found["orchex_kilo_pilot_success_ratio"][frozenset()] == pytest.approx(progress.pilot_share(way.acme))
    teams = {team: share for team, share in progress.team_shares(way.acme).items() if share is not None}
    assert by(found["orchex_kilo_team_migrated_ratio"], "team") == pytest.approx(teams)


def compare_phases(way: Journey, found: dict[str, Series]) -> None:
    truth = phases.phases(way.acme)
    assert current(found["orchex_kilo_phase_state"], "phase") == {name: each.state for name, each in truth.items()}
    started = {name: each.started_at for name, each in truth.items() if each.started_at is not None}
    ended = {name: each.ended_at for name, each in truth.items() if each.ended_at is not None}
    assert by(found.get("orchex_kilo_phase_started_timestamp_seconds", {}), "phase") == started
    assert by(found.get("orchex_kilo_phase_ended_timestamp_seconds", {}), "phase") == ended
    planned = {name: period.end for name, period in phases.planned(way.acme).items() if period.end is not None}
    assert by(found["orchex_kilo_phase_planned_end_timestamp_seconds"], "phase") == planned
    share = found["orchex_kilo_planned_migrated_ratio"][frozenset()]
    assert share == pytest.approx(phases.planned_share(way.acme))
    assert found["orchex_kilo_schedule_slip_seconds"][frozenset()] == phases.slip(way.acme)


def compare_gates(way: Journey, found: dict[str, Series]) -> None:
    words = {True: "met", False: "unmet", None: "unknown"}
    exits = gates.exits(way.acme, way.polls)
    expected = {(phase, key): words[holds] for phase, keys in exits.items() for key, holds in keys.items()}
    assert current(found["orchex_kilo_phase_criterion_state"], "phase", "criterion") == expected
    assert current(found["orchex_kilo_gate_state"], "phase") == gates.gates(way.acme, way.polls)


def test_every_criterion_stage_and_gate_is_as_the_organisation_knows_it(tmp_path: Path) -> None:
    with journey(tmp_path) as way:
        assert way.baseline.changes is not None
        assert way.baseline.changes.value == pytest.approx(baselines.cycle_level(way.acme))
        states = []
        for day in POINTS:
            way.live_until(day)
            found = way.published()
            compare_criteria(way, found)
            compare_repositories(way, found)
            compare_phases(way, found)
            compare_gates(way, found)
            states.append(current(found["orchex_kilo_phase_state"], "phase"))
        seen = {phase for state in states for phase, word in state.items() if word == "current"}
        assert seen == set(phases.PLANNED_WEEKS), "there is a point in every phase"
        assert set(by(found["orchex_kilo_kpi_met"], "kpi").values()) == {1.0}, "in the end all is met"
