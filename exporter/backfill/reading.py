"""Reads one source's history to its end, however often it has to begin again.

It is a guest: the last tenth of a rate limit is left to the running exporter. What lasts is told to
people as a BackfillError; what passes is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from exporter.backfill.errors import AGAIN, BackfillError
from exporter.backfill.notes import Tally, Undertaking, without_notes
from exporter.backfill.reporter import Reporter
from exporter.backfill.words import clock_time
from exporter.errors import RateLimited, SourceError, Unreachable
from exporter.http import Auth, Http
from exporter.http.limits import LONGEST_WAIT
from exporter.ledger import Ledger
from exporter.model import Facts, Moment, Seconds, Unreadable
from exporter.providers.base import Provider, Since

PAUSES: tuple[Seconds, ...] = (5.0, 30.0, 120.0)
"""Before each further attempt, when there was no step forward since the last one."""
RESERVE = 0.1
"""The share of a rate limit that is not ours."""
RUN_UP: Seconds = 86400.0
"""Hosts list runs by their beginning: those that began this long before the window may end in it."""
NEVER: Seconds = 30 * 86400.0
"""A poll has a deadline; a backfill takes as long as it takes."""


@dataclass(frozen=True, slots=True)
class Task:
    """What all sources of a backfill share."""

    ledger: Ledger
    undertaking: Undertaking
    reporter: Reporter
    now: Callable[[], Moment]
    sleep: Callable[[Seconds], None]


@dataclass(frozen=True, slots=True)
class Paced:
    """A source's credentials, which are asked for before each request: then `before` may wait."""

    auth: Auth
    before: Callable[[Http], None]

    def headers(self, http: Http) -> Mapping[str, str]:
        self.before(http)
        return self.auth.headers(http)

    def rejected(self) -> None:
        self.auth.rejected()


class Reading:
    """One source of a backfill. `tally` and `unreadable` grow while it is read."""

    def __init__(self, source: str, provider: Provider, task: Task) -> None:
        self._source, self._provider, self._task = source, provider, task
        self._window = task.undertaking.window
        self._auth = Paced(provider.auth(), self._hold_back)
        self._marks = {**task.ledger.sampling(source)}
        self._fruitless = 0
        self._unreadable: dict[tuple[str, str], Unreadable] = {}
        self.tally = Tally(task.undertaking, self._marks)

    @property
    def unreadable(self) -> list[Unreadable]:
        """One entry an item and reason, however often it was met."""
        return list(self._unreadable.values())

    def read(self) -> None:
        """Reads to the end. Raises BackfillError when that cannot be reached now."""
        self._task.reporter.began(self._source)
        while not self._came_through():
            pass
        self._task.reporter.ended(self._source, self.tally.progress)

    def _came_through(self) -> bool:
        """Whether it came to the end; if not, it is time to try again."""
        try:
            self._fetch()
        except RateLimited as error:
            self._count(error)
            self._wait_until(error.retry_at)
        except Unreachable as error:
            pause = self._count(error)
            self._task.reporter.said(f"{self._source}: {error}; trying again in {pause:g} s")
            self._task.sleep(pause)
        except SourceError as error:
            raise self._given_up(error) from error
        else:
            return True
        return False

    def _fetch(self) -> None:
        now = self._task.now()
        reaching = self._provider.reaching(now - self._window.begin + RUN_UP)
        with reaching.connect(time.monotonic() + NEVER, self._auth) as http:
            for facts in reaching.fetch(http, Since(now, without_notes(self._marks))):
                self._keep(facts)

    def _keep(self, facts: Facts) -> None:
        """Keeps a step with its marks and our notes; new marks of the source are a step forward."""
        marks = {**facts.marks, **self.tally.add(facts), **self._task.undertaking.note()}
        window, until = self._window, self._task.undertaking.until
        self._task.ledger.sample(
            self._source, replace(facts, marks=marks), begin=window.begin, end=window.end, until=until
        )
        if not facts.marks.items() <= self._marks.items():
            self._fruitless = 0
        self._marks |= marks
        self._unreadable.update({(item.item, item.reason): item for item in facts.unreadable})
        self._task.reporter.moved(self._source, self.tally.progress)

    def _count(self, error: SourceError) -> Seconds:
        """Counts an attempt without a step forward; gives the pause after it, or gives up."""
        if self._fruitless == len(PAUSES):
            raise self._given_up(error) from error
        pause = PAUSES[self._fruitless]
        self._fruitless += 1
        return pause

    def _given_up(self, error: SourceError) -> BackfillError:
        return BackfillError(f"source {self._source} failed: {error.reason}: {error}; {AGAIN}")

    def _hold_back(self, http: Http) -> None:
        """Before each request: waits for the reset when only the running exporter's share is left."""
        limit = http.usage.rate_limit
        if limit is None or limit.reset_at is None or limit.remaining >= RESERVE * limit.limit:
            return
        if limit.reset_at - self._task.now() <= LONGEST_WAIT:
            self._wait_until(limit.reset_at)

    def _wait_until(self, moment: Moment) -> None:
        if moment > self._task.now():
            self._task.reporter.said(f"waiting until {clock_time(moment)} for {self._source}'s rate limit")
        while (left := moment - self._task.now()) > 0:
            self._task.sleep(left)
