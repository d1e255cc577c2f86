"""Which changes a deployment deploys: each by the first since its merge, once, whoever is told first."""

import tempfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.answers import CycleEnd, Median
from exporter.ledger import Ledger, deployments
from exporter.model import Facts, Repository
from exporter.totals import Family
from tests.support.facts import DAY, HOUR, INTEGRATED, LEGACY, MINUTE, NOW, SHOP, WEB, change, deployment, state

MERGED = NOW - HOUR


def record(ledger, source="acme", *, at=NOW, **facts):
    ledger.record(source, Facts(**facts), at=at, gap=60, succeeded=True)


def deployed(ledger, source="acme", repository=SHOP):
    """How many changes of a repository are deployed, and their seconds since the first commit."""
    totals = ledger.view(source).totals
    of = (repository.owner, repository.name)
    return totals.get(Family.DEPLOYED, {}).get(of, 0), totals.get(Family.DEPLOYED_SECONDS, {}).get(of, 0)


def merged(change_id="1", at=MERGED, lead=HOUR, **changes):
    return change(change_id, merged=at, first_commit_at=at - lead, **changes)


TOLD = {
    "together": [{"changes": (merged(),), "deployments": (deployment(),)}],
    "the change first": [{"changes": (merged(),)}, {"deployments": (deployment(),)}],
    "the deployment first": [{"deployments": (deployment(),)}, {"changes": (merged(),)}],
}


@pytest.mark.parametrize("polls", TOLD.values(), ids=TOLD)
def test_a_change_is_deployed_whichever_of_the_two_is_told_first(ledger, polls):
    for poll in polls:
        record(ledger, **poll)
    totals = ledger.view("acme").totals
    assert totals[Family.DEPLOYMENTS] == {("acme",): 1}
    assert totals[Family.DEPLOYED] == {("acme", "shop"): 1}
    assert totals[Family.DEPLOYED_SECONDS] == {("acme", "shop"): 2 * HOUR}
    assert totals[Family.DEPLOYED_BUCKETS] == {("acme", "14400.0"): 1}
    assert totals[Family.LEAD_SECONDS] == {("acme", "shop"): HOUR}


def test_what_is_told_again_changes_nothing(ledger):
    facts = {"changes": (merged(), merged("2")), "deployments": (deployment(), deployment())}
    record(ledger, **facts)
    before = ledger.view("acme")
    record(ledger, **facts)
    record(ledger, deployments=(replace(deployment(), begun_at=MERGED, finished_at=MERGED + 1),))
    assert ledger.view("acme") == before
    assert deployed(ledger) == (2, 4 * HOUR)


def test_one_that_began_before_the_merge_does_not_deploy_it(ledger):
    just_before = deployment("1", begun_at=MERGED - 1, ended=NOW - 10)
    record(ledger, changes=(merged(),), deployments=(just_before,))
    assert deployed(ledger) == (0, 0)
    record(ledger, deployments=(deployment("2", begun_at=MERGED, ended=MERGED + 5),))
    assert deployed(ledger) == (1, HOUR + 5)


def test_the_first_since_the_merge_deploys_and_the_next_only_what_came_after(ledger):
    one, two = (deployment(str(n), ended=MERGED + n * 10 * MINUTE) for n in (1, 2))
    record(ledger, changes=(merged("1"), merged("2", at=MERGED + 11 * MINUTE)), deployments=(two, one))
    assert deployed(ledger) == (2, 2 * HOUR + 10 * MINUTE + 9 * MINUTE)
    record(ledger, changes=(merged("3", at=MERGED + 5 * MINUTE),))
    assert deployed(ledger) == (3, 3 * HOUR + (10 + 9 + 5) * MINUTE)
    assert ledger.view("acme").totals[Family.DEPLOYMENTS] == {("acme",): 2}


def test_what_was_counted_stays_when_an_earlier_deployment_comes_to_be_known(ledger):
    record(ledger, changes=(merged(),), deployments=(deployment("2"),))
    before = deployed(ledger)
    record(ledger, deployments=(deployment("1", ended=NOW - 10 * MINUTE),))
    assert deployed(ledger) == before == (1, 2 * HOUR)


def test_repositories_and_sources_are_apart(ledger):
    record(ledger, changes=(merged(), merged(repository=WEB)))
    record(ledger, "other", changes=(merged(),), deployments=(deployment(repository=WEB),))
    record(ledger, deployments=(deployment(repository=WEB),))
    assert deployed(ledger) == deployed(ledger, "other") == (0, 0)
    assert deployed(ledger, repository=WEB) == (1, 2 * HOUR)
    assert ledger.view("other").totals[Family.DEPLOYMENTS] == {("acme/front",): 1}


def test_a_deployment_never_takes_less_than_nothing(ledger):
    record(ledger, changes=(merged(lead=-DAY),), deployments=(deployment(),))
    assert deployed(ledger) == (1, 0)


