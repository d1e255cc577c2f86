"""What is broken now: components and bridges, and error budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.kpis.criteria import DAY
from exporter.kpis.quantities import Unit
from exporter.kpis.ratios import DOCUMENTED_WINDOW, WINDOWS
from exporter.model import Circuit, Component, Health
from exporter.status.shape import BridgeStatus, Burn, ComponentStatus, ObjectiveStatus, Status
from exporter.status.words import NOTHING, amount, length, percent
from exporter.web.scorecard.criteria import anchor
from exporter.web.scorecard.moments import When, past
from exporter.web.scorecard.moods import Link, Mood, Word
from exporter.web.scorecard.pictures import Bar, left

MOODS: Mapping[Health, Mood] = {
    Health.HEALTHY: Mood.GOOD,
    Health.DEGRADED: Mood.CAREFUL,
    Health.UNHEALTHY: Mood.BAD,
    Health.UNKNOWN: Mood.CAREFUL,
}
SPENT, BURNING = "spent", "burning"
SOON = DAY
"""Seconds; a budget that is spent sooner cannot wait until tomorrow."""


@dataclass(frozen=True, slots=True)
class Part:
    """ORCHEX, KILO or a bridge, as a source sees it. `success` has the heads of its columns."""

    anchor: str
    name: str
    source: str
    version: str
    up: bool
    state: Word
    response: str
    queue: str = NOTHING
    last_event: When | None = None
    success: tuple[tuple[str, str], ...] = tuple((f"Success {window}", NOTHING) for window in WINDOWS)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a budget: how fast it burned, and what failed."""

    head: str
    rate: str
    failed: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget of a criterion."""

    anchor: str
    criterion: Link
    allowed: str
    state: Word
    left: Bar | None
    windows: tuple[Window, ...]


def parts(status: Status) -> tuple[Part, ...]:
    """Components, then bridges."""
    components = [_component(f"part-{number}", each) for number, each in enumerate(status.components, 1)]
    begin = len(components) + 1
    bridges = [_bridge(f"part-{number}", each, status) for number, each in enumerate(status.bridges, begin)]
    return (*components, *bridges)


def unseen(status: Status) -> tuple[str, ...]:
    """The names of what no source tells of, or told too long ago."""
    seen = {each.component for each in status.components} | {each.bridge for each in status.bridges}
    return tuple(component.upper() for component in Component if component not in seen)


def _component(place: str, each: ComponentStatus) -> Part:
    return Part(
        anchor=place,
        name=each.component.upper(),
        source=each.source,
        version=each.version,
        up=each.up,
        state=Word(each.health, MOODS[each.health]),
        response=amount(each.response_seconds, Unit.SECONDS),
    )


def _bridge(place: str, each: BridgeStatus, status: Status) -> Part:
    return Part(
        anchor=place,
        name=each.bridge.upper(),
        source=each.source,
        version=each.version,
        up=each.up,
        state=Word(each.health, MOODS[each.health], _circuit(each.circuit)),
        response=amount(each.response_seconds, Unit.SECONDS),
        queue=amount(each.queue_depth, Unit.COUNT),
        last_event=past(each.last_event, status.taken_at),
        success=tuple((f"Success {found.window}", percent(found.ratio)) for found in each.success),
    )


def _circuit(circuit: Circuit | None) -> str:
    return "" if circuit is None else f"circuit {circuit}"


def budgets(status: Status) -> tuple[Budget, ...]:
    return tuple(_budget(each) for each in status.objectives)


def _budget(each: ObjectiveStatus) -> Budget:
    return Budget(
        anchor=f"budget-{each.criterion}",
        criterion=Link(anchor(each.criterion), each.title),
        allowed=f"{percent(each.budget)} may fail",
        state=_standing(each),
        left=None if each.remaining is None else left(each.remaining),
        windows=tuple(_window(burn) for burn in each.burns),
    )


def _window(burn: Burn) -> Window:
    rate = NOTHING if burn.rate is None else f"{amount(burn.rate, Unit.AMOUNT)}×"
    failed = "nothing observed" if burn.error_ratio is None else f"{percent(burn.error_ratio)} failed"
    return Window(f"Burn {burn.window}", rate, failed)


def _standing(each: ObjectiveStatus) -> Word:
    """Spent, or burning: then when the rest is spent if it goes on as in the shortest window."""
    if each.remaining is None:
        return Word("not known", Mood.IDLE)
    if each.remaining <= 0:
        return Word(SPENT, Mood.BAD)
    rate = next((burn.rate for burn in each.burns), None)
    if rate is None or rate <= 1:
        return Word("lasting", Mood.GOOD)
    lasts = each.remaining * WINDOWS[DOCUMENTED_WINDOW] / rate
    mood = Mood.BAD if lasts < SOON else Mood.CAREFUL
    return Word(BURNING, mood, f"at the last {each.burns[0].window}'s pace the rest lasts {length(lasts)}")
