"""What a criterion is: its words, how it compares with its target, and by which rule it is computed.

The criteria themselves stand in `exporter.kpis.catalogue`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from exporter.kpis.inputs import Inputs
from exporter.kpis.measure import Outcome
from exporter.kpis.quantities import Unit
from exporter.model import Seconds

DAY: Seconds = 86400.0


class Category(StrEnum):
    TECHNICAL = "technical"
    BUSINESS = "business"
    USER = "user"
    SCHEDULE = "schedule"


class Comparison(StrEnum):
    """How a value must compare with its target; `>` and `<` are strict."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    @property
    def higher_is_better(self) -> bool:
        return self in (Comparison.ABOVE, Comparison.AT_LEAST)

    def holds(self, value: float, target: float) -> bool:
        return _HOLDS[self](value, target)


_HOLDS: Mapping[Comparison, Callable[[float, float], bool]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
}


class Tier(StrEnum):
    CRITERION = "criterion"
    """One of the documented twelve."""
    COMPANION = "companion"
    """Documented beside them, with lower priority."""


Needs: TypeAlias = tuple[tuple[str, ...], ...]
"""Ways to know a criterion, any of which will do: each names all that it takes, kinds of observation
(`inputs.Seen`), quantities that feeds tell, or `PLAN`."""
PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is to be reached. `margin` is ours: met by less than that is at risk."""

    key: str
    title: str
    tier: Tier
    category: Category
    comparison: Comparison
    target: float
    unit: Unit
    margin: float
    words: str
    """The document's own."""
    owner: str
    rule: Callable[[Inputs], Outcome]
    needs: Needs
    window: str | None = None
    max_age: Seconds = 45 * DAY
    """Age at which a value is stale."""
