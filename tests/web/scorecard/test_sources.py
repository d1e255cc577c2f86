"""How the sources fare, in words."""

import pytest

from exporter.web.scorecard.moods import Mood
from exporter.web.scorecard.sources import State, overall
from tests.web import states
from tests.web.reader import shown
from tests.web.states import WHOLE, ago, failing, source

UP, FAILING, STALE, UNTRIED = State.UP, State.FAILING, State.STALE, State.UNTRIED


def row(one):
    """The cells of the only source, by the heads of their columns."""
    [cells] = shown(WHOLE.model_copy(update={"sources": (one,)})).at("sources").table("The only source")
    return cells


def test_a_source_that_is_up():
    assert row(source("acme")) == {
        "Source": "acme github, every 60 s",
        "State": "● up",
        "Last success": "12 s ago 2025-06-15 15:06:28 UTC",
        "Next poll": "in 48 s 2025-06-15 15:07:28 UTC",
        "Last error": "none",
        "Polls": "120",
        "Failures": "0",
    }


def test_a_source_that_fails():
    cells = row(failing(detail="no answer", failures={"timeout": 3, "rejected": 2, "ledger": 0}))
    assert cells["State"] == "▲ failing its last good facts are still shown"
    assert cells["Last error"] == "timeout no answer"
    assert cells["Failures"] == "5 2 × rejected 3 × timeout"


def test_a_source_that_never_succeeded():
    cells = row(failing(error="unauthorized", last_success=None))
    assert cells["State"] == "▲ failing nothing is known from it yet"
    assert cells["Last success"] == "never"


@pytest.mark.parametrize("up", [True, False])
def test_a_source_whose_facts_are_too_old(up):
    cells = row(source(up=up, stale=True, last_success=ago(601)))
    assert cells["State"] == "▲ stale no success for 10 min; its facts are left out"
    assert cells["Last success"] == "10 min ago 2025-06-15 14:56:39 UTC"


def test_a_source_that_was_not_tried_yet():
    cells = row(source(up=None, last_success=None, next_poll=None, polls=0))
    assert cells["State"] == "○ not tried yet nothing is known from it yet"
    assert (cells["Last success"], cells["Next poll"], cells["Polls"]) == ("never", "not planned", "0")


def test_a_source_of_an_earlier_process_that_was_not_tried_yet():
    assert row(source(up=None))["State"] == "○ not tried yet its last good facts are still shown"
    withdrawn = row(source(up=None, stale=True, last_success=ago(601)))
    assert withdrawn["State"] == "○ not tried yet no success for 10 min; its facts are left out"


def test_what_a_source_could_not_read_is_counted():
    assert row(source(unreadable=3))["State"] == "● up 3 of its items could not be read"


@pytest.mark.parametrize(
    ("states", "words", "mood"),
    [
        ([], "no sources are configured", Mood.IDLE),
        ([UP], "the only source is up", Mood.GOOD),
        ([UP] * 3, "all 3 sources are up", Mood.GOOD),
        ([UP, UNTRIED], "1 of 2 sources is not tried yet", Mood.IDLE),
        ([UNTRIED], "the only source is not tried yet", Mood.IDLE),
        ([UNTRIED] * 2, "none of the 2 sources was tried yet", Mood.IDLE),
        ([FAILING], "the only source is failing", Mood.BAD),
        ([UP, FAILING, UNTRIED], "1 of 3 sources is failing", Mood.BAD),
        ([UP, FAILING, FAILING], "2 of 3 sources are failing", Mood.BAD),
        ([FAILING, FAILING], "all 2 sources are failing", Mood.BAD),
        ([UP, STALE], "1 of 2 sources is stale", Mood.BAD),
        ([STALE, FAILING, UP], "2 of 3 sources are failing or stale", Mood.BAD),
    ],
)
def test_all_of_them_in_a_sentence(states, words, mood):
    found = overall(states)
    assert (found.text, found.mood) == (words, mood)


def test_without_sources_the_page_says_what_to_do():
    document = shown(states.empty())
    assert "Name some under sources in the configuration file." in document.text
    assert document.at("sources").text == "Sources None is configured."
