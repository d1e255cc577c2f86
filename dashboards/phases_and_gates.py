"""Phases and gates: where the migration stands in its six phases, what keeps each gate shut, which team is how far."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.panel import About, Column, Look, PanelBuilder, bars, lines, number, rows, states
from dashboards.progress import (
    CRITERION_STATE,
    DAY,
    NO_EXPORTER,
    NOT_STARTED,
    blocking,
    current_gate,
    current_phase,
    share_now,
    share_through_time,
)
from dashboards.query import Query, Shape, coded, of
from dashboards.style import (
    CHOSEN_PLAN,
    EXIT_CRITERIA,
    GATE,
    HOLDING,
    PHASE,
    PHASE_TITLES,
    PUNCTUALITY,
    STAGE,
    Colour,
    Limits,
)
from exporter.migration.phases import PHASES, PILOT_SUCCESS
from exporter.migration.plan import COMPLETE, TIMELINES, Size
from exporter.migration.schedule import TOLERANCE
from exporter.model import Phase, Stage

NO_PLAN = "No plan: migration.start is not configured"
NO_TEAMS = "No team: the key teams is not configured, or no repository was read"
WITHIN = Limits(Colour.CALM, ((-TOLERANCE, Colour.GOOD), (TOLERANCE, Colour.BAD)))
"""Within ±10% of the plan, as documented."""
PILOT = Limits(Colour.BAD, ((PILOT_SUCCESS, Colour.GOOD),))
DONE = Limits(Colour.CALM, ((COMPLETE, Colour.GOOD),))
ON_PLAN = f"within ±{TOLERANCE:.0%} of the plan, as documented"


def _punctual(deviation: str) -> str:
    """A deviation from the plan as a number of PUNCTUALITY."""
    late, ahead = PUNCTUALITY.code("late") - 1, PUNCTUALITY.code("ahead") - 1
    return f"1 + {late} * ({deviation} > bool {TOLERANCE:g}) + {ahead} * ({deviation} < bool -{TOLERANCE:g})"


def _schedule() -> PanelBuilder:
    look = Look(
        "Schedule",
        About(
            "Whether the current phase is late: its slip divided by the planned time from start to full adoption.",
            ON_PLAN,
            "Late: look what blocks the gate, shorten what is to come, or agree on new dates and configure them.",
        ),
        unit="none",
        empty=NOT_STARTED,
        width=4,
        height=5,
        runbooks=("OrchexKiloPhaseOverdue",),
        words=PUNCTUALITY.codes(),
    )
    ratio = f"max({of('orchex_kilo_schedule_slip_ratio')})"
    return number(look, Query(_punctual(ratio), "schedule", Shape.NUMBER))


def _slip() -> PanelBuilder:
    look = Look(
        "Slip",
        About(
            "How much later than planned the current phase began, or would end if it ended now, whichever is more; "
            "below 0 is ahead of the plan.",
            "0; the panel beside it says whether it is still on plan",
            "Late: look what blocks the gate, shorten what is to come, or agree on new dates and configure them.",
        ),
        unit="s",
        empty=NOT_STARTED,
        width=4,
        height=5,
        decimals=1,
        runbooks=("OrchexKiloPhaseOverdue",),
    )
    slip = f"max({of('orchex_kilo_schedule_slip_seconds')})"
    return number(look, Query(slip, "slip", Shape.NUMBER), coloured=False)


def _slip_through_time() -> PanelBuilder:
    look = Look(
        "Slip as a share of the plan",
        About(
            "The slip of the current phase divided by the planned time from start to full adoption; below 0 is ahead. "
            f"The dashed lines are ±{TOLERANCE:.0%}.",
            ON_PLAN,
            "When it grows, nothing is done about what blocks the gate: name somebody who does.",
        ),
        unit="percentunit",
        empty=NOT_STARTED,
        height=9,
        runbooks=("OrchexKiloPhaseOverdue",),
        limits=WITHIN,
    )
    return lines(look, Query(f"max({of('orchex_kilo_schedule_slip_ratio')})", "slip"), limited=True)


def _pilot_about() -> About:
    return About(
        "Pilot repositories that are integrated and whose newest integrated run succeeded, divided by the pilot "
        "repositories that could be read.",
        f">= {PILOT_SUCCESS:.0%}, the exit criterion of the pilot",
        "Find the pilot repository that is not integrated, or whose pipeline is red, on the board CI and git hosts.",
    )


NO_PILOT = "No pilot repository: migration.pilot is not configured, or none could be read"


def _pilot() -> PanelBuilder:
    look = Look(
        "Pilot success",
        _pilot_about(),
        unit="percentunit",
        empty=NO_PILOT,
        width=4,
        height=5,
        decimals=1,
        limits=PILOT,
    )
    return number(look, Query(f"min({of('orchex_kilo_pilot_success_ratio')})", "pilot", Shape.NUMBER))


def _pilot_through_time() -> PanelBuilder:
    look = Look(
        "Pilot success through time",
        _pilot_about(),
        unit="percentunit",
        empty=NO_PILOT,
        limits=PILOT,
        least=0,
        most=1,
    )
    return lines(look, Query(f"min({of('orchex_kilo_pilot_success_ratio')})", "pilot"), limited=True)


def _phases_through_time() -> PanelBuilder:
    look = Look(
        "Phases",
        About(
            "The state of each phase: to come, current or done.",
            "each done by its planned end; the table of phases shows the dates",
            "A phase that stays current too long: look which of its exit criteria fail.",
        ),
        unit="none",
        empty=NO_PLAN,
        runbooks=("OrchexKiloPhaseOverdue",),
        words=PHASE.codes(),
    )
    return states(
        look,
        *(Query(coded("orchex_kilo_phase_state", PHASE.meaning, [], phase=spec.phase), spec.title) for spec in PHASES),
    )


def _gates_through_time() -> PanelBuilder:
    look = Look(
        "Gates",
        About(
            "Whether each phase may be left: open when all of its exit criteria hold, blocked when one fails, not "
            "known when none fails but something is not known.",
            "each open by the planned end of its phase, and open from then on",
            "A gate behind the current phase that is blocked again: look which of its exit criteria holds no more.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        words=GATE.codes(),
    )
    return states(
        look,
        *(Query(coded("orchex_kilo_gate_state", GATE.meaning, [], phase=spec.phase), spec.title) for spec in PHASES),
    )


def _by_phase(moment: str, *, last: bool = False) -> Query:
    """A moment of each phase in milliseconds; of an end its last day, which the moment itself is in no more."""
    family = f"max by (phase) ({of(f'orchex_kilo_phase_{moment}_timestamp_seconds')})"
    return Query(f"({family} - 1) * 1000" if last else f"{family} * 1000", shape=Shape.ROWS)


def _table() -> PanelBuilder:
    look = Look(
        "Plan and course of the phases",
        About(
            "When each phase is planned to begin and end (its last day), when it really did, and how much longer it "
            "lasted than planned; below 0 is faster. Of the current phase once it lasts too long. Without a plan only "
            "the gates are known.",
            ON_PLAN,
            "Late: look which of its exit criteria fail. Where dates are wrong, correct the scorecard file.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=24,
        height=9,
        runbooks=("OrchexKiloPhaseOverdue",),
    )
    deviation = f"max by (phase) ({of('orchex_kilo_phase_duration_deviation_ratio')})"
    return rows(
        look,
        [
            Query(coded("orchex_kilo_gate_state", PHASE_TITLES.meaning, ["phase"], "phase"), shape=Shape.ROWS),
            Query(coded("orchex_kilo_phase_state", PHASE.meaning, ["phase"]), shape=Shape.ROWS),
            _by_phase("planned_start"),
            _by_phase("planned_end", last=True),
            _by_phase("started"),
            _by_phase("ended", last=True),
            Query(deviation, shape=Shape.ROWS),
            Query(_punctual(deviation), shape=Shape.ROWS),
            Query(coded("orchex_kilo_gate_state", GATE.meaning, ["phase"]), shape=Shape.ROWS),
        ],
        {
            "phase": Column("Phase", words=PHASE_TITLES),
            "Value #B": Column("State", coded=PHASE),
            "Value #C": Column("Planned begin", DAY),
            "Value #D": Column("Planned end", DAY),
            "Value #E": Column("Begun", DAY),
            "Value #F": Column("Ended", DAY),
            "Value #G": Column("Deviation", "percentunit", limits=WITHIN, decimals=1),
            "Value #H": Column("Against plan", coded=PUNCTUALITY),
            "Value #I": Column("Gate", coded=GATE),
        },
        by="phase",
        ordered="Value #A",
    )


def _exit_criteria() -> PanelBuilder:
    look = Look(
        "Exit criteria of every phase",
        About(
            "What the document asks for before each phase may be left, and whether it holds now.",
            "all of a phase hold by its planned end, and those of phases before it still",
            "FAILS: steer the figure that it names. Not known: attest it in the scorecard file, or add the source that "
            "tells it.",
        ),
        unit="none",
        empty=NO_EXPORTER,
        width=24,
        height=22,
    )
    criteria = coded(CRITERION_STATE, EXIT_CRITERIA.meaning, ["phase", "criterion", "state"], "criterion")
    return rows(
        look,
        [Query(criteria, shape=Shape.ROWS)],
        {
            "phase": Column("Phase", words=PHASE_TITLES),
            "criterion": Column("Exit criterion", words=EXIT_CRITERIA),
            "state": Column("State", words=HOLDING),
        },
        ordered="Value",
    )


def _sizes() -> PanelBuilder:
    documented = "; ".join(f"{each.size}: {each.least} to {each.most} weeks" for each in TIMELINES.values())
    look = Look(
        "Plan by size",
        About(
            "The documented length of the whole migration by size of the organisation, the day when full adoption "
            "would end by its long form, and which timeline the plan follows.",
            documented,
            "If the wrong one is followed, correct migration.size or migration.developers.",
        ),
        unit="none",
        empty=NO_PLAN,
        width=9,
    )
    adopted = of("orchex_kilo_plan_phase_end_timestamp_seconds", phase=Phase.ADOPTION)
    return rows(
        look,
        [
            Query(f"max by (size) ({of('orchex_kilo_plan_duration_seconds', bound='least')})", shape=Shape.ROWS),
            Query(f"max by (size) ({of('orchex_kilo_plan_duration_seconds', bound='most')})", shape=Shape.ROWS),
            Query(f"(max by (size) ({adopted}) - 1) * 1000", shape=Shape.ROWS),
            Query(f"max by (size) ({of('orchex_kilo_plan_chosen')})", shape=Shape.ROWS),
        ],
        {
            "size": Column("Size"),
            "Value #A": Column("At least", "s"),
            "Value #B": Column("At most", "s"),
            "Value #C": Column("Adopted by", DAY),
            "Value #D": Column("Plan", words=CHOSEN_PLAN),
        },
        by="size",
        ordered="Value #A",
    )


def _timelines() -> PanelBuilder:
    look = Look(
        "Timelines by size",
        About(
            "When each phase would begin and end (its last day) by the documented timeline of each size. Optimization "
            "goes on without end.",
            "that of the size that the plan follows",
            "Compare with the plan and course of the phases above, where other dates may be configured.",
        ),
        unit="none",
        empty=NO_PLAN,
        width=15,
    )
    order = coded("orchex_kilo_phase_state", PHASE_TITLES.meaning, ["phase"], "phase")
    begins = "orchex_kilo_plan_phase_start_timestamp_seconds"
    ends = "orchex_kilo_plan_phase_end_timestamp_seconds"
    queries, columns = [order], {"phase": Column("Phase", words=PHASE_TITLES)}
    for size, (first, last) in zip(Size, (("B", "C"), ("D", "E"), ("F", "G")), strict=True):
        queries.append(f"max by (phase) ({of(begins, size=size)}) * 1000")
        queries.append(f"(max by (phase) ({of(ends, size=size)}) - 1) * 1000")
        columns[f"Value #{first}"] = Column(f"{size.capitalize()}, from", DAY)
        columns[f"Value #{last}"] = Column(f"{size.capitalize()}, to", DAY)
    return rows(look, [Query(each, shape=Shape.ROWS) for each in queries], columns, by="phase", ordered="Value #A")


def _teams_share() -> PanelBuilder:
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
    return bars(look, Query(f"sort(max by (team) ({of('orchex_kilo_team_migrated_ratio')}))", "{{team}}", Shape.NUMBER))


def _teams_stages() -> PanelBuilder:
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
    share = f"max by (team) ({of('orchex_kilo_team_migrated_ratio')})"
    stages = [f"max by (team) ({of('orchex_kilo_team_repositories', stage=stage)})" for stage in STAGE.meaning]
    nothing_to_migrate = f"2 + 0 * max by (team) ({of('orchex_kilo_team_repositories', stage=Stage.NONE)})"
    counts = {
        f"Value #{letter}": Column(text[0].upper() + text[1:], "none", decimals=0)
        for letter, (text, _) in zip("CDEFGH", STAGE.meaning.values(), strict=True)
    }
    return rows(
        look,
        [Query(each, shape=Shape.ROWS) for each in (f"{share} or {nothing_to_migrate}", share, *stages)],
        {"team": Column("Team"), "Value #B": Column("Migrated", "percentunit", decimals=0)} | counts,
        by="team",
        ordered="Value #A",
    )


BOARD = Board(
    uid="orchex-kilo-phases-and-gates",
    title="ORCHEX-KILO / Phases and gates",
    about="Where does the migration stand in its six phases, what keeps each gate shut, and which team is how far?",
    days=90,
    rows=(
        Row("Now", (current_phase(4, 5), current_gate(4, 5), _schedule(), _slip(), share_now(4, 5), _pilot())),
        Row("What blocks us", (blocking(12, 9), _slip_through_time())),
        Row("Against the plan", (share_through_time(12, 8), _pilot_through_time())),
        Row("Phases and gates through time", (_phases_through_time(), _gates_through_time())),
        Row("Dates and exit criteria", (_table(), _exit_criteria())),
        Row("Plan by size of the organisation", (_sizes(), _timelines())),
        Row("Teams", (_teams_share(), _teams_stages())),
    ),
)
