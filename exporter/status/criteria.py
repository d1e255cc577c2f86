"""The criteria in a terminal: the headline, the twelve, their companions, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.status import sentences
from exporter.status.layout import Style, grid, loud, table
from exporter.status.shape import Criterion, Status
from exporter.status.words import length

STYLES = {
    State.MET: Style.GOOD,
    State.AT_RISK: Style.CAREFUL,
    State.MISSED: Style.BAD,
    State.NO_DATA: Style.QUIET,
    State.STALE: Style.CAREFUL,
}
STATES = {state: loud(sentences.STATES[state], style) for state, style in STYLES.items()}


def headline(status: Status) -> Iterator[RenderableType]:
    """One look: how many are met, which are not, and what stands in the migration's way."""
    twelve = _of(Tier.CRITERION, status)
    words = {state: text.plain for state, text in STATES.items()}
    good = Style.GOOD if status.summary.ok else Style.BAD
    yield Text(f"ORCHEX-KILO migration, {status.taken_at:%Y-%m-%d %H:%M} UTC", Style.STRONG)
    yield Text(sentences.counted(status.summary, words), good)
    yield grid(_attention(status, twelve))


def _attention(status: Status, twelve: Sequence[Criterion]) -> Iterator[tuple[str, str]]:
    for state, label in ((State.MISSED, "Missed"), (State.AT_RISK, "At risk")):
        titles = [each.title for each in twelve if each.state is state]
        if titles:
            yield label, ", ".join(titles)
    standing = sentences.standing(status.migration)
    if standing:
        yield "Phase", standing
    down = [source.name for source in status.sources if source.up is False or source.stale]
    if down:
        yield "Sources", f"{len(down)} of {len(status.sources)} failing: {', '.join(down)}"


def twelve(status: Status) -> Iterator[RenderableType]:
    found = _of(Tier.CRITERION, status)
    yield _table("Criteria", found)
    notes = [note for each in found for note in _notes(each)]
    if notes:
        yield ""
        yield grid(notes)


def companions(status: Status) -> Iterator[RenderableType]:
    found = _of(Tier.COMPANION, status)
    yield _table("Companions", found)
    absent = sum(1 for each in found if each.state is State.NO_DATA)
    if absent:
        yield Text(f"{absent} without data; with --json each tells what would bring it.", Style.QUIET)


def _of(tier: Tier, status: Status) -> list[Criterion]:
    return [each for each in status.criteria if each.tier is tier]


def _table(name: str, criteria: Sequence[Criterion]) -> RenderableType:
    heads = (name, "value", "target", "state", "coverage", "age")
    return table(heads, (_row(each) for each in criteria), right=("value", "coverage", "age"))


def _row(each: Criterion) -> tuple[str | Text, ...]:
    return (
        each.title,
        sentences.value(each),
        sentences.wanted(each, each.target),
        STATES[each.state],
        sentences.coverage(each),
        length(each.age_seconds),
    )


def _notes(each: Criterion) -> Iterator[tuple[str, str]]:
    """Who is to act on what is missed, what would bring a value, and where the document wants something else."""
    if each.state is State.MISSED:
        yield each.title, f"missed; owner: {each.owner}"
    if each.value is None:
        yield each.title, sentences.absence(each)
    if each.target != each.documented_target:
        yield each.title, f"documented target: {sentences.wanted(each, each.documented_target)}"
