"""The exporter's side of a provider in tests: polls, with its marks from one to the next."""

from __future__ import annotations

import time
from collections.abc import Iterator

from exporter.errors import SourceError
from exporter.http import Usage
from exporter.model import Facts
from exporter.providers.base import Provider, Since
from tests.support.replay import Server


class Polling:
    """One configuration. `error`, `usage` and `asked` tell of the last poll; `server` is what it asks, if ours."""

    def __init__(self, provider: Provider, server: Server | None = None) -> None:
        self.provider = provider
        self.server = server
        self.auth = provider.auth()
        self.marks: dict[str, str] = {}
        self.error: SourceError | None = None
        self.usage = Usage()

    def poll(self, now: float, time_limit: float = 20.0, steps: int | None = None) -> Facts:
        """Polls once, cut after `steps` if given; what was told before a failure is kept, as the ledger does."""
        if self.server is not None:
            self.server.requests.clear()
        facts = Facts.merged(self._told(now, time_limit, steps))
        self.marks.update(facts.marks)
        self.heard(facts)
        return facts

    def heard(self, facts: Facts) -> None:
        """For those that remember what was told."""

    def _told(self, now: float, time_limit: float, steps: int | None) -> Iterator[Facts]:
        self.error = None
        with self.provider.connect(time.monotonic() + time_limit, self.auth) as http:
            self.usage = http.usage
            try:
                for number, step in enumerate(self.provider.fetch(http, Since(now, dict(self.marks))), 1):
                    yield step
                    if number == steps:
                        return
            except SourceError as error:
                self.error = error

    @property
    def cost(self) -> int:
        """The requests of the last poll."""
        return sum(self.usage.requests.values())

    @property
    def outcomes(self) -> dict[str, int]:
        """The requests of the last poll by what they cost."""
        return dict(self.usage.requests)

    def asked(self, part: str = "") -> list[str]:
        """The last poll's requests whose path holds `part`, in order."""
        requests = self.server.requests if self.server else []
        return [str(request) for request in requests if part in request.path]
