"""The overall status in one sentence, and what is wrong, with the places where it stands on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.risks import Level
from exporter.status import sentences
from exporter.status.shape import Status
from exporter.status.words import length
from exporter.web.scorecard import criteria, now, sources
from exporter.web.scorecard.moods import Link, Mood, Word

MOST = 8
"""Links in a line."""
PATIENCE = 60.0
"""Seconds by which something new may be late, for polls that take their time."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line on what is wrong: a label, and links to it. `more` are counted, not named."""

    label: str
    links: tuple[Link, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Headline:
    """`counted` is how the twelve criteria stand; `old` is said when nothing new is published any more."""

    verdict: str
    mood: Mood
    counted: str
    old: str
    notes: tuple[Note, ...]


def headline(status: Status, moment: datetime) -> Headline:
    """`moment` is now: by it the document may have become old."""
    broken = list(_broken(status))
    old = _old(status, moment)
    verdict = _together(broken) if broken else _calm(status)
    return Headline(
        verdict=_sentence(verdict.text),
        mood=Mood.BAD if old else verdict.mood,
        counted=_counted(status),
        old=old,
        notes=tuple(note for note in _notes(status) if note.links),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _together(broken: Sequence[Word]) -> Word:
    """All of it in a sentence, as bad as the worst of it."""
    *rest, last = dict.fromkeys(word.text for word in broken)
    text = f"{', '.join(rest)} and {last}" if rest else last
    return Word(text, Mood.BAD if any(word.mood is Mood.BAD for word in broken) else Mood.CAREFUL)


def _broken(status: Status) -> Iterator[Word]:
    """What is wrong just now, a clause for each kind."""
    for part in now.parts(status):
        if not part.up:
            yield Word(f"{part.name} is {part.state.text}", part.state.mood)
    states = [each.state for each in now.budgets(status)]
    for said in (now.SPENT, now.BURNING):
        some = [state.mood for state in states if state.text == said]
        if some:
            words = f"{len(some)} of {len(states)} error budgets {'is' if len(some) == 1 else 'are'} {said}"
            yield Word(words, Mood.BAD if Mood.BAD in some else Mood.CAREFUL)
    overall = sources.overall([sources.state_of(each) for each in status.sources])
    if overall.mood is Mood.BAD:
        yield overall


def _calm(status: Status) -> Word:
    """Nothing is broken: how the criteria stand, or why nothing is known."""
    states = [sources.state_of(each) for each in status.sources]
    if set(states) <= {sources.State.UNTRIED}:
        return sources.overall(states)
    count, total = status.summary, _total(status)
    if count.missed:
        return Word(f"nothing is broken now, {_criteria(count.missed, total)} missed", Mood.CAREFUL)
    if not count.met + count.at_risk:
        return Word("nothing is broken now, and of no criterion it is known whether it is met", Mood.IDLE)
    if count.at_risk or count.stale:
        shaky = _criteria(count.at_risk + count.stale, total)
        return Word(f"nothing is broken now, {shaky} at risk or stale", Mood.CAREFUL)
    if count.no_data:
        return Word(f"nothing is broken now, {_criteria(count.no_data, total)} without data", Mood.IDLE)
    return Word(f"nothing is broken now, and all {total} criteria are met", Mood.GOOD)


def _criteria(some: int, total: int) -> str:
    return f"{some} of {total} criteria {'is' if some == 1 else 'are'}"


def _total(status: Status) -> int:
    return sum(1 for each in status.criteria if each.tier is Tier.CRITERION)


def _counted(status: Status) -> str:
    """`6 of 12 criteria met, 1 at risk, 3 missed`."""
    if not status.criteria:
        return ""
    others = ((getattr(status.summary, state), sentences.STATES[state]) for state in State if state is not State.MET)
    rest = "".join(f", {count} {word}" for count, word in others if count)
    return f"{status.summary.met} of {_total(status)} criteria met{rest}"


def _old(status: Status, moment: datetime) -> str:
    """Each poll publishes: what is older than two of the most frequent ones and some patience is stuck."""
    age = (moment - status.taken_at).total_seconds()
    intervals = [each.interval_seconds for each in status.sources]
    if not intervals or age <= 2 * min(intervals) + PATIENCE:
        return ""
    return f"Nothing new was published for {length(age)}: all that follows is as old. The exporter's log says why."


def _notes(status: Status) -> Iterator[Note]:
    parts = [part for part in now.parts(status) if not part.up]
    yield _note("Not healthy", [Link(part.anchor, f"{part.name} {part.state.text}") for part in parts])
    budgets = [each for each in now.budgets(status) if each.state.text in (now.SPENT, now.BURNING)]
    yield _note("Error budgets", [Link(each.anchor, f"{each.criterion.text} {each.state.text}") for each in budgets])
    yield _note("Sources", list(_sources(status)))
    for state in (State.MISSED, State.AT_RISK, State.STALE):
        yield _note(_sentence(sentences.STATES[state]), list(_criteria_that_are(state, status)))
    yield _note("Phase", list(_phase(status)))
    risks = [risk.title for risk in status.risks if risk.level is Level.CRITICAL]
    yield _note("Critical risks", [Link("risks", title) for title in risks])


def _note(label: str, links: Sequence[Link]) -> Note:
    return Note(label, tuple(links[:MOST]), max(0, len(links) - MOST))


def _sources(status: Status) -> Iterator[Link]:
    for number, source in enumerate(status.sources, 1):
        state = sources.state_of(source)
        if sources.MOODS[state] is Mood.BAD:
            yield Link(sources.anchor(number), f"{source.name} {state}")


def _criteria_that_are(state: State, status: Status) -> Iterator[Link]:
    for each in status.criteria:
        if each.tier is Tier.CRITERION and each.state is state:
            yield Link(criteria.anchor(each.key), each.title)


def _phase(status: Status) -> Iterator[Link]:
    standing = sentences.standing(status.migration)
    if standing:
        yield Link("migration", standing)
    if status.migration.on_plan is False:
        yield Link("migration", f"{sentences.ON_PLAN[False]}: {sentences.slip(status.migration)}")
