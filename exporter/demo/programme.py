"""The migration as its people know it: when it began, and how its phases really went. It reads no clock.

Days are counted from the migration's first day, which is 0. Figures change at midnight, UTC, and not
in between, so that everybody who looks on the same day sees the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from exporter.demo.catalogue import PEOPLE
from exporter.demo.curve import Curve
from exporter.demo.times import DAY, date_of, midnight

SIZE = "medium"
"""Of the organisation, by its developers: the plan is the documented one of 20 weeks."""


@dataclass(frozen=True, slots=True)
class PhaseDays:
    """A phase's first and last day; None: it goes on."""

    name: str
    first: int
    last: int | None


PHASES = (
    PhaseDays("assessment", 0, 20),
    PhaseDays("preparation", 21, 40),  # a day early
    PhaseDays("pilot", 41, 62),
    PhaseDays("expansion", 63, 107),  # three days late: 45 days instead of 42
    PhaseDays("adoption", 108, 141),
    PhaseDays("optimization", 142, None),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """An exit criterion that only people know, and who vouched for it on which day."""

    phase: str
    criterion: str
    day: int
    by: str


_LEAD, _ARCHITECT, _SPONSOR = (PEOPLE[number].name for number in (3, 7, 10))
PROMISES = (
    Promise("assessment", "integration_points_identified", 17, _ARCHITECT),
    Promise("assessment", "plan_approved", 21, _SPONSOR),
    Promise("preparation", "pilot_environment_validated", 41, _ARCHITECT),
    Promise("pilot", "clear_path", 63, _SPONSOR),
    Promise("adoption", "legacy_decommissioned", 142, _LEAD),
    Promise("optimization", "custom_workflows", 147, _ARCHITECT),
    Promise("optimization", "continuous_improvement", 151, _LEAD),
)
"""A phase is signed off on the morning after its last day: only then is the last of its exit criteria met."""

CHECKLIST_ITEMS = 25
_CHECKED = Curve((0, 0), (18, CHECKLIST_ITEMS))
PILOT_SINCE = PHASES[2].first
CRITICAL = range(50, 56)
"""The days on which the pilot's one critical issue was open."""


@dataclass(frozen=True, slots=True)
class Note:
    """A figure as people write it down, with the day on which it last changed."""

    value: int | str
    day: int
    by: str


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme that began at `start`, the midnight of its first day."""

    start: int

    def day(self, moment: float) -> int:
        """Which day it is; below 0 before the start."""
        return (midnight(moment) - self.start) // DAY

    def moment(self, day: int) -> int:
        """When a day begins."""
        return self.start + day * DAY

    def date(self, day: int) -> date:
        return date_of(self.moment(day))

    def phases(self, day: int) -> tuple[PhaseDays, ...]:
        """The phases that have begun by that day; one whose last day is not over has no last day yet."""
        begun = (each for each in PHASES if each.first <= day)
        return tuple(p if p.last is None or p.last < day else PhaseDays(p.name, p.first, None) for p in begun)

    def promises(self, day: int) -> tuple[Promise, ...]:
        return tuple(promise for promise in PROMISES if promise.day <= day)


def checked(day: int) -> float:
    """The share of the assessment's checklist that is done."""
    return int(_CHECKED.at(day)) / CHECKLIST_ITEMS


def critical_issues(day: int) -> int | None:
    """The pilot's open critical issues; None before there is a pilot."""
    return None if day < PILOT_SINCE else int(day in CRITICAL)


def notes(day: int) -> dict[str, Note]:
    """What people keep by hand, by quantity."""
    issues = critical_issues(day)
    kept = {"assessment_checklist": Note(f"{checked(day):.0%}", _changed(checked, day, 0), _LEAD)}
    if issues is not None:
        kept["critical_issues"] = Note(issues, _changed(critical_issues, day, PILOT_SINCE), _ARCHITECT)
    return kept


def _changed(figure: Callable[[int], object], day: int, since: int) -> int:
    """The last day on which the figure was not as on the day before; none before `since`."""
    return next((each for each in range(day, since, -1) if figure(each) != figure(each - 1)), since)
