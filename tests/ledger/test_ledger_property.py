"""Whatever order polls arrive in, and however often, the ledger says the same."""

import tempfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.ledger import Ledger
from exporter.model import Facts, Repository, Result, Workflow
from tests.support.facts import INTEGRATED, LEGACY, NOW, change, run, state, sums

REPOSITORIES = [Repository("acme", "shop"), Repository("acme", "web"), Repository("", "builder")]
START = Facts(repositories=(state(INTEGRATED, REPOSITORIES[0]), state(LEGACY, REPOSITORIES[1])))


@st.composite
def runs(draw):
    """Of few keys, so that the same run comes often; what a run is follows from its key."""
    number, attempt = draw(st.integers(0, 12)), draw(st.integers(1, 2))
    return run(
        str(number),
        attempt=attempt,
        repository=REPOSITORIES[number % 3],
        pipeline=f"pipeline {number % 2}",
        result=list(Result)[(number + attempt) % len(Result)],
        workflow=list(Workflow)[number % 5 % 3],
        default_branch=number % 4 != 0,
        started_at=None if number % 6 == 0 else NOW - 60 + number,
        created_at=NOW - 64 + number // 3,  # some are created at the same moment
    )


changes = st.integers(0, 5).map(
    lambda number: change(str(number), repository=REPOSITORIES[number % 2], merged=NOW - number)
)
batches = st.lists(st.tuples(st.lists(runs(), max_size=6), st.lists(changes, max_size=3)), min_size=1, max_size=6)


def told(polls):
    """What a new ledger says after these polls."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
        ledger.record("acme", START, at=NOW, gap=60, succeeded=True)
        for new_runs, new_changes in polls:
            facts = Facts(runs=tuple(new_runs), changes=tuple(new_changes))
            ledger.record("acme", facts, at=NOW, gap=60, succeeded=True)
        return ledger.view("acme"), [ledger.run_results(0, workflow) for workflow in Workflow]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), polls=batches)
def test_any_order_and_any_repetition_say_the_same(data, polls):
    again = data.draw(st.lists(st.sampled_from(polls), max_size=4))
    other = data.draw(st.permutations(polls + again))
    view, results = told(polls)
    assert told(other) == (view, results)
    distinct = {(fact.repository, fact.run_id, fact.attempt): fact for batch, _ in polls for fact in batch}
    merged = {(fact.repository, fact.change_id): fact for _, batch in polls for fact in batch}
    assert view.totals == sums(*distinct.values(), *merged.values())
    assert sum(sum(counts.values()) for counts in results) == len(distinct)
