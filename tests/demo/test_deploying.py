"""How the default branch comes to production: one deployment at a time, some of them in vain."""

import itertools
import random

import pytest

from exporter.demo.agenda import Agenda
from exporter.demo.deploying import TEAMS, Deployer
from exporter.demo.hosts import Host, all_on
from exporter.demo.journal import Journal
from exporter.demo.organisation import Organisation
from exporter.demo.times import HOUR, MINUTE

START = 1_760_000_000


@pytest.fixture(scope="module")
def acme() -> Organisation:
    organisation = Organisation(seed=3, start=START)
    organisation.advance(START + 2 * HOUR)
    return organisation


@pytest.fixture
def deployer(acme: Organisation) -> Deployer:
    repository = Organisation(seed=3, start=START).repositories["payments-api"]
    repository.deployments.clear()
    return Deployer(repository, random.Random(1), Agenda(), Journal())


def test_only_the_teams_that_deploy_do_after_a_merge(acme):
    deploying = {each.plan.team for each in acme.repositories.values() if each.deployments}
    assert deploying == TEAMS
    for repository in acme.repositories.values():
        merges = [pull.merged_at for pull in repository.pulls if pull.merged_at]
        for each in repository.deployments:
            assert min(each.created_at - at for at in merges if at <= each.created_at) < 12 * MINUTE


def test_one_runs_at_a_time_and_they_are_numbered_in_order(acme):
    for repository in acme.repositories.values():
        for one, two in itertools.pairwise(repository.deployments):
            assert one.finished_at < two.created_at
            assert two.number == one.number + 1


def test_some_fail_and_only_the_others_are_written_down(acme):
    every = [each for repository in acme.repositories.values() for each in repository.deployments]
    ended = [each for each in every if each.finished_at is not None]
    failed = [each for each in ended if not each.succeeded]
    assert 0.04 < len(failed) / len(ended) < 0.18
    assert sorted(each.deployment_id for each in acme.journal.deployed) == sorted(
        each.deployment_id for each in ended if each.succeeded
    )


def test_what_is_merged_meanwhile_goes_with_the_next(deployer):
    known = deployer.repository.deployments
    deployer.merged(START)
    deployer.merged(START + 1)
    deployer.agenda.run_until(START + 6 * MINUTE)
    assert len(known) == 1
    begun = known[0].created_at
    deployer.merged(begun + 1)
    deployer.agenda.run_until(begun + HOUR)
    assert len(known) == 2
    assert known[1].created_at > known[0].finished_at


@pytest.mark.parametrize("host", [Host.GITEA, Host.GIT])
def test_hosts_that_know_of_no_deployments_have_none(host):
    organisation = Organisation(start=START, spread=all_on(host))
    assert organisation.truth.deployments() == organisation.truth.deployed_changes() == []
    assert len(organisation.truth.changes()) > 50
