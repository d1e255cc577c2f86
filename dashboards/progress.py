"""What several boards show of the migration: the phase, what keeps its gate shut, the migrated share, the teams."""

from __future__ import annotations

from dashboards.panel import About, Column, Look, PanelBuilder, lines, number, rows
from dashboards.query import Query, coded, of
from dashboards.style import EXIT_CRITERIA, GATE, HOLDING, PHASE_TITLES, Colour, Limits
from exporter.migration.findings import Holding
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.migration.schedule import PhaseState

DAY = "time:YYYY-MM-DD"
"""Of milliseconds."""
CURRENT = f"max by (phase) ({of('orchex_kilo_phase_state', state=PhaseState.CURRENT)}) == 1"
NO_EXPORTER = "No exporter is scraped"
NOT_STARTED = "No phase is under way: migration.start is not configured, or still to come"
NONE_READ = "No repository that uses either tool was read"
MIGRATED = f"min({of('orchex_kilo_migrated_ratio')})"
PLANNED = f"max({of('orchex_kilo_planned_migrated_ratio')})"
SHARE = About(
    "Integrated repositories divided by those that use either tool, and the share that the plan wants by now. What "
    "could not be read is in neither.",
    f"{EXPANDED:.0%} at the end of Expansion, {COMPLETE:.0%} at the end of Full Adoption (the dashed lines)",
    "Behind the plan: look on the board Phases and gates which teams have not begun, and what blocks the gate.",
)
SHARES_WANTED = Limits(Colour.CALM, ((EXPANDED, Colour.CALM), (COMPLETE, Colour.GOOD)))
CRITERION_STATE = "orchex_kilo_phase_criterion_state"
TEAMS_MIGRATED = f"max by (team) ({of('orchex_kilo_team_migrated_ratio')})"


def of_teams(stage: str) -> str:
    """How many repositories of each team are in this stage."""
    return f"max by (team) ({of('orchex_kilo_team_repositories', stage=stage)})"


def last_day(end: str) -> str:
    """The last day before an end, of seconds in milliseconds: the end itself belongs to what follows."""
    return f"({end} - 1) * 1000"


def current_phase(width: int, height: int) -> PanelBuilder:
    look = Look(
        "Current phase",
        About(
            "The first of the six phases that has not ended.",
            "that of the plan for today; the table of phases shows its dates",
            "Look what blocks its gate. When people have ended a phase, write its date to the scorecard file.",
        ),
        unit="none",
        empty=NOT_STARTED,
        width=width,
        height=height,
        runbooks=("OrchexKiloPhaseOverdue",),
        words=PHASE_TITLES.codes(),
    )
    phase = coded("orchex_kilo_phase_state", PHASE_TITLES.meaning, [], "phase", state=PhaseState.CURRENT)
    return number(look, Query(phase, "phase"))


def current_gate(width: int, height: int) -> PanelBuilder:
    look = Look(
        "Gate of the current phase",
        About(
            "Whether the current phase may be left: open when all of its exit criteria hold, blocked when one fails, "
            "not known when none fails but something is not known.",
            "open by the planned end of the phase",
            "Go through the exit criteria that fail or are not known.",
        ),
        unit="none",
        empty=NOT_STARTED,
        width=width,
        height=height,
        runbooks=("OrchexKiloPhaseOverdue",),
        words=GATE.codes(),
    )
    gates = coded("orchex_kilo_gate_state", GATE.meaning, ["phase"])
    return number(look, Query(f"max({gates}\nand on (phase)\n{CURRENT})", "gate"))


def blocking(width: int, height: int) -> PanelBuilder:
    look = Look(
        "What blocks the current gate",
        About(
            "Exit criteria of the current phase that do not hold, or of which nobody told whether they do.",
            "none left by the planned end of the phase",
            "FAILS: steer the figure that it names. Not known: attest it in the scorecard file, or add the source that "
            "tells it.",
        ),
        unit="none",
        empty="Nothing blocks a phase: its gate is open, or none is under way",
        width=width,
        height=height,
        runbooks=("OrchexKiloPhaseOverdue",),
    )
    not_met = coded(
        CRITERION_STATE,
        EXIT_CRITERIA.meaning,
        ["phase", "criterion", "state"],
        "criterion",
        f'state!="{Holding.MET}"',
    )
    blockers = f"max by (criterion, state) ({not_met}\nand on (phase)\n{CURRENT})"
    return rows(
        look,
        [blockers],
        {
            "criterion": Column("Exit criterion", words=EXIT_CRITERIA),
            "state": Column("State", words=HOLDING, width=120),
        },
        ordered="Value",
    )


def share_now(width: int, height: int) -> PanelBuilder:
    look = Look(
        "Migrated and planned",
        SHARE,
        unit="percentunit",
        empty=NONE_READ,
        width=width,
        height=height,
        decimals=1,
        runbooks=("OrchexKiloForecastOffTrack",),
    )
    return number(
        look,
        Query(MIGRATED, "migrated"),
        Query(PLANNED, "planned"),
        coloured=False,
    )


def share_through_time(width: int, height: int) -> PanelBuilder:
    look = Look(
        "Migrated share against the plan",
        SHARE,
        unit="percentunit",
        empty=NONE_READ,
        width=width,
        height=height,
        runbooks=("OrchexKiloForecastOffTrack",),
        limits=SHARES_WANTED,
        least=0,
        most=1,
    )
    return lines(
        look,
        Query(MIGRATED, "migrated"),
        Query(PLANNED, "planned"),
        limited=True,
        colours={"migrated": Colour.GOOD, "planned": Colour.QUIET},
    )
