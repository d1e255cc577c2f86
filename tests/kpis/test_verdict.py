"""From a value to a verdict: comparisons as written, margins, age, and what an organisation overrides."""

from dataclasses import replace

import pytest

from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import Category, Comparison, Criterion, Tier
from exporter.kpis.inputs import Inputs, Seen
from exporter.kpis.measure import Absence, Measure, Missing, Outcome
from exporter.kpis.quantities import Unit
from exporter.kpis.verdict import Aim, State, Verdict, judge, judged

NOW = 1_800_000_000.0
ABOVE, AT_LEAST, BELOW, AT_MOST = Comparison
NOTHING = Inputs(NOW)


def criterion(outcome: Outcome, comparison: Comparison = ABOVE, target: float = 0.5, margin: float = 0.25) -> Criterion:
    return Criterion(
        key="example",
        title="Example",
        tier=Tier.COMPANION,
        category=Category.USER,
        comparison=comparison,
        target=target,
        unit=Unit.RATIO,
        margin=margin,
        words="Example above half",
        owner="Migration Lead",
        rule=lambda inputs: outcome,
        needs=((Seen.PROBES,),),
        max_age=100.0,
    )


def of(value: float, **known: float) -> Measure:
    return Measure(value, **{"at": NOW, **known})


@pytest.mark.parametrize(
    ("comparison", "value", "state"),
    [
        (ABOVE, 0.25, State.MISSED),
        (ABOVE, 0.5, State.MISSED),
        (ABOVE, 0.625, State.AT_RISK),
        (ABOVE, 0.75, State.MET),
        (AT_LEAST, 0.25, State.MISSED),
        (AT_LEAST, 0.5, State.AT_RISK),
        (AT_LEAST, 0.75, State.MET),
        (BELOW, 0.75, State.MISSED),
        (BELOW, 0.5, State.MISSED),
        (BELOW, 0.375, State.AT_RISK),
        (BELOW, 0.25, State.MET),
        (BELOW, -3.0, State.MET),
        (AT_MOST, 0.75, State.MISSED),
        (AT_MOST, 0.5, State.AT_RISK),
        (AT_MOST, 0.25, State.MET),
    ],
)
def test_a_value_is_compared_as_written_and_then_with_the_margin(
    comparison: Comparison, value: float, state: State
) -> None:
    found = judge(criterion(of(value), comparison), Aim(), NOTHING)
    assert (found.state, found.met, found.value) == (state, state is not State.MISSED, value)


@pytest.mark.parametrize("comparison", [AT_LEAST, AT_MOST])
def test_without_a_margin_nothing_that_is_met_is_at_risk(comparison: Comparison) -> None:
    assert judge(criterion(of(0.5), comparison, margin=0), Aim(), NOTHING).state is State.MET


@pytest.mark.parametrize(
    ("value", "comparison", "target"),
    [(1 - 0.85, ABOVE, 0.15), (57 * 0.01, ABOVE, 0.57), (0.1 + 0.7, ABOVE, 0.8), (1.1 - 1, AT_MOST, 0.1)],
)
def test_the_dust_of_binary_arithmetic_decides_nothing(value: float, comparison: Comparison, target: float) -> None:
    assert value != target
    found = judge(criterion(of(value), comparison, target), Aim(), NOTHING)
    assert (found.value, found.met) == (target, comparison is AT_MOST)


def test_exactly_the_margin_is_far_enough_in_spite_of_binary_arithmetic() -> None:
    assert 0.9993 - 0.999 < 0.0003
    assert judge(criterion(of(0.9993), ABOVE, 0.999, 0.0003), Aim(), NOTHING).state is State.MET


@pytest.mark.parametrize(
    ("age", "state", "met"),
    [(0, State.MET, True), (100, State.MET, True), (100.5, State.STALE, None), (-1000, State.MET, True)],
)
def test_a_value_that_is_older_than_its_age_stays_but_is_not_met(age: float, state: State, *, met: bool | None) -> None:
    found = judge(criterion(of(0.875, at=NOW - age)), Aim(), NOTHING)
    assert (found.state, found.met, found.value, found.at) == (state, met, 0.875, NOW - age)


def test_an_old_value_that_misses_is_stale_too() -> None:
    found = judge(criterion(of(0.25, at=NOW - 101)), Aim(), NOTHING)
    assert (found.state, found.met) == (State.STALE, None)


def test_what_the_value_rests_on_is_handed_on() -> None:
    found = judge(criterion(of(0.875, coverage=0.75, baseline=42.0)), Aim(), NOTHING)
    assert (found.coverage, found.baseline, found.absence, found.remedy) == (0.75, 42.0, None, "")


@pytest.mark.parametrize("absence", Absence)
def test_without_a_value_there_is_a_reason_and_a_remedy_and_no_number(absence: Absence) -> None:
    example = criterion(Missing(absence, "do this", coverage=0.0))
    assert judge(example, Aim(), NOTHING) == Verdict(
        example, 0.5, 0.25, "Migration Lead", State.NO_DATA, coverage=0.0, absence=absence, remedy="do this"
    )


def test_a_target_that_is_overridden_leaves_the_documented_one_beside_it() -> None:
    found = judge(criterion(of(0.875)), Aim(target=0.875), NOTHING)
    assert (found.state, found.target, found.criterion.target) == (State.MISSED, 0.875, 0.5)


def test_a_target_of_zero_is_a_target() -> None:
    assert judge(criterion(of(0.25)), Aim(target=0.0), NOTHING).target == 0.0


def test_margin_owner_and_age_can_be_overridden_one_by_one() -> None:
    example = criterion(of(0.625, at=NOW - 150))
    assert judge(example, Aim(max_age=150), NOTHING).state is State.AT_RISK
    found = judge(example, Aim(max_age=150, margin=0.0), NOTHING)
    assert (found.state, found.margin, found.owner) == (State.MET, 0.0, "Migration Lead")
    assert judge(example, Aim(owner="Ada"), NOTHING).owner == "Ada"


def test_the_rule_is_given_all_that_is_known() -> None:
    example = replace(criterion(of(0)), rule=lambda inputs: Measure(inputs.uptime.down, inputs.now))
    assert judge(example, Aim(), NOTHING).value == 0.0


def test_every_criterion_is_judged_in_the_catalogues_order_also_when_nothing_is_known() -> None:
    verdicts = judged(CRITERIA, {"uptime": Aim(target=0.99)}, NOTHING)
    assert list(verdicts) == [each.key for each in CRITERIA]
    assert {found.state for found in verdicts.values()} == {State.NO_DATA}
    assert {key for key, found in verdicts.items() if found.target != found.criterion.target} == {"uptime"}
    assert all(found.remedy and found.value is None and found.met is None for found in verdicts.values())
