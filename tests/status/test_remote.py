"""Asking a running exporter: what it takes, and when it gives up."""

import pytest

from exporter.errors import BadPayload, TimedOut
from exporter.status.remote import ask, read
from exporter.status.shape import PLACE
from tests.support import statuses
from tests.support.replay import Answer, Manner, Server

DATA = statuses.WHOLE.model_dump(mode="json")


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
