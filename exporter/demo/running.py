"""The demo as one thing: an organisation that lives by a clock, served, with its configuration."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.demo.clock import SpeedingClock
from exporter.demo.config import INTERVAL, whole_configuration
from exporter.demo.hosts import SPREADS, Host
from exporter.demo.incidents import START_DELAY
from exporter.demo.journey import HISTORY_DAYS, LASTS, travelling
from exporter.demo.organisation import Organisation
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.server import DemoServer
from exporter.demo.times import DAY

CALM_INTERVAL = "12h"
"""Of the organisation's time, while that runs fast."""
REWRITTEN_EVERY = 0.2
"""Seconds between two looks at whether the scorecard file is still true."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs. `now` is the organisation's time, `speed` how many times as fast as ours it goes just now.

    `history` is how many seconds of life it has behind it when it begins with its migration.
    """

    configuration: dict[str, Any]
    now: Callable[[], float]
    speed: Callable[[], float]
    organisation: Organisation
    history: float = HISTORY_DAYS * DAY


@contextmanager
def running_demo(
    ledger_url: str,
    folder: Path,
    incident: str | None = None,
    speed: float | None = None,
    hosts: str = Host.GITHUB.value,
) -> Iterator[Demo]:
    """Serves a new organisation, and gives the exporter's configuration for it.

    With a `speed` it begins with the migration, 22 weeks ago, and runs that many times as fast until it
    has caught up. Its scorecard file is kept in `folder`. The incident, if any, begins after 20 seconds.
    `hosts` is one of `SPREADS`. ValueError for an incident that there is not, and for a speed that never catches up.
    """
    if speed is None:
        acme, now, pace = Organisation(start=time.time(), spread=SPREADS[hosts]), time.time, _at_our_pace
    else:
        acme = travelling(time.time() - LASTS, spread=SPREADS[hosts])
        clock = SpeedingClock(acme.start, speed)
        now, pace = clock, clock.speed
    if incident is not None:
        acme.begin(incident, acme.start + START_DELAY * (speed or 1))
    scorecard = ScorecardFile(folder / "scorecard.yml", acme)
    interval = INTERVAL if speed is None else CALM_INTERVAL
    with DemoServer(acme, now) as server, _kept_true(scorecard, acme, now):
        made = whole_configuration(acme, server.addresses, ledger_url, scorecard.path, server.tokens, interval)
        yield Demo(made, now, pace, acme)


def _at_our_pace() -> float:
    return 1.0


@contextmanager
def _kept_true(scorecard: ScorecardFile, acme: Organisation, now: Callable[[], float]) -> Iterator[None]:
    """The scorecard file is there, and follows the time, also while nobody asks the server anything."""
    scorecard.write()
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(REWRITTEN_EVERY):
            acme.advance(now())
            scorecard.write()

    keeper = threading.Thread(target=keep, name="demo-scorecard", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
