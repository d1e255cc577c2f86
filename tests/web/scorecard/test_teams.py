"""The teams, the filter, and the repositories in which something is left to do."""

import pytest

from exporter.model import Stage, Workflow
from tests.web import states
from tests.web.reader import shown
from tests.web.states import WHOLE, repository, with_remaining

ORGANISATION = "of the whole organisation"


def with_migration(**changes):
    return WHOLE.model_copy(update={"migration": WHOLE.migration.model_copy(update=changes)})


def test_teams_with_their_shares():
    assert shown(WHOLE).table("Migrated share") == [
        {
            "Team": "web",
            "Migrated": "75% 3 of 4 repositories",
            "Template adoption": "100% 4 of 4",
            "Workflow adoption": "100% 3 of 3",
        },
        {
            "Team": "unassigned",
            "Migrated": "0% 0 of 4 repositories; 1 could not be read",
            "Template adoption": "25% 1 of 4; 1 could not be read",
            "Workflow adoption": "0% 0 of 2",
        },
    ]


@pytest.mark.parametrize(
    ("name", "address"),
    [("web", "/?team=web"), ("R&D ü/#?", "/?team=R%26D+%C3%BC%2F%23%3F"), ("//x.org", "/?team=%2F%2Fx.org")],
)
def test_a_team_is_a_link_to_itself_and_to_nothing_else(name, address):
    team = WHOLE.migration.teams[0].model_copy(update={"team": name})
    links = shown(with_migration(teams=(team,))).at("teams").all("a")
    assert [each["href"] for each in links] == [address]


def test_the_filter_is_a_plain_form():
    document = shown(WHOLE, "web")
    [form] = document.all("form")
    assert (form["method"], form["action"]) == ("get", "/")
    [label], [select] = form.all("label"), form.all("select")
    assert (label["for"], label.text, select["name"]) == (select["id"], "Team", "team")
    options = [(each["value"], "selected" in each.attributes) for each in form.all("option")]
    assert options == [("", False), ("web", True), ("unassigned", False)]


def test_one_team_is_shown_and_the_rest_says_that_it_is_of_all():
    document = shown(WHOLE, "web")
    assert "You see team web" in document.all("section")[0].text
    section = document.at("team-shown").text
    assert section.startswith("Team web Migrated 75% 3 of 4 repositories Template adoption 100% 4 of 4")
    headings = [each.text for each in document.all("h2")[1:]]
    assert headings == [
        f"Now {ORGANISATION}",
        "Team web",
        "Remaining repositories of team web",
        f"Criteria {ORGANISATION}",
        f"Migration {ORGANISATION}",
        f"Risks {ORGANISATION}",
        "Teams",
        f"Sources {ORGANISATION}",
    ]
    assert [row["Repository"] for row in document.table("1 repository")] == ["acme/web"]


def test_of_all_teams_nothing_needs_to_be_said():
    assert ORGANISATION not in shown(WHOLE).text
    assert "You see team" not in shown(WHOLE).text


def test_without_teams_there_is_no_filter():
    document = shown(with_migration(teams=()))
    assert not document.all("form")
    assert not [each for each in document.walk() if each.attributes.get("id") == "teams"]
    assert "#teams" not in [each["href"] for each in document.all("a")]


def test_remaining_repositories():
    found = (
        repository("acme/shop", stage=Stage.PARTIAL, template=True),
        repository("acme/vault", stage=Stage.UNKNOWN, template=None, workflow=None, team=None),
        repository("acme/till", stage=Stage.ROLLED_BACK, workflow=Workflow.OTHER),
    )
    document = shown(with_migration(remaining=found))
    rows = document.table("3 repositories: 1 partial, 1 rolled back, 1 could not be read")
    assert [list(row.values()) for row in rows] == [
        ["acme/shop", "web", "◆ partial", "used", "legacy", "acme"],
        ["acme/vault", "-", "○ could not be read", "-", "-", "acme"],
        ["acme/till", "web", "▲ rolled back", "not used", "other", "acme"],
    ]


def test_of_many_repositories_the_first_are_listed_and_all_are_counted():
    section = shown(with_remaining(500)).at("remaining")
    assert len(section.table("500 repositories: 500 legacy")) == 50
    assert section.text.endswith("and 450 more; all of them stand in /api/v1/status")
    assert [each["href"] for each in section.all("a")] == ["/api/v1/status"]


@pytest.mark.parametrize(("number", "more"), [(50, False), (51, True)])
def test_what_is_left_out_is_counted_exactly(number, more):
    assert ("and 1 more" in shown(with_remaining(number)).at("remaining").text) is more


def test_when_none_remains():
    assert "None is known." in shown(states.empty()).at("remaining").text
