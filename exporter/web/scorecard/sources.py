"""How each source fares. `stale` wins over `failing`: then its facts are gone as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exporter.status.shape import SourceStatus, Status
from exporter.status.words import length
from exporter.web.scorecard.moments import When, future, past
from exporter.web.scorecard.moods import Mood, Word


class State(StrEnum):
    UP = "up"
    FAILING = "failing"
    STALE = "stale"
    UNTRIED = "not tried yet"


MOODS: Mapping[State, Mood] = {
    State.UP: Mood.GOOD,
    State.FAILING: Mood.BAD,
    State.STALE: Mood.BAD,
    State.UNTRIED: Mood.IDLE,
}


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `anchor` is its place on the page, `reasons` are its failures."""

    anchor: str
    name: str
    kind: str
    every: str
    state: Word
    last_success: When | None
    next_poll: When | None
    error: str
    detail: str
    polls: int
    failures: int
    reasons: tuple[tuple[str, int], ...]
    unreadable: int


@dataclass(frozen=True, slots=True)
class Sources:
    """All of them, those of them that are in trouble, and one sentence on all."""

    rows: tuple[Source, ...]
    troubled: tuple[Source, ...]
    overall: Word


def sources(status: Status) -> Sources:
    rows = tuple(_source(f"source-{number}", each, status.taken_at) for number, each in enumerate(status.sources, 1))
    troubled = tuple(each for each in rows if each.state.mood is Mood.BAD)
    return Sources(rows, troubled, overall([each.state.text for each in rows]))


def _state_of(source: SourceStatus) -> State:
    if source.up is None:
        return State.UNTRIED
    if source.stale:
        return State.STALE
    return State.UP if source.up else State.FAILING


def _source(place: str, source: SourceStatus, now: datetime) -> Source:
    state = _state_of(source)
    return Source(
        anchor=place,
        name=source.name,
        kind=source.kind,
        every=length(source.interval_seconds),
        state=Word(state, MOODS[state], _meaning(source, state)),
        last_success=past(source.last_success, now),
        next_poll=future(source.next_poll, now),
        error=source.error or "",
        detail=source.detail,
        polls=source.polls,
        failures=sum(source.failures.values()),
        reasons=tuple((reason, count) for reason, count in sorted(source.failures.items()) if count),
        unreadable=source.unreadable,
    )


def _meaning(source: SourceStatus, state: State) -> str:
    """What the state means for what the source told; an earlier process may have left some."""
    if source.stale:
        return f"no success for {length(source.max_age_seconds)}; its facts are left out"
    if state is State.UP:
        return ""
    return "nothing is known from it yet" if source.last_success is None else "its last good facts are still shown"


def overall(states: Sequence[str]) -> Word:
    """One sentence on sources in these states."""
    count, total = Counter(states), len(states)
    if not total:
        return Word("no sources are configured", Mood.IDLE)
    bad = count[State.FAILING] + count[State.STALE]
    if bad:
        words = " or ".join(state for state in (State.FAILING, State.STALE) if count[state])
        return Word(f"{_share(bad, total)} {words}", Mood.BAD)
    if count[State.UNTRIED] == total > 1:
        return Word(f"none of the {total} sources was tried yet", Mood.IDLE)
    if count[State.UNTRIED]:
        return Word(f"{_share(count[State.UNTRIED], total)} not tried yet", Mood.IDLE)
    return Word(f"{_share(total, total)} up", Mood.GOOD)


def _share(some: int, total: int) -> str:
    if total == 1:
        return "the only source is"
    if some == total:
        return f"all {total} sources are"
    return f"{some} of {total} sources {'is' if some == 1 else 'are'}"