def test_of_many_repositories_each_finds_its_own(ledger):
    names = [Repository("acme", f"r{number}") for number in range(40)]
    changes = tuple(merged(repository=name) for name in names)
    record(ledger, changes=changes, deployments=tuple(deployment(repository=name) for name in names[1:]))
    totals = ledger.view("acme").totals
    assert totals[Family.DEPLOYED] == {(name.owner, name.name): 1 for name in names[1:]}


def test_a_poll_that_cannot_be_kept_deploys_nothing(ledger):
    record(ledger, changes=(merged(),))
    with pytest.raises(Exception, match="cannot hold"):
        record(ledger, deployments=(deployment(),), marks={"a": "lone \ud800 surrogate"})
    assert deployed(ledger) == (0, 0)
    record(ledger, deployments=(deployment(),))
    assert deployed(ledger) == (1, 2 * HOUR)


def test_what_was_pruned_is_not_counted_again(url):
    facts = {"changes": (merged(),), "deployments": (deployment(),)}
    with Ledger.open(url, retention=DAY) as ledger:
        record(ledger, **facts)
        before = ledger.view("acme").totals
        ledger.prune(NOW + DAY + 1)
        with ledger._database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM deployments").scalar() == 0
        record(ledger, at=NOW + DAY + 1, **facts)
        assert ledger.view("acme").totals == before
        record(ledger, at=NOW + DAY + 1, deployments=(deployment("2", ended=NOW - DAY),))
        assert ledger.view("acme").totals == before


def test_it_is_looked_for_by_index_alone(file):
    """A ledger holds a million runs' changes: no poll may read them all."""
    with Ledger.open(f"sqlite:///{file}") as ledger, ledger._database.reading() as connection:
        text = f"EXPLAIN QUERY PLAN {deployments.WAITING.compile(connection)}"
        steps = [row[3] for row in connection.exec_driver_sql(text, ("acme", "acme", "shop", 1, 0))]
    assert "SEARCH changes USING PRIMARY KEY (source=? AND owner=? AND name=?)" in steps
    assert any("deployments_by_beginning (source=? AND owner=? AND name=? AND begun_at>?)" in step for step in steps)
    assert not [step for step in steps if step.startswith(("SCAN changes", "SCAN deployments"))]


def test_lead_time_until_deployment_is_of_what_was_deployed_in_the_window(ledger):
    record(ledger, at=NOW - DAY, repositories=(state(INTEGRATED), state(LEGACY, WEB)))
    before = merged("0", at=NOW - DAY - MINUTE)
    changes = (before, merged("1"), merged("2", lead=3 * HOUR), merged("3", at=NOW), merged("1", repository=WEB))
    record(ledger, changes=changes, deployments=(deployment(), deployment(repository=WEB)))
    assert ledger.lead_time(0, until=CycleEnd.DEPLOYED) == Median(3 * HOUR, 2, 1)
    assert ledger.lead_time(NOW, until=CycleEnd.DEPLOYED) == Median(3 * HOUR, 2, 1)
    assert ledger.lead_time(NOW + 1, until=CycleEnd.DEPLOYED) is None
    assert ledger.lead_time(0, ["other"], CycleEnd.DEPLOYED) is None
    assert ledger.lead_time(0) == Median(HOUR, 3, 1)


numbers = st.integers(0, 7)
told_changes = numbers.map(lambda n: merged(str(n), at=NOW - 1000 + 60 * n, repository=(SHOP, WEB)[n % 2]))
told_deployments = numbers.map(
    lambda n: deployment(str(n), begun_at=NOW - 1000 + 70 * n, ended=NOW - 990 + 70 * n, repository=(SHOP, WEB)[n // 4])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(told_changes, max_size=8),
    told=st.lists(told_deployments, max_size=8),
    cuts=st.lists(st.integers(0, 8), min_size=2, max_size=2),
    late=st.booleans(),
)
def test_however_polls_are_cut_each_change_is_deployed_once_by_the_first(changes, told, cuts, late):
    """Deployments come in the order in which they began, as hosts tell them, and all of it twice."""
    in_order = sorted(told, key=lambda each: each.begun_at)
    one, two = sorted(cuts)
    parts = [in_order[:one], in_order[one:two], in_order[two:]]
    merges = [[], [], changes] if late else [changes, [], []]
    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
        for _ in range(2):
            for some, part in zip(merges, parts, strict=True):
                record(ledger, changes=tuple(some), deployments=tuple(part))
        totals = ledger.view("acme").totals
    seconds = {}
    for each in set(changes):
        ends = [d.finished_at for d in in_order if d.repository == each.repository and d.begun_at >= each.merged_at]
        if ends:
            name = (each.repository.owner, each.repository.name)
            seconds.setdefault(name, []).append(ends[0] - each.first_commit_at)
    assert totals.get(Family.DEPLOYED, {}) == {name: len(each) for name, each in seconds.items()}
    assert totals.get(Family.DEPLOYED_SECONDS, {}) == {name: pytest.approx(sum(each)) for name, each in seconds.items()}
