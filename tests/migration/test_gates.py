"""Exit criteria and gates: what each rests on, by hand, and when a gate is open, blocked or unknown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.ratios import Share
from exporter.kpis.verdict import State, Verdict
from exporter.migration.gates import Gate, GateState, gate
from exporter.migration.phases import ATTESTABLE, PHASES, Finding, Holding, Situation
from exporter.migration.progress import Progress
from exporter.model import Attestation, Component, Phase, Reading

MET, UNMET, UNKNOWN = Holding.MET, Holding.UNMET, Holding.UNKNOWN
AT = datetime(2026, 10, 5, 12, tzinfo=UTC).timestamp()
SPECS = {spec.phase: spec for spec in PHASES}
CRITERION = {criterion.key: criterion for criterion in CRITERIA}
UP = dict.fromkeys(Component, True)
GOOD = {
    "uptime": 0.9995,
    "performance_impact": 0.02,
    "error_rate": 0.001,
    "bridge_success": 0.999,
    "cycle_time_reduction": 0.35,
    "training_completion": 0.97,
    "user_satisfaction": 0.91,
    "workflow_adoption": 0.99,
}


def verdict(key: str, value: float | None, state: State = State.MET) -> Verdict:
    criterion = CRITERION[key]
    met = {State.MET: True, State.AT_RISK: True, State.MISSED: False}.get(state)
    at = None if value is None else AT
    usual = Verdict(criterion, criterion.target, criterion.margin, criterion.owner, state, value, met, at)
    return replace(usual, remedy="let a feed tell it" if value is None else "")


def attestation(phase: Phase, key: str, *, holds: bool = True) -> Attestation:
    return Attestation(phase, key, holds, "Ada Byron", AT)


GREAT = Situation(
    verdicts={key: verdict(key, value) for key, value in GOOD.items()},
    progress=Progress(Share(40, 40), Share(10, 10)),
    readings={
        "assessment_checklist": Reading("assessment_checklist", 1.0, AT),
        "critical_issues": Reading("critical_issues", 0, AT),
    },
    attestations={word: attestation(*word) for word in ATTESTABLE},
    up=UP,
)


def with_verdict(key: str, value: float | None, state: State) -> Situation:
    return replace(GREAT, verdicts={**GREAT.verdicts, key: verdict(key, value, state)})


def with_reading(quantity: str, value: float | None) -> Situation:
    others = {name: told for name, told in GREAT.readings.items() if name != quantity}
    return replace(GREAT, readings=others if value is None else {**others, quantity: Reading(quantity, value, AT)})


def with_progress(**shares: Share) -> Situation:
    return replace(GREAT, progress=replace(GREAT.progress, **shares))


def with_word(name: str, *, holds: bool | None) -> Situation:
    """What is said of PHASE.CRITERION; None: nothing."""
    phase, key = name.split(".")
    others = {word: said for word, said in GREAT.attestations.items() if word != (phase, key)}
    new = {} if holds is None else {(Phase(phase), key): attestation(Phase(phase), key, holds=holds)}
    return replace(GREAT, attestations={**others, **new})


def finding(name: str, situation: Situation) -> Finding:
    phase, key = name.split(".")
    return gate(SPECS[Phase(phase)], situation).findings[key]


@pytest.mark.parametrize("phase", Phase)
def test_when_all_is_well_every_gate_is_open(phase: Phase) -> None:
    found = gate(SPECS[phase], GREAT)
    assert (found.phase, found.state, found.blockers) == (phase, GateState.OPEN, ())
    assert list(found.findings) == [criterion.key for criterion in SPECS[phase].exit_criteria]


@pytest.mark.parametrize("phase", Phase)
def test_when_nothing_is_known_every_gate_is_unknown_and_says_what_would_tell(phase: Phase) -> None:
    found = gate(SPECS[phase], Situation())
    assert found.state is GateState.UNKNOWN
    assert {each.holding for each in found.findings.values()} == {UNKNOWN}
    assert all(each.because for each in found.findings.values())


@pytest.mark.parametrize(
    ("holdings", "state", "blockers"),
    [
        ([MET, MET], GateState.OPEN, ()),
        ([MET, UNKNOWN], GateState.UNKNOWN, ()),
        ([UNKNOWN, UNMET], GateState.BLOCKED, ("1",)),
        ([UNMET, MET, UNMET], GateState.BLOCKED, ("0", "2")),
    ],
)
def test_a_gate_is_blocked_before_it_is_unknown(
    holdings: list[Holding], state: GateState, blockers: tuple[str, ...]
) -> None:
    found = Gate(Phase.PILOT, {str(number): Finding(holding, "") for number, holding in enumerate(holdings)})
    assert (found.state, found.blockers) == (state, blockers)


@pytest.mark.parametrize(
    ("name", "situation", "holding"),
    [
        ("assessment.checklist_complete", with_reading("assessment_checklist", 1.0), MET),
        ("assessment.checklist_complete", with_reading("assessment_checklist", 0.999), UNMET),
        ("assessment.checklist_complete", with_reading("assessment_checklist", None), UNKNOWN),
        ("preparation.infrastructure_operational", GREAT, MET),
        ("preparation.infrastructure_operational", replace(GREAT, up={**UP, Component.K2A: False}), UNMET),
        ("preparation.infrastructure_operational", replace(GREAT, up={Component.K2A: False}), UNMET),
        ("preparation.infrastructure_operational", replace(GREAT, up={Component.KILO: True}), UNKNOWN),
        (
            "preparation.infrastructure_operational",
            replace(GREAT, up={Component.KILO: True, Component.K2A: False}, required=frozenset({Component.KILO})),
            MET,
        ),
        ("preparation.training_completed", with_verdict("training_completion", 0.91, State.AT_RISK), MET),
        ("preparation.training_completed", with_verdict("training_completion", 0.9, State.MISSED), UNMET),
        ("preparation.training_completed", with_verdict("training_completion", 0.97, State.STALE), UNKNOWN),
        ("preparation.training_completed", with_verdict("training_completion", None, State.NO_DATA), UNKNOWN),
        ("pilot.pilot_success", with_progress(pilot=Share(19, 20)), MET),
        ("pilot.pilot_success", with_progress(pilot=Share(18, 19)), UNMET),
        ("pilot.pilot_success", with_progress(pilot=Share(19, 20, 5)), MET),
        ("pilot.pilot_success", with_progress(pilot=Share(0, 0, 5)), UNKNOWN),
        ("pilot.positive_feedback", with_verdict("user_satisfaction", 0.81, State.MISSED), MET),
        ("pilot.positive_feedback", with_verdict("user_satisfaction", 0.8, State.MISSED), UNMET),
        ("pilot.positive_feedback", with_verdict("user_satisfaction", 0.91, State.STALE), UNKNOWN),
        ("pilot.no_critical_issues", with_reading("critical_issues", 1), UNMET),
        ("expansion.migrated", with_progress(migrated=Share(8, 10)), MET),
        ("expansion.migrated", with_progress(migrated=Share(79, 99)), UNMET),
        ("expansion.migrated", with_progress(migrated=Share()), UNKNOWN),
        ("expansion.stability_maintained", with_verdict("uptime", 0.9991, State.AT_RISK), MET),
        ("expansion.stability_maintained", with_verdict("error_rate", 0.01, State.MISSED), UNMET),
        ("expansion.stability_maintained", with_verdict("bridge_success", None, State.NO_DATA), UNKNOWN),
        ("expansion.stability_maintained", with_verdict("performance_impact", 0.2, State.MISSED), MET),
        ("expansion.productivity_preserved", with_verdict("cycle_time_reduction", 0.0, State.MISSED), MET),
        ("expansion.productivity_preserved", with_verdict("cycle_time_reduction", -0.01, State.MISSED), UNMET),
        ("expansion.productivity_preserved", with_verdict("cycle_time_reduction", 0.35, State.STALE), UNKNOWN),
        ("adoption.migrated_fully", with_progress(migrated=Share(39, 40)), UNMET),
        ("adoption.migrated_fully", with_progress(migrated=Share(40, 40, 2)), MET),
        ("adoption.performance_targets_met", with_verdict("performance_impact", 0.09, State.AT_RISK), MET),
        ("adoption.performance_targets_met", with_verdict("performance_impact", 0.1, State.MISSED), UNMET),
        ("adoption.satisfaction", with_verdict("user_satisfaction", 0.86, State.AT_RISK), MET),
        ("adoption.satisfaction", with_verdict("user_satisfaction", 0.85, State.MISSED), UNMET),
        ("optimization.performance_targets_exceeded", with_verdict("uptime", 0.9991, State.AT_RISK), UNMET),
        ("optimization.performance_targets_exceeded", with_verdict("performance_impact", 0.2, State.MISSED), UNMET),
        ("optimization.performance_targets_exceeded", with_verdict("error_rate", 0.001, State.STALE), UNKNOWN),
        ("optimization.user_adoption", with_verdict("workflow_adoption", 0.9, State.MISSED), UNMET),
        ("optimization.user_adoption", with_verdict("workflow_adoption", 0.91, State.AT_RISK), MET),
    ],
)
def test_a_computed_exit_criterion(name: str, situation: Situation, holding: Holding) -> None:
    assert finding(name, situation).holding is holding


@pytest.mark.parametrize(
    "name", sorted(f"{phase}.{key}" for phase, key in ATTESTABLE - {("pilot", "no_critical_issues")})
)
def test_an_attested_exit_criterion_holds_when_somebody_says_so(name: str) -> None:
    assert finding(name, GREAT) == Finding(MET, "attested by Ada Byron on 2026-10-05")
    assert finding(name, with_word(name, holds=False)) == Finding(UNMET, "denied by Ada Byron on 2026-10-05")
    assert finding(name, with_word(name, holds=None)) == Finding(UNKNOWN, f"attest {name} in a scorecard file")


def test_critical_issues_are_attested_only_where_no_feed_tells_them() -> None:
    name = "pilot.no_critical_issues"
    untold = replace(with_word(name, holds=False), readings={})
    assert finding(name, with_word(name, holds=False)).holding is MET
    assert finding(name, untold) == Finding(UNMET, "denied by Ada Byron on 2026-10-05")
    assert finding(name, replace(GREAT, readings={})) == Finding(MET, "attested by Ada Byron on 2026-10-05")
    assert finding(name, replace(GREAT, readings={}, attestations={})) == Finding(
        UNKNOWN, "let a feed tell `critical_issues`, or attest pilot.no_critical_issues in a scorecard file"
    )


def test_what_is_computed_cannot_be_attested() -> None:
    word = {(Phase.EXPANSION, "migrated"): attestation(Phase.EXPANSION, "migrated")}
    assert finding("expansion.migrated", Situation(attestations=word)).holding is UNKNOWN


@pytest.mark.parametrize(
    ("name", "situation", "because"),
    [
        (
            "assessment.checklist_complete",
            with_reading("assessment_checklist", 0.825),
            "assessment_checklist 82.5% on 2026-10-05, wanted >= 100%",
        ),
        (
            "pilot.no_critical_issues",
            with_reading("critical_issues", 3),
            "critical_issues 3 on 2026-10-05, wanted <= 0",
        ),
        (
            "preparation.infrastructure_operational",
            replace(GREAT, up={Component.ORCHEX: True, Component.KILO: True}),
            "poll a source that reports k2a; poll a source that reports a2k",
        ),
        (
            "preparation.infrastructure_operational",
            replace(GREAT, up={**UP, Component.A2K: False}),
            "a2k was last seen not healthy",
        ),
        (
            "expansion.migrated",
            with_progress(migrated=Share(29, 40, 2)),
            "29 of 40 repositories, 72.5%, wanted >= 80%; 2 could not be read",
        ),
        (
            "pilot.pilot_success",
            with_progress(pilot=Share()),
            "name repositories that use either tool, and can be read, in migration.pilot",
        ),
        (
            "expansion.stability_maintained",
            with_verdict("uptime", 0.98765, State.MISSED),
            "System uptime 98.77%, wanted > 99.9%",
        ),
        (
            "optimization.performance_targets_exceeded",
            with_verdict("error_rate", 0.009, State.AT_RISK),
            "Error rate 0.9%, wanted < 1% by 0.2% at least",
        ),
        (
            "adoption.satisfaction",
            with_verdict("user_satisfaction", 0.9, State.STALE),
            "User satisfaction: renew its value of 2026-10-05, which is too old",
        ),
        (
            "adoption.satisfaction",
            with_verdict("user_satisfaction", None, State.NO_DATA),
            "User satisfaction: let a feed tell it",
        ),
    ],
)
def test_a_finding_says_by_what(name: str, situation: Situation, because: str) -> None:
    assert finding(name, situation).because == because


def test_a_raised_target_is_what_counts() -> None:
    raised = replace(verdict("training_completion", 0.95, State.MISSED), target=0.98)
    found = finding("preparation.training_completed", replace(GREAT, verdicts={"training_completion": raised}))
    assert found == Finding(UNMET, "Training completion 95%, wanted > 98%")
