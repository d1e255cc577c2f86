"""Asking a running exporter: what it takes, and when it gives up."""

from io import StringIO

import pytest
from rich.console import Console

from exporter.errors import BadPayload, TimedOut
from exporter.status.remote import ask, read
from exporter.status.shape import PLACE
from exporter.status.terminal import show
from tests.support import statuses
from tests.support.replay import Answer, Manner, Server

DATA = statuses.WHOLE.model_dump(mode="json")


def lines(status):
    """As a terminal shows it."""
    console = Console(width=80, file=StringIO())
    show(status, console)
    return console.file.getvalue().splitlines()


def test_what_it_answers_is_the_document():
    with Server(lambda _: Answer.of_json(DATA)) as server:
        assert ask(server.url) == statuses.WHOLE
        assert [request.path for request in server.requests] == [PLACE]


def test_an_exporter_that_does_not_answer_is_waited_for_no_longer_than_said():
    with (
        Server(lambda _: Answer(manner=Manner.HOLD)) as server,
        pytest.raises(TimedOut, match=r"/api/v1/status: no answer within 0\.2 s$"),
    ):
        ask(server.url, patience=0.2)


def test_a_fault_names_its_place():
    spoiled = {**DATA, "summary": {**DATA["summary"], "met": "many"}}
    with pytest.raises(BadPayload, match=r"^here: summary\.met: "):
        read(spoiled, "here")


def test_what_an_older_exporter_does_not_tell_is_left_out_and_not_made_up():
    old = statuses.older()
    found = read(old, "here")
    assert found.model_dump(mode="json", exclude_unset=True) == old
    assert lines(found) == lines(statuses.WHOLE)


def test_the_older_document_lacks_what_came_later():
    old = statuses.older()
    later = {"objectives", "components", "bridges", "trend", "remaining", "template_adoption", "workflow_adoption"}
    later |= {"interval_seconds", "max_age_seconds", "next_poll", "polls", "failures"}
    parts = [(DATA, old), *((DATA[name][0], old[name][0]) for name in ("criteria", "sources"))]
    parts += [(DATA["migration"], old["migration"])]
    parts += [(DATA["migration"]["teams"][0], old["migration"]["teams"][0])]
    assert {name for whole, part in parts for name in whole.keys() - part.keys()} == later
