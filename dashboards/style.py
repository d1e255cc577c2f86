"""How values look: colours, the words of states, and the limits that the catalogue sets.

A colour never stands alone: whatever is coloured also says its state in words, or shows its limit as a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from exporter.kpis.criteria import Criterion
from exporter.kpis.measure import Absence
from exporter.kpis.verdict import State
from exporter.migration.findings import Holding
from exporter.migration.forecast import Outlook
from exporter.migration.gates import GateState
from exporter.migration.phases import PHASES
from exporter.migration.schedule import PhaseState
from exporter.model import Circuit, Health, Result, Stage
from exporter.risks import Band, Level, Pressure
from exporter.status.sentences import named
from exporter.status.words import amount


class Colour(StrEnum):
    """Grafana's names; they suit its light and its dark theme."""

    GOOD = "green"
    MILD = "yellow"
    CAREFUL = "orange"
    BAD = "red"
    WORST = "dark-red"
    CALM = "blue"
    QUIET = "text"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a state set in their order, each with its text and colour."""

    meaning: Mapping[str, tuple[str, Colour]]

    def labels(self) -> list[models.ValueMapping]:
        """For a column that holds the words themselves."""
        return [_mapping(self.meaning)]

    def codes(self) -> list[models.ValueMapping]:
        """For `query.coded`."""
        return [_mapping({str(number): told for number, told in enumerate(self.meaning.values(), 1)})]

    def code(self, word: str) -> int:
        """The number that `query.coded` gives it."""
        return list(self.meaning).index(word) + 1


def _mapping(told: Mapping[str, tuple[str, Colour]]) -> models.ValueMap:
    return models.ValueMap(
        options={
            value: models.ValueMappingResult(text=text, color=colour.value, index=index)
            for index, (value, (text, colour)) in enumerate(told.items())
        }
    )


CRITERION = Words(
    {
        State.MET: ("met", Colour.GOOD),
        State.AT_RISK: ("at risk", Colour.CAREFUL),
        State.MISSED: ("MISSED", Colour.BAD),
        State.NO_DATA: ("no data", Colour.QUIET),
        State.STALE: ("stale", Colour.CAREFUL),
    }
)
ABSENCE = Words(
    {
        Absence.NO_SOURCE: ("no source tells it", Colour.QUIET),
        Absence.NO_BASELINE: ("no baseline", Colour.QUIET),
        Absence.NO_OBSERVATIONS: ("nothing observed", Colour.QUIET),
    }
)
GATE = Words(
    {
        GateState.OPEN: ("open", Colour.GOOD),
        GateState.BLOCKED: ("BLOCKED", Colour.BAD),
        GateState.UNKNOWN: ("not known", Colour.CAREFUL),
    }
)
HOLDING = Words(
    {
        Holding.MET: ("holds", Colour.GOOD),
        Holding.UNMET: ("FAILS", Colour.BAD),
        Holding.UNKNOWN: ("not known", Colour.CAREFUL),
    }
)
PHASE = Words(
    {
        PhaseState.PENDING: ("to come", Colour.QUIET),
        PhaseState.CURRENT: ("current", Colour.CALM),
        PhaseState.DONE: ("done", Colour.GOOD),
    }
)
PHASE_TITLES = Words({spec.phase: (spec.title, Colour.QUIET) for spec in PHASES})
"""In the documented order, as are the criteria."""
EXIT_CRITERIA = Words(
    {criterion.key: (criterion.words, Colour.QUIET) for spec in PHASES for criterion in spec.exit_criteria}
)
"""Their keys differ in all phases."""
PUNCTUALITY = Words(
    {"on_plan": ("on plan", Colour.GOOD), "late": ("LATE", Colour.BAD), "ahead": ("ahead of plan", Colour.CALM)}
)
CHOSEN_PLAN = Words({"1": ("followed", Colour.CALM), "0": ("not followed", Colour.QUIET)})
"""For `labels`: the values 1 and 0 themselves."""
OUTLOOK = Words(
    {
        Outlook.REACHED: ("reached", Colour.GOOD),
        Outlook.FORECAST: ("forecast", Colour.CALM),
        Outlook.NO_PROGRESS: ("NO PROGRESS", Colour.BAD),
        Outlook.NOT_ENOUGH_DATA: ("not enough data", Colour.QUIET),
        Outlook.BEYOND_HORIZON: ("TOO FAR AWAY", Colour.BAD),
    }
)
HEALTH = Words(
    {
        Health.HEALTHY: ("healthy", Colour.GOOD),
        Health.DEGRADED: ("DEGRADED", Colour.CAREFUL),
        Health.UNHEALTHY: ("UNHEALTHY", Colour.BAD),
        Health.UNKNOWN: ("not known", Colour.QUIET),
    }
)
CIRCUIT = Words(
    {
        Circuit.CLOSED: ("closed", Colour.GOOD),
        Circuit.HALF_OPEN: ("half-open", Colour.CAREFUL),
        Circuit.OPEN: ("OPEN", Colour.BAD),
    }
)
STAGE = Words(
    {
        Stage.INTEGRATED: ("integrated", Colour.GOOD),
        Stage.PARTIAL: ("partial", Colour.CALM),
        Stage.LEGACY: ("legacy", Colour.CAREFUL),
        Stage.ROLLED_BACK: ("ROLLED BACK", Colour.BAD),
        Stage.NONE: ("uses neither tool", Colour.QUIET),
        Stage.UNKNOWN: ("could not be read", Colour.QUIET),
    }
)
LEVELS: Mapping[Level, Colour] = {
    Level.LOW: Colour.GOOD,
    Level.MEDIUM: Colour.MILD,
    Level.HIGH: Colour.CAREFUL,
    Level.VERY_HIGH: Colour.BAD,
    Level.CRITICAL: Colour.WORST,
}
LEVEL = Words({str(level.value): (named(level), colour) for level, colour in LEVELS.items()})
"""The values 1 to 5 themselves: for `labels` and `codes` alike."""
BAND = Words({str(band.value): (named(band), Colour.QUIET) for band in Band})
"""As `LEVEL`."""
PRESSURE = Words(
    {
        Pressure.CALM.name: ("calm", Colour.GOOD),
        Pressure.ELEVATED.name: ("ELEVATED", Colour.CAREFUL),
        Pressure.SEVERE.name: ("SEVERE", Colour.BAD),
    }
)
RESULTS: Mapping[str, Colour] = {
    Result.SUCCESS: Colour.GOOD,
    Result.FAILURE: Colour.CAREFUL,
    Result.ERROR: Colour.BAD,
    Result.TIMEOUT: Colour.WORST,
    Result.CANCELLATION: Colour.CALM,
    Result.SKIP: Colour.QUIET,
}
UP = Words({"1": ("up", Colour.GOOD), "0": ("DOWN", Colour.BAD)})
"""For `labels`: the values 1 and 0 themselves."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which value on which colour holds; the first one from below."""

    base: Colour
    steps: tuple[tuple[float, Colour], ...] = ()

    def built(self) -> builders.ThresholdsConfig:
        steps = [models.Threshold(value=None, color=self.base.value)]
        steps += [models.Threshold(value=value, color=colour.value) for value, colour in self.steps]
        return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def wanted(criterion: Criterion) -> str:
    """The documented target as people read it: `> 99.9%`."""
    return f"{criterion.comparison} {amount(criterion.target, criterion.unit, criterion.target)}"


PLAIN = Limits(Colour.CALM)
"""Nothing to judge."""


def limits(criterion: Criterion) -> Limits:
    """The documented target, and the margin within which it is met but at risk.

    Grafana colours a value that equals a step by it, so what is exactly at the target looks at risk; its state,
    which heeds that every comparison is strict, says the truth beside it.
    """
    higher = criterion.comparison.higher_is_better
    safe = round(criterion.target + (criterion.margin if higher else -criterion.margin), 12)
    below, above = (Colour.BAD, Colour.GOOD) if higher else (Colour.GOOD, Colour.BAD)
    first, second = sorted((criterion.target, safe))
    return Limits(below, ((first, Colour.CAREFUL), (second, above)))
