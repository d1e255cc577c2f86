"""Where boards rightly show no data, or less than all of the history, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.grafana import Dashboard
from tests.support.states import BREACHED, EMPTY, HEALTHY, STATES, State

LIVING = (HEALTHY, BREACHED)


@dataclass(frozen=True)
class Silence:
    """Where no data is the right answer in these states: targets by their letters, by the panel's title."""

    board: str
    states: tuple[State, ...]
    reason: str
    panels: Mapping[str, str]


SRE, SCORECARD, PHASES, RISKS, HOSTS, EXPORTER = (
    f"orchex-kilo-{name}"
    for name in (
        "sre-overview",
        "migration-scorecard",
        "phases-and-gates",
        "risks",
        "ci-and-git-hosts",
        "exporter-health",
    )
)
TABLES = (
    "Business criteria",
    "Technical criteria",
    "User criteria",
    "Companions that are shares",
    "Companions that are times",
)
"""Of criteria, on the scorecard."""
SILENT = (
    Silence(
        SRE,
        (EMPTY,),
        "There was no operation yet, so that nothing can be divided by them.",
        {
            "Error rate, 30 days": "A",
            "Bridge success, 30 days": "A",
            "Error rate: failed share by window": "ABCD",
            "Bridge success: failed share by window": "ABCD",
        },
    ),
    Silence(SRE, (EMPTY,), "No bridge had an event yet.", {"Time since the bridges' last event": "AB"}),
    Silence(SRE, (EMPTY,), "No alert fires.", {"Alerts firing now": "A"}),
    Silence(
        SRE,
        (EMPTY,),
        "No repository had a pipeline run yet.",
        {
            "Failed operations an hour, by kind": "C",
            "Integrated pipeline runs an hour, by result": "A",
            "Performance impact by window": "A",
        },
    ),
    Silence(
        SCORECARD,
        STATES,
        "Nobody has set another target than the documented one.",
        dict.fromkeys(TABLES, "E"),
    ),
    Silence(
        SCORECARD,
        LIVING,
        "Every criterion has a value, so that none has a reason for having none.",
        dict.fromkeys(TABLES, "G"),
    ),
    Silence(
        SCORECARD,
        (EMPTY,),
        "There is no repository that could have migrated.",
        {
            "Migrated and planned": "A",
            "Migrated share against the plan": "A",
            "Adoption of templates and of the workflow": "AB",
        },
    ),
    Silence(
        SCORECARD,
        (EMPTY,),
        "Without progress there is no forecast.",
        {"80% migrated": "BC", "100% migrated": "BC", "Forecast after the planned day": "ABCD"},
    ),
    Silence(
        SCORECARD,
        (EMPTY,),
        "The criteria have no value yet: nothing was done, and no system tells of people, cost or quality.",
        {
            "Business criteria": "CH",
            "User criteria": "CH",
            "Companions that are shares": "CH",
            **dict.fromkeys(
                (
                    "Cycle time reduction",
                    "Compliance violation reduction",
                    "Template adoption",
                    "Cost savings",
                    "Performance impact",
                    "Error rate",
                    "Bridge success",
                    "Training completion",
                    "User satisfaction",
                    "Workflow adoption",
                    "Support ticket reduction",
                ),
                "A",
            ),
        },
    ),
    Silence(
        PHASES,
        (EMPTY,),
        "There is no repository that could have migrated, in the pilot or in a team.",
        {
            "Migrated and planned": "A",
            "Migrated share against the plan": "A",
            "Pilot success": "A",
            "Pilot success through time": "A",
            "Migrated share by team": "A",
            "Repositories by team and stage": "ABCDEFGH",
        },
    ),
    Silence(PHASES, (EMPTY,), "No phase has ended or is late.", {"Plan and course of the phases": "FGH"}),
    Silence(
        RISKS,
        (EMPTY,),
        "What would be a signal is not known: nothing was done, and no system tells of people or quality.",
        {
            "Signals": "ABDEFHIJKL",
            **dict.fromkeys(
                (
                    "Signal: bridge burn",
                    "Signal: performance impact",
                    "Signal: adoption gap",
                    "Signal: dissatisfaction",
                    "Signal: rolled back",
                    "Signal: training gap",
                    "Signal: time to proficiency",
                    "Signal: support ticket growth",
                    "Signal: compliance violation growth",
                    "Signal: security incident growth",
                ),
                "A",
            ),
        },
    ),
    Silence(
        HOSTS,
        (EMPTY,),
        "There is no repository.",
        {
            "Repositories by team": "ABCDEFG",
        },
    ),
    Silence(
        HOSTS,
        (EMPTY,),
        "No repository had a pipeline run yet.",
        {
            "Runs an hour, by result": "A",
            "Success share": "A",
            "Runs by host and owner": "ABCDEF",
            "Run duration, median": "A",
            "Run duration, 95th percentile": "A",
            "Time in the queue": "A",
            "Pending and executing runs": "A",
            "Runs an hour, by workflow": "AB",
            "Share that ended in error or timeout": "AB",
            "Share that failed": "AB",
            "The 10 repositories that fail most": "AB",
            "The 10 slowest repositories": "AB",
        },
    ),
    Silence(
        HOSTS,
        (EMPTY,),
        "No change was merged yet.",
        {
            "Lead time until merge, median": "A",
            "Lead time until deployment, median": "A",
            "Merges and deployments a day": "AB",
        },
    ),
    Silence(HOSTS, (EMPTY,), "Of its sources none tells of workers.", {"Workers": "A"}),
    Silence(
        HOSTS,
        (EMPTY,),
        "No level before the migration was measured or given.",
        {"Run duration against the baseline": "ABCD", "Cycle time against the baseline": "ABC"},
    ),
    Silence(EXPORTER, STATES, "No source tells when its token expires.", {"Tokens expire in": "A"}),
    Silence(EXPORTER, STATES, "No cap was reached.", {"Series": "B", "Series that caps cut": "A"}),
    Silence(
        EXPORTER,
        (EMPTY,),
        "No poll failed, and nothing was unreadable.",
        {"Sources now": "D", "Items that could not be read": "A"},
    ),
)
LATER = {
    (SCORECARD, "Cycle time reduction"): "No change was merged in an integrated repository before.",
    (SCORECARD, "Performance impact"): "No integrated pipeline had run before.",
    (SCORECARD, "Forecast after the planned day"): "A forecast needs a fortnight of progress.",
    (RISKS, "Signals"): "As its parts below.",
    (RISKS, "Signal: performance impact"): "No integrated pipeline had run before.",
}
"""What begins later than the history, and why."""


def silent(board: Dashboard, state: State) -> set[tuple[str, str]]:
    return {
        (panel, letter)
        for each in SILENT
        if each.board == str(board) and state in each.states
        for panel, letters in each.panels.items()
        for letter in letters
    }
