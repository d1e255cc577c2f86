"""From the ledger's answers to where the migration stands: criteria, phases, gates, forecast, risks.

Pure: this module says in which order the parts are worked out, and what each of them is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.kpis.verdict import Verdict
from exporter.migration.forecast import Forecast
from exporter.migration.gates import Gate
from exporter.migration.plan import Plan, Size
from exporter.migration.progress import Progress
from exporter.migration.schedule import Schedule
from exporter.model import Moment, Phase
from exporter.risks import Assessed


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Where the migration stands. Without a plan (`migration.start` is not given) there is no schedule."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Every criterion and companion by key, in the catalogue's order."""
    gates: Mapping[Phase, Gate] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    planned: float | None = None
    """The migrated share that the plan wants by now."""
    schedule: Schedule | None = None
    plans: Mapping[Size, Plan] = field(default_factory=dict)
    """What each documented timeline would mean from the start on; one of them may be the chosen plan."""
    forecasts: tuple[Forecast, ...] = ()
    risks: tuple[Assessed, ...] = ()
    reached: Mapping[Phase, Moment] = field(default_factory=dict)
    """Phases whose gate was first seen open now, to be remembered."""
