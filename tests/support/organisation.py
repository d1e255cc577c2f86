"""The simulated organisation for tests: served for real, with its time in the test's hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exporter.demo.config import configuration
from exporter.demo.hosts import ON_GITHUB, Spread
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.exporter import Process
from tests.support.waiting import until

SOURCES = ("orchex", "kilo", "bridges", "acme")


def standing(spread: Spread = ON_GITHUB, now: int | None = None) -> Organisation:
    """An organisation that stands still, eight minutes after its start."""
    moment = int(time.time()) if now is None else now
    organisation = Organisation(seed=7, start=moment - 480, spread=spread)
    organisation.advance(moment)
    organisation.freeze()
    return organisation


class Staged:
    """An organisation whose clock stands still until the test moves it. It never runs ahead of ours."""

    def __init__(self, behind: float, spread: Spread = ON_GITHUB) -> None:
        self.organisation = Organisation(start=time.time() - behind, fresh_bridges=True, spread=spread)
        self.truth = self.organisation.truth
        self._moment = float(self.organisation.start)
        self.server = DemoServer(self.organisation, lambda: self._moment)

    @property
    def now(self) -> float:
        return self._moment

    def advance(self, seconds: float) -> None:
        self._moment += seconds
        self.organisation.advance(self._moment)

    def configuration(self, folder: Path, interval: str = "1s") -> dict[str, Any]:
        """The demo's own configuration, polling faster, with all that can be compared."""
        ledger = f"sqlite:///{folder}/ledger.db"
        made = configuration(self.organisation, self.server.addresses, ledger, folder, self.server.tokens)
        for source in made["sources"].values():
            source["interval"] = interval
        made["series"] = {"pipelines": True, "per_repository": 100}
        return made


@contextmanager
def staged(behind: float = 900, spread: Spread = ON_GITHUB) -> Iterator[Staged]:
    stage = Staged(behind, spread)
    with stage.server:
        yield stage


def polled_anew(process: Process, sources: tuple[str, ...] = SOURCES) -> None:
    """Waits until each source was polled from beginning to end after this call."""
    before = {source: process.value(COUNT, source=source) or 0 for source in sources}
    for source in sources:
        until(
            lambda source=source: (process.value(COUNT, source=source) or 0) >= before[source] + 2,
            f"{source} was polled anew; the exporter said:\n{process.log[-2000:]}",
        )


COUNT = "orchex_kilo_source_poll_duration_seconds_count"
