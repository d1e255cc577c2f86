"""How the phases really go, against the plan: worked examples by hand in weeks, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.kpis.ratios import Share
from exporter.migration.plan import WEEK, Size, plan
from exporter.migration.schedule import PhaseState, Schedule, schedule
from exporter.model import Phase, PhaseDates

START = 1_788_739_200.0  # 2026-09-07
PLAN = plan(START, Size.MEDIUM)  # weeks 0-3, 3-6, 6-9, 9-15, 15-20, 20-
ASSESSMENT, PREPARATION, PILOT, EXPANSION, ADOPTION, OPTIMIZATION = Phase
DONE, CURRENT, PENDING = PhaseState.DONE, PhaseState.CURRENT, PhaseState.PENDING


def week(number: float) -> float:
    return START + number * WEEK


def dates(phase: Phase, started: float | None = None, ended: float | None = None) -> PhaseDates:
    return PhaseDates(phase, None if started is None else week(started), None if ended is None else week(ended))


def at(now: float, *told: PhaseDates, reached: dict[Phase, float] | None = None, size: Size = Size.MEDIUM) -> Schedule:
    opened = {phase: week(moment) for phase, moment in (reached or {}).items()}
    return schedule(plan(START, size), told, opened, week(now))


def weeks(moment: float | None) -> float | None:
    return None if moment is None else round((moment - START) / WEEK, 9)


def course(found: Schedule) -> list[tuple[PhaseState, float | None, float | None]]:
    """State, real beginning and real end of each phase."""
    return [(each.state, weeks(each.started_at), weeks(each.ended_at)) for each in found.phases.values()]


REST = [(PENDING, None, None)]


def test_before_the_start_nothing_has_begun() -> None:
    found = at(-1, reached={ASSESSMENT: -2})
    assert course(found) == REST * 6
    assert (found.current, found.slip, found.on_time) == (None, 0.0, Share())


def test_at_the_start_the_first_phase_is_current() -> None:
    found = at(0)
    assert course(found) == [(CURRENT, 0, None), *REST * 5]
    assert (found.current, found.slip) == (ASSESSMENT, 0.0)


def test_a_gate_that_was_seen_open_ends_its_phase() -> None:
    found = at(4, reached={ASSESSMENT: 2.5})
    assert course(found) == [(DONE, 0, 2.5), (CURRENT, 2.5, None), *REST * 4]
    assert found.phases[ASSESSMENT].deviation == pytest.approx(-0.5 / 3)
    assert found.phases[PREPARATION].deviation is None


def test_what_people_say_wins_over_the_gate() -> None:
    told = dates(ASSESSMENT, 0.5, 2), dates(PREPARATION, 2.25)
    found = at(4, *told, reached={ASSESSMENT: 3})
    assert course(found)[:2] == [(DONE, 0.5, 2), (CURRENT, 2.25, None)]


def test_a_phase_cannot_end_while_one_before_it_goes_on() -> None:
    found = at(8, dates(PREPARATION, 3, 5), reached={PILOT: 7})
    assert course(found) == [(CURRENT, 0, None), (PENDING, 3, None), *REST * 4]


def test_a_gate_that_was_open_before_its_phase_began_ends_it_as_it_begins() -> None:
    found = at(4, reached={PREPARATION: 1, ASSESSMENT: 3})
    assert course(found)[:3] == [(DONE, 0, 3), (DONE, 3, 3), (CURRENT, 3, None)]


def test_people_may_begin_before_the_start() -> None:
    assert course(at(-1, dates(ASSESSMENT, -2)))[0] == (CURRENT, -2, None)
    assert course(at(-1, dates(ASSESSMENT, None, -2)))[:2] == [(DONE, -2, -2), (CURRENT, -2, None)]


def test_what_is_said_of_a_time_to_come_has_not_happened() -> None:
    found = at(2, dates(ASSESSMENT, 0, 3), dates(PREPARATION, 3, 6))
    assert course(found) == [(CURRENT, 0, None), *REST * 5]


def test_dates_that_contradict_one_another_raise_nothing() -> None:
    assert course(at(5, dates(ASSESSMENT, 4, 2)))[:2] == [(DONE, 2, 2), (CURRENT, 2, None)]


def test_optimization_never_ends() -> None:
    ends = dict(zip(Phase, (3, 6, 9, 15, 20, 21), strict=True))
    found = at(30, dates(OPTIMIZATION, None, 25), reached=ends)
    assert course(found)[-2:] == [(DONE, 15, 20), (CURRENT, 20, None)]
    assert found.on_time == Share(5, 5)
    assert found.worst_deviation == 0.0


@pytest.mark.parametrize(
    ("now", "reached", "slip"),
    [
        pytest.param(2, {}, 0, id="began on its day"),
        pytest.param(4, {}, 1, id="its planned end has passed"),
        pytest.param(4, {ASSESSMENT: 4}, 1, id="the next began late"),
        pytest.param(4, {ASSESSMENT: 2}, -1, id="the next began early"),
        pytest.param(7, {ASSESSMENT: 2}, 1, id="began early, and is over its planned end"),
        pytest.param(6.5, {ASSESSMENT: 5}, 2, id="began late, and is just over its planned end"),
        pytest.param(99, dict(zip(Phase, (3, 6, 9, 15, 22), strict=False)), 2, id="complete two weeks late, for ever"),
        pytest.param(19, dict(zip(Phase, (3, 6, 9, 15, 18), strict=False)), -2, id="complete two weeks early"),
    ],
)
def test_the_slip(now: float, reached: dict[Phase, float], slip: float) -> None:
    found = at(now, reached=reached)
    assert found.slip == pytest.approx(slip * WEEK)
    assert found.slip_ratio == pytest.approx(slip / 20)


@pytest.mark.parametrize(("late", "on_plan"), [(0, True), (1.9, True), (2.1, False), (-1.9, True), (-2.1, False)])
def test_on_plan_is_within_a_tenth_of_the_planned_time(late: float, *, on_plan: bool) -> None:
    assert at(15 + late, reached=dict(zip(Phase, (3, 6, 9, 15 + late), strict=False))).on_plan is on_plan


@pytest.mark.parametrize(
    ("ended", "on_time"),
    [(2, Share(1, 1)), (3, Share(1, 1)), (3.29, Share(1, 1)), (3.31, Share(0, 1))],
)
def test_a_phase_may_end_a_tenth_of_its_duration_late(ended: float, on_time: Share) -> None:
    assert at(5, reached={ASSESSMENT: ended}).on_time == on_time


@pytest.mark.parametrize(
    ("now", "deviation"),
    [(2, None), (3, None), (3.75, 0.25), (6, 1.0)],
)
def test_the_current_phase_deviates_once_it_lasts_longer_than_planned(now: float, deviation: float | None) -> None:
    found = at(now)
    assert found.phases[ASSESSMENT].deviation == (None if deviation is None else pytest.approx(deviation))
    assert found.worst_deviation is None


def test_the_worst_deviation_is_of_phases_that_ended() -> None:
    found = at(19, reached={ASSESSMENT: 1.5, PREPARATION: 5.25, PILOT: 9})  # -50%, +25%, +25%, and +67% so far
    assert found.phases[EXPANSION].deviation == pytest.approx(2 / 3)
    assert found.worst_deviation == pytest.approx(0.5)
    assert found.on_time == Share(3, 3)


def test_small_organisations_plan_pilot_and_expansion_together() -> None:
    told = dates(PILOT, 4, 7), dates(EXPANSION, 4, 9)
    found = at(10, *told, reached={ASSESSMENT: 2, PREPARATION: 4}, size=Size.SMALL)
    assert course(found)[2:] == [(DONE, 4, 7), (DONE, 4, 9), (CURRENT, 9, None), *REST]
    assert [found.phases[phase].deviation for phase in (PILOT, EXPANSION)] == [-0.25, 0.25]
    assert found.slip == pytest.approx(WEEK)


moments = st.one_of(st.none(), st.floats(-5, 40))
told_dates = st.lists(st.builds(dates, st.sampled_from(Phase), moments, moments), max_size=8)
gates = st.dictionaries(st.sampled_from(Phase), st.floats(-5, 40), max_size=6)


@given(now=st.floats(-5, 40), told=told_dates, reached=gates, size=st.sampled_from(Size))
def test_phases_are_done_then_one_current_then_pending(
    now: float, told: list[PhaseDates], reached: dict[Phase, float], size: Size
) -> None:
    found = at(now, *told, reached=reached, size=size)
    assert list(found.phases) == list(Phase)
    states = [each.state for each in found.phases.values()]
    assert states == sorted(states, key=[DONE, CURRENT, PENDING].index)
    assert states.count(CURRENT) == (0 if found.current is None else 1)
    assert found.current is not None or set(states) == {PENDING}
    for each in found.phases.values():
        assert each.started_at is None or each.started_at <= week(now)
        assert (each.ended_at is not None) is (each.state is DONE)
        assert each.ended_at is None or each.started_at <= each.ended_at <= week(now)


@given(now=st.floats(-5, 40), later=st.floats(0, 10), told=told_dates, reached=gates)
def test_while_nothing_changes_the_slip_never_shrinks(
    now: float, later: float, told: list[PhaseDates], reached: dict[Phase, float]
) -> None:
    before, after = at(now, *told, reached=reached), at(now + later, *told, reached=reached)
    if after.current is before.current and after.phases[ADOPTION].ended_at == before.phases[ADOPTION].ended_at:
        same = all(
            each.started_at == after.phases[phase].started_at
            for phase, each in before.phases.items()
            if each.state is CURRENT
        )
        assert not same or after.slip >= before.slip
