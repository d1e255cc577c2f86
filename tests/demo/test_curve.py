import pytest

from exporter.demo.curve import Curve


@pytest.mark.parametrize(("day", "value"), [(-5, 10), (0, 10), (5, 15), (10, 20), (15, 10), (20, 0), (99, 0)])
def test_a_curve_is_straight_between_its_points_and_level_outside(day, value):
    assert Curve((0, 10), (10, 20), (20, 0)).at(day) == value
