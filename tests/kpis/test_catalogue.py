"""The catalogue against the documents, whose figures and words are typed here once more."""

import inspect
from collections.abc import Collection
from dataclasses import replace
from itertools import product

import pytest

from exporter.answers import Median, Operations, Slowdown
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import PLAN, Criterion, Tier
from exporter.kpis.inputs import Baseline, Events, Inputs, Level, Seen
from exporter.kpis.measure import Measure, Missing
from exporter.kpis.quantities import QUANTITIES
from exporter.kpis.ratios import WINDOWS, Share, Uptime
from exporter.model import Reading, Workflow
from tests.kpis.known import A2K, K2A, NOW, WINDOW, known, views
from tests.support.documented import TWELVE

COMPANIONS = [
    ("bridge_latency", "technical", "<", 0.5, "Bridge latency < 500 ms average"),
    ("data_consistency", "technical", ">=", 1.0, "Data consistency 100%"),
    ("analysis_speed_increase", "technical", ">=", 0.20, "Analysis speed +20%"),
    ("manual_effort_reduction", "business", ">=", 0.50, "Manual effort −50%"),
    ("maintenance_cost_reduction", "business", ">=", 0.25, "Maintenance cost −25%"),
    ("security_incident_reduction", "business", ">=", 0.40, "Security incidents −40%"),
    ("time_to_proficiency", "user", "<=", 14 * 86400, "Time to proficiency 14 days"),
    ("compliance_score_increase", "business", ">=", 0.25, "Compliance score +25%"),
    ("code_quality_increase", "technical", ">=", 0.20, "Code quality +20%"),
    ("defect_reduction", "technical", ">=", 0.30, "Defects −30%"),
    ("milestones_on_time", "schedule", ">=", 0.90, "Milestones on time ≥ 90%"),
    ("phase_duration", "schedule", "<=", 0.10, "Phase duration within ±10% of plan"),
]
PERSONNEL = {"Migration Lead", "Technical Staff", "Training Coordinator", "Business Analysts"}


def rows(tier: Tier) -> list[tuple[object, ...]]:
    return [(c.key, c.category, c.comparison, c.target, c.words) for c in CRITERIA if c.tier is tier]


def test_the_twelve_criteria_are_the_documented_ones_in_the_documents_order() -> None:
    assert rows(Tier.CRITERION) == TWELVE
    assert [criterion.tier for criterion in CRITERIA[:12]] == [Tier.CRITERION] * 12


def test_the_companions_are_the_documented_ones_in_the_documents_order() -> None:
    assert rows(Tier.COMPANION) == COMPANIONS


def test_no_key_stands_twice() -> None:
    assert len({criterion.key for criterion in CRITERIA}) == len(CRITERIA)


def test_a_quantity_that_is_a_criterions_value_has_its_unit() -> None:
    units = {criterion.key: criterion.unit for criterion in CRITERIA}
    ready_made = {name: quantity.unit for name, quantity in QUANTITIES.items() if name in units}
    assert ready_made == {name: units[name] for name in ready_made}
    assert len(ready_made) == 13


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
def test_each_criterion_is_complete(criterion: Criterion) -> None:
    assert criterion.title[0].isupper()
    assert criterion.owner in PERSONNEL
    assert criterion.window in {None, *WINDOWS}
    assert criterion.max_age >= 86400
    assert 0 <= criterion.margin < criterion.target


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
def test_each_rule_tells_its_formula_its_unit_what_is_excluded_and_what_coverage_means(criterion: Criterion) -> None:
    formula, _, rest = (inspect.getdoc(criterion.rule) or "").partition("\n\n")
    units = {"ratio": "a ratio", "change": "a relative change", "seconds": "seconds"}
    assert units[criterion.unit] in formula or f"unit: {criterion.unit}" in formula
    assert "Excluded: " in rest
    assert "Coverage: " in rest


def test_a_perfect_value_can_be_met_beyond_every_margin() -> None:
    perfect = {"ratio": 1.0, "change": 1.0}
    for criterion in CRITERIA:
        if criterion.comparison.higher_is_better:
            assert perfect[criterion.unit] - criterion.target >= criterion.margin


WHOLE = known(
    uptime=Uptime(90, 10, 0),
    bridges={K2A: Operations(100, 1), A2K: Operations(100, 1)},
    tasks=Operations(100, 1),
    runs=Operations(100, 1),
    repositories=views(4, active_at=NOW, workflow=Workflow.INTEGRATED, workflow_at=NOW),
    slowdown=Slowdown(Median(1.0, 10, 4)),
    lead_time=Median(3600.0, 10, 4),
    violations=Events(10, WINDOW),
    latencies={K2A: 0.1},
    phases_on_time=Share(1, 1),
    phase_deviation=0.0,
    baselines={level: Baseline(10.0) for level in Level},
    readings={name: Reading(name, 0.5, NOW) for name in QUANTITIES},
)
"""Something of everything."""
RESTS_ON = {
    Seen.PROBES: ("uptime",),
    Seen.BRIDGES: ("bridges", "violations", "latencies"),
    Seen.TASKS: ("tasks",),
    Seen.RUNS: ("runs", "slowdown"),
    Seen.REPOSITORIES: ("repositories",),
    Seen.CHANGES: ("lead_time",),
    PLAN: ("phases_on_time", "phase_deviation"),
}


def only(names: Collection[str]) -> Inputs:
    """What is known when nothing else is told."""
    nothing = Inputs(NOW)
    untold = {field: getattr(nothing, field) for kind in RESTS_ON.keys() - set(names) for field in RESTS_ON[kind]}
    return replace(
        WHOLE,
        **untold,
        seen_at={kind: NOW for kind in Seen if kind in names},
        readings={name: told for name, told in WHOLE.readings.items() if name in names},
    )


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
def test_each_way_to_know_it_is_enough_and_without_any_it_is_not_known(criterion: Criterion) -> None:
    everything = {*RESTS_ON, *QUANTITIES}
    for way in criterion.needs:
        assert isinstance(criterion.rule(only(way)), Measure), way
    for spoilt in product(*criterion.needs):
        assert isinstance(criterion.rule(only(everything - set(spoilt))), Missing), spoilt
