"""The six phases, their gates and their exit criteria: now, through time, and by date."""

from __future__ import annotations

from dashboards.panel import WHOLE, About, Column, Look, PanelBuilder, rows, states
from dashboards.phases_and_gates.plan import NO_PLAN, ON_PLAN, WITHIN, punctual
from dashboards.progress import CRITERION_STATE, DAY, NO_EXPORTER, last_day
from dashboards.query import Query, coded, of
from dashboards.style import EXIT_CRITERIA, GATE, HOLDING, PHASE, PHASE_TITLES, PUNCTUALITY
from exporter.migration.phases import PHASES


def through_time() -> PanelBuilder:
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


def gates_through_time() -> PanelBuilder:
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


def _by_phase(moment: str, *, last: bool = False) -> str:
    """A moment of each phase in milliseconds; of an end its last day."""
    family = f"max by (phase) ({of(f'orchex_kilo_phase_{moment}_timestamp_seconds')})"
    return last_day(family) if last else f"{family} * 1000"


def table() -> PanelBuilder:
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
        width=WHOLE,
        height=9,
        runbooks=("OrchexKiloPhaseOverdue",),
    )
    deviation = f"max by (phase) ({of('orchex_kilo_phase_duration_deviation_ratio')})"
    return rows(
        look,
        [
            coded("orchex_kilo_gate_state", PHASE_TITLES.meaning, ["phase"], "phase"),
            coded("orchex_kilo_phase_state", PHASE.meaning, ["phase"]),
            _by_phase("planned_start"),
            _by_phase("planned_end", last=True),
            _by_phase("started"),
            _by_phase("ended", last=True),
            deviation,
            punctual(deviation),
            coded("orchex_kilo_gate_state", GATE.meaning, ["phase"]),
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


def exit_criteria() -> PanelBuilder:
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
        width=WHOLE,
        height=22,
    )
    criteria = coded(CRITERION_STATE, EXIT_CRITERIA.meaning, ["phase", "criterion", "state"], "criterion")
    return rows(
        look,
        [criteria],
        {
            "phase": Column("Phase", words=PHASE_TITLES),
            "criterion": Column("Exit criterion", words=EXIT_CRITERIA),
            "state": Column("State", words=HOLDING),
        },
        ordered="Value",
    )
