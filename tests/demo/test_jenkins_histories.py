"""Builds are numbered as they leave the queue, within the job of their branch or pull request."""

import pytest

from exporter.demo.api.jenkins.histories import histories
from exporter.demo.catalogue import plans
from exporter.demo.files import CI, NIGHTLY, Habits
from exporter.demo.hosts import Host
from exporter.demo.repository import Repository
from exporter.demo.run import Attempt

AT = 1_760_000_000


@pytest.fixture
def repository():
    return Repository(plans(1)[0], Habits(), 1, AT - 900, Host.GIT)


@pytest.fixture
def launch(repository):
    """Asks for a build, which begins at a moment or waits for good."""
    commit = repository.commit(AT - 800, "Begin", repository.person(0))

    def ask(asked, started, path=CI):
        run = repository.add_run(path, "push", commit, None, AT + asked)
        run.latest.started_at = None if started is None else AT + started
        return run

    return ask


def numbers(repository, path=CI):
    history = histories(repository)[path, "main"]
    return {built.number: built.launch.run.run_id for built in history.builds}


def test_who_leaves_the_queue_first_gets_the_lower_number(repository, launch):
    slow, fast, waits = launch(0, 20), launch(5, 6), launch(7, None)
    assert numbers(repository) == {1: fast.run_id, 2: slow.run_id}
    assert [each.run.run_id for each in histories(repository)[CI, "main"].waiting] == [waits.run_id]
    waits.latest.started_at = AT + 30
    assert numbers(repository) == {1: fast.run_id, 2: slow.run_id, 3: waits.run_id}


def test_each_job_counts_on_its_own_and_who_starts_anew_gets_a_new_number(repository, launch):
    first, nightly = launch(0, 1), launch(2, 3, NIGHTLY)
    first.attempts.append(Attempt(2, AT + 50, repository.person(1), AT + 51))
    assert numbers(repository) == {1: first.run_id, 2: first.run_id}
    assert numbers(repository, NIGHTLY) == {1: nightly.run_id}


def test_what_is_forgotten_counts(repository, launch):
    slow, fast, later = launch(0, 20), launch(5, 6), launch(30, 31)
    repository.listed_from = AT + 1
    assert numbers(repository) == {1: fast.run_id, 3: later.run_id}
    assert slow.run_id not in numbers(repository).values()
    assert histories(repository)[CI, "main"].started == 3
