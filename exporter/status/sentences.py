"""What is said of a status, in the same words in a terminal and on the page. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.kpis.verdict import State
from exporter.migration.findings import Holding
from exporter.migration.forecast import Outlook
from exporter.migration.gates import GateState
from exporter.migration.schedule import PhaseState
from exporter.risks import Band, Level
from exporter.status.shape import Criterion, ForecastStatus, Gate, Migration, PhaseStatus, RiskStatus, Share, Summary
from exporter.status.words import NOTHING, amount, date, day, last_day, length, percent, spaced

STATES = {state: spaced(state) for state in State}
HOLDINGS = {Holding.MET: "holds", Holding.UNMET: "fails", Holding.UNKNOWN: "not known"}
PHASE_STATES = {
    None: NOTHING,
    PhaseState.PENDING: "to come",
    PhaseState.CURRENT: "current",
    PhaseState.DONE: "done",
}
ON_PLAN = {True: "on plan", False: "not on plan", None: "not known whether on plan"}
TOO_FAR = "too far away to give a day"
OUTLOOKS = {
    Outlook.REACHED: "reached",
    Outlook.FORECAST: "not known",
    Outlook.NO_PROGRESS: "not in sight, nothing was gained lately",
    Outlook.BEYOND_HORIZON: TOO_FAR,
}
NO_PLAN = "no plan: give migration.start in the configuration"


def judged(summary: Summary) -> int:
    """How many criteria it counts."""
    return sum(getattr(summary, state) for state in State)


def counted(summary: Summary, words: Mapping[State, str] = STATES) -> str:
    """`6 of 12 criteria met, 1 at risk, 3 missed`."""
    others = ((getattr(summary, state), words[state]) for state in State if state is not State.MET)
    rest = "".join(f", {count} {word}" for count, word in others if count)
    return f"{summary.met} of {judged(summary)} criteria met{rest}"


def value(criterion: Criterion) -> str:
    return amount(criterion.value, criterion.unit, criterion.target)


def wanted(criterion: Criterion, target: float) -> str:
    """`> 99.9%`."""
    return f"{criterion.comparison} {amount(target, criterion.unit, target)}"


def coverage(criterion: Criterion) -> str:
    """The share of its scope that was read; nothing where that is whole or not known."""
    return "" if criterion.coverage in (None, 1) else percent(criterion.coverage)


def absence(criterion: Criterion) -> str:
    """Why there is no value, and what would bring one."""
    reason = NOTHING if criterion.absence is None else spaced(criterion.absence)
    return f"{reason}: {criterion.remedy}" if criterion.remedy else reason


def repositories(share: Share, what: str = "repositories", how: str = "") -> str:
    """`3 of 8 repositories; 1 could not be read`."""
    known = f"{share.part} of {share.whole} {what}{how}" if share.whole else f"no {what} that use either tool"
    return f"{known}; {share.unknown} could not be read" if share.unknown else known


def pilot(share: Share) -> str:
    return repositories(share, "pilot repositories", " integrated and green")


def schedule(migration: Migration) -> str:
    """When it starts, and when full adoption is planned to be complete."""
    if migration.start is None:
        return NO_PLAN
    return f"start {day(migration.start)}, full adoption planned until {last_day(migration.planned_end)}"


def slip(migration: Migration) -> str:
    """`2 d late (1.43% of the plan)`; nothing where it is not known."""
    if migration.slip_seconds is None:
        return ""
    if migration.slip_seconds == 0:
        return "neither late nor ahead"
    part = "" if migration.slip_ratio is None else f" ({percent(abs(migration.slip_ratio))} of the plan)"
    return f"{length(migration.slip_seconds)} {'late' if migration.slip_seconds > 0 else 'ahead'}{part}"


def outlook(forecast: ForecastStatus) -> str:
    """What can be said of the day on which the goal is reached."""
    if forecast.expected is not None:
        return f"by {date(forecast.expected)} ({_interval(forecast)}), from {forecast.days} days of history"
    if forecast.outlook is not Outlook.NOT_ENOUGH_DATA:
        return OUTLOOKS[forecast.outlook]
    if forecast.days < forecast.days_needed:
        return f"not enough data: {forecast.days} of {forecast.days_needed} days"
    return "not enough data: no repository uses either tool"


def _interval(forecast: ForecastStatus) -> str:
    earliest = "not known" if forecast.earliest is None else date(forecast.earliest)
    if forecast.latest is None:
        return f"{earliest} at the earliest, the latest is {TOO_FAR}"
    return f"between {earliest} and {date(forecast.latest)}"


def deviation(phase: PhaseStatus) -> str:
    """How much longer than planned it took."""
    return NOTHING if phase.deviation is None else f"{phase.deviation:+.0%}"


def gate(found: Gate) -> str:
    """`blocked by 1 of 3`."""
    if found.state is GateState.BLOCKED:
        return f"blocked by {len(found.blockers)} of {len(found.criteria)}"
    return "open" if found.state is GateState.OPEN else "not known"


def in_the_way(phase: PhaseStatus) -> str:
    """What keeps the phase from ending."""
    if phase.gate.state is GateState.BLOCKED:
        blocking = [each.words for each in phase.gate.criteria if each.key in phase.gate.blockers]
        return f"blocked by: {'; '.join(blocking)}"
    return "its gate is open" if phase.gate.state is GateState.OPEN else "not known whether its gate is open"


def in_focus(migration: Migration) -> PhaseStatus | None:
    """The current phase, or without a plan the first whose gate is not open."""
    current = (phase for phase in migration.phases if phase.phase is migration.current)
    closed = (phase for phase in migration.phases if phase.gate.state is not GateState.OPEN)
    return next(current, None) or next(closed, None)


def standing(migration: Migration) -> str:
    """The phase that it is in, and what keeps it from ending; nothing where there is no plan."""
    for number, phase in enumerate(migration.phases, 1):
        if phase.phase is migration.current:
            return f"{phase.title} ({number} of {len(migration.phases)}), {in_the_way(phase)}"
    if migration.start and migration.current is None:
        return f"not begun, starts on {date(migration.start)}"
    return ""


def driver(risk: RiskStatus) -> str:
    """The signal that moved its likelihood."""
    return "as documented" if risk.driver is None else spaced(risk.driver)


def named(word: Band | Level) -> str:
    return spaced(word.name.lower())
