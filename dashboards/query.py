"""PromQL for panels. Every selector is of the exporters that the reader chose. It knows no panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

CHOSEN = 'job=~"$job", instance=~"$instance"'
RATE = "$__rate_interval"


class Shape(Enum):
    """How a query answers: a line through time, a number as of now, or a table of them with their labels."""

    LINE = "line"
    NUMBER = "number"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Query:
    """`legend` names its series and may hold `{{label}}`."""

    expr: str
    legend: str = ""
    shape: Shape = Shape.LINE


def of(family: str, *matchers: str, **labels: str) -> str:
    """The series of a family whose labels are as given; `matchers` are PromQL's own: `state!="idle"`."""
    wanted = [*matchers, *(f'{label}="{value}"' for label, value in labels.items()), CHOSEN]
    return f"{family}{{{', '.join(wanted)}}}"


def coded(family: str, words: Iterable[str], by: Iterable[str], label: str = "state") -> str:
    """A state set as one number a thing: 1 for the first of its words, 2 for the second. See `style.Words.codes`."""
    states = (
        f"({of(family, **{label: word})} == 1) * {number}" if number > 1 else f"{of(family, **{label: word})} == 1"
        for number, word in enumerate(words, 1)
    )
    return f"max by ({', '.join(by)}) (\n    {f'{chr(10)}  or{chr(10)}    '.join(states)}\n)"
