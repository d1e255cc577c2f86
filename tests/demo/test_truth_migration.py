"""The truth of criteria, phases, gates and shares, by hand on small cases."""

from collections import Counter

import pytest

from exporter.demo.catalogue import Standing
from exporter.demo.journal import Finished, Merged, Moved
from exporter.demo.journey import travelling
from exporter.demo.organisation import Organisation
from exporter.demo.programme import PROMISES
from exporter.demo.times import DAY, HOUR
from exporter.demo.truth import baselines, progress
from exporter.demo.truth.criteria import (
    bridge_operations,
    bridge_success,
    criteria,
    cycle_time_reduction,
    error_rate,
    performance_impact,
    uptime,
    violation_reduction,
)
from exporter.demo.truth.gates import EXITS, exits, gates
from exporter.demo.truth.phases import PhaseTruth, Planned, phases, planned, planned_share, slip
from exporter.demo.truth.standings import integrated_at
from exporter.migration.phases import ATTESTABLE, PHASES

START = 1_767_139_200  # a midnight


@pytest.fixture
def acme() -> Organisation:
    """Three repositories that stand still, and a journal to be written."""
    made = travelling(START, repositories=3)
    made.freeze()
    made.journal.finished.clear()
    made.journal.merged.clear()
    made.journal.moved.clear()
    return made


def at(acme: Organisation, day: float) -> None:
    acme.now = START + round(day * DAY)


def run(acme, day, seconds, result="success", workflow="legacy", name="payments-api"):
    end = START + round(day * DAY)
    number = len(acme.journal.finished) + 1
    acme.journal.finished.append(
        Finished(
            end,
            name,
            "CI",
            number,
            1,
            result,
            workflow,
            default_branch=True,
            created_at=end - seconds - 3,
            started_at=end - seconds,
        )
    )


def merge(acme, day, hours, name="payments-api"):
    end = START + round(day * DAY)
    acme.journal.merged.append(Merged(end, name, len(acme.journal.merged) + 1, end - round(hours * HOUR), end - HOUR))


def move(acme, day, standing, name="payments-api"):
    acme.journal.moved.append(Moved(START + round(day * DAY), name, standing))
    acme.repositories[name].standing = standing


def test_the_level_of_runs_is_each_repositorys_own_median_of_separate_successes_before_the_start(acme):
    for day, seconds in ((-9, 40), (-8, 50), (-7, 90), (1, 1000)):
        run(acme, day, seconds)
    run(acme, -6, 7, result="failure")
    run(acme, -6, 8, workflow="other")
    run(acme, -5, 20, name="ledger-service")
    assert baselines.run_levels(acme) == {"payments-api": 50, "ledger-service": 20}
    assert baselines.run_level(acme) == 45


def test_performance_is_the_median_of_integrated_successes_each_against_its_own_repository(acme):
    run(acme, -9, 50)
    run(acme, -9, 20, name="ledger-service")
    at(acme, 40)
    assert performance_impact(acme) is None
    run(acme, 9, 500, workflow="integrated")  # before the window
    run(acme, 20, 50, workflow="integrated")
    run(acme, 21, 55, workflow="integrated")
    run(acme, 22, 24, workflow="integrated", name="ledger-service")
    run(acme, 23, 990, workflow="integrated", result="failure")
    run(acme, 24, 990, workflow="integrated", name="checkout-web")  # without a level
    assert performance_impact(acme) == pytest.approx(0.1)


def test_a_change_counts_where_the_repository_was_integrated_at_the_merge_and_still_is(acme):
    for hours in (20, 30, 40):
        merge(acme, -3, hours)
    move(acme, 2, Standing.INTEGRATED)
    move(acme, 2, Standing.INTEGRATED, name="checkout-web")
    merge(acme, 1, 1)  # too early
    merge(acme, 3, 15)
    merge(acme, 3, 1, name="checkout-web")  # which goes back
    at(acme, 4)
    assert cycle_time_reduction(acme) == pytest.approx(1 - 8 / 30)
    move(acme, 4, Standing.ROLLED_BACK, name="checkout-web")
    assert cycle_time_reduction(acme) == pytest.approx(0.5)
    at(acme, 33.5)
    assert cycle_time_reduction(acme) is None


