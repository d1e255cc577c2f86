"""The snapshot: one immutable value that holds all that is published. It is swapped whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.answers import Operations, Slowdown, SourceView, Standing
from exporter.kpis.ratios import Share, Uptime
from exporter.model import Component, Moment, RateLimit, Seconds
from exporter.scorecard import Scorecard

REFRESH_INTERVAL: Seconds = 15.0
"""Windows move and facts grow old without any poll, so a snapshot is made this often at the least."""


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
    probed_at: Moment | None = None
    """When its components were last seen in any state: not answering is one."""
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
        return self.last_success_at is not None and self.too_old(self.last_success_at, now)

    def too_old(self, moment: Moment | None, now: Moment) -> bool:
        """Whether what was learned at `moment` (None: never) may no longer be shown."""
        return moment is None or now - moment > self.max_age


@dataclass(frozen=True, slots=True)
class Source:
    """One source as it is published: its health always, its facts only while they are fresh."""

    health: SourceHealth
    vcs_provider_name: str = ""
    view: SourceView = field(default_factory=SourceView)
    hosts: bool = False
    """Whether it tells of repositories: then it is known when there are none."""


@dataclass(frozen=True, slots=True)
class Indicators:
    """The documented ratios' parts, by window. Empty where nothing was observed."""

    uptime: Mapping[str, Uptime] = field(default_factory=dict)
    system_up: bool | None = None
    """Whether every required component was last seen healthy; None: not known."""
    operations: Mapping[str, Operations] = field(default_factory=dict)
    bridges: Mapping[tuple[Component | None, str], Operations] = field(default_factory=dict)
    """By bridge and window; None is all bridges together."""
    slowdown: Mapping[str, Slowdown] = field(default_factory=dict)
    template_adoption: Share = field(default_factory=Share)
    workflow_adoption: Share = field(default_factory=Share)


@dataclass(frozen=True, slots=True)
class ExporterHealth:
    """The exporter about itself."""

    config_loaded_at: Moment = 0.0
    config_reload_ok: bool = True
    config_reloads: Mapping[str, int] = field(default_factory=dict)
    scrapes: int = 0
    scrape_seconds: Seconds = 0.0
    scrape_bytes: int = 0
    render_seconds: Seconds = 0.0
    ledger_seconds: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is published, as of one moment."""

    taken_at: Moment
    sources: Mapping[str, Source] = field(default_factory=dict)
    indicators: Indicators = field(default_factory=Indicators)
    scorecard: Scorecard = field(default_factory=Scorecard)
    exporter: ExporterHealth = field(default_factory=ExporterHealth)
    pipelines: bool = False
    """Whether each repository's runs are also published by pipeline."""
    trends: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    """What each criterion stood at before, by key, oldest first; absent where nothing is remembered."""

    def views(self) -> Iterator[tuple[str, SourceView]]:
        """Each source's name and facts."""
        for name, source in self.sources.items():
            yield name, source.view

    def healths(self) -> Iterator[SourceHealth]:
        for source in self.sources.values():
            yield source.health
