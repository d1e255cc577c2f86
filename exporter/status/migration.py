"""The migration in a terminal: progress, schedule and forecast, phases with their gates, sizes, teams."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from exporter.migration.findings import Holding
from exporter.migration.forecast import Outlook
from exporter.migration.gates import GateState
from exporter.migration.schedule import PhaseState
from exporter.status.layout import Style, bar, grid, heading, table
from exporter.status.shape import ForecastStatus, Gate, Migration, PhaseStatus, Range, Share, SizeStatus, Status
from exporter.status.words import NOTHING, date, day, last_day, length, percent

HOLDINGS = {
    Holding.MET: Text("holds", Style.GOOD),
    Holding.UNMET: Text("FAILS", Style.BAD),
    Holding.UNKNOWN: Text("not known", Style.CAREFUL),
}
OUTLOOKS = {
    Outlook.REACHED: "reached",
    Outlook.FORECAST: "not known",
    Outlook.NO_PROGRESS: "not in sight, nothing was gained lately",
    Outlook.BEYOND_HORIZON: "too far away to give a day",
}
PHASE_STATES = {
    None: Text(NOTHING, Style.QUIET),
    PhaseState.PENDING: Text("to come", Style.QUIET),
    PhaseState.CURRENT: Text("current", Style.STRONG),
    PhaseState.DONE: Text("done", Style.GOOD),
}


def progress(status: Status) -> Iterator[RenderableType]:
    migration = status.migration
    yield heading("Migration")
    yield grid(_progress(migration))


def _progress(migration: Migration) -> Iterator[tuple[str, str]]:
    planned = "" if migration.planned_ratio is None else f", plan {percent(migration.planned_ratio)}"
    ratio = migration.migrated.ratio
    if ratio is not None:
        yield "Migrated", f"{bar(ratio, migration.planned_ratio)} {percent(ratio)}{planned}"
    yield "Migrated" if ratio is None else "", _repositories(migration.migrated)
    yield "Pilot", _repositories(migration.pilot, "pilot repositories", " integrated and green")
    yield from _schedule(migration)
    for number, forecast in enumerate(migration.forecasts):
        yield "" if number else "Forecast", f"{percent(forecast.goal)}{_outlook(forecast)}"


def _schedule(migration: Migration) -> Iterator[tuple[str, str]]:
    if migration.start is None:
        yield "Schedule", "no plan: give migration.start in the configuration"
        return
    end = last_day(migration.planned_end)
    yield "Schedule", f"start {day(migration.start)}, full adoption planned until {end}"
    if migration.slip_seconds is not None:
        verdict = {True: "on plan", False: "NOT ON PLAN", None: "not known whether on plan"}[migration.on_plan]
        yield "", f"{verdict}: {_slip(migration.slip_seconds, migration.slip_ratio)}"


def _slip(seconds: float, ratio: float | None) -> str:
    if seconds == 0:
        return "neither late nor ahead"
    part = "" if ratio is None else f" ({percent(abs(ratio))} of the plan)"
    return f"{length(seconds)} {'late' if seconds > 0 else 'ahead'}{part}"


def _outlook(forecast: ForecastStatus) -> str:
    """What can be said of the day on which the goal is reached."""
    if forecast.expected is not None:
        return f" by {date(forecast.expected)} ({_interval(forecast)}), from {forecast.days} days of history"
    if forecast.outlook is not Outlook.NOT_ENOUGH_DATA:
        return f": {OUTLOOKS[forecast.outlook]}"
    if forecast.days < forecast.days_needed:
        return f": not enough data: {forecast.days} of {forecast.days_needed} days"
    return ": not enough data: no repository uses either tool"


def _interval(forecast: ForecastStatus) -> str:
    earliest = "not known" if forecast.earliest is None else date(forecast.earliest)
    if forecast.latest is None:
        return f"{earliest} at the earliest, the latest is too far away to give a day"
    return f"between {earliest} and {date(forecast.latest)}"


def phases(status: Status) -> Iterator[RenderableType]:
    heads = ("Phase", "state", "planned end", "ended", "vs plan", "gate")
    yield table(heads, (_phase(phase) for phase in status.migration.phases), right=("vs plan",))
    focus = _in_focus(status.migration)
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
        NOTHING if phase.deviation is None else f"{phase.deviation:+.0%}",
        _gate(phase.gate),
    )


def _gate(gate: Gate) -> Text:
    if gate.state is GateState.OPEN:
        return Text("open", Style.GOOD)
    if gate.state is GateState.BLOCKED:
        return Text(f"blocked by {len(gate.blockers)} of {len(gate.criteria)}", Style.BAD)
    return Text("not known", Style.CAREFUL)


def _in_focus(migration: Migration) -> PhaseStatus | None:
    """The current phase, or without a plan the first whose gate is not open."""
    current = (phase for phase in migration.phases if phase.phase is migration.current)
    closed = (phase for phase in migration.phases if phase.gate.state is not GateState.OPEN)
    return next(current, None) or next(closed, None)


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
            (each.team, percent(each.migrated.ratio), _repositories(each.migrated)) for each in status.migration.teams
        )
        yield table(("Team", "migrated", ""), rows, right=("migrated",))


def _repositories(share: Share, what: str = "repositories", how: str = "") -> str:
    """`3 of 8 repositories; 1 could not be read`."""
    known = f"{share.part} of {share.whole} {what}{how}" if share.whole else f"no {what} that use either tool"
    return f"{known}; {share.unknown} could not be read" if share.unknown else known
