"""Which totals facts change, and by how much."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.model import BridgeReading, Change, Component, Deployment, Health, Repository, Result, Run, Workflow
from exporter.totals import (
    EXPECTED_RESULTS,
    KNOWN_RESULTS,
    LEAD_TIME_BUCKETS,
    RUN_BUCKETS,
    BridgeCounts,
    BridgeDelta,
    Family,
    Increment,
    bridge_delta,
    bucket_of,
    of_bridge,
    of_change,
    of_deployed,
    of_deployment,
    of_run,
)

REPOSITORY = Repository("acme", "shop")


def a_run(
    result: Result = Result.SUCCESS, workflow: Workflow = Workflow.INTEGRATED, started_at: float | None = 1010.0
) -> Run:
    return Run(REPOSITORY, "CI", "7", 1, result, workflow, True, 1000.0, started_at, 1100.0)  # noqa: FBT003  # a default branch


def reading(
    events: int | None = None,
    errors: int | None = None,
    validations: int | None = None,
    templates: int | None = None,
) -> BridgeReading:
    return BridgeReading(
        Component.A2K,
        active=True,
        health=Health.HEALTHY,
        events=events,
        errors=errors,
        validations=validations,
        templates_served=templates,
    )


def added(increments: object) -> dict[Family, dict[tuple[str, ...], float]]:
    sums: dict[Family, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    for family, labels, amount in increments:  # type: ignore[attr-defined]  # an iterator of increments
        sums[family][labels] += amount
    return sums


# Runs and changes


def test_a_run_is_counted_once_in_each_family() -> None:
    sums = added(of_run(a_run()))
    assert sums == {
        Family.RUNS: {
            ("acme", "shop", "CI", "success"): 1,
            ("acme", "shop", "CI", "failure"): 0,
            ("acme", "shop", "CI", "error"): 0,
        },
        Family.RUN_SECONDS: {
            ("acme", "shop", "CI", "success"): 90,
            ("acme", "shop", "CI", "failure"): 0,
            ("acme", "shop", "CI", "error"): 0,
        },
        Family.RUN_BUCKETS: {("acme", "CI", "success", "120.0"): 1},
        Family.RUN_OWNER_SECONDS: {("acme", "CI", "success"): 90},
        Family.QUEUED_RUNS: {("acme", "CI"): 1},
        Family.QUEUED_SECONDS: {("acme", "CI"): 10},
        Family.WORKFLOW_RUNS: {
            ("integrated", "success"): 1,
            ("integrated", "failure"): 0,
            ("integrated", "error"): 0,
            ("integrated", "timeout"): 0,
            ("integrated", "cancellation"): 0,
            ("integrated", "skip"): 0,
        },
    }


def test_a_run_without_a_start_says_nothing_of_queueing() -> None:
    sums = added(of_run(a_run(started_at=None)))
    assert Family.QUEUED_RUNS not in sums
    assert Family.QUEUED_SECONDS not in sums
    assert sums[Family.RUN_OWNER_SECONDS] == {("acme", "CI", "success"): 100}


@pytest.mark.parametrize("result", list(Result))
def test_expected_results_are_known_before_they_happen(result: Result) -> None:
    increments = list(of_run(a_run(result)))
    runs = added(increments)[Family.RUNS]
    assert {labels[-1] for labels in runs} == {*EXPECTED_RESULTS, result}
    assert sum(runs.values()) == 1
    assert runs["acme", "shop", "CI", result] == 1
    zeros = [index for index, one in enumerate(increments) if one.family is Family.RUNS and one.amount == 0]
    assert zeros == [0, 2, 4], "a series is made known before it is counted"


@pytest.mark.parametrize("result", list(Result))
def test_every_result_of_a_workflow_is_known_from_its_first_run_on(result: Result) -> None:
    runs = added(of_run(a_run(result, Workflow.LEGACY)))[Family.WORKFLOW_RUNS]
    known = {("legacy", each): 0 for each in Result if each is not Result.UNKNOWN}
    assert runs == {**known, ("legacy", result): 1}
    assert len(KNOWN_RESULTS) == len(Result) - 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(Result)), max_size=20))
def test_as_many_runs_are_counted_as_there_were(results: list[Result]) -> None:
    sums = added(one for result in results for one in of_run(a_run(result)))
    counted = {labels[-1]: amount for labels, amount in sums[Family.RUNS].items() if amount}
    assert counted == Counter(results)
    for family in (Family.RUN_BUCKETS, Family.WORKFLOW_RUNS, Family.QUEUED_RUNS):
        assert sum(sums[family].values()) == len(results)


def test_a_change_is_counted_with_its_lead_time() -> None:
    assert list(of_change(Change(REPOSITORY, "12", 0.0, 100.0, 5000.0))) == [
        Increment(Family.CHANGES, ("acme", "shop"), 1),
        Increment(Family.LEAD_SECONDS, ("acme", "shop"), 5000.0),
        Increment(Family.LEAD_BUCKETS, ("acme", "14400.0"), 1),
    ]


def test_an_authors_clock_cannot_make_a_lead_time_negative() -> None:
    sums = added(of_change(Change(REPOSITORY, "12", 9000.0, 100.0, 5000.0)))
    assert sums[Family.LEAD_SECONDS] == {("acme", "shop"): 0}
    assert sums[Family.LEAD_BUCKETS] == {("acme", "3600.0"): 1}


@pytest.mark.parametrize(
    ("value", "bucket"), [(0, "10.0"), (10, "10.0"), (10.001, "30.0"), (21600, "21600.0"), (21601, "+Inf")]
)
def test_a_bucket_holds_its_own_bound(value: float, bucket: str) -> None:
    assert bucket_of(value, RUN_BUCKETS) == bucket


@settings(deadline=None)
@given(st.floats(0, 1e9), st.sampled_from([RUN_BUCKETS, LEAD_TIME_BUCKETS]))
def test_a_value_is_in_the_smallest_bucket_that_holds_it(value: float, bounds: tuple[float, ...]) -> None:
    bound = float(bucket_of(value, bounds))
    assert value <= bound
    assert all(value > smaller for smaller in bounds if smaller < bound)


def test_bounds_rise() -> None:
    for bounds in (RUN_BUCKETS, LEAD_TIME_BUCKETS):
        assert list(bounds) == sorted(set(bounds))


# Bridges

NOTHING = BridgeDelta(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("before", "now", "delta"),
    [
        (None, reading(1000, 10, 5, 5), NOTHING),
        (BridgeCounts(100, 1, 5, 6), reading(110, 2, 8, 6), BridgeDelta(10, 1, 3, 0)),
        (BridgeCounts(100, 1, 5, 6), reading(100, 1, 5, 6), NOTHING),
        # a restart: every counter began at 0 again, also one that has overtaken its old value
        (BridgeCounts(100, 1, 5, 6), reading(7, 3, 0, 9), BridgeDelta(7, 3, 0, 9)),
        (BridgeCounts(100, 5, None, None), reading(120, 2), BridgeDelta(120, 2, 0, 0)),
        # what is not reported, or was not, is not counted
        (BridgeCounts(None, None, None, None), reading(50, 2, 3, 4), NOTHING),
        (BridgeCounts(50, 2, 3, 4), reading(), NOTHING),
        (BridgeCounts(None, 2, None, None), reading(50, 3), BridgeDelta(1, 1, 0, 0)),
        # errors are operations, also for a bridge that counts only those
        (BridgeCounts(None, 2, None, None), reading(None, 6), BridgeDelta(4, 4, 0, 0)),
        (BridgeCounts(10, 2, None, None), reading(11, 6), BridgeDelta(4, 4, 0, 0)),
    ],
)
def test_what_a_bridge_did_between_two_looks(
    before: BridgeCounts | None, now: BridgeReading, delta: BridgeDelta
) -> None:
    assert bridge_delta(before, now) == delta


maybe = st.none() | st.integers(0, 10**6)


@settings(deadline=None)
@given(st.tuples(maybe, maybe, maybe, maybe), st.tuples(maybe, maybe, maybe, maybe))
def test_a_bridge_never_did_less_than_nothing(before: tuple[int | None, ...], now: tuple[int | None, ...]) -> None:
    delta = bridge_delta(BridgeCounts(*before), reading(*now))
    assert min(delta.operations, delta.errors, delta.validations, delta.templates) >= 0
    assert delta.errors <= delta.operations


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), min_size=1))
def test_totals_equal_what_happened_as_far_as_it_could_be_seen(polls: list[tuple[int, int, bool]]) -> None:
    """A bridge that works and restarts: what it counted after our first look is what we counted."""
    events = errors = 0
    before = BridgeCounts(0, 0, None, None)
    counted = truth = 0
    for good, failed, restarts in polls:
        if restarts:
            events = errors = 0
        events, errors = events + good + failed, errors + failed
        counted += bridge_delta(before, reading(events, errors)).operations
        if restarts and events >= (before.events or 0) and errors >= (before.errors or 0):
            return  # a restart that nobody could see: the new counts are beyond the old ones
        truth += good + failed
        before = BridgeCounts(events, errors, None, None)
    assert counted == truth


def test_only_what_a_bridge_reports_has_totals() -> None:
    delta = BridgeDelta(4, 1, 2, 3)
    assert added(of_bridge(reading(), delta)) == {}
    assert added(of_bridge(reading(errors=1), delta)) == {
        Family.BRIDGE_OPERATIONS: {("a2k",): 4},
        Family.BRIDGE_ERRORS: {("a2k",): 1},
    }
    assert added(of_bridge(reading(1, 1, 1, 1), delta)) == {
        Family.BRIDGE_OPERATIONS: {("a2k",): 4},
        Family.BRIDGE_ERRORS: {("a2k",): 1},
        Family.BRIDGE_VALIDATIONS: {("a2k",): 2},
        Family.BRIDGE_TEMPLATES: {("a2k",): 3},
    }


def test_a_bridge_that_did_nothing_is_known() -> None:
    assert added(of_bridge(reading(5, 0), NOTHING))[Family.BRIDGE_OPERATIONS] == {("a2k",): 0}


# Deployments


def test_a_deployment_is_counted_by_its_owner_alone() -> None:
    assert added(of_deployment(Deployment(REPOSITORY, "7", 10.0, 20.0))) == {Family.DEPLOYMENTS: {("acme",): 1}}


@pytest.mark.parametrize(
    ("at", "seconds", "bucket"), [(4600.0, 3600.0, "3600.0"), (4601.0, 3601.0, "14400.0"), (900.0, 0.0, "3600.0")]
)
def test_a_deployed_change_adds_the_time_since_its_first_commit(at: float, seconds: float, bucket: str) -> None:
    change = Change(REPOSITORY, "1", first_commit_at=1000.0, opened_at=1100.0, merged_at=1200.0)
    assert added(of_deployed(change, at)) == {
        Family.DEPLOYED: {("acme", "shop"): 1},
        Family.DEPLOYED_SECONDS: {("acme", "shop"): seconds},
        Family.DEPLOYED_BUCKETS: {("acme", bucket): 1},
    }
