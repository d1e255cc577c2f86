"""The forecast: what it says of histories by hand, and what must hold for any history."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.answers import AdoptionDay
from exporter.migration.forecast import GOALS, HORIZON, Forecast, Outlook, forecast, together

FIRST = 20_000
"""The first day of every history here."""


def history(levels: list[int], whole: int = 100) -> list[AdoptionDay]:
    return [AdoptionDay(FIRST + number, level, whole) for number, level in enumerate(levels)]


def on_day(day: int) -> float:
    """Noon of a day of the history, so many days after its first."""
    return (FIRST + day) * 86400.0 + 43200


def of(levels: list[int], goal: float = 1.0, whole: int = 100, today: int | None = None) -> Forecast:
    return forecast(history(levels, whole), on_day(len(levels) - 1 if today is None else today), goal)


def in_days(found: Forecast, today: int) -> list[float | None]:
    """Earliest, expected and latest, in days from today."""
    moments = (found.earliest, found.expected, found.latest)
    return [None if moment is None else (moment - on_day(today)) / 86400 for moment in moments]


def steady(weekly: int, days: int, begin: int = 0) -> list[int]:
    """Levels that grow by `weekly` on the same day of every week."""
    return [begin + weekly * (day // 7) for day in range(days + 1)]


@pytest.mark.parametrize(
    ("levels", "goal", "outlook", "days"),
    [
        pytest.param([], 1.0, Outlook.NOT_ENOUGH_DATA, 0, id="no history"),
        pytest.param([1], 1.0, Outlook.NOT_ENOUGH_DATA, 0, id="one level is no gain"),
        pytest.param(list(range(14)), 1.0, Outlook.NOT_ENOUGH_DATA, 13, id="13 days"),
        pytest.param(list(range(15)), 1.0, Outlook.FORECAST, 14, id="14 days"),
        pytest.param(list(range(20)), 1.0, Outlook.FORECAST, 14, id="whole weeks"),
        pytest.param(list(range(60)), 1.0, Outlook.FORECAST, 42, id="six weeks at most"),
        pytest.param([80], 0.8, Outlook.REACHED, 0, id="reached, however short the history"),
        pytest.param([79], 0.8, Outlook.NOT_ENOUGH_DATA, 0, id="one repository is missing"),
        pytest.param([90] * 15 + [80], 0.8, Outlook.REACHED, 14, id="reached, although it goes back"),
        pytest.param([50] * 30, 0.8, Outlook.NO_PROGRESS, 28, id="nothing was gained"),
        pytest.param([50, *[60] * 14, 49], 0.8, Outlook.NO_PROGRESS, 14, id="as much was rolled back"),
        pytest.param([0] + [1] * 42, 1.0, Outlook.BEYOND_HORIZON, 42, id="one in six weeks, 99 are missing"),
    ],
)
def test_the_outlook(levels: list[int], goal: float, outlook: Outlook, days: int) -> None:
    found = of(levels, goal)
    assert (found.goal, found.outlook, found.days) == (goal, outlook, days)
    assert (found.expected is not None) is (outlook is Outlook.FORECAST)


@pytest.mark.parametrize(
    ("goal", "whole", "missing"), [(0.8, 10, 8), (0.8, 11, 9), (0.8, 12, 10), (1.0, 7, 7), (0.55, 100, 55)]
)
def test_a_goal_is_a_whole_number_of_repositories(goal: float, whole: int, missing: int) -> None:
    assert of([missing], goal, whole).outlook is Outlook.REACHED
    assert of([missing - 1], goal, whole).outlook is Outlook.NOT_ENOUGH_DATA


def test_without_repositories_to_migrate_there_is_nothing_to_forecast() -> None:
    assert of([0] * 30, whole=0).outlook is Outlook.NOT_ENOUGH_DATA


def test_one_a_day_takes_a_day_for_each_that_is_missing() -> None:
    found = of(list(range(31)), 0.8)  # 30 of the 80
    assert in_days(found, 30) == [50, 50, 50]


def test_days_without_news_gained_nothing() -> None:
    assert of(list(range(15)), today=74).outlook is Outlook.NO_PROGRESS
    found = of(list(range(22)), 0.8, today=42)  # 21 in 42 days, 59 are missing
    assert found.days == 42
    earliest, expected, latest = in_days(found, 42)
    assert earliest < expected < latest
    assert expected == pytest.approx(2 * 59, rel=0.1)


def test_a_clock_that_was_set_back_takes_no_day_away() -> None:
    assert of(list(range(15)), today=3).days == 14


def test_the_newest_number_of_repositories_counts() -> None:
    days = [*history(list(range(30)), whole=40), AdoptionDay(FIRST + 30, 30, 60)]
    assert in_days(forecast(days, on_day(30), 1.0), 30) == [30, 30, 30]


def test_a_week_that_reaches_the_goal_and_falls_back_has_reached_it() -> None:
    week = [4, 4, 4, 4, 4, 2, 1]  # four more on its first day, and all but one rolled back at its end
    found = of([0, *(number + level for number in range(6) for level in week)], 0.1)  # 6 of 10 by now
    assert in_days(found, 42)[0] <= 7


@settings(deadline=None)
@given(
    weekly=st.integers(1, 20),
    weeks=st.integers(2, 8),
    odd=st.integers(0, 6),
    target=st.integers(1, 100),
)
def test_a_steady_history_is_forecast_right_within_a_week(weekly: int, weeks: int, odd: int, target: int) -> None:
    days = 7 * weeks + odd
    levels = steady(weekly, days)
    whole = levels[-1] + target
    truth = 7 * ((whole + weekly - 1) // weekly) - days
    found = of(levels, whole=whole)
    if found.outlook is Outlook.BEYOND_HORIZON:
        assert truth > HORIZON - 7
    else:
        assert all(abs(day - truth) <= 7 for day in in_days(found, days) if day is not None)


levels = st.lists(st.integers(-2, 3), min_size=14, max_size=60).map(
    lambda steps: [50 + sum(steps[:number]) for number in range(len(steps) + 1)]
)


@settings(deadline=None, max_examples=40)
@given(some=levels, whole=st.integers(100, 400))
def test_the_forecast_is_the_same_every_time_and_in_order(some: list[int], whole: int) -> None:
    sooner, later = (of(some, goal, whole) for goal in GOALS)
    assert of(some, GOALS[0], whole) == sooner
    for found in (sooner, later):
        if found.outlook is Outlook.FORECAST:
            assert on_day(len(some) - 1) < found.earliest <= found.expected
            assert found.latest is None or found.expected <= found.latest <= on_day(len(some) - 1 + HORIZON)
    if later.outlook is Outlook.FORECAST and sooner.outlook is Outlook.FORECAST:
        assert sooner.expected <= later.expected


def test_several_sources_are_one_history_without_holes() -> None:
    github = [AdoptionDay(10, 1, 5), AdoptionDay(12, 3, 6), AdoptionDay(13, 4, 6)]
    buildbot = [AdoptionDay(11, 2, 2), AdoptionDay(14, 1, 2)]
    assert together([github, [], buildbot]) == (
        AdoptionDay(10, 3, 7),
        AdoptionDay(11, 3, 7),
        AdoptionDay(12, 5, 8),
        AdoptionDay(13, 6, 8),
        AdoptionDay(14, 5, 8),
    )


def test_no_source_is_no_history() -> None:
    assert together([]) == together([[], []]) == ()


def test_a_source_that_is_added_late_gains_nothing_by_that() -> None:
    old, new = history([10] * 30), [AdoptionDay(FIRST + 29, 60, 100)]
    assert forecast(together([old, new]), on_day(29), 0.8).outlook is Outlook.NO_PROGRESS


days = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10).map(
    lambda told: [AdoptionDay(day, migrated, migrated + rest) for day, (migrated, rest) in sorted(told.items())]
)


@given(series=st.lists(days, max_size=4), data=st.data())
def test_together_has_every_day_once_whatever_the_order_of_sources(
    series: list[list[AdoptionDay]], data: st.DataObject
) -> None:
    merged = together(series)
    assert together(data.draw(st.permutations(series))) == merged
    told = [each.day for one in series for each in one]
    assert [each.day for each in merged] == (list(range(min(told), max(told) + 1)) if told else [])
    assert all(0 <= each.migrated <= each.whole for each in merged)
