"""What a rule gives: a value with what it rests on, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from exporter.model import Moment


class Absence(StrEnum):
    """Why a criterion has no value."""

    NO_SOURCE = "no_source"
    """No configured source tells it."""
    NO_BASELINE = "no_baseline"
    """There is nothing to compare it with."""
    NO_OBSERVATIONS = "no_observations"
    """A source would tell it, but nothing was observed in the window."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A value. `at` is when it was last observed, `coverage` the share of the scope that it rests on."""

    value: float
    at: Moment
    coverage: float = 1.0
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """No value. `remedy` tells people what would bring one; `coverage` is 0 where the scope is known."""

    absence: Absence
    remedy: str
    coverage: float | None = None


Outcome: TypeAlias = Measure | Missing
