"""Progress against the plan, phases with their gates, the forecast."""

from exporter.migration.forecast import Outlook
from tests.web import states
from tests.web.reader import shown
from tests.web.states import WHOLE

DOCUMENT = shown(WHOLE).at("migration")
MIGRATION = WHOLE.migration


def with_migration(**changes):
    changed = MIGRATION.model_copy(update=changes)
    return shown(WHOLE.model_copy(update={"migration": changed})).at("migration")


def facts(section):
    found = section.all("dl")[0]
    return {each.all("dt")[0].text: each.all("dd")[0].text for each in found.all("div")}


def test_the_migrated_share_is_a_bar_against_the_plan():
    picture = DOCUMENT.all("svg")[0]
    assert (picture["role"], picture["aria-label"]) == ("img", "37.5%, plan 50%")
    [filled] = [each for each in picture.all("rect") if each["class"] == "filled"]
    [planned] = picture.all("line")
    assert (filled["width"], planned["x1"]) == ("37.5", "50.0")
    assert "3 of 8 repositories; 1 could not be read" in DOCUMENT.text


def test_where_it_stands():
    assert facts(DOCUMENT) == {
        "Phase": "Pilot Migration (3 of 6), blocked by: 95% pilot success rate",
        "Schedule": "start 2025-04-24, full adoption planned until 2025-09-11",
        "Pilot": "3 of 4 pilot repositories integrated and green",
        "Against plan": "● on plan 2 d late (1.43% of the plan)",
    }


def test_a_schedule_that_slips():
    late = with_migration(on_plan=False, slip_seconds=9 * 86400.0, slip_ratio=0.125)
    assert facts(late)["Against plan"] == "▲ not on plan 9 d late (12.5% of the plan)"


def test_phases_plan_against_real():
    assert DOCUMENT.table("Phases")[1:3] == [
        {
            "Phase": "Preparation",
            "State": "● done",
            "Planned": "2025-05-15 to 2025-06-05",
            "Real": "2025-05-15 to 2025-06-07",
            "Against plan": "+10%",
            "Gate": "● open",
        },
        {
            "Phase": "Pilot Migration",
            "State": "◆ current",
            "Planned": "2025-06-05 to 2025-06-26",
            "Real": "since 2025-06-07",
            "Against plan": "-",
            "Gate": "▲ blocked by 1 of 4",
        },
    ]


def test_the_exit_criteria_of_the_phase_say_why():
    lists = DOCUMENT.all("ul")
    assert [each.text for each in lists[0].all("li")][:2] == [
        "▲ fails 95% pilot success rate 75% of 4 repositories",
        "○ not known Positive team feedback (>80% satisfaction) nobody attests it",
    ]
    assert len(lists) == 1 + len(MIGRATION.phases), "those of all phases are folded away"
    assert len(DOCUMENT.all("details")) == 1


def test_the_forecast():
    assert DOCUMENT.table("Forecast") == [
        {
            "Migrated": "80%",
            "Expected": "2025-08-04",
            "Earliest": "2025-07-25",
            "Latest": "2025-08-24",
            "Basis": "from 40 days of history",
        },
        {
            "Migrated": "100%",
            "Expected": "2025-09-03",
            "Earliest": "2025-08-14",
            "Latest": "too far away to give a day",
            "Basis": "from 40 days of history",
        },
    ]


def test_a_forecast_that_cannot_be_made_says_why():
    unknown = {"expected": None, "earliest": None, "latest": None}
    known = MIGRATION.forecasts[0]
    section = with_migration(
        forecasts=(
            known.model_copy(update={**unknown, "outlook": Outlook.NOT_ENOUGH_DATA, "days": 3}),
            known.model_copy(update={**unknown, "outlook": Outlook.NO_PROGRESS, "goal": 1.0}),
        )
    )
    rows = section.table("Forecast")
    assert [row["Basis"] for row in rows] == [
        f"not enough data: 3 of {known.days_needed} days",
        "not in sight, nothing was gained lately",
    ]
    assert {row["Expected"] for row in rows} == {"-"}


def test_without_a_start_there_is_no_plan_and_the_gates_still_count():
    section = shown(states.unplanned()).at("migration")
    said = facts(section)
    assert said["Schedule"] == "no plan: give migration.start in the configuration"
    assert "Against plan" not in said
    assert section.all("svg")[0]["aria-label"] == "37.5%"
    row = section.row("Phases", "Pilot")
    assert (row["State"], row["Planned"], row["Real"], row["Gate"]) == ("-", "-", "-", "▲ blocked by 1 of 4")
    assert "Exit criteria of Pilot Migration" in section.text


def test_of_an_empty_organisation():
    section = shown(states.empty()).at("migration")
    assert "no repositories that use either tool" in section.text
    assert not section.all("table", "svg", "details")
