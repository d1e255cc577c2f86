"""The three states in which boards are looked at, and the data that hold them all.

Healthy and breached are moments of the same history; empty is an organisation on its second day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alerts.terms import JOB
from exporter.demo.times import HOUR, MINUTE
from tests.support.backfilled import Backfilled, Era, Tape, backfilled
from tests.support.history import BEGINS, TURNS, WHILE, history, newcomer

NEW = "newcomer"


@dataclass(frozen=True)
class State:
    """What the reader of a board looks at, and when."""

    name: str
    job: str
    now: int


HEALTHY = State("healthy", JOB, TURNS + WHILE)
BREACHED = State("breached", JOB, TURNS + 2 * WHILE)
EMPTY = State("empty", NEW, TURNS + 2 * WHILE)
STATES = (HEALTHY, BREACHED, EMPTY)
ERAS = (Era(BEGINS, TURNS, HOUR), Era(TURNS, BREACHED.now, MINUTE))
"""When and how often the exporters were scraped; the empty organisation's one was not there in the beginning."""


@contextmanager
def all_states(folder: Path) -> Iterator[Backfilled]:
    """Takes a minute, most of it to live through it."""
    there, here = folder / "history", folder / "newcomer"
    there.mkdir()
    here.mkdir()
    tape = folder / "scrapes.om"
    with tape.open("w") as file:
        with history(there, Tape(file, JOB, "exporter:9847").scrape) as lived:
            lived.break_down()
            assert lived.now() == BREACHED.now
        with newcomer(here, Tape(file, NEW, "newcomer:9847").scrape) as new:
            assert new.now() == EMPTY.now
    with backfilled(folder, tape, ERAS) as held:
        yield held
