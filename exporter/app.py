"""Wires everything: start, stop, reload. It owns the objects; it knows no SQL, HTTP or metric."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from exporter import __version__
from exporter.answers import CycleEnd
from exporter.exposition import Caps, Exposition
from exporter.ledger import TREND_STEP, Ledger, LedgerError
from exporter.poller import Poller
from exporter.publisher import Publisher
from exporter.schedule import Schedule
from exporter.scorecard import Scorecard, Wanted
from exporter.settings import Settings
from exporter.snapshot import REFRESH_INTERVAL, ExporterHealth, Snapshot, SourceHealth
from exporter.status.document import document
from exporter.status.shape import Status
from exporter.surveyor import Policy, mark_of
from exporter.yamlfile import ConfigError

log = logging.getLogger(__name__)

PRUNE_INTERVAL = 3600.0
WORKERS = 64
"""Polls at the same time, at the most; threads are made as they are needed."""


class Exporter:
    """One running exporter. Its methods may be called from any thread."""

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings] | None = None,
        *,
        now: Callable[[], float] = time.time,
        pace: float = 1.0,
    ) -> None:
        """Opens the ledger (LedgerError when it cannot be used); polls nothing yet.

        `now` is its time, of which `pace` seconds go by in one real second.
        """
        self._settings = settings
        self._load = load
        self._now = now
        self._itself = ExporterHealth(config_loaded_at=now())
        self._noted: float | None = None
        """The step of the trend in which something was last noted."""
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._ledger = Ledger.open(settings.ledger.url, retention=settings.ledger.retention)
        self.pollers = {name: self._poller(name, settings) for name in settings.sources}
        self.publisher = Publisher(
            self._ledger,
            self.pollers,
            _policy(settings),
            exporter=lambda: self._itself,
            now=now,
        )
        self._pace = pace
        self._schedule = Schedule(WORKERS, pace=pace)

    def start(self) -> None:
        """Begins to poll, every source at once."""
        self._schedule.start()
        for name in self.pollers:
            self._begin(name)
        self._schedule.every("refresh", REFRESH_INTERVAL * self._pace, self._publish)
        self._schedule.every("prune", PRUNE_INTERVAL * self._pace, self._prune)

    def stop(self) -> None:
        """Lets the running polls end, then closes the ledger."""
        self._schedule.stop()
        self._ledger.close()

    def close(self) -> None:
        """Closes an exporter that was never started."""
        self._ledger.close()

    def poll_once(self) -> list[SourceHealth]:
        """Polls every source once, one after another, and publishes; for the command `once`."""
        healths = [poller.poll() for poller in self.pollers.values()]
        self.publisher.refresh()
        self._remember()
        return healths

    def reload(self) -> str | None:
        """Loads the configuration again. The error's text when it is refused; then the old one stays."""
        if self._load is None:
            return "this exporter has no configuration file to load again"
        with self._reloading:
            try:
                settings = self._load()
                self._refuse_fixed(settings)
                pollers = self._kept_or_new(settings)
            except ConfigError as error:
                self._reloaded(ok=False)
                log.error("configuration refused, the old one stays: %s", "; ".join(error.faults))  # noqa: TRY400  # no defect of ours
                return str(error)
            self._switch(settings, pollers)
            self._reloaded(ok=True)
            log.info("configuration loaded", extra={"sources": len(pollers)})
            return None

    def exposition(self) -> Exposition:
        return self.publisher.published.exposition

    def status(self) -> Status:
        """Where the migration stands, as it is published, with what is due."""
        snapshot = self.publisher.published.snapshot
        due = {name: replace(source, health=self._planned(source.health)) for name, source in snapshot.sources.items()}
        return document(replace(snapshot, sources=due), __version__)

    def sources(self) -> Sequence[SourceHealth]:
        """How each source fares, as it is published: who is told "ready" finds the facts in /metrics."""
        return [self._planned(health) for health in self.publisher.published.snapshot.healths()]

    def now(self) -> float:
        return self._now()

    def _planned(self, health: SourceHealth) -> SourceHealth:
        """With the moment at which it is due."""
        wait = self._schedule.due_in(health.name)
        return replace(health, next_poll_at=None if wait is None else self._now() + wait)

    def scraped(self, seconds: float, size: int) -> None:
        """Counts a scrape; it is published with the next refresh."""
        with self._lock:
            itself = self._itself
            self._itself = replace(
                itself,
                scrapes=itself.scrapes + 1,
                scrape_seconds=itself.scrape_seconds + seconds,
                scrape_bytes=itself.scrape_bytes + size,
            )

    def _poller(self, name: str, settings: Settings) -> Poller:
        return Poller(name, settings.sources[name], self._ledger, now=self._now)

    def _begin(self, name: str) -> None:
        poller = self.pollers[name]

        def poll_and_publish() -> None:
            poller.poll()
            self._publish()

        self._schedule.every(name, poller.provider.interval, poll_and_publish, poller)

    def _publish(self) -> None:
        """Without the ledger nothing new is published; what is there tells its own age."""
        try:
            self.publisher.refresh()
            self._remember()
        except LedgerError as error:
            log.error("nothing new is published: %s", error)  # noqa: TRY400  # no defect of ours

    def _remember(self) -> None:
        """What a later snapshot is made from, and no source tells."""
        snapshot = self.publisher.published.snapshot
        self._remember_gates(snapshot.scorecard)
        self._remember_trend(snapshot)

    def _remember_gates(self, card: Scorecard) -> None:
        """A phase that ended stays ended, also when its gate is shut again later."""
        if card.schedule is not None and card.reached:
            self._ledger.reach(mark_of(card.schedule.plan), card.reached)

    def _remember_trend(self, snapshot: Snapshot) -> None:
        """What the criteria stand at, once in a step: whoever comes first writes, the others have nothing to do."""
        step, standings = snapshot.taken_at // TREND_STEP, snapshot.scorecard.standings
        with self._lock:
            noted, self._noted = self._noted, step if standings else self._noted
        if standings and noted != step:
            self._ledger.stand(standings, at=snapshot.taken_at)

    def _prune(self) -> None:
        try:
            self._ledger.prune(self._now())
        except LedgerError as error:
            log.error("old facts are kept until the next try: %s", error)  # noqa: TRY400  # no defect of ours

    def _refuse_fixed(self, settings: Settings) -> None:
        """What can only be changed by a restart is refused, not passed over in silence."""
        old, new = self._settings, settings
        fixed = {
            "ledger.url": old.ledger.url != new.ledger.url,
            "ledger.retention": old.ledger.retention != new.ledger.retention,
            "web.listen_address": old.web.listen_address != new.web.listen_address,
            "web.enable_lifecycle": old.web.enable_lifecycle != new.web.enable_lifecycle,
        }
        faults = [
            f"{key}: cannot change while running; restart the exporter" for key, changed in fixed.items() if changed
        ]
        if faults:
            raise ConfigError(faults)

    def _kept_or_new(self, settings: Settings) -> dict[str, Poller]:
        """A source whose configuration did not change keeps its poller, and so its counts."""
        return {
            name: self.pollers[name]
            if name in self.pollers and self.pollers[name].provider == provider
            else self._poller(name, settings)
            for name, provider in settings.sources.items()
        }

    def _switch(self, settings: Settings, pollers: dict[str, Poller]) -> None:
        before, self.pollers, self._settings = self.pollers, pollers, settings
        self.publisher.configure(pollers, _policy(settings))
        for name in before.keys() - pollers.keys():
            self._schedule.drop(name)
        for name, poller in pollers.items():
            if before.get(name) is not poller:
                self._begin(name)

    def _reloaded(self, *, ok: bool) -> None:
        with self._lock:
            counts = Counter(self._itself.config_reloads)
            counts["success" if ok else "failure"] += 1
            loaded_at = self._now() if ok else self._itself.config_loaded_at
            self._itself = replace(self._itself, config_reload_ok=ok, config_loaded_at=loaded_at, config_reloads=counts)
        self._publish()


def _policy(settings: Settings) -> Policy:
    series, migration = settings.series, settings.migration
    return Policy(
        caps=Caps(series.per_repository, series.per_source, series.total),
        pipelines=series.pipelines,
        wanted=Wanted(
            aims={key: wanted.aim for key, wanted in settings.kpis.items()},
            plan=migration.plan() if migration else None,
            pilot=migration.pilot if migration else (),
            teams=settings.teams,
            required=settings.uptime.required_components,
        ),
        baselines=migration.baselines.levels() if migration else {},
        cycle_until=migration.cycle_time_until if migration else CycleEnd.MERGED,
    )
