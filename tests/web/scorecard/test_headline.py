"""The overall status in one sentence, and what is wrong, linked to where it stands."""

from datetime import timedelta

import pytest

from exporter.kpis.verdict import State
from exporter.model import Component, Health
from exporter.risks import Level
from exporter.web.scorecard import page
from tests.web import states
from tests.web.reader import read, shown
from tests.web.states import bridge, component, failing, healthy, objective, source, with_states


def verdict(status):
    return shown(status).at("verdict").text


def notes(status):
    """What is wrong, by label."""
    found = shown(status).all("dl")[0]
    return {line.all("dt")[0].text: [item.text for item in line.all("li")] for line in found.all("div")}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (states.healthy(), "● Nothing is broken now, and all 12 criteria are met"),
        (
            states.incident(),
            (
                "▲ K2A is unhealthy, 1 of 3 error budgets is spent, 2 of 3 error budgets are burning "
                "and 1 of 4 sources is failing"
            ),
        ),
        (states.half(), "▲ 2 of 4 sources are failing or stale"),
        (states.down(), "▲ All 4 sources are stale"),
        (states.empty(), "○ No sources are configured"),
        (states.unpolled(), "○ None of the 2 sources was tried yet"),
    ],
)
def test_the_verdict(status, said):
    assert verdict(status) == said
    assert shown(status).all("title")[0].text == f"{said[2:]} · ORCHEX-KILO migration"


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"uptime": State.MISSED}, "◆ Nothing is broken now, 1 of 12 criteria is missed"),
        (
            {"uptime": State.MISSED, "cost_savings": State.AT_RISK},
            "◆ Nothing is broken now, 1 of 12 criteria is missed",
        ),
        (
            {"uptime": State.AT_RISK, "cost_savings": State.STALE},
            "◆ Nothing is broken now, 2 of 12 criteria are at risk or stale",
        ),
        ({"cost_savings": State.NO_DATA}, "○ Nothing is broken now, 1 of 12 criteria is without data"),
        (
            {each.key: State.NO_DATA for each in states.WHOLE.criteria[:12]},
            "○ Nothing is broken now, and of no criterion it is known whether it is met",
        ),
    ],
)
def test_the_verdict_when_nothing_is_broken(criteria, said):
    assert verdict(with_states(healthy(), criteria)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bridges": (bridge(up=False, health=Health.DEGRADED),)}, "◆ K2A is degraded"),
        ({"components": (component(Component.KILO, up=False, health=Health.UNHEALTHY),)}, "▲ KILO is unhealthy"),
        ({"components": (component(up=False, health=Health.UNKNOWN),) * 2}, "◆ ORCHEX is unknown"),
        ({"objectives": (objective(remaining=0.0),)}, "▲ 1 of 1 error budgets is spent"),
        ({"objectives": (objective(remaining=0.5, rate=2.0),)}, "◆ 1 of 1 error budgets is burning"),
        ({"objectives": (objective(remaining=0.5, rate=16.0),)}, "▲ 1 of 1 error budgets is burning"),
        ({"sources": (failing(),)}, "▲ The only source is failing"),
        ({"sources": (source(), source("new", up=None))}, "● Nothing is broken now, and all 12 criteria are met"),
    ],
)
def test_what_counts_as_broken(changes, said):
    assert verdict(healthy().model_copy(update=changes)) == said


def test_what_is_wrong_is_named():
    assert notes(states.incident()) == {
        "Not healthy": ["K2A unhealthy"],
        "Error budgets": ["System uptime spent", "Error rate burning", "Bridge success burning"],
        "Sources": ["kilo failing"],
        "Missed": ["System uptime", "Template adoption", "Workflow adoption"],
        "At risk": ["Error rate"],
        "Phase": ["Pilot Migration (3 of 6), blocked by: 95% pilot success rate"],
    }


def test_the_twelve_are_counted():
    text = shown(states.incident()).all("section")[0].text
    assert "7 of 12 criteria met, 1 at risk, 3 missed, 1 no data" in text


def test_a_schedule_that_slips_and_critical_risks_are_named():
    found = healthy()
    late = found.migration.model_copy(update={"on_plan": False, "slip_seconds": 9 * 86400.0, "slip_ratio": 0.125})
    critical = (found.risks[0].model_copy(update={"level": Level.CRITICAL}), *found.risks[1:])
    said = notes(found.model_copy(update={"migration": late, "risks": critical}))
    assert said["Phase"][1:] == ["not on plan: 9 d late (12.5% of the plan)"]
    assert said["Critical risks"] == [found.risks[0].title]


def test_many_failing_sources_are_counted_not_listed():
    status = healthy().model_copy(update={"sources": tuple(failing(f"ci_{number}") for number in range(30))})
    assert notes(status)["Sources"] == [*(f"ci_{number} failing" for number in range(8)), "and 22 more"]


@pytest.mark.parametrize("state", [states.incident, states.half, states.down])
def test_every_link_into_the_page_leads_somewhere(state):
    document = shown(state())
    places = [each.attributes["id"] for each in document.walk() if "id" in each.attributes]
    links = [each["href"][1:] for each in document.all("a") if each["href"].startswith("#")]
    assert len(places) == len(set(places))
    assert len(links) > 8
    assert set(links) <= set(places)


@pytest.mark.parametrize(
    ("late", "said"), [(0, False), (180, False), (181, True), (7200, True)], ids=["new", "in time", "late", "stuck"]
)
def test_a_document_that_is_not_renewed_says_so(late, said):
    """The sources are polled each minute: two of them, and one for patience."""
    status = states.healthy()
    document = read(page(status, status.taken_at + timedelta(seconds=late), "nonce"))
    assert ("Nothing new was published for" in document.text) is said
    assert (document.at("verdict").text[0] == "▲") is said
