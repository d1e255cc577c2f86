"""How much slower runs are than their repositories' baselines, and how long changes take: exact medians."""

import tempfile
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.answers import Median, Slowdown
from exporter.ledger import Ledger
from exporter.model import Facts, Repository, Result, Workflow
from tests.support.facts import DAY, HOUR, INTEGRATED, LEGACY, NOW, SHOP, WEB, change, state
from tests.support.facts import run as run_now

BACK = Repository("acme", "back")


def run(run_id, seconds, repository=SHOP, **changes):
    ended = changes.get("ended", NOW)
    return run_now(run_id, **{"repository": repository, "started_at": ended - seconds, **changes})


def record(ledger, *runs, source="acme", **facts):
    ledger.record(source, Facts(runs=runs, **facts), at=NOW, gap=60, succeeded=True)


def measure(ledger, seconds, source="acme"):
    """Freezes a baseline of one run a repository."""
    runs = tuple(run("1", each, name, workflow=Workflow.LEGACY) for name, each in seconds.items())
    ledger.sample(source, Facts(runs=runs), begin=0, end=NOW + 1)
    ledger.freeze(begin=0, end=NOW + 1, at=NOW)


def slowdown(ledger, since, *among, **given):
    (found,) = ledger.slowdowns([since], *among, **given)
    return found


def test_each_run_is_held_against_its_own_repository_s_baseline(ledger):
    measure(ledger, {SHOP: 100.0, WEB: 10.0})
    record(ledger, run("1", 110), run("2", 130), run("1", 9, WEB), run("2", 12, WEB), run("3", 40, WEB))
    assert slowdown(ledger, 0) == Slowdown(Median(1.2, 5, 2), without_baseline=0)


def test_of_an_even_number_the_mean_of_the_middle_two_counts(ledger):
    measure(ledger, {SHOP: 100.0})
    record(ledger, run("1", 50), run("2", 100), run("3", 125), run("4", 900))
    assert slowdown(ledger, 0) == Slowdown(Median(1.125, 4, 1))


def test_the_median_of_a_repository_s_samples_is_its_baseline(ledger):
    samples = [run(str(number), seconds, workflow=Workflow.LEGACY) for number, seconds in enumerate((1, 7, 9, 90))]
    ledger.sample("acme", Facts(runs=(*samples, run("1", 4, WEB, workflow=Workflow.LEGACY))), begin=0, end=NOW + 1)
    ledger.freeze(begin=0, end=NOW + 1, at=NOW)
    record(ledger, run("1", 8))
    assert slowdown(ledger, 0).ratio == Median(1.0, 1, 1)
    record(ledger, run("1", 16, WEB), run("2", 24, WEB))
    assert slowdown(ledger, 0).ratio == Median(4.0, 3, 2)


def test_a_repository_without_baseline_is_counted_and_not_compared(ledger):
    measure(ledger, {SHOP: 100.0})
    record(ledger, run("1", 100), run("1", 900, WEB), run("2", 900, WEB), run("1", 900, BACK))
    assert slowdown(ledger, 0) == Slowdown(Median(1.0, 1, 1), without_baseline=2)
    assert slowdown(ledger, NOW + 1) == Slowdown()


def test_without_any_baseline_there_is_no_ratio(ledger):
    record(ledger, run("1", 100))
    assert slowdown(ledger, 0) == Slowdown(None, without_baseline=1)


def test_nothing_is_compared_with_a_baseline_of_no_time(ledger):
    measure(ledger, {SHOP: 0.0})
    record(ledger, run("1", 100))
    assert slowdown(ledger, 0) == Slowdown(None, without_baseline=1)


def test_a_given_baseline_takes_the_place_of_all(ledger):
    measure(ledger, {SHOP: 100.0})
    record(ledger, run("1", 50), run("1", 75, WEB), run("1", 100, BACK))
    assert slowdown(ledger, 0, given=50.0) == Slowdown(Median(1.5, 3, 3))
    assert slowdown(ledger, NOW + 1, given=50.0) == Slowdown()


@pytest.mark.parametrize(
    "other",
    [
        run("2", 900, result=Result.FAILURE),
        run("2", 900, result=Result.CANCELLATION),
        run("2", 900, workflow=Workflow.LEGACY),
        run("2", 900, workflow=Workflow.OTHER),
        run("2", 900, ended=NOW - HOUR - 1),
    ],
)
def test_only_good_integrated_runs_of_the_window_count(ledger, other):
    measure(ledger, {SHOP: 100.0})
    record(ledger, run("1", 110, ended=NOW - HOUR), other)
    assert slowdown(ledger, NOW - HOUR) == Slowdown(Median(1.1, 1, 1))


@pytest.mark.parametrize(
    ("started_at", "ratio"), [(NOW - 60, 1.2), (None, 1.28), (NOW + 5, 0.0)], ids=["start", "creation", "clock"]
)
def test_a_run_lasts_from_its_start_or_creation_and_never_less_than_nothing(ledger, started_at, ratio):
    measure(ledger, {SHOP: 50.0})
    record(ledger, run_now(started_at=started_at))
    assert slowdown(ledger, 0).ratio == Median(ratio, 1, 1)


