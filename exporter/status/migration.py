"""The migration in a terminal: progress, schedule and forecast, phases with their gates, sizes, teams."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from exporter.migration.findings import Holding
from exporter.migration.gates import GateState
from exporter.migration.schedule import PhaseState
from exporter.status import sentences
from exporter.status.layout import Style, bar, grid, heading, loud, table
from exporter.status.shape import ForecastStatus, Gate, Migration, PhaseStatus, Range, SizeStatus, Status
from exporter.status.words import last_day, percent

HOLDINGS = {
    holding: loud(sentences.HOLDINGS[holding], style)
    for holding, style in (
        (Holding.MET, Style.GOOD),
        (Holding.UNMET, Style.BAD),
        (Holding.UNKNOWN, Style.CAREFUL),
    )
}
PHASE_STATES = {
    state: loud(sentences.PHASE_STATES[state], style)
    for state, style in (
        (None, Style.QUIET),
        (PhaseState.PENDING, Style.QUIET),
        (PhaseState.CURRENT, Style.STRONG),
        (PhaseState.DONE, Style.GOOD),
    )
}
GATES = {GateState.OPEN: Style.GOOD, GateState.BLOCKED: Style.BAD, GateState.UNKNOWN: Style.CAREFUL}


def progress(status: Status) -> Iterator[RenderableType]:
    migration = status.migration
    yield heading("Migration")
    yield grid(_progress(migration))


def _progress(migration: Migration) -> Iterator[tuple[str, str]]:
    planned = "" if migration.planned_ratio is None else f", plan {percent(migration.planned_ratio)}"
    ratio = migration.migrated.ratio
    if ratio is not None:
        yield "Migrated", f"{bar(ratio, migration.planned_ratio)} {percent(ratio)}{planned}"
    yield "Migrated" if ratio is None else "", sentences.repositories(migration.migrated)
    yield "Pilot", sentences.pilot(migration.pilot)
    yield from _schedule(migration)
    for number, forecast in enumerate(migration.forecasts):
        yield "" if number else "Forecast", _forecast(forecast)


def _schedule(migration: Migration) -> Iterator[tuple[str, str]]:
    yield "Schedule", sentences.schedule(migration)
    slip = sentences.slip(migration)
    if slip:
        verdict = sentences.ON_PLAN[migration.on_plan]
        yield "", f"{verdict.upper() if migration.on_plan is False else verdict}: {slip}"


def _forecast(forecast: ForecastStatus) -> str:
    return f"{percent(forecast.goal)}{' ' if forecast.expected else ': '}{sentences.outlook(forecast)}"


def phases(status: Status) -> Iterator[RenderableType]:
    heads = ("Phase", "state", "planned end", "ended", "vs plan", "gate")
    yield table(heads, (_phase(phase) for phase in status.migration.phases), right=("vs plan",))
    focus = sentences.in_focus(status.migration)
    if focus is not None:
        yield ""
        yield heading(f"Exit criteria of {focus.title}")
        yield grid((HOLDINGS[each.holding], f"{each.words}: {each.because}") for each in focus.gate.criteria)


def _phase(phase: PhaseStatus) -> tuple[str | Text, ...]:
    return (
        phase.title,
        PHASE_STATES[phase.state],
        last_day(phase.planned_end),
        last_day(phase.ended),
        sentences.deviation(phase),
        _gate(phase.gate),
    )


def _gate(gate: Gate) -> Text:
    return Text(sentences.gate(gate), GATES[gate.state])


def sizes(status: Status) -> Iterator[RenderableType]:
    heads = ("Size", "developers", "people", "weeks", "would end", "")
    yield table(heads, (_size(size) for size in status.migration.sizes))


def _size(size: SizeStatus) -> tuple[str | Text, ...]:
    chosen = Text("chosen", Style.STRONG) if size.chosen else ""
    return size.size, _range(size.developers), _range(size.people), _range(size.weeks), last_day(size.end), chosen


def _range(bounds: Range) -> str:
    return f"{bounds.least} or more" if bounds.most is None else f"{bounds.least} to {bounds.most}"


def teams(status: Status) -> Iterator[RenderableType]:
    if status.migration.teams:
        rows = (
            (each.team, percent(each.migrated.ratio), sentences.repositories(each.migrated))
            for each in status.migration.teams
        )
        yield table(("Team", "migrated", ""), rows, right=("migrated",))
