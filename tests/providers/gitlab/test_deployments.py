"""GitLab deployments: those of the default branch to production, each told once."""

from __future__ import annotations

import pytest

from exporter.model import Deployment, Facts, Repository
from tests.support.gitlab import DAY, HOUR, MINUTE, NOW, Hub, Project, Source, iso
from tests.support.replay import Answer, Request, Server

REPOSITORY = Repository("acme", "a")


@pytest.fixture
def source(server: Server) -> Source:
    return Source(server, environments=["production", "live/eu"])


def told(facts: Facts) -> list[str]:
    return [one.deployment_id for one in facts.deployments]


def test_nothing_is_asked_without_environments(project: Project, server: Server) -> None:
    project.deploy(1, NOW - HOUR)
    source = Source(server)
    assert source.poll(NOW).deployments == ()
    assert source.asked("/deployments") == []


def test_each_is_told_once(project: Project, source: Source) -> None:
    project.deploy(1, NOW - HOUR)
    project.deploy(2, NOW - 2 * HOUR, "live/eu")
    project.deploy(3, NOW - HOUR, "staging")
    assert source.poll(NOW).deployments == (
        Deployment(REPOSITORY, "1", NOW - HOUR, NOW - HOUR + MINUTE),
        Deployment(REPOSITORY, "2", NOW - 2 * HOUR, NOW - 2 * HOUR + MINUTE),
    )
    assert source.poll(NOW + MINUTE).deployments == ()
    project.deploy(4, NOW + MINUTE)
    assert told(source.poll(NOW + 3 * MINUTE)) == ["4"]


def test_a_later_update_tells_nothing_again(project: Project, source: Source) -> None:
    project.deploy(1, NOW - HOUR)
    source.poll(NOW)
    project.deployments[1]["updated_at"] = iso(NOW + DAY)
    assert told(source.poll(NOW + DAY)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"ref": "topic"},
        {"ref": None},
        {"status": "failed"},
        {"deployable": {"finished_at": iso(NOW), "tag": True}},
        {"deployable": {"finished_at": iso(NOW - 30 * DAY)}},
    ],
)
def test_what_does_not_count(project: Project, source: Source, more: dict[str, object]) -> None:
    project.deploy(1, NOW - HOUR, **more)
    assert told(source.poll(NOW)) == []


def test_without_a_job_its_last_update_is_its_end(project: Project, source: Source) -> None:
    project.deploy(1, NOW - HOUR, deployable=None)
    (one,) = source.poll(NOW).deployments
    assert (one.begun_at, one.finished_at) == (NOW - HOUR, NOW - HOUR + MINUTE + 1)


def test_a_malformed_entry_spares_the_others(project: Project, source: Source) -> None:
    project.deploy(1, NOW - HOUR, created_at="soon")
    project.deploy(2, NOW - HOUR)
    facts = source.poll(NOW)
    assert told(facts) == ["2"]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a deployment 1", "bad_payload")]


def test_one_list_that_cannot_be_read_spares_the_other(
    hub: Hub, project: Project, server: Server, source: Source
) -> None:
    project.deploy(1, NOW - HOUR)
    project.deploy(2, NOW - HOUR, "live/eu")
    broken = [True]

    def failing(request: Request) -> Answer:
        return Answer(500) if broken and ("environment", "production") in request.query else hub(request)

    server.answer = failing
    facts = source.poll(NOW)
    assert told(facts) == ["2"]
    assert [one.item for one in facts.unreadable] == ["acme/a deployments"]
    broken.clear()
    assert told(source.poll(NOW + DAY)) == ["1"]


def test_where_changes_were_read_before_the_first_reading_goes_back_as_far_as_they_are_kept(
    project: Project, server: Server
) -> None:
    """Else all changes that are known would seem to be deployed by the first deployment of these days."""
    project.merge(5, NOW - HOUR)
    project.deploy(1, NOW - 30 * DAY)
    before = Source(server)
    before.poll(NOW)
    after = Source(server, environments=["production"])
    after.marks = before.marks
    assert told(after.poll(NOW + MINUTE)) == ["1"]
    assert told(Source(server, environments=["production"]).poll(NOW)) == []
