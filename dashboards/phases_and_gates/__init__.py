"""Phases and gates: where the migration stands in its six phases, what keeps each gate shut, which team is how far."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.phases_and_gates import phases, schedule, sizes, teams
from dashboards.progress import blocking, current_gate, current_phase, share_now, share_through_time

BOARD = Board(
    uid="orchex-kilo-phases-and-gates",
    title="ORCHEX-KILO / Phases and gates",
    about="Where does the migration stand in its six phases, what keeps each gate shut, and which team is how far?",
    days=90,
    rows=(
        Row(
            "Now",
            (
                current_phase(4, 5),
                current_gate(4, 5),
                schedule.punctuality(),
                schedule.slip(),
                share_now(4, 5),
                schedule.pilot(),
            ),
        ),
        Row("What blocks us", (blocking(12, 9), schedule.slip_through_time())),
        Row("Against the plan", (share_through_time(12, 8), schedule.pilot_through_time())),
        Row("Phases and gates through time", (phases.through_time(), phases.gates_through_time())),
        Row("Dates and exit criteria", (phases.table(), phases.exit_criteria())),
        Row("Plan by size of the organisation", (sizes.sizes(), sizes.timelines())),
        Row("Teams", (teams.share(), teams.stages())),
    ),
)
