"""The snapshot: one immutable value that holds all that is published. It is swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.model import Moment, RateLimit, Seconds


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How the exporter fares with one source. Counts are of this process, by closed sets of words."""

    name: str
    kind: str
    interval: Seconds
    max_age: Seconds
    up: bool | None = None
    """None until the first poll has ended."""
    last_success_at: Moment | None = None
    last_attempt_at: Moment | None = None
    next_poll_at: Moment | None = None
    error: str | None = None
    """The reason of the last poll's failure; None after a good one."""
    error_detail: str = ""
    polls: int = 0
    poll_seconds: Seconds = 0.0
    last_poll_seconds: Seconds = 0.0
    lag_seconds: Seconds = 0.0
    """How late after its due moment the last poll began."""
    missed: int = 0
    coalesced: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    unreadable: Mapping[str, int] = field(default_factory=dict)
    """Items that the last poll could not read, by reason."""
    rate_limit: RateLimit | None = None
    token_expires_at: Moment | None = None

    def stale(self, now: Moment) -> bool:
        """Whether the last good facts are too old to be shown (never had any: not stale, absent)."""
        return self.last_success_at is not None and now - self.last_success_at > self.max_age
