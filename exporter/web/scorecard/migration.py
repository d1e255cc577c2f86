"""How far the migration is: progress against the plan, phases with their gates, the forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.migration.findings import Holding
from exporter.migration.gates import GateState
from exporter.migration.schedule import PhaseState
from exporter.status import sentences
from exporter.status.shape import ExitCriterion, ForecastStatus, Migration, PhaseStatus, Status
from exporter.status.words import NOTHING, day, last_day, percent
from exporter.web.scorecard.moods import Mood, Word
from exporter.web.scorecard.pictures import Bar, bar

PHASES: Mapping[PhaseState | None, Mood] = {
    None: Mood.IDLE,
    PhaseState.PENDING: Mood.IDLE,
    PhaseState.CURRENT: Mood.CAREFUL,
    PhaseState.DONE: Mood.GOOD,
}
GATES: Mapping[GateState, Mood] = {
    GateState.OPEN: Mood.GOOD,
    GateState.BLOCKED: Mood.BAD,
    GateState.UNKNOWN: Mood.IDLE,
}
HOLDINGS: Mapping[Holding, Mood] = {
    Holding.MET: Mood.GOOD,
    Holding.UNMET: Mood.BAD,
    Holding.UNKNOWN: Mood.IDLE,
}
ON_PLAN: Mapping[bool | None, Mood] = {True: Mood.GOOD, False: Mood.BAD, None: Mood.IDLE}


@dataclass(frozen=True, slots=True)
class Exit:
    """An exit criterion, and by what it holds or not."""

    state: Word
    words: str
    because: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase: its plan, what really was, and its gate."""

    title: str
    state: Word
    planned: str
    real: str
    deviation: str
    gate: Word
    exits: tuple[Exit, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a goal will be reached. `outlook` says from what it is known, or why it is not."""

    goal: str
    expected: str
    earliest: str
    latest: str
    outlook: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Migrated, the schedule, and the phases; `focus` is the one whose gate matters now."""

    migrated: Bar | None
    repositories: str
    facts: tuple[tuple[str, str], ...]
    on_plan: Word | None
    forecasts: tuple[Forecast, ...]
    phases: tuple[Phase, ...]
    focus: Phase | None


def progress(status: Status) -> Progress:
    found = status.migration
    focus = sentences.in_focus(found)
    slip = sentences.slip(found)
    return Progress(
        migrated=bar(found.migrated, found.planned_ratio),
        repositories=sentences.repositories(found.migrated),
        facts=tuple(_facts(found)),
        on_plan=Word(sentences.ON_PLAN[found.on_plan], ON_PLAN[found.on_plan], slip) if slip else None,
        forecasts=tuple(_forecast(each) for each in found.forecasts),
        phases=tuple(_phase(each) for each in found.phases),
        focus=_phase(focus) if focus else None,
    )


def _facts(found: Migration) -> Iterator[tuple[str, str]]:
    standing = sentences.standing(found)
    if standing:
        yield "Phase", standing
    yield "Schedule", sentences.schedule(found)
    yield "Pilot", sentences.pilot(found.pilot)


def _forecast(each: ForecastStatus) -> Forecast:
    return Forecast(
        goal=percent(each.goal),
        expected=day(each.expected),
        earliest=day(each.earliest),
        latest=sentences.TOO_FAR if each.expected and not each.latest else day(each.latest),
        outlook=f"from {each.days} days of history" if each.expected else sentences.outlook(each),
    )


def _phase(each: PhaseStatus) -> Phase:
    return Phase(
        title=each.title,
        state=Word(sentences.PHASE_STATES[each.state], PHASES[each.state]),
        planned=_span(day(each.planned_begin), last_day(each.planned_end), "from"),
        real=_span(day(each.started), last_day(each.ended), "since"),
        deviation=sentences.deviation(each),
        gate=Word(sentences.gate(each.gate), GATES[each.gate.state]),
        exits=tuple(_exit(criterion) for criterion in each.gate.criteria),
    )


def _span(begin: str, end: str, still: str) -> str:
    """`2025-04-23 to 2025-05-13`; what has no end goes on `still` its beginning."""
    if begin == NOTHING:
        return NOTHING
    return f"{still} {begin}" if end == NOTHING else f"{begin} to {end}"


def _exit(each: ExitCriterion) -> Exit:
    return Exit(Word(sentences.HOLDINGS[each.holding], HOLDINGS[each.holding]), each.words, each.because)
