import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.demo.clock import SpeedingClock
from tests.support.clock import Clock


def test_it_runs_fast_until_it_has_caught_up_and_then_with_the_present():
    present = Clock(1_000_000)
    clock = SpeedingClock(1_000_000 - 900, 10, present)
    assert (clock(), clock.speed()) == (1_000_000 - 900, 10)
    present.advance(50)
    assert (clock(), clock.speed()) == (1_000_000 - 400, 10)
    present.advance(50)
    assert (clock(), clock.speed()) == (1_000_100, 1)
    present.advance(7)
    assert (clock(), clock.speed()) == (1_000_107, 1)


@pytest.mark.parametrize("speed", [1, 0.5, 0, -3, float("nan")])
def test_a_speed_that_never_catches_up_is_refused(speed):
    with pytest.raises(ValueError, match="give one above 1"):
        SpeedingClock(0, speed)


@given(st.lists(st.floats(0, 1000), max_size=20), st.floats(1.1, 50_000))
def test_it_never_goes_back_and_never_runs_ahead(steps, speed):
    present = Clock(1_000_000)
    clock = SpeedingClock(900_000, speed, present)
    before = clock()
    for step in steps:
        present.advance(step)
        assert before <= clock() <= present()
        before = clock()
