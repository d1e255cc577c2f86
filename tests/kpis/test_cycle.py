"""When a change's cycle ends, from one step's facts alone."""

import pytest

from exporter.answers import CycleEnd
from exporter.kpis.cycle import Cycle, cycles
from exporter.model import Facts
from tests.support.facts import HOUR, NOW, WEB, change, deployment

FIRST = deployment("1", begun_at=NOW, ended=NOW + 300)
SECOND = deployment("2", begun_at=NOW + 60, ended=NOW + 120)


def test_until_the_merge_every_change_has_ended_and_deployments_do_not_matter() -> None:
    one, two = change("1"), change("2", repository=WEB)
    facts = Facts(changes=(one, two), deployments=(FIRST,))
    assert list(cycles(facts, CycleEnd.MERGED)) == [Cycle(one, NOW), Cycle(two, NOW)]


@pytest.mark.parametrize(
    ("merged", "ended"), [(NOW - HOUR, NOW + 300), (NOW, NOW + 300), (NOW + 1, NOW + 120), (NOW + 61, None)]
)
def test_until_deployment_the_first_that_began_since_the_merge_ends_it(merged: float, ended: float | None) -> None:
    one = change(merged=merged)
    facts = Facts(changes=(one,), deployments=(SECOND, FIRST, deployment("3", repository=WEB, ended=NOW + 9999)))
    assert list(cycles(facts, CycleEnd.DEPLOYED)) == ([] if ended is None else [Cycle(one, ended)])


def test_a_cycle_never_takes_less_than_nothing() -> None:
    assert Cycle(change(first_commit_at=NOW + 5), NOW).seconds == 0
    assert Cycle(change(first_commit_at=NOW - 5), NOW + 5).seconds == 10
