"""Repositories as they are now: unknown is not "not migrated", and a roll-back is remembered."""

import pytest

from exporter.answers import RepositoryView
from exporter.ledger import Ledger
from exporter.model import ActiveRuns, Evidence, Facts, Repository, Result, Stage, Workflow
from exporter.totals import Family
from tests.support.facts import INTEGRATED, LEGACY, NOW, SHOP, WEB, run, state


def record(ledger, at=NOW, source="acme", **facts):
    ledger.record(source, Facts(**facts), at=at, gap=60.0, succeeded=True)


def stages(ledger):
    return {view.repository: view.stage for view in ledger.view("acme").repositories}


def test_a_repository_is_as_it_was_last_read(ledger):
    record(ledger, repositories=(state(LEGACY), state(Evidence(integrated_config=True), WEB)))
    assert ledger.view("acme").repositories == (
        RepositoryView(SHOP, Stage.LEGACY, template=False, source="acme"),
        RepositoryView(WEB, Stage.PARTIAL, template=False, source="acme"),
    )
    record(ledger, repositories=(state(INTEGRATED),))
    assert ledger.view("acme").repositories[0] == RepositoryView(SHOP, Stage.INTEGRATED, template=True, source="acme")


def test_what_cannot_be_read_is_unknown(ledger):
    record(ledger, repositories=(state(INTEGRATED),))
    record(ledger, repositories=(state(None),))
    assert ledger.view("acme").repositories == (RepositoryView(SHOP, Stage.UNKNOWN, template=None, source="acme"),)


def test_a_roll_back_is_seen_across_restarts_and_unreadable_times(url):
    for evidence, expected in (
        (LEGACY, Stage.LEGACY),
        (INTEGRATED, Stage.INTEGRATED),
        (None, Stage.UNKNOWN),
        (LEGACY, Stage.ROLLED_BACK),
        (Evidence(), Stage.ROLLED_BACK),
        (INTEGRATED, Stage.INTEGRATED),
        (Evidence(integrated_config=True), Stage.ROLLED_BACK),
    ):
        with Ledger.open(url) as ledger:
            record(ledger, repositories=(state(evidence),))
            assert stages(ledger) == {SHOP: expected}


@pytest.mark.parametrize(
    ("states", "since"),
    [
        pytest.param([LEGACY, INTEGRATED, INTEGRATED], 2, id="the first look that saw it"),
        pytest.param([LEGACY, INTEGRATED, None, INTEGRATED], 2, id="not read for a while"),
        pytest.param([LEGACY, INTEGRATED, LEGACY], 2, id="rolled back"),
        pytest.param([LEGACY, INTEGRATED, LEGACY, LEGACY, INTEGRATED, INTEGRATED], 5, id="repaired"),
    ],
)
def test_since_when_a_repository_is_integrated_or_last_was(ledger, states, since):
    for at, evidence in enumerate(states, 1):
        record(ledger, at=NOW + at, repositories=(state(evidence),))
    with ledger._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT integrated_at FROM repositories").scalars().all() == [NOW + since]


def ran(minutes_ago, workflow=Workflow.INTEGRATED, **changes):
    return run(str(minutes_ago), ended=NOW - 60 * minutes_ago, workflow=workflow, **changes)


@pytest.mark.parametrize(
    ("runs", "since"),
    [
        pytest.param([], 0, id="no run: when it was first seen"),
        pytest.param([ran(30), ran(20), ran(10)], 30, id="its first integrated run"),
        pytest.param(
            [ran(30), ran(20, Workflow.LEGACY), ran(10), ran(5)], 10, id="since the last of the separate tools"
        ),
        pytest.param([ran(30, Workflow.LEGACY), ran(10), ran(5, Workflow.OTHER)], 10, id="other runs say nothing"),
        pytest.param([ran(30, default_branch=False), ran(10)], 10, id="nor do other branches"),
        pytest.param([ran(20), ran(10, repository=WEB)], 20, id="nor other repositories"),
    ],
)
def test_what_was_integrated_before_anybody_looked_is_so_since_its_runs_say_so(ledger, runs, since):
    record(ledger, runs=tuple(runs), repositories=(state(INTEGRATED),))
    record(ledger, at=NOW + 60, runs=(ran(50),), repositories=(state(INTEGRATED),))
    begun = NOW if not runs else NOW - 60 * since - 64
    with ledger._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT integrated_at FROM repositories").scalars().all() == [begun]


def test_what_leaves_the_scope_is_forgotten_but_never_its_totals(ledger):
    both = (SHOP, WEB)
    record(
        ledger,
        scope=frozenset(both),
        repositories=tuple(state(INTEGRATED, repository) for repository in both),
        runs=tuple(run(repository=repository) for repository in both),
        active=tuple(ActiveRuns(repository, executing=1) for repository in both),
    )
    before = ledger.view("acme")
    record(ledger, scope=frozenset([SHOP]))
    view = ledger.view("acme")
    assert view.repositories == before.repositories[:1]
    assert view.active == (ActiveRuns(SHOP, executing=1),)
    assert view.totals == before.totals
    record(ledger, at=NOW + 60, scope=frozenset(both), repositories=(state(LEGACY, WEB),))
    assert ledger.view("acme").repositories[1] == RepositoryView(WEB, Stage.LEGACY, template=False, source="acme")


