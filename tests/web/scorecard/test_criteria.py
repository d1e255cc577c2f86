"""The twelve criteria and their companions on the page."""

import pytest

from exporter.kpis.catalogue import COMPANIONS, DOCUMENTED
from exporter.kpis.verdict import State
from tests.web import states
from tests.web.reader import shown
from tests.web.states import WHOLE, changed, trend, with_states

DOCUMENT = shown(WHOLE)


def row(title, status=WHOLE):
    return shown(status).row("The twelve", title)


def test_all_twelve_stand_there_by_category():
    table = DOCUMENT.at("criteria").all("table")[0]
    groups = [[each.text for each in body.all("th")] for body in table.all("tbody")]
    assert [group[0] for group in groups] == ["Technical", "Business", "User"]
    titles = [f"{each.title} {each.owner}" for each in DOCUMENTED]
    assert [title for group in groups for title in group[1:]] == titles


def test_a_criterion_with_all_that_is_known_of_it():
    found = changed(WHOLE.criteria, {"uptime": {"trend": trend(0.9375, 0.99975)}})
    assert row("System uptime", WHOLE.model_copy(update={"criteria": found})) == {
        "Criterion": "System uptime Technical Staff",
        "State": "● met",
        "Value": "99.98% from 75% of its scope",
        "Target": "> 99.9%",
        "Age": "5 s",
        "Trend": "rose from 93.75% to 99.98% in 12 d",
        "How it is measured": "System uptime >99.9%, over 30d",
    }


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("System uptime", "● met"),
        ("Error rate", "◆ at risk"),
        ("Bridge success", "▲ missed"),
        ("Cost savings", "○ no data"),
        ("Training completion", "◆ stale too old to be judged"),
    ],
)
def test_every_state_has_its_word_and_its_mark(title, state):
    assert row(title)["State"] == state


def test_what_would_bring_a_value():
    found = row("Cost savings")
    assert (found["Value"], found["Age"], found["Trend"]) == ("-", "-", "none yet")
    assert found["How it is measured"] == "Cost savings >15% no baseline: Give migration.baselines.cost."


def test_a_stale_value_is_shown_with_its_age():
    found = row("Training completion")
    assert (found["Value"], found["Age"]) == ("87.5%", "60 d")


def test_the_documented_target_where_it_differs():
    assert row("User satisfaction")["Target"] == "> 80% documented: > 85%"
    assert "documented" not in row("System uptime")["Target"]


def test_a_trend_is_a_picture_with_a_name():
    [picture] = [each for each in DOCUMENT.all("svg") if each["class"] == "trend"]
    assert (picture["role"], picture["aria-label"]) == ("img", "rose from 99.95% to 99.98% in 24 h")


@pytest.mark.parametrize(
    ("state", "told"), [(State.MISSED, "rose from 93.75% to 99.98% in 12 d"), (State.STALE, "93.75% as 5 d ago")]
)
def test_a_trend_ends_at_the_value_beside_it_while_that_is_fresh(state, told):
    before = trend(0.9375, 0.9375)[:12]
    found = changed(WHOLE.criteria, {"uptime": {"trend": before}})
    status = with_states(WHOLE.model_copy(update={"criteria": found}), {"uptime": state})
    assert row("System uptime", status)["Trend"].endswith(told)


def test_companions_are_folded_away():
    [folded] = DOCUMENT.at("criteria").all("details")
    assert "open" not in folded.attributes
    assert len(folded.table("Companions")) == len(COMPANIONS)
    assert folded.row("Companions", "Bridge latency")["Value"] == "0.12 s"


def test_before_anything_was_judged():
    assert "Nothing has been judged yet." in shown(states.empty()).at("criteria").text


def test_all_without_data():
    document = shown(with_states(WHOLE, dict.fromkeys((each.key for each in DOCUMENTED), State.NO_DATA)))
    assert {each["State"] for each in document.table("The twelve")} == {"○ no data"}
