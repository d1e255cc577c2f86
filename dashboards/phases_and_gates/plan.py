"""How what happens is judged against the plan."""

from __future__ import annotations

from dashboards.style import PUNCTUALITY, Colour, Limits
from exporter.migration.schedule import TOLERANCE

NO_PLAN = "No plan: migration.start is not configured"
WITHIN = Limits(Colour.CALM, ((-TOLERANCE, Colour.GOOD), (TOLERANCE, Colour.BAD)))
"""Within ±10% of the plan, as documented."""
ON_PLAN = f"within ±{TOLERANCE:.0%} of the plan, as documented"


def punctual(deviation: str) -> str:
    """A deviation from the plan as a number of PUNCTUALITY."""
    late, ahead = PUNCTUALITY.code("late") - 1, PUNCTUALITY.code("ahead") - 1
    return f"1 + {late} * ({deviation} > bool {TOLERANCE:g}) + {ahead} * ({deviation} < bool -{TOLERANCE:g})"
