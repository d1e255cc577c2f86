"""Error budgets: worked examples, and which criteria have one."""

import pytest

from alerts import objectives as rules
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import Tier
from exporter.kpis.objectives import OBJECTIVES, budget, burn_rate, remaining
from exporter.kpis.quantities import Unit

BY_KEY = {criterion.key: criterion for criterion in CRITERIA}


@pytest.mark.parametrize(
    ("key", "target", "expected"),
    [
        ("uptime", 0.999, 0.001),
        ("uptime", 0.995, 0.005),
        ("uptime", 1.0, 0.0),
        ("bridge_success", 0.99, 0.01),
        ("error_rate", 0.01, 0.01),
        ("error_rate", 0.02, 0.02),
        ("error_rate", 0.0, 0.0),
    ],
)
def test_a_budget_is_what_the_target_leaves_to_fail(key: str, target: float, expected: float) -> None:
    assert budget(BY_KEY[key], target) == expected


@pytest.mark.parametrize(
    ("failed", "allowed", "rate", "left"),
    [
        (0.0, 0.5, 0.0, 1.0),
        (0.25, 0.5, 0.5, 0.5),
        (0.5, 0.5, 1.0, 0.0),
        (1.0, 0.5, 2.0, -1.0),
        (None, 0.5, None, None),
        (0.0, 0.0, None, None),
        (0.5, 0.0, None, None),
    ],
)
def test_how_fast_a_budget_burns_and_what_is_left(
    failed: float | None, allowed: float, rate: float | None, left: float | None
) -> None:
    assert burn_rate(failed, allowed) == rate
    assert remaining(failed, allowed) == left


def test_the_rules_record_the_same_objectives() -> None:
    assert tuple(each.kpi for each in rules.OBJECTIVES) == OBJECTIVES


@pytest.mark.parametrize("key", OBJECTIVES)
def test_an_objective_is_one_of_the_twelve_and_a_share(key: str) -> None:
    assert (BY_KEY[key].tier, BY_KEY[key].unit) == (Tier.CRITERION, Unit.RATIO)
