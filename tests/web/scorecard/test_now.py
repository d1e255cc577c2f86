"""Components and bridges, error budgets and failing sources, as they are now."""

import pytest

from exporter.model import Circuit, Health
from tests.web import states
from tests.web.reader import shown
from tests.web.states import bridge, component, failing, healthy, objective


def with_parts(*components, bridges=()):
    return shown(healthy().model_copy(update={"components": components, "bridges": bridges}))


def budget(**known):
    return shown(healthy().model_copy(update={"objectives": (objective(**known),)})).row("Error budgets", "Error rate")


def test_a_component():
    assert with_parts(component()).row("Components", "ORCHEX") == {
        "Part": "ORCHEX 3.0.0 told by orchex",
        "State": "● healthy",
        "Response": "0.06 s",
        "Queue": "-",
        "Last event": "-",
        "Success 1h": "-",
        "Success 24h": "-",
        "Success 7d": "-",
        "Success 30d": "-",
    }


def test_a_bridge_that_is_down():
    document = with_parts(bridges=(bridge(up=False, health=Health.UNHEALTHY, circuit=Circuit.OPEN, queue_depth=1412),))
    row = document.row("Components", "K2A")
    assert row["State"] == "▲ unhealthy circuit open"
    assert row["Queue"] == "1,412"
    assert row["Last event"] == "9 s ago 2025-06-15 15:06:31 UTC"
    assert row["Success 24h"] == "99.75%"


def test_a_bridge_that_says_nothing_of_itself():
    silent = dict.fromkeys(("circuit", "last_event", "queue_depth", "response_seconds"))
    row = with_parts(bridges=(bridge(version="", success=(), **silent),)).row("Components", "K2A")
    assert list(row.values()) == ["K2A told by bridges", "● healthy", "-", "-", "-"]


@pytest.mark.parametrize(
    ("health", "said"), [(Health.DEGRADED, "◆ degraded"), (Health.UNKNOWN, "◆ unknown"), (Health.HEALTHY, "● healthy")]
)
def test_states_of_components(health, said):
    assert with_parts(component(health=health)).row("Components", "ORCHEX")["State"] == said


def test_what_is_not_seen_is_named():
    assert "Nothing fresh is known of KILO, A2K." in with_parts(component(), bridges=(bridge(),)).at("now").text
    assert "Nothing fresh" not in shown(healthy()).at("now").text
    nothing = shown(states.down()).at("now").text
    assert "Nothing fresh is known of ORCHEX, KILO, K2A, A2K." in nothing


def test_the_same_component_by_two_sources():
    document = with_parts(component(), component(source="other", up=False, health=Health.DEGRADED))
    assert [row["Part"][-6:] for row in document.table("Components")] == ["orchex", " other"]


def test_a_budget():
    assert budget() == {
        "Objective": "Error rate 1% may fail",
        "State": "● lasting",
        "Left": "75% left",
        "Burn 1h": "0.25× 0.25% failed",
        "Burn 24h": "0.5× 0.5% failed",
        "Burn 7d": "0.25× 0.25% failed",
        "Burn 30d": "0.25× 0.25% failed",
    }


@pytest.mark.parametrize(
    ("known", "state", "left"),
    [
        ({"remaining": 0.0}, "▲ spent", "0% left"),
        ({"remaining": -1.5}, "▲ spent", "spent 2.5 times"),
        ({"rate": 1.0}, "● lasting", "75% left"),
        ({"rate": 1.5}, "◆ burning at the last 1h's pace the rest lasts 15 d", "75% left"),
        ({"rate": 22.5}, "◆ burning at the last 1h's pace the rest lasts 24 h", "75% left"),
        ({"rate": 22.6}, "▲ burning at the last 1h's pace the rest lasts 23 h", "75% left"),
        ({"rate": None}, "● lasting", "75% left"),
        ({"remaining": None}, "○ not known", "-"),
    ],
)
def test_how_a_budget_stands(known, state, left):
    row = budget(**known)
    assert (row["State"], row["Left"]) == (state, left)


def test_a_budget_of_which_nothing_was_observed():
    assert budget(remaining=None)["Burn 1h"] == "- nothing observed"


def test_failing_sources_with_their_errors():
    status = healthy().model_copy(update={"sources": (states.source(), failing(detail="no route"))})
    text = shown(status).at("now").text
    assert "1 of 2 sources is failing ▲ failing kilo its last good facts are still shown timeout no route" in text


def test_in_good_times_the_sources_are_a_line():
    assert shown(healthy()).at("now").text.endswith("All 4 sources are up.")
