"""The documented timelines by size of the organisation, and a plan with dates made of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exporter.model import Moment, Phase, Seconds

WEEK: Seconds = 7 * 86400.0


class Size(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A documented timeline. `weeks` are the first and last week of each phase, in its long form.

    `optimization` goes on without end; where the document plans no weeks for it, it begins with the
    week after adoption. `least` and `most` are the weeks of the whole, `people` the documented team.
    """

    size: Size
    words: str
    developers: tuple[int, int | None]
    least: int
    most: int
    people: tuple[int, int]
    weeks: Mapping[Phase, tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class Period:
    """From `begin` on, to `end` (None: without end)."""

    begin: Moment
    end: Moment | None

    @property
    def duration(self) -> Seconds | None:
        return None if self.end is None else self.end - self.begin


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned. `end` is when the migration is to be complete: the end of adoption."""

    start: Moment
    size: Size
    phases: Mapping[Phase, Period]
    """All six, in order."""

    @property
    def end(self) -> Moment:
        end = self.phases[Phase.ADOPTION].end
        return self.start if end is None else end


TIMELINES: Mapping[Size, Timeline] = {}


def size_of(developers: int) -> Size:
    """The documented size of an organisation: below 50, to 200, above."""
    raise NotImplementedError


def plan(start: Moment, size: Size, weeks: float | None = None, given: Mapping[Phase, Period] | None = None) -> Plan:
    """The size's timeline from `start` on, compressed to `weeks` in all, with `given` periods instead."""
    raise NotImplementedError


def planned_share(plan: Plan, at: Moment) -> float:
    """The share of repositories that the plan wants migrated by then.

    0 until the pilot begins, 80% at the end of expansion, 100% at the end of adoption; straight in
    between.
    """
    raise NotImplementedError
