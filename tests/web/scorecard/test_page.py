"""The whole page: its order, what it is for screen readers, and that nothing in it is anybody else's markup."""

import pytest
from hypothesis import given, settings

from tests.support import statuses
from tests.web import states
from tests.web.reader import shown
from tests.web.states import HOSTILE, WHOLE, worded

STATES = ("healthy", "incident", "half", "down", "empty", "unpolled", "unplanned")


@pytest.fixture(params=STATES)
def document(request):
    return shown(getattr(states, request.param)())


def test_first_things_stand_first():
    headings = [each.text for each in shown(states.incident()).all("h2")]
    assert headings[1:] == ["Now", "Criteria", "Migration", "Risks", "Teams", "Remaining repositories", "Sources"]


def test_headings_go_down_one_step_at_a_time(document):
    levels = [int(each.tag[1]) for each in document.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_there_is_a_landmark_for_everything(document):
    body = document.all("body")[0]
    assert [each.tag for each in body.children if not isinstance(each, str)] == ["a", "header", "main", "footer"]
    assert body.all("a")[0]["href"] == f"#{body.all('main')[0]['id']}"
    for section in body.all("section"):
        assert body.at(section["aria-labelledby"]).tag == "h2"


def test_every_table_is_one_for_screen_readers_too(document):
    """Narrow windows show tables as cards: the roles keep them tables."""
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    for table in document.all("table"):
        assert len(table.all("caption")) == 1
        for tag, role in roles.items():
            assert {each["role"] for each in table.all(tag)} == {role}
        assert {each["scope"] for each in table.all("th")} <= {"col", "row", "rowgroup"}
        heads = [each.text for each in table.all("thead")[0].all("th")][1:]
        for row in table.all("tr")[1:]:
            assert [each["data-label"] for each in row.all("td")] in (heads, [])


def test_every_picture_says_what_it_shows(document):
    pictures = document.all("svg")
    assert all((each["role"], bool(each["aria-label"])) == ("img", True) for each in pictures)


def test_no_word_is_left_to_a_colour(document):
    """What has a mood has a mark and a word."""
    for each in document.walk():
        if "state" in (each.attributes.get("class") or "").split():
            assert each.text[:2] in {"● ", "◆ ", "▲ ", "○ "}
            assert len(each.text) > 2


def test_every_moment_is_given_for_machines_too(document):
    moments = [each["datetime"] for each in document.all("time")]
    assert moments
    assert all(moment.startswith("2025-0") and moment.endswith("Z") for moment in moments)


def test_nothing_is_loaded_nothing_runs_and_nothing_is_styled_in_place(document):
    tags = {each.tag for each in document.walk()}
    assert not tags & {"script", "img", "link", "iframe", "object", "base", "use", "image"}
    attributes = {name for each in document.walk() for name in each.attributes}
    assert not [name for name in attributes if name in ("src", "style", "xlink:href") or name.startswith("on")]
    assert [each.attributes.get("http-equiv") for each in document.all("meta")] == [None] * 3
    assert "url(" not in "".join(each for style in document.all("style") for each in style.children)


def test_every_address_is_one_of_our_own(document):
    addresses = {each["href"] for each in document.all("a")} | {each["action"] for each in document.all("form")}
    places = {address for address in addresses if not address.startswith(("#", "/?team="))}
    assert places <= {"/", "/metrics", "/api/v1/status", "/-/healthy", "/-/ready"}


def test_the_footer_leads_to_the_other_pages():
    footer = shown(WHOLE).all("footer")[0]
    assert footer.text.startswith("ORCHEX-KILO exporter, version 0.1.0. As of 2025-06-15 15:06:40 UTC")
    links = [each["href"] for each in footer.all("a")]
    assert links == ["/metrics", "/api/v1/status", "/-/healthy", "/-/ready"]


@pytest.mark.parametrize("team", [None, HOSTILE])
def test_other_peoples_words_are_words(team):
    document = shown(worded(HOSTILE, WHOLE), team)
    tags = {each.tag for each in document.walk()}
    assert not tags & {"script", "img", "b"}
    attributes = {name for each in document.walk() for name in each.attributes}
    assert not [name for name in attributes if name.startswith("on")]
    for place in ("now", "criteria", "migration", "teams", "remaining", "sources"):
        assert HOSTILE in document.at(place).text
    assert "{{ 7*7 }}" in document.text


@settings(max_examples=25, deadline=None)
@given(statuses.with_gaps())
def test_whatever_is_not_known_there_is_a_page(status):
    text = shown(status).text
    assert "None" not in text.replace("None is", "").replace("None of", "")
    assert "nan" not in text.split()


def test_when_nothing_is_known_there_is_a_page():
    assert "Migration" in shown(statuses.with_all_gaps()).text
