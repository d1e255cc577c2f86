"""How budgets and their speeds are judged: as the alerts do."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.burn import URGENCIES
from alerts.rule import Severity
from dashboards.style import Colour, Limits, Words

SEVERITY = Words({Severity.PAGE: ("PAGE", Colour.BAD), Severity.TICKET: ("ticket", Colour.CAREFUL)})
FACTORS: Mapping[float, Severity] = {burn.factor: each.severity for each in URGENCIES for burn in each.burns}
"""How many times too fast a budget burns when somebody is called, and who."""
SPENT = Limits(Colour.BAD, ((0.0, Colour.GOOD),))
"""Of what is left of a budget: below 0 the objective is missed."""


def speeds(budget: float = 1.0) -> Limits:
    """From which failed share on a budget burns so fast that somebody is called; of 1, the factors themselves."""
    steps = ((round(factor * budget, 12), SEVERITY.meaning[severity][1]) for factor, severity in FACTORS.items())
    return Limits(Colour.GOOD, tuple(sorted(steps)))