def test_the_standing_of_the_past_is_that_of_the_last_move_before(acme):
    move(acme, 2, Standing.INTEGRATED)
    move(acme, 5, Standing.ROLLED_BACK)
    found = [integrated_at(acme, "payments-api", START + day * DAY) for day in (1, 2, 4.9, 5, 9)]
    assert found == [False, True, True, False, False]


def test_uptime_between_two_looks_is_what_the_first_of_them_saw(acme):
    acme.health = [(START, frozenset()), (START + 10 * DAY, frozenset({"k2a"})), (START + 11 * DAY, frozenset())]
    at(acme, 20)
    assert uptime(acme, [acme.now]) is None
    assert uptime(acme, [START + day * DAY for day in (0, 5, 10, 15, 20)]) == 0.75
    assert uptime(acme, [START + day * DAY for day in range(21)]) == 0.95
    assert uptime(acme, [START + day * DAY for day in (0, 9, 12, 20)]) == 1
    at(acme, 40)
    assert uptime(acme, [START + day * DAY for day in range(41)]) == pytest.approx(29 / 30)


def test_bridge_operations_belong_to_the_look_that_read_them(acme):
    for day in range(1, 41):
        acme.bridges["k2a"].tallies.add(START + day * DAY - HOUR, 10, 1)
        acme.bridges["a2k"].tallies.add(START + day * DAY - HOUR, 90, 0)
    at(acme, 40)
    polls = [START + day * DAY for day in range(41)]
    assert bridge_operations(acme, "k2a", polls) == (310, 31)  # the look 30 days ago told of the day before
    assert bridge_operations(acme, "k2a", polls[38:]) == (20, 2)
    assert bridge_operations(acme, "k2a", polls[40:]) == (0, 0)
    assert bridge_success(acme, polls) == pytest.approx(0.99)
    assert bridge_success(acme, polls[40:]) is None


def test_errors_are_of_bridges_tasks_and_integrated_runs_that_ended_in_error_or_timeout(acme):
    at(acme, 30)
    acme.bridges["a2k"].tallies.add(START + 5 * DAY, 1000, 10)
    acme.tasks.tallies.add(START + 5 * DAY, 500, 5)
    results = ("success", "failure", "error", "timeout", "skip")
    for result in results:
        run(acme, 12, 40, result, "integrated")
        run(acme, 12, 40, result, "legacy")
    polls = [START, acme.now]
    assert error_rate(acme, polls) == pytest.approx((10 + 5 + 2) / (1000 + 500 + 4))


def test_violations_are_k2as_operations_of_all_repositories_in_the_observed_weeks(acme):
    acme.bridges["k2a"].tallies.add(START + 3 * DAY, 100, 0)
    acme.bridges["k2a"].tallies.add(START + 8 * DAY, 60, 0)
    at(acme, 14)
    assert violation_reduction(acme, [acme.now]) is None
    assert violation_reduction(acme, [START, acme.now]) == pytest.approx(1 - 160 / 3 / 2 / 25)
    assert violation_reduction(acme, [START + 7 * DAY, acme.now]) == pytest.approx(1 - 60 / 3 / 1 / 25)


def test_in_the_present_the_report_tells_of_violations():
    acme = Organisation(start=START)
    share = acme.truth.migrated_share()
    assert share == pytest.approx(13 / 33)
    told = round((25 - 17.5 * share) * 37)
    assert violation_reduction(acme, [acme.now]) == pytest.approx(1 - told / 37 / 25)


def test_in_the_present_every_criterion_has_data_and_levels_are_in_whole_seconds():
    acme = Organisation(start=START)
    acme.advance(START + 120)
    assert None not in criteria(acme, [START, START + 60, START + 120]).values()
    assert set(baselines.run_levels(acme).values()) == {float(baselines.run_level(acme))}
    assert isinstance(baselines.cycle_level(acme), int)


