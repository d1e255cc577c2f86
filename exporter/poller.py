"""Polls one source once: marks out of the ledger, facts out of the provider, facts into the ledger.

Whatever happens in a poll ends here, as a `SourceHealth`: this module holds the only broad `except`.
It knows nothing of when polls are due, nor of what is published.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from exporter.errors import RateLimited, Reason, SourceError, Unreachable
from exporter.http import Usage
from exporter.ledger import Ledger, LedgerError
from exporter.model import Facts, Health, Probe
from exporter.providers.base import Provider, Since
from exporter.snapshot import SourceHealth

log = logging.getLogger(__name__)


class Poller:
    """One source's polls. `health` may be read from any thread; it is replaced whole."""

    def __init__(
        self,
        name: str,
        provider: Provider,
        ledger: Ledger,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.provider = provider
        self.health = SourceHealth(
            name=name,
            kind=provider.kind,
            interval=provider.interval,
            max_age=provider.stale_after,
            last_success_at=ledger.last_success(name),
        )
        self._auth = provider.auth()
        self._ledger = ledger
        self._now = now
        self._monotonic = monotonic
        self._not_before = 0.0
        self._lock = threading.Lock()

    def poll(self) -> SourceHealth:
        """Polls once and records what was learned. Never raises; returns the new health."""
        if self._now() < self._not_before:
            log.info("poll held back by the rate limit", extra={"source": self.name})
            self._update(lambda health: replace(health, error=Reason.RATE_LIMITED))
            return self.health
        begun = self._monotonic()
        steps: list[Facts] = []
        usage = Usage()
        failure: Exception | None = None
        try:
            failure = self._read(steps, usage)
            facts = self._with_silence(Facts.merged(steps), failure)
            self._record(facts, succeeded=failure is None)
        except Exception as error:  # noqa: BLE001  # whatever a poll does, the exporter lives and says so
            facts, failure = Facts(), error
        self._conclude(facts, failure, usage, self._monotonic() - begun)
        return self.health

    def note_schedule(self, *, lag: float | None = None, missed: int = 0, coalesced: int = 0) -> None:
        """Told by the scheduler: how late the last poll began, and which ones did not take place."""
        self._update(
            lambda health: replace(
                health,
                lag_seconds=health.lag_seconds if lag is None else lag,
                missed=health.missed + missed,
                coalesced=health.coalesced + coalesced,
            )
        )

    def _read(self, steps: list[Facts], usage: Usage) -> SourceError | None:
        """Fills `steps` with what the provider yields until it ends or fails; says how it failed."""
        since = Since(self._now(), self._ledger.marks(self.name))
        deadline = self._monotonic() + self.provider.timeout
        with self.provider.connect(deadline, self._auth) as http:
            try:
                steps.extend(self.provider.fetch(http, since))
            except SourceError as error:
                return error
            finally:
                usage.requests.update(http.usage.requests)
                usage.rate_limit = http.usage.rate_limit
                usage.token_expires_at = http.usage.token_expires_at
        return None

    def _with_silence(self, facts: Facts, failure: SourceError | None) -> Facts:
        """When nothing answered, that is an answer about the components: they are not healthy."""
        if not isinstance(failure, Unreachable):
            return facts
        seen = {probe.component for probe in facts.probes}
        silent = tuple(
            Probe(component, Health.UNHEALTHY) for component in self.provider.components() if component not in seen
        )
        return replace(facts, probes=(*facts.probes, *silent))

    def _record(self, facts: Facts, *, succeeded: bool) -> None:
        gap = 2 * self.provider.interval
        self._ledger.record(self.name, facts, at=self._now(), gap=gap, succeeded=succeeded)

    def _conclude(self, facts: Facts, failure: Exception | None, usage: Usage, seconds: float) -> None:
        """Puts the poll's outcome into the health, and into the log when it changed."""
        now = self._now()
        reason = _reason(failure)
        if isinstance(failure, RateLimited):
            self._not_before = failure.retry_at
        self._tell(failure, reason)
        unreadable = Counter(item.reason for item in facts.unreadable)

        def concluded(health: SourceHealth) -> SourceHealth:
            return replace(
                health,
                up=failure is None,
                last_success_at=now if failure is None else health.last_success_at,
                last_attempt_at=now,
                probed_at=now if facts.probes else health.probed_at,
                error=reason,
                error_detail=_detail(failure, reason),
                polls=health.polls + 1,
                poll_seconds=health.poll_seconds + seconds,
                last_poll_seconds=seconds,
                failures=_added(health.failures, [reason] if reason else []),
                unreadable=unreadable,
                requests=_added(health.requests, usage.requests.elements()),
                rate_limit=usage.rate_limit or health.rate_limit,
                token_expires_at=usage.token_expires_at or health.token_expires_at,
            )

        self._update(concluded)

    def _tell(self, failure: Exception | None, reason: str | None) -> None:
        """Logs what is new: a failure that lasts is told once, and so is its end."""
        said = {"source": self.name, "reason": reason}
        if reason == Reason.INTERNAL:
            log.error("poll failed by a defect of the exporter; please report it", extra=said, exc_info=failure)
        elif failure is not None:
            again = self.health.error == reason
            log.log(logging.DEBUG if again else logging.WARNING, "poll failed: %s", failure, extra=said)
        elif self.health.up is False:
            log.info("source reads well again", extra={"source": self.name})
        else:
            log.debug("polled", extra={"source": self.name})

    def _update(self, change: Callable[[SourceHealth], SourceHealth]) -> None:
        with self._lock:
            self.health = change(self.health)


def _reason(failure: Exception | None) -> str | None:
    if failure is None:
        return None
    if isinstance(failure, SourceError):
        return failure.reason
    return Reason.LEDGER if isinstance(failure, LedgerError) else Reason.INTERNAL


def _detail(failure: Exception | None, reason: str | None) -> str:
    """What a person may read. The text of an unforeseen error is kept out: nobody vouches for it."""
    if failure is None:
        return ""
    return f"{type(failure).__name__}, see the log" if reason == Reason.INTERNAL else str(failure)


def _added(counts: Mapping[str, int], words: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter(counts)
    total.update(words)
    return total
