"""The scorecard as a whole: the order in which its parts are worked out, and what each is given."""

from dataclasses import replace

import pytest

from exporter.answers import Operations, RepositoryView
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.inputs import Inputs
from exporter.kpis.ratios import Share, Uptime
from exporter.kpis.verdict import Aim, State
from exporter.migration.gates import GateState
from exporter.migration.phases import ATTESTABLE, PHASES
from exporter.migration.plan import Size, plan
from exporter.migration.schedule import PhaseState
from exporter.model import Attestation, Component, Phase, PhaseDates, Reading, Repository, Result, Stage, Workflow
from exporter.risks import RISKS, Band
from exporter.scorecard import Known, Wanted, scorecard

WEEK = 7 * 86400.0
START = 1_750_032_000.0
PLAN = plan(START, Size.MEDIUM)
NOTHING = Known(Inputs(now=START))


def repository(name: str, stage: Stage = Stage.INTEGRATED) -> RepositoryView:
    ran = Workflow.INTEGRATED if stage is Stage.INTEGRATED else Workflow.LEGACY
    view = RepositoryView(Repository("acme", name), stage, template=True)
    return replace(view, workflow=ran, workflow_at=START, workflow_result=Result.SUCCESS)


def told(now: float, **quantities: float) -> Known:
    """All that people can attest is attested, every component is up, and these readings are fresh."""
    readings = {name: Reading(name, value, now) for name, value in quantities.items()}
    return Known(
        Inputs(now=now, readings=readings),
        attestations=tuple(
            Attestation(phase, key, holds=True, by="Dalia", at=START) for phase, key in sorted(ATTESTABLE)
        ),
        up=dict.fromkeys(Component, True),
    )


def test_without_a_plan_there_are_criteria_gates_and_risks_but_no_schedule() -> None:
    card = scorecard(Wanted(), NOTHING)
    assert list(card.verdicts) == [criterion.key for criterion in CRITERIA]
    assert list(card.gates) == [spec.phase for spec in PHASES]
    assert [assessed.risk for assessed in card.risks] == list(RISKS)
    assert (card.schedule, card.planned, card.plans, card.reached) == (None, None, {}, {})


def test_what_nobody_tells_is_unknown_everywhere() -> None:
    card = scorecard(Wanted(plan=PLAN), NOTHING)
    absent = {verdict.state for key, verdict in card.verdicts.items()}
    assert absent == {State.NO_DATA}
    assert {gate.state for gate in card.gates.values()} == {GateState.UNKNOWN}
    assert {assessed.likelihood for assessed in card.risks if assessed.driver is None} >= {Band.MEDIUM}


def test_all_three_sizes_are_planned_from_the_same_start() -> None:
    card = scorecard(Wanted(plan=PLAN), NOTHING)
    assert {size: (made.end - START) / WEEK for size, made in card.plans.items()} == {
        Size.SMALL: 12,
        Size.MEDIUM: 20,
        Size.LARGE: 32,
    }


def test_open_gates_are_passed_in_turn_and_told_to_be_remembered() -> None:
    now = START + 5 * WEEK
    card = scorecard(Wanted(plan=PLAN), told(now, assessment_checklist=1.0, training_completion=0.95))
    assert card.schedule is not None
    assert card.reached == {Phase.ASSESSMENT: now, Phase.PREPARATION: now}
    assert card.schedule.current is Phase.PILOT
    assert card.gates[Phase.PILOT].state is GateState.UNKNOWN


def test_a_gate_further_on_is_not_passed_before_its_turn() -> None:
    known = told(START + WEEK, training_completion=0.95, assessment_checklist=0.5)
    card = scorecard(Wanted(plan=PLAN), known)
    assert card.schedule is not None
    assert card.schedule.current is Phase.ASSESSMENT
    assert card.gates[Phase.ASSESSMENT].blockers == ("checklist_complete",)
    assert card.gates[Phase.PREPARATION].state is GateState.OPEN
    assert card.reached == {}


def test_a_phase_that_ended_stays_ended_when_its_gate_shuts_again() -> None:
    known = replace(told(START + 5 * WEEK, assessment_checklist=0.5), reached={Phase.ASSESSMENT: START + 2 * WEEK})
    card = scorecard(Wanted(plan=PLAN), known)
    assert card.schedule is not None
    assert card.gates[Phase.ASSESSMENT].state is GateState.BLOCKED
    assert card.schedule.phases[Phase.ASSESSMENT].state is PhaseState.DONE
    assert card.schedule.current is Phase.PREPARATION