def test_without_a_history_there_are_no_levels():
    acme = Organisation(start=START, repositories=2, history_days=0)
    acme.journal.finished.clear()
    acme.journal.merged.clear()
    assert (baselines.run_level(acme), baselines.run_levels(acme), baselines.cycle_level(acme)) == (None, {}, None)


def test_teams_hold_every_repository_in_scope_once():
    acme = Organisation(start=START)
    found = progress.teams(acme)
    assert sum(found.values(), Counter()) == acme.truth.stages()
    assert found["risk"] == {"unknown": 1, "legacy": 2}
    assert progress.team_shares(acme)["payments"] == pytest.approx(1 / 3)


def test_the_pilot_is_as_good_as_its_newest_run_of_the_tools():
    acme = travelling(START)
    acme.freeze()
    acme.journal.finished.clear()
    names = ("payments-api", "identity-service", "storefront-web", "storefront-bff")
    for name in names:
        move(acme, 50, Standing.INTEGRATED, name)
        run(acme, 51, 40, workflow="integrated", name=name)
    assert progress.pilot_share(acme) == 1
    run(acme, 52, 40, workflow="other", result="failure", name=names[0])
    run(acme, 52, 40, workflow="integrated", result="failure", name=names[1])
    assert progress.pilot_share(acme) == 0.75
    move(acme, 53, Standing.ROLLED_BACK, names[2])
    assert progress.pilot_share(acme) == 0.5
    run(acme, 54, 40, workflow="integrated", name=names[1])
    assert progress.pilot_share(acme) == 0.75


def test_phases_and_their_plan(acme):
    at(acme, 21)
    found = phases(acme)
    assert found["assessment"] == PhaseTruth("done", START, START + 21 * DAY)
    assert found["preparation"] == PhaseTruth("current", START + 21 * DAY, None)
    assert found["pilot"] == PhaseTruth("pending", None, None)
    assert planned(acme)["expansion"] == Planned(START + 63 * DAY, START + 105 * DAY)
    assert planned(acme)["optimization"] == Planned(START + 140 * DAY, None)


@pytest.mark.parametrize(
    ("day", "share"), [(0, 0), (42, 0), (52.5, 2 / 15), (73.5, 0.4), (105, 0.8), (122.5, 0.9), (140, 1), (150, 1)]
)
def test_the_plan_wants_its_share(acme, day, share):
    at(acme, day)
    assert planned_share(acme) == pytest.approx(share)


def test_the_slip_is_of_the_beginning_or_of_a_phase_that_does_not_end(acme):
    days = {-1: 0, 0: 0, 41: -1, 62: -1, 106: 1, 107.5: 2.5, 108: 3, 140: 3, 141: 3, 142: 2, 170: 2}
    for day, late in days.items():
        at(acme, day)
        assert slip(acme) == late * DAY


def test_a_gate_is_blocked_by_what_does_not_hold_and_unknown_by_what_nobody_tells(acme):
    at(acme, 19)
    polls = [START, acme.now]
    assert exits(acme, polls)["assessment"] == {
        "checklist_complete": True,
        "plan_approved": None,
        "integration_points_identified": True,
    }
    assert (gates(acme, polls)["assessment"], gates(acme, polls)["preparation"]) == ("unknown", "blocked")
    at(acme, 21)
    assert gates(acme, polls)["assessment"] == "open"
    acme.health.append((START + 20 * DAY, frozenset({"a2k"})))
    assert exits(acme, polls)["preparation"]["infrastructure_operational"] is False


def test_the_truth_knows_every_exit_criterion_and_people_promise_only_what_they_may_attest():
    assert {spec.phase: tuple(each.key for each in spec.exit_criteria) for spec in PHASES} == EXITS
    assert {(promise.phase, promise.criterion) for promise in PROMISES} <= ATTESTABLE
