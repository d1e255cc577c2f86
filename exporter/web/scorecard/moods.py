"""How a word is meant: colour and mark go with it, and never stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mood(StrEnum):
    """From the best to the worst but for the last, which judges nothing."""

    GOOD = "good"
    CAREFUL = "careful"
    BAD = "bad"
    IDLE = "idle"


MARKS = {Mood.GOOD: "●", Mood.CAREFUL: "◆", Mood.BAD: "▲", Mood.IDLE: "○"}


@dataclass(frozen=True, slots=True)
class Word:
    """A state in words. `detail` says more in a smaller line."""

    text: str
    mood: Mood
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place on this page; `place` is always made here, never by what a source told."""

    place: str
    text: str
