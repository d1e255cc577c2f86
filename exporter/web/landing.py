"""The landing page and the readiness: how the sources fare, in words. Pure: healths in, text out.

A source is in one of four states. `stale` wins over `failing`: then its series are gone as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from jinja2 import Environment, PackageLoader, StrictUndefined

from exporter import __version__
from exporter.model import Moment, Seconds
from exporter.snapshot import SourceHealth

_TEMPLATE = Environment(
    loader=PackageLoader("exporter.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("landing.html.j2")

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class State(StrEnum):
    UP = "up"
    FAILING = "failing"
    STALE = "stale"
    UNTRIED = "not tried yet"


@dataclass(frozen=True, slots=True)
class When:
    """A moment for people (`words`, `utc`) and for machines (`iso`)."""

    words: str
    utc: str
    iso: str


@dataclass(frozen=True, slots=True)
class Row:
    """One source as the page shows it. `anchor` is its place on the page."""

    anchor: str
    name: str
    kind: str
    every: str
    state: State
    meaning: str
    last_success: When | None
    next_poll: When | None
    error: str
    detail: str
    polls: int
    failures: int
    reasons: tuple[tuple[str, int], ...]


def state_of(source: SourceHealth, now: Moment) -> State:
    if source.up is None:
        return State.UNTRIED
    if source.stale(now):
        return State.STALE
    return State.UP if source.up else State.FAILING


def page(sources: Sequence[SourceHealth], now: Moment, nonce: str) -> str:
    """The whole page. `nonce` is what the answer's Content-Security-Policy allows as style."""
    rows = [_row(f"source-{number}", source, now) for number, source in enumerate(sources, 1)]
    verdict, mood = overall([row.state for row in rows])
    return _TEMPLATE.render(
        rows=rows,
        verdict=verdict,
        mood=mood,
        troubled=[row for row in rows if row.state in (State.FAILING, State.STALE)],
        made=_when(now, ""),
        version=__version__,
        nonce=nonce,
    )


def overall(states: Sequence[State]) -> tuple[str, State]:
    """One sentence, and the state whose colours it wears."""
    count, total = Counter(states), len(states)
    if not total:
        return "No sources are configured", State.UNTRIED
    bad = count[State.FAILING] + count[State.STALE]
    if bad:
        worst = State.FAILING if count[State.FAILING] else State.STALE
        words = " or ".join(state for state in (State.FAILING, State.STALE) if count[state])
        return f"{_share(bad, total)} {words}", worst
    if count[State.UNTRIED]:
        return f"{_share(count[State.UNTRIED], total)} not tried yet", State.UNTRIED
    return f"{_share(total, total)} up", State.UP


def _share(some: int, total: int) -> str:
    if total == 1:
        return "The only source is"
    if some == total:
        return f"All {total} sources are"
    return f"{some} of {total} sources {'is' if some == 1 else 'are'}"


def unready(sources: Sequence[SourceHealth], *, tried_before: bool) -> str | None:
    """Why the exporter is not ready, a line for each source; None when it is."""
    untried = [source for source in sources if source.up is None]
    if untried and not tried_before:
        return _lines(f"{len(untried)} of {len(sources)} sources not polled yet:", (one.name for one in untried))
    if sources and all(source.up is False for source in sources):
        return _lines("all sources failed:", (f"{one.name}: {one.error}: {one.error_detail}" for one in sources))
    return None


def _lines(first: str, rest: Iterator[str]) -> str:
    return "\n".join([first, *(" ".join(line.split()) for line in rest)])


def _row(anchor: str, source: SourceHealth, now: Moment) -> Row:
    state = state_of(source, now)
    return Row(
        anchor=anchor,
        name=source.name,
        kind=source.kind,
        every=_words(source.interval),
        state=state,
        meaning=_meaning(source, state, now),
        last_success=_past(source.last_success_at, now),
        next_poll=_future(source.next_poll_at, now),
        error=source.error or "",
        detail=source.error_detail,
        polls=source.polls,
        failures=sum(source.failures.values()),
        reasons=tuple((reason, count) for reason, count in sorted(source.failures.items()) if count),
    )


def _meaning(source: SourceHealth, state: State, now: Moment) -> str:
    """What the state means for the metrics of the source; an earlier process may have left some."""
    if source.stale(now):
        return f"no success for {_words(source.max_age)}; its metrics are withdrawn"
    if state is State.UP:
        return ""
    return "nothing to publish yet" if source.last_success_at is None else "the last good values are still published"


def _past(moment: Moment | None, now: Moment) -> When | None:
    if moment is None:
        return None
    return _when(moment, f"{_words(now - moment)} ago" if now - moment >= 1 else "just now")


def _future(moment: Moment | None, now: Moment) -> When | None:
    if moment is None:
        return None
    if moment - now >= 1:
        return _when(moment, f"in {_words(moment - now)}")
    return _when(moment, "now" if now - moment < 1 else f"due {_words(now - moment)} ago")


def _when(moment: Moment, words: str) -> When:
    at = datetime.fromtimestamp(moment, UTC)
    return When(words, f"{at:%Y-%m-%d %H:%M:%S} UTC", f"{at:%Y-%m-%dT%H:%M:%SZ}")


def _words(seconds: Seconds) -> str:
    """A length of time in its largest unit of which there are at least two: `90 seconds`, `3 hours`."""
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}s"
    return "1 second" if seconds >= 1 else "less than a second"