def test_a_repository_back_in_scope_is_active_again_without_counting_again(ledger):
    both = frozenset([SHOP, WEB])
    record(ledger, scope=both, runs=(run(repository=WEB),))
    before = ledger.view("acme")
    record(ledger, scope=frozenset([SHOP]))
    record(ledger, scope=both, runs=(run(repository=WEB),))
    assert ledger.view("acme") == before


def test_names_in_scope_that_were_never_read_are_unknown(ledger):
    record(ledger, scope=frozenset([SHOP, WEB]), repositories=(state(LEGACY),))
    assert stages(ledger) == {SHOP: Stage.LEGACY, WEB: Stage.UNKNOWN}
    record(ledger, scope=frozenset([SHOP, WEB]))
    assert stages(ledger) == {SHOP: Stage.LEGACY, WEB: Stage.UNKNOWN}


def test_a_step_that_does_not_know_the_scope_removes_nothing(ledger):
    record(ledger, scope=frozenset([SHOP]))
    record(ledger, repositories=(state(LEGACY, WEB),))
    assert stages(ledger) == {SHOP: Stage.UNKNOWN, WEB: Stage.LEGACY}
    record(ledger, scope=frozenset())
    assert stages(ledger) == {}


def test_a_run_makes_no_repository_of_a_ci_system_alone(ledger):
    record(ledger, runs=(run(repository=Repository("", "builder")),))
    view = ledger.view("acme")
    assert view.repositories == ()
    assert [(built.repository.name, built.stage, built.workflow) for built in view.built] == [
        ("builder", Stage.UNKNOWN, Workflow.INTEGRATED)
    ]
    assert view.totals[Family.RUNS]["", "builder", "ci", "success"] == 1


def test_sources_are_apart(ledger):
    record(ledger, repositories=(state(INTEGRATED),), runs=(run(),))
    record(ledger, source="other", scope=frozenset([WEB]), repositories=(state(LEGACY, WEB),))
    assert stages(ledger) == {SHOP: Stage.INTEGRATED}
    assert ledger.view("acme").repositories[0].active_at == run().created_at


def later(seconds, **changes):
    return run(f"{seconds}", ended=NOW + seconds, **changes)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
@pytest.mark.parametrize("at_once", [True, False])
def test_activity_does_not_depend_on_the_order_of_arrival(ledger, order, at_once):
    runs = (
        later(0, workflow=Workflow.LEGACY),
        later(10, workflow=Workflow.INTEGRATED, result=Result.ERROR),
        later(20, workflow=Workflow.LEGACY, default_branch=False),
        later(30, workflow=Workflow.OTHER),
        later(5, workflow=Workflow.LEGACY),
    )
    record(ledger, repositories=(state(INTEGRATED),))
    for arrived in [[runs[i] for i in order]] if at_once else [[runs[i]] for i in order]:
        record(ledger, runs=tuple(arrived))
    view = ledger.view("acme").repositories[0]
    assert view.active_at == later(30).created_at
    assert (view.workflow, view.workflow_at) == (Workflow.INTEGRATED, later(10).created_at)
    assert view.workflow_result is Result.ERROR


def test_a_repository_without_a_run_of_either_workflow_tells_none(ledger):
    record(ledger, repositories=(state(LEGACY), state(LEGACY, WEB)), runs=(run(workflow=Workflow.OTHER),))
    shop, web = ledger.view("acme").repositories
    assert (shop.active_at, shop.workflow, shop.workflow_at) == (run().created_at, None, None)
    assert (web.active_at, web.workflow, web.workflow_at) == (None, None, None)


@pytest.mark.parametrize("first", [Workflow.INTEGRATED, Workflow.LEGACY])
def test_of_two_workflows_created_at_once_integrated_counts(ledger, first):
    second = Workflow.LEGACY if first is Workflow.INTEGRATED else Workflow.INTEGRATED
    record(ledger, repositories=(state(LEGACY),), runs=(run("1", workflow=first),))
    record(ledger, runs=(run("2", workflow=second),))
    assert ledger.view("acme").repositories[0].workflow is Workflow.INTEGRATED


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_a_run_and_its_repetitions_the_last_to_end_tells_the_result(ledger, order):
    attempts = (
        run(attempt=1, result=Result.SUCCESS),
        run(attempt=2, result=Result.FAILURE, finished_at=NOW + 60),
        run(attempt=3, result=Result.CANCELLATION, finished_at=NOW + 30),
    )
    record(ledger, repositories=(state(INTEGRATED),))
    for number in order:
        record(ledger, runs=(attempts[number],))
    assert ledger.view("acme").repositories[0].workflow_result is Result.FAILURE


def test_activity_of_more_repositories_than_a_statement_asks_for_is_kept(ledger):
    many = [Repository("acme", f"service-{number}") for number in range(1100)]
    for seconds, result in ((0, Result.FAILURE), (60, Result.SUCCESS), (30, Result.ERROR)):
        runs = tuple(later(seconds, repository=repository, result=result) for repository in many)
        record(ledger, repositories=tuple(state(INTEGRATED, repository) for repository in many), runs=runs)
    views = ledger.view("acme").repositories
    assert {(view.active_at, view.workflow_result) for view in views} == {(later(60).created_at, Result.SUCCESS)}
    assert len(views) == len(many)
