"""The overall status in one sentence, and what is wrong, with the places where it stands on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.risks import Level
from exporter.status import sentences
from exporter.status.shape import Status
from exporter.status.words import length
from exporter.web.scorecard import criteria, sources
from exporter.web.scorecard.moods import Link, Mood, Word
from exporter.web.scorecard.now import BURNING, SPENT, Budget, Part

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


def headline(
    status: Status, moment: datetime, parts: Sequence[Part], budgets: Sequence[Budget], fed: sources.Sources
) -> Headline:
    """`moment` is now: by it the document may have become old. The others are the page's, which the links lead to."""
    down = [part for part in parts if not part.up]
    spending = [each for each in budgets if each.state.text in (SPENT, BURNING)]
    broken = [*_down(down), *_spending(spending, len(budgets)), *([fed.overall] if fed.troubled else [])]
    old = _old(status, moment)
    verdict = _together(broken) if broken else _calm(status, fed)
    return Headline(
        verdict=_sentence(verdict.text),
        mood=Mood.BAD if old else verdict.mood,
        counted=sentences.counted(status.summary) if status.criteria else "",
        old=old,
        notes=tuple(note for note in _notes(status, down, spending, fed) if note.links),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _together(broken: Sequence[Word]) -> Word:
    """All of it in a sentence, as bad as the worst of it."""
    *rest, last = dict.fromkeys(word.text for word in broken)
    text = f"{', '.join(rest)} and {last}" if rest else last
    return Word(text, Mood.BAD if any(word.mood is Mood.BAD for word in broken) else Mood.CAREFUL)


def _down(parts: Iterable[Part]) -> Iterator[Word]:
    return (Word(f"{part.name} is {part.state.text}", part.state.mood) for part in parts)


def _spending(budgets: Iterable[Budget], total: int) -> Iterator[Word]:
    """A clause for those that are spent, and one for those that burn."""
    for said in (SPENT, BURNING):
        moods = [each.state.mood for each in budgets if each.state.text == said]
        if moods:
            words = f"{len(moods)} of {total} error budgets {'is' if len(moods) == 1 else 'are'} {said}"
            yield Word(words, Mood.BAD if Mood.BAD in moods else Mood.CAREFUL)


def _calm(status: Status, fed: sources.Sources) -> Word:
    """Nothing is broken: how the criteria stand, or why nothing is known."""
    if all(each.state.text == sources.State.UNTRIED for each in fed.rows):
        return fed.overall
    count, total = status.summary, sentences.judged(status.summary)
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


def _old(status: Status, moment: datetime) -> str:
    """Each poll publishes: what is older than two of the most frequent ones and some patience is stuck."""
    age = (moment - status.taken_at).total_seconds()
    intervals = [each.interval_seconds for each in status.sources]
    if not intervals or age <= 2 * min(intervals) + PATIENCE:
        return ""
    return f"Nothing new was published for {length(age)}: all that follows is as old. The exporter's log says why."


def _notes(status: Status, down: Sequence[Part], spending: Sequence[Budget], fed: sources.Sources) -> Iterator[Note]:
    yield _note("Not healthy", [Link(part.anchor, f"{part.name} {part.state.text}") for part in down])
    yield _note("Error budgets", [Link(each.anchor, f"{each.criterion.text} {each.state.text}") for each in spending])
    yield _note("Sources", [Link(each.anchor, f"{each.name} {each.state.text}") for each in fed.troubled])
    for state in (State.MISSED, State.AT_RISK, State.STALE):
        yield _note(_sentence(sentences.STATES[state]), list(_criteria_that_are(state, status)))
    yield _note("Phase", list(_phase(status)))
    risks = [risk.title for risk in status.risks if risk.level is Level.CRITICAL]
    yield _note("Critical risks", [Link("risks", title) for title in risks])


def _note(label: str, links: Sequence[Link]) -> Note:
    return Note(label, tuple(links[:MOST]), max(0, len(links) - MOST))


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
