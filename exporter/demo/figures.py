"""What other systems count during the migration, by day: training, satisfaction, cost, tickets, quality.

Pure functions of the day (0 is the migration's first) and tables. Before the start everything stands
as it stood on the first day: that is the level that later figures are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.demo.curve import Curve

LEARNERS = 120
SURVEY_EVERY = 7
"""Days between two waves of the survey; the first is on day 0."""
RESPONSES = 200

_TRAINED = Curve((0, 0), (10, 0.08), (22, 0.35), (39, 0.925), (105, 0.95), (150, 0.985))
_SATISFIED = Curve((0, 0.62), (42, 0.71), (56, 0.83), (68, 0.84), (77, 0.765), (105, 0.83), (126, 0.88), (154, 0.915))
_COST = Curve((0, 48_000), (42, 50_500), (70, 51_000), (110, 40_200), (142, 38_400), (154, 38_000))
_TICKETS = Curve((0, 60), (42, 64), (72, 83), (105, 44), (141, 26), (154, 23))
_WEEKDAYS = (0.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.5)
_PROFICIENCY = Curve((0, 31), (63, 24), (105, 15), (120, 12.5), (154, 11))
VIOLATIONS_LEGACY, VIOLATIONS_INTEGRATED = 25.0, 7.5
"""Of a repository in a week, on the separate tools and on the integrated workflow."""


@dataclass(frozen=True, slots=True)
class Score:
    """A quality figure in percent, by day; `change` tells whether it is against the level before."""

    percent: Curve
    change: bool = True


SCORES: Mapping[str, Score] = {
    "data_consistency": Score(Curve((0, 97.2), (63, 98.4), (105, 99.6), (135, 100)), change=False),
    "analysis_speed": Score(Curve((0, 0), (63, 6), (105, 17), (142, 27))),
    "manual_effort": Score(Curve((0, 0), (63, -12), (105, -37), (142, -56))),
    "maintenance_cost": Score(Curve((0, 0), (63, 4), (105, -15), (142, -29))),
    "security_incidents": Score(Curve((0, 0), (63, -10), (105, -34), (142, -48))),
    "compliance_score": Score(Curve((0, 0), (63, 9), (105, 21), (142, 32))),
    "code_quality": Score(Curve((0, 0), (63, 5), (105, 16), (142, 24))),
    "defects": Score(Curve((0, 0), (63, -7), (105, -24), (142, -38))),
}


def trained(day: int) -> int:
    """How many of the LEARNERS have completed the training."""
    return round(LEARNERS * _TRAINED.at(day))


def proficiency_days(day: int) -> float:
    """Median days until a new user works without help."""
    return round(_PROFICIENCY.at(day), 1)


def wave_days(day: int) -> range:
    """The days of the survey's waves so far."""
    return range(0, max(0, day) + 1, SURVEY_EVERY)


def satisfied(wave_day: int) -> int:
    """How many of the RESPONSES to a wave were satisfied."""
    return round(RESPONSES * _SATISFIED.at(wave_day))


def cost(day: int) -> int:
    """What the month that ended on that day cost."""
    return round(_COST.at(day))


def tickets(day: int) -> int:
    """The support tickets opened on a day; few on two days of the week."""
    return round(_TICKETS.at(day) / 7 * _WEEKDAYS[day % 7])


def tickets_of_week(day: int) -> int:
    """Those of the seven days before."""
    return sum(tickets(each) for each in range(day - 7, day))


def violations_a_week(migrated: float) -> float:
    """Of one repository, on average, when that share of all is integrated."""
    return VIOLATIONS_LEGACY + (VIOLATIONS_INTEGRATED - VIOLATIONS_LEGACY) * migrated


def score(name: str, day: int) -> float:
    """In percent; a change is against the level before the migration."""
    return round(SCORES[name].percent.at(day), 1)