def test_what_people_say_of_dates_makes_the_schedule_s_criteria() -> None:
    ended = PhaseDates(Phase.ASSESSMENT, START, START + 3.6 * WEEK)
    card = scorecard(Wanted(plan=PLAN), replace(NOTHING, inputs=Inputs(now=START + 4 * WEEK), phases=(ended,)))
    assert card.verdicts["phase_duration"].value == pytest.approx(0.2)
    assert card.verdicts["milestones_on_time"].value == 0.0


def test_an_organisation_s_target_decides_and_the_documented_one_stays() -> None:
    known = told(START, training_completion=0.93)
    verdict = scorecard(Wanted(aims={"training_completion": Aim(target=0.95)}), known).verdicts["training_completion"]
    assert (verdict.state, verdict.target, verdict.criterion.target) == (State.MISSED, 0.95, 0.9)


def test_of_two_attestations_the_newest_word_counts() -> None:
    before = Attestation(Phase.PILOT, "clear_path", holds=True, by="Dalia", at=START)
    later = Attestation(Phase.PILOT, "clear_path", holds=False, by="Chen", at=START + 1)
    for order in ((before, later), (later, before)):
        card = scorecard(Wanted(), replace(NOTHING, attestations=order))
        assert card.gates[Phase.PILOT].blockers == ("clear_path",)


def test_being_behind_plan_shows_in_the_risks() -> None:
    """Half-way through the expansion, 40% are planned at least; a tenth is migrated, and training stands at 50%."""
    now = START + 12 * WEEK
    views = (
        repository("a"),
        *(repository(f"r{n}", Stage.LEGACY) for n in range(8)),
        repository("x", Stage.ROLLED_BACK),
    )
    known = told(now, training_completion=0.5)
    inputs = replace(known.inputs, repositories=views, uptime=Uptime(1, 0, 0))
    card = scorecard(Wanted(plan=PLAN, pilot=("a",)), replace(known, inputs=inputs, last_hour=Operations(1000, 20)))
    assert card.planned is not None
    assert card.progress.migrated.ratio == 0.1
    assert card.progress.pilot.ratio == 1.0
    values = {assessed.risk.key: assessed.values for assessed in card.risks}
    assert values["adoption_resistance"]["adoption_gap"] == pytest.approx(card.planned - 0.1)
    assert values["bridge_failure"]["bridge_burn"] == pytest.approx(2.0)
    assert values["configuration_conflicts"]["rolled_back"] == pytest.approx(0.1)
    assert values["training_shortage"]["training_gap"] == pytest.approx(0.4)


def test_only_fresh_values_are_there_to_be_remembered() -> None:
    now = START + 300 * 86400.0
    readings = {
        "training_completion": Reading("training_completion", 0.95, now),
        "user_satisfaction": Reading("user_satisfaction", 0.5, now - 86400.0),
        "data_consistency": Reading("data_consistency", 0.75, START),
    }
    card = scorecard(Wanted(), Known(Inputs(now=now, readings=readings)))
    assert card.verdicts["data_consistency"].state is State.STALE
    assert card.standings == {"training_completion": 0.95, "user_satisfaction": 0.5}


def test_a_team_s_workflow_adoption_looks_at_the_documented_window() -> None:
    now = START + 40 * 86400.0
    old, new = (replace(repository(name), active_at=at, workflow_at=at) for name, at in (("a", START), ("b", now)))
    known = Known(Inputs(now=now, repositories=(old, new)))
    (team,) = scorecard(Wanted(teams={"*": "everyone"}), known).progress.teams
    assert (team.migrated, team.template_adoption, team.workflow_adoption) == (Share(2, 2), Share(2, 2), Share(1, 1))


def test_what_remains_is_told_with_and_without_teams() -> None:
    known = Known(Inputs(now=START, repositories=(repository("a", Stage.LEGACY), repository("b"))))
    for teams, team in (({}, None), ({"a": "first"}, "first")):
        (left,) = scorecard(Wanted(teams=teams), known).progress.remaining
        assert (left.view.repository.name, left.team) == ("a", team)


def test_teams_are_told_only_when_there_are_any() -> None:
    inputs = Inputs(now=START, repositories=(repository("pay-api"), repository("web", Stage.LEGACY)))
    assert scorecard(Wanted(), Known(inputs)).progress.teams == ()
    teams = scorecard(Wanted(teams={"pay-*": "payments"}), Known(inputs)).progress.teams
    assert [(team.name, team.migrated.ratio) for team in teams] == [("payments", 1.0), ("unassigned", 0.0)]
