"""The simulated organisation on its way through the migration, read by an exporter whose time is in the test's hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from exporter import backfill, settings
from exporter.app import Exporter
from exporter.backfill.reporter import Lines
from exporter.demo.config import whole_configuration
from exporter.demo.journey import LASTS, travelling
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.server import DemoServer
from exporter.ledger import Ledger

DAY = 86400.0
Series = dict[frozenset[tuple[str, str]], float]


class Journey:
    """One day after another: the organisation lives it, then every source is polled, at midnight."""

    def __init__(self, folder: Path) -> None:
        self.acme = travelling(time.time() - LASTS, repositories=16)  # the demo's 40 would take three times as long
        self.polls: list[float] = []
        self.said: list[str] = []
        self._moment = float(self.acme.start)
        self.server = DemoServer(self.acme, self.now)
        self._scorecard = ScorecardFile(folder / "scorecard.yml", self.acme)
        self._ledger = f"sqlite:///{folder}/ledger.db"

    def now(self) -> float:
        return self._moment

    def begin(self) -> None:
        """Measures the level before the migration, and makes the exporter."""
        self._scorecard.write()
        made = whole_configuration(
            self.acme, self.server.addresses, self._ledger, self._scorecard.path, self.server.tokens, interval="1d"
        )
        loaded = settings.from_data(made)
        window = backfill.Window(self.acme.start - 28 * DAY, float(self.acme.start))
        with Ledger.open(self._ledger) as ledger:
            self.baseline = backfill.measure(ledger, loaded.sources, window, Lines(self.said.append), self.now)
        self.exporter = Exporter(loaded, now=self.now)

    def live_until(self, day: int) -> None:
        """Lives on to the day's midnight, and looks every day."""
        while not self.polls or self.day < day:
            if self.polls:
                self._moment += DAY
                self.acme.advance(self._moment)
                self._scorecard.write()
            failed = [health for health in self.exporter.poll_once() if not health.up]
            assert failed == []
            self.polls.append(self._moment)

    @property
    def day(self) -> int:
        return round((self._moment - self.acme.start) / DAY)

    def published(self) -> dict[str, Series]:
        """All that is published, by name and labels."""
        text = self.exporter.exposition().text.decode()
        found: dict[str, Series] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
        return found


@contextmanager
def journey(folder: Path) -> Iterator[Journey]:
    travelling_on = Journey(folder)
    with travelling_on.server:
        travelling_on.begin()
        try:
            yield travelling_on
        finally:
            travelling_on.exporter.close()
