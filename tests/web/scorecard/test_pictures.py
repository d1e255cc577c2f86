"""What is drawn, and the same in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.kpis.quantities import Unit
from exporter.status.shape import Share, TrendPoint
from exporter.web.scorecard.pictures import HEIGHT, WIDTH, bar, left, sparkline

BEGIN = datetime(2025, 6, 1, tzinfo=UTC)


def points(*values, step=timedelta(days=1)):
    return tuple(TrendPoint(at=BEGIN + number * step, value=value) for number, value in enumerate(values))


def test_a_line_goes_from_the_oldest_to_the_newest_between_the_least_and_the_most():
    line = sparkline(points(0.4, 0.5, 0.44), 0.5, Unit.RATIO)
    assert (line.path, line.target, line.x, line.y) == ("M3 29L60 3L117 18.6", 3.0, 117.0, 18.6)


def test_the_target_has_its_place_though_it_is_far():
    line = sparkline(points(0.4, 0.5), 0.9, Unit.RATIO)
    assert (line.target, line.path) == (3.0, "M3 29L117 23.8")


def test_what_never_moved_is_in_the_middle():
    assert sparkline(points(0.5, 0.5), 0.5, Unit.RATIO).path == "M3 16L117 16"


@pytest.mark.parametrize(
    ("values", "unit", "words"),
    [
        ((0.4, 0.6, 0.44), Unit.RATIO, "rose from 40% to 44% in 2 d"),
        ((0.44, 0.4), Unit.RATIO, "fell from 44% to 40% in 24 h"),
        ((0.4, 0.5, 0.4), Unit.RATIO, "40% as 2 d ago"),
        ((1.0, 0.25), Unit.SECONDS, "fell from 1 s to 0.25 s in 24 h"),
    ],
)
def test_a_trend_in_words(values, unit, words):
    assert sparkline(points(*values), 0.9, unit).words == words


@pytest.mark.parametrize("found", [(), points(0.4), points(0.4, 0.5, step=timedelta(0))])
def test_there_is_no_line_without_two_moments(found):
    assert sparkline(found, 0.9, Unit.RATIO) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50), st.floats(-1e6, 1e6))
def test_a_line_stays_in_its_picture(values, target):
    line = sparkline(points(*values), target, Unit.CHANGE)
    places = [tuple(map(float, point.split())) for point in line.path[1:].split("L")]
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in [*places, (line.x, line.y), (1.0, line.target)])


def share(part, whole):
    return Share(part=part, whole=whole, unknown=0, ratio=part / whole if whole else None)


def test_a_bar_against_its_plan():
    found = bar(share(3, 8), 0.5)
    assert (found.filled, found.planned, found.words) == (37.5, 50.0, "37.5%, plan 50%")


def test_a_bar_without_a_plan_and_of_nothing():
    found = bar(share(3, 4))
    assert (found.filled, found.planned, found.words) == (75.0, None, "75%")
    assert bar(share(0, 0), 0.5) is None


@pytest.mark.parametrize(
    ("remaining", "filled", "words"),
    [(0.25, 25.0, "25% left"), (1.0, 100.0, "100% left"), (0.0, 0.0, "0% left"), (-249.0, 0.0, "spent 250 times")],
)
def test_what_is_left_of_a_budget(remaining, filled, words):
    found = left(remaining)
    assert (found.filled, found.words) == (filled, words)
