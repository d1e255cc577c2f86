"""Plans with dates: worked examples by hand, and what must hold for any plan."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.migration.plan import TIMELINES, WEEK, Period, Plan, Size, plan, planned_share, size_of
from exporter.model import Phase

START = 1_788_739_200.0  # 2026-09-07


def in_weeks(period: Period) -> tuple[float, float | None]:
    """Weeks from the start to the period's beginning and end."""
    return (period.begin - START) / WEEK, None if period.end is None else (period.end - START) / WEEK


@pytest.mark.parametrize(
    ("developers", "size"),
    [(1, "small"), (49, "small"), (50, "medium"), (200, "medium"), (201, "large"), (90_000, "large")],
)
def test_developers_give_the_size(developers: int, size: str) -> None:
    assert size_of(developers) == size


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("small", [(0, 2), (2, 4), (4, 8), (4, 8), (8, 12), (8, None)]),
        ("medium", [(0, 3), (3, 6), (6, 9), (9, 15), (15, 20), (20, None)]),
        ("large", [(0, 4), (4, 8), (8, 12), (12, 24), (24, 32), (32, None)]),
    ],
)
def test_weeks_become_dates(size: str, expected: list[tuple[float, float | None]]) -> None:
    made = plan(START, Size(size))
    assert [in_weeks(period) for period in made.phases.values()] == expected
    assert list(made.phases) == list(Phase)
    assert made.end == START + TIMELINES[Size(size)].most * WEEK


def test_fewer_weeks_compress_every_phase_alike() -> None:
    made = plan(START, Size.MEDIUM, weeks=15)
    assert [in_weeks(period) for period in made.phases.values()] == [
        (0, 2.25),
        (2.25, 4.5),
        (4.5, 6.75),
        (6.75, 11.25),
        (11.25, 15),
        (15, None),
    ]


@pytest.mark.parametrize(("weeks", "allowed"), [(12, True), (20, True), (11.9, False), (20.1, False), (0, False)])
def test_weeks_lie_within_the_timeline_s_range(weeks: float, *, allowed: bool) -> None:
    if allowed:
        assert plan(START, Size.MEDIUM, weeks).end == START + weeks * WEEK
    else:
        with pytest.raises(ValueError, match="`weeks` must lie in the 12 to 20 weeks of size medium; change it"):
            plan(START, Size.MEDIUM, weeks)


def test_weeks_that_are_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="`weeks` must lie in"):
        plan(START, Size.SMALL, float("nan"))


def test_given_periods_replace_the_computed_ones() -> None:
    mine = Period(START + WEEK, START + 5 * WEEK)
    made = plan(START, Size.MEDIUM, given={Phase.PREPARATION: mine})
    assert made.phases == {**plan(START, Size.MEDIUM).phases, Phase.PREPARATION: mine}
    assert list(made.phases) == list(Phase)


@pytest.mark.parametrize(
    ("phase", "period", "fault"),
    [
        (Phase.PILOT, Period(START + WEEK, START), "pilot ends before it begins; exchange its dates"),
        (Phase.PILOT, Period(START, START), "pilot ends before it begins; exchange its dates"),
        (Phase.PILOT, Period(START, None), "pilot has no end; only optimization goes on without one"),
        (Phase.ADOPTION, Period(START - WEEK, START), "adoption ends before the migration starts"),
    ],
)
def test_periods_that_make_no_plan_are_refused(phase: Phase, period: Period, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        plan(START, Size.MEDIUM, given={phase: period})


@pytest.mark.parametrize(
    ("size", "week", "share"),
    [
        pytest.param("medium", -1, 0.0, id="before the start"),
        pytest.param("medium", 6, 0.0, id="the pilot begins"),
        pytest.param("medium", 8.25, 0.2, id="a quarter of the way to the end of expansion"),
        pytest.param("medium", 10.5, 0.4, id="half of it"),
        pytest.param("medium", 15, 0.8, id="the end of expansion"),
        pytest.param("medium", 17.5, 0.9, id="half of adoption"),
        pytest.param("medium", 20, 1.0, id="the end of adoption"),
        pytest.param("medium", 99, 1.0, id="later"),
        pytest.param("small", 6, 0.4, id="small: pilot and expansion are one"),
        pytest.param("small", 8, 0.8, id="small: their end"),
    ],
)
def test_the_planned_share(size: str, week: float, share: float) -> None:
    assert planned_share(plan(START, Size(size)), START + week * WEEK) == pytest.approx(share)


moments = st.floats(START - 50 * WEEK, START + 100 * WEEK)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any size, any weeks; some phases on dates that were given without looking at the others."""
    size = draw(st.sampled_from(Size))
    weeks = draw(st.floats(TIMELINES[size].least, TIMELINES[size].most))
    given_phases = draw(st.sets(st.sampled_from(list(Phase)[:-1]), max_size=3))
    lengths = st.floats(0.1, 20).map(lambda length: length * WEEK)
    begins = st.floats(0, 40).map(lambda week: START + week * WEEK)
    dates = {phase: (draw(begins), draw(lengths)) for phase in given_phases}
    return plan(START, size, weeks, {phase: Period(begin, begin + length) for phase, (begin, length) in dates.items()})


@given(made=plans(), ats=st.lists(moments, min_size=2, max_size=20))
def test_the_planned_share_goes_from_0_to_1_and_never_back(made: Plan, ats: list[float]) -> None:
    shares = [planned_share(made, at) for at in sorted(ats)]
    assert all(0 <= share <= 1 for share in shares)
    assert all(before <= after + 1e-12 for before, after in pairwise(shares))


@given(size=st.sampled_from(Size), data=st.data())
def test_phases_follow_one_another_without_a_gap(size: Size, data: st.DataObject) -> None:
    weeks = data.draw(st.floats(TIMELINES[size].least, TIMELINES[size].most))
    periods = list(plan(START, size, weeks).phases.values())
    ends = {START, *(period.end for period in periods)}
    assert all(period.begin in ends for period in periods)
    assert periods[-2].end == pytest.approx(START + weeks * WEEK)
