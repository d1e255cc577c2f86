"""Migration scorecard: is the migration there yet, by each criterion, and if not, what blocks it, and until when."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.migration_scorecard import adoption, criteria, forecast
from dashboards.progress import blocking, current_gate, current_phase, share_now, share_through_time
from exporter.kpis.criteria import Category
from exporter.kpis.quantities import Unit
from exporter.migration.forecast import GOALS

BOARD = Board(
    uid="orchex-kilo-migration-scorecard",
    title="ORCHEX-KILO / Migration scorecard",
    about="Is the migration there yet, and if not, what blocks it, and until when?",
    days=90,
    rows=(
        Row(
            "Are we there yet?",
            (
                criteria.counts(),
                share_now(4, 6),
                *(forecast.reached(goal) for goal in GOALS),
                current_phase(3, 6),
                current_gate(3, 6),
                criteria.through_time(),
                blocking(10, 13),
            ),
        ),
        Row("Against the plan", (share_through_time(12, 8), forecast.lateness())),
        Row("Business", criteria.section(Category.BUSINESS)),
        Row("Technical", criteria.section(Category.TECHNICAL)),
        Row("Users", criteria.section(Category.USER)),
        Row("Adoption", (adoption.adoption(), adoption.stages())),
        Row(
            "Companions",
            (
                criteria.companions("Companions that are shares", (Unit.RATIO, Unit.CHANGE), "percentunit", 14),
                criteria.companions("Companions that are times", (Unit.SECONDS,), "s", 10),
            ),
        ),
    ),
)
