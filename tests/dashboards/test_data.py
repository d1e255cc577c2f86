"""Every query of every board, asked of a real Prometheus that holds 35 days of an organisation, in three states.

How these days came to be, and what of them is real, is told in `tests/support/history.py` and `backfilled.py`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from alerts.terms import JOB
from exporter.demo.times import DAY
from tests.support.backfilled import Backfilled
from tests.support.grafana import Dashboard, built
from tests.support.history import BEGINS
from tests.support.questions import questions
from tests.support.silences import LATER, PHASES, RISKS, SCORECARD, SILENT, silent
from tests.support.states import BREACHED, EMPTY, HEALTHY, NEW, STATES, all_states

LONG = 90 * DAY
"""The range of the boards for leads."""
each_board = pytest.mark.parametrize("board", built(), ids=str)


@dataclass(frozen=True)
class Truth:
    """A query of the exporter of a state, and what it gives."""

    expr: str
    healthy: Callable[[float], bool]
    breached: Callable[[float], bool]


TRUTHS = (
    Truth("min(orchex_kilo_system_up{$chosen})", lambda up: up == 1, lambda up: up == 0),
    Truth('orchex_kilo_bridge_up{bridge="k2a", $chosen}', lambda up: up == 1, lambda up: up == 0),
    Truth(
        'orchex_kilo_bridge_circuit_state{bridge="k2a", state="open", $chosen}',
        lambda there: there == 0,
        lambda there: there == 1,
    ),
    Truth('orchex_kilo_uptime_ratio{window="30d", $chosen}', lambda share: share == 1, lambda share: share < 0.999),
    Truth(
        'slo:current_burn_rate:ratio{slo="uptime", $chosen}',
        lambda burn: burn < 1,
        lambda burn: burn > 14.4,
    ),
    Truth(
        'slo:current_burn_rate:ratio{slo="error_rate", $chosen}',
        lambda burn: burn < 1,
        lambda burn: burn > 6,
    ),
    Truth(
        'slo:period_error_budget_remaining:ratio{slo="uptime", $chosen}',
        lambda left: left == 1,
        lambda left: left < 0,
    ),
    Truth(
        'count(ALERTS{alertstate="firing", severity="page", $chosen}) or vector(0)',
        lambda pages: pages == 0,
        lambda pages: pages >= 3,
    ),
    Truth(
        'orchex_kilo_kpi_state{kpi="uptime", state="met", $chosen}',
        lambda there: there == 1,
        lambda there: there == 0,
    ),
    Truth(
        'orchex_kilo_risk_level{risk="bridge_failure", $chosen}',
        lambda level: level <= 3,
        lambda level: level >= 4,
    ),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    with all_states(tmp_path_factory.mktemp("data")) as held:
        yield held


@each_board
def test_every_panel_has_data_in_every_state_or_a_reason_for_none(
    board: Dashboard, data: Backfilled, record_property: Callable[[str, object], None]
) -> None:
    asked, took = questions(board), []
    for state in STATES:
        begun = time.perf_counter()
        without = {(str(each.panel), each.target.ref) for each in asked if not each.answered(data, state)}
        took.append(f"{state.name} {time.perf_counter() - begun:.2f} s")
        expected = silent(board, state)
        assert sorted(without - expected) == [], f"no data when {state.name}"
        assert sorted(expected - without) == [], f"data after all when {state.name}"
    record_property("told", f"{board}: {len(asked)} queries for {len(board.asking)} panels: {', '.join(took)}")


def test_the_reasons_are_told() -> None:
    assert {each.board for each in SILENT} <= {str(board) for board in built()}
    assert [each.panels for each in SILENT if not each.reason.endswith(".")] == []


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.expr)
def test_the_states_are_what_they_are_called(truth: Truth, data: Backfilled) -> None:
    expr = truth.expr.replace("$chosen", f'job="{JOB}"')
    for state, holds in ((HEALTHY, truth.healthy), (BREACHED, truth.breached)):
        [(_, value)] = data.at(expr, state.now)
        assert holds(value), f"{value} when {state.name}"


def test_the_alerts_of_the_breach_are_those_that_are_meant(data: Backfilled) -> None:
    found = data.at(f'ALERTS{{job="{JOB}", alertstate="firing", severity="page"}}', BREACHED.now)
    assert {labels["alertname"] for labels, _ in found} >= {
        "OrchexKiloBridgeCircuitOpen",
        "OrchexKiloBridgeDown",
        "OrchexKiloUptimeBudgetBurn",
    }


def test_the_empty_organisation_is_read_and_holds_nothing(data: Backfilled) -> None:
    [(_, up)] = data.at(f'min(orchex_kilo_source_up{{job="{NEW}"}})', EMPTY.now)
    assert up == 1
    for family in (
        "orchex_kilo_repository_info",
        "cicd_pipeline_run_duration_seconds_count",
        "orchex_kilo_team_repositories",
    ):
        assert data.at(f'{family}{{job="{NEW}"}}', EMPTY.now) == []


def test_boards_for_leads_show_all_35_days(data: Backfilled) -> None:
    lines = [each for board in built() for each in questions(board) if each.range == LONG]
    asked = [each for each in lines if not each.target.as_of_now]
    late = set()
    for question in asked:
        first = min(points[0][0] for points in question.answer(data, HEALTHY) if points)
        if first > BEGINS + DAY:
            late.add((str(question.board), str(question.panel)))
    assert late == set(LATER)
    assert {str(each.board) for each in asked} == {SCORECARD, PHASES, RISKS}