def test_sources_are_apart(ledger):
    measure(ledger, {SHOP: 100.0})
    record(ledger, run("1", 100))
    record(ledger, run("1", 300), run("2", 300), source="other")
    assert slowdown(ledger, 0) == Slowdown(Median(1.0, 1, 1), without_baseline=1)
    assert slowdown(ledger, 0, ["other", "unheard"]) == Slowdown(None, without_baseline=1)
    assert slowdown(ledger, 0, ["other"], given=100.0) == Slowdown(Median(3.0, 2, 1))
    assert slowdown(ledger, 0, []) == Slowdown()


def test_each_window_has_its_own_median_whatever_the_others_have(ledger):
    measure(ledger, {SHOP: 100.0, WEB: 10.0})
    old = [run("1", 100, ended=NOW - 3 * DAY), run("2", 120, ended=NOW - 2 * DAY), run("1", 900, BACK, ended=NOW - DAY)]
    record(ledger, *old, run("1", 11, WEB, ended=NOW - 30 * HOUR), run("3", 150), run("4", 150), run("2", 13, WEB))
    every = [NOW, NOW - HOUR, NOW - DAY, NOW - 2 * DAY, NOW - 3 * DAY, NOW + 1]
    newest = Median(1.5, 3, 2)
    assert ledger.slowdowns(every) == [
        Slowdown(newest),
        Slowdown(newest),
        Slowdown(newest, without_baseline=1),
        Slowdown(Median(1.3, 5, 2), without_baseline=1),
        Slowdown(Median(1.25, 6, 2), without_baseline=1),
        Slowdown(),
    ]
    assert ledger.slowdowns(every) == [slowdown(ledger, since) for since in every]
    given = ledger.slowdowns(every, given=10.0)
    assert given == [slowdown(ledger, since, given=10.0) for since in every]
    assert [each.ratio and each.ratio.count for each in given] == [3, 3, 4, 6, 7, None]


def merged(change_id, seconds, repository=SHOP, at=NOW):
    return change(change_id, repository=repository, merged=at, first_commit_at=at - seconds)


def integrated(ledger, *repositories, at=NOW - DAY):
    states = tuple(state(INTEGRATED, repository) for repository in repositories)
    ledger.record("acme", Facts(repositories=states), at=at, gap=60, succeeded=True)


def test_lead_time_is_of_changes_merged_while_integrated(ledger):
    integrated(ledger, SHOP, at=NOW - DAY)
    record(ledger, repositories=(state(LEGACY, WEB),))
    before, at_once = merged("1", 9000, at=NOW - DAY - 1), merged("2", 100, at=NOW - DAY)
    record(ledger, changes=(before, at_once, merged("3", 300), merged("1", 9000, WEB), merged("1", 9000, BACK)))
    assert ledger.lead_time(0) == Median(200, 2, 1)
    assert ledger.lead_time(NOW) == Median(300, 1, 1)
    assert ledger.lead_time(NOW + 1) is None


@pytest.mark.parametrize("evidence", [LEGACY, None])
def test_lead_time_is_of_repositories_that_are_integrated_now(ledger, evidence):
    integrated(ledger, SHOP, WEB)
    record(ledger, changes=(merged("1", 100), merged("1", 900, WEB)))
    assert ledger.lead_time(0) == Median(500, 2, 2)
    record(ledger, repositories=(state(evidence, WEB),))
    assert ledger.lead_time(0) == Median(100, 1, 1)


def test_lead_time_is_never_less_than_nothing(ledger):
    integrated(ledger, SHOP)
    record(ledger, changes=(merged("1", -50), merged("2", 30)))
    assert ledger.lead_time(0) == Median(15, 2, 1)


def test_lead_times_of_sources_are_apart(ledger):
    integrated(ledger, SHOP)
    record(ledger, changes=(merged("1", 100),))
    record(ledger, changes=(merged("1", 900),), source="other")
    assert ledger.lead_time(0) == Median(100, 1, 1)
    assert ledger.lead_time(0, ["other"]) is None
    assert ledger.lead_time(0, []) is None


seconds = st.integers(-20, 400)
durations = st.dictionaries(st.sampled_from([SHOP, WEB, BACK]), st.lists(seconds, max_size=7), max_size=3)
levels = st.dictionaries(st.sampled_from([SHOP, WEB, BACK]), st.integers(1, 200), max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(durations, levels)
def test_the_median_is_that_of_all_ratios(lasted, baselines):
    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
        measure(ledger, baselines)
        runs = [run(str(number), each, name) for name, all_ in lasted.items() for number, each in enumerate(all_)]
        record(ledger, *runs)
        told = slowdown(ledger, 0)
    ratios = [each.duration / baselines[each.repository] for each in runs if each.repository in baselines]
    names = {each.repository for each in runs}
    assert told.without_baseline == len(names - baselines.keys())
    assert told.ratio == (
        Median(pytest.approx(median(ratios)), len(ratios), len(names & baselines.keys())) if ratios else None
    )
