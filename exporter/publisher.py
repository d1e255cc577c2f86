"""Lets the snapshot be made, renders it, and swaps both whole. Nobody who reads the result ever waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from exporter.exposition import Exposition, render
from exporter.ledger import Ledger
from exporter.poller import Poller
from exporter.snapshot import ExporterHealth, Snapshot
from exporter.surveyor import Policy, Surveyor


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot and the bytes that were made from it."""

    snapshot: Snapshot
    exposition: Exposition


class Publisher:
    """Holds what is published now. `refresh` may be called from any thread, also while it runs."""

    def __init__(
        self,
        ledger: Ledger,
        pollers: Mapping[str, Poller],
        policy: Policy,
        *,
        exporter: Callable[[], ExporterHealth] = ExporterHealth,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._exporter = exporter
        self._render_seconds = 0.0
        self._surveyor = Surveyor(ledger, now)
        self._wanted = False
        self._guard = threading.Lock()
        self._work = threading.Lock()
        self.configure(pollers, policy)
        self.published = self._made()

    def configure(self, pollers: Mapping[str, Poller], policy: Policy) -> None:
        """Publishes for these sources from now on; call `refresh` after it."""
        with self._guard:
            self._pollers = dict(pollers)
            self._policy = policy

    def refresh(self) -> None:
        """Makes everything anew, with the facts of each source that was polled since read again.

        When another thread is at it, that one does this work too: a burst of polls costs two
        renderings, not one for each.
        """
        with self._guard:
            self._wanted = True
        while self._wanted and self._work.acquire(blocking=False):
            try:
                with self._guard:
                    self._wanted = False
                self.published = self._made()
            finally:
                self._work.release()

    def _made(self) -> Published:
        with self._guard:
            pollers, policy = self._pollers, self._policy
        begun = time.perf_counter()
        snapshot = self._surveyor.survey(pollers, policy)
        read = time.perf_counter()
        itself = replace(self._exporter(), ledger_seconds=read - begun, render_seconds=self._render_seconds)
        snapshot = replace(snapshot, exporter=itself)
        exposition = render(snapshot, policy.caps)
        self._render_seconds = time.perf_counter() - read
        return Published(snapshot, exposition)
