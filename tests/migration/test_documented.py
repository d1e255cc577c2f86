"""The migration overview typed once more: six phases, their exit criteria, three timelines."""

import pytest

from exporter.kpis.catalogue import CRITERIA
from exporter.migration.findings import Situation
from exporter.migration.forecast import GOALS
from exporter.migration.gates import gate
from exporter.migration.phases import ATTESTABLE, PHASES
from exporter.migration.plan import TIMELINES
from exporter.model import Phase

OBJECTIVES = {
    "Assessment": "Evaluate current KILO usage and identify integration opportunities",
    "Preparation": "Set up integration infrastructure and team readiness",
    "Pilot Migration": "Test integration with small-scale implementation",
    "Expansion": "Gradually migrate additional teams and repositories",
    "Full Adoption": "Complete migration and optimize integrated system",
    "Optimization": "Continuously improve and customize integrated system",
}
EXIT_CRITERIA = """
assessment: 100% assessment checklist completion
assessment: Stakeholder approval of migration plan
assessment: Clear identification of high-value integration points
preparation: Integration infrastructure operational
preparation: Team training completion >90%
preparation: Pilot environment validated
pilot: 95% pilot success rate
pilot: Positive team feedback (>80% satisfaction)
pilot: No critical issues identified
pilot: Clear path for expansion
expansion: 80% migration completion
expansion: System stability maintained
expansion: Team productivity preserved
adoption: 100% target migration achieved
adoption: Legacy systems safely decommissioned
adoption: Performance targets met
adoption: User satisfaction >85%
optimization: Performance targets exceeded
optimization: Custom workflows operational
optimization: User adoption >90%
optimization: Continuous improvement established
"""
ATTESTED = """
assessment.plan_approved
assessment.integration_points_identified
preparation.pilot_environment_validated
pilot.no_critical_issues
pilot.clear_path
adoption.legacy_decommissioned
optimization.custom_workflows
optimization.continuous_improvement
"""
SIZES = {
    "small": ((1, 49), (8, 12), (1, 2), "Direct migration with minimal phasing", "Quick wins and immediate benefits"),
    "medium": (
        (50, 200),
        (12, 20),
        (3, 5),
        "Phased migration with pilot validation",
        "Process optimization and team coordination",
    ),
    "large": (
        (201, None),
        (20, 32),
        (5, 10),
        "Enterprise-wide coordination with business units",
        "Governance, compliance, and scalability",
    ),
}
WEEKS = {
    "small": [(1, 2), (3, 4), (5, 8), (5, 8), (9, 12), (9, None)],
    "medium": [(1, 3), (4, 6), (7, 9), (10, 15), (16, 20), (21, None)],
    "large": [(1, 4), (5, 8), (9, 12), (13, 24), (25, 32), (33, None)],
}


def test_the_six_phases_are_there_in_their_order() -> None:
    assert [spec.phase for spec in PHASES] == list(Phase)
    assert {spec.title: spec.objective for spec in PHASES} == OBJECTIVES
    assert [spec.title for spec in PHASES] == list(OBJECTIVES)


def test_every_exit_criterion_is_there_with_the_document_s_words() -> None:
    lines = [f"{spec.phase}: {criterion.words}" for spec in PHASES for criterion in spec.exit_criteria]
    assert lines == EXIT_CRITERIA.strip().splitlines()
    assert len(lines) == 21


def test_keys_name_one_criterion_of_a_phase() -> None:
    keys = [(spec.phase, criterion.key) for spec in PHASES for criterion in spec.exit_criteria]
    assert len(set(keys)) == len(keys)


def test_what_only_people_know_can_be_attested_and_nothing_else() -> None:
    assert {f"{phase}.{key}" for phase, key in ATTESTABLE} == set(ATTESTED.split())


def test_every_size_has_its_timeline() -> None:
    assert list(TIMELINES) == list(SIZES) == list(WEEKS)


@pytest.mark.parametrize("size", SIZES)
def test_a_timeline_is_the_documented_one(size: str) -> None:
    timeline = next(timeline for timeline in TIMELINES.values() if timeline.size == size)
    developers, total, people, approach, focus = SIZES[size]
    assert (timeline.developers, (timeline.least, timeline.most), timeline.people) == (developers, total, people)
    assert timeline.words == f"{approach}. {focus}."
    assert timeline.weeks == dict(zip(Phase, WEEKS[size], strict=True))


def test_the_goals_are_those_of_expansion_and_adoption() -> None:
    assert GOALS == (0.8, 1.0)


def test_exit_criteria_ask_for_criteria_that_the_catalogue_has() -> None:
    """What is asked for under a name that nobody judges would say so in its finding."""
    found = [finding.because for spec in PHASES for finding in gate(spec, Situation()).findings.values()]
    asked = {because.split()[0] for line in found for because in line.split("; ") if "not judged" in because}
    assert asked == {
        "uptime",
        "error_rate",
        "bridge_success",
        "performance_impact",
        "cycle_time_reduction",
        "training_completion",
        "user_satisfaction",
        "workflow_adoption",
    }
    assert asked <= {criterion.key for criterion in CRITERIA}
