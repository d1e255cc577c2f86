"""Which team is how far."""

from __future__ import annotations

from dashboards.panel import About, Column, Look, PanelBuilder, bars, rows
from dashboards.progress import TEAMS_MIGRATED, of_teams
from dashboards.query import Query
from dashboards.style import STAGE, Colour, Limits
from exporter.migration.plan import COMPLETE
from exporter.model import Stage

NO_TEAMS = "No team: the key teams is not configured, or no repository was read"
DONE = Limits(Colour.CALM, ((COMPLETE, Colour.GOOD),))


def share() -> PanelBuilder:
    look = Look(
        "Migrated share by team",
        About(
            "Each team's integrated repositories divided by those that use either tool; the least come first. A team "
            "without such repositories has no bar.",
            "100% of every team at the end of Full Adoption",
            "Talk to the first ones: what do they wait for?",
        ),
        unit="percentunit",
        empty=NO_TEAMS,
        width=10,
        height=14,
        decimals=0,
        limits=DONE,
        least=0,
        most=1,
    )
    return bars(look, Query(f"sort({TEAMS_MIGRATED})", "{{team}}"))


def stages() -> PanelBuilder:
    look = Look(
        "Repositories by team and stage",
        About(
            "How many repositories of each team are in each stage. Those that could not be read are in no share.",
            "none documented; legacy and partial fall to 0 until the end of Full Adoption, rolled back stays 0",
            "Rolled back: ask the team why. Could not be read: look at the board Exporter health.",
        ),
        unit="none",
        empty=NO_TEAMS,
        width=14,
        height=14,
    )
    nothing_to_migrate = f"2 + 0 * {of_teams(Stage.NONE)}"
    counts = {
        f"Value #{letter}": Column(text[0].upper() + text[1:], "none", decimals=0)
        for letter, (text, _) in zip("CDEFGH", STAGE.meaning.values(), strict=True)
    }
    return rows(
        look,
        (f"{TEAMS_MIGRATED} or {nothing_to_migrate}", TEAMS_MIGRATED, *map(of_teams, STAGE.meaning)),
        {"team": Column("Team"), "Value #B": Column("Migrated", "percentunit", decimals=0)} | counts,
        by="team",
        ordered="Value #A",
    )
