"""What the web server asks of the exporter, in memory, to be set by a test; and the server around it."""

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from exporter.exposition import Exposition
from exporter.snapshot import Snapshot, SourceHealth
from exporter.status.document import document
from exporter.status.shape import Status
from exporter.web.config import WebConfig
from exporter.web.pages import create_app
from exporter.web.server import Server

NOW = 1_764_756_000.0  # 2025-12-03 10:00:00 UTC


def exposition(mark: str = "1", lines: int = 1) -> Exposition:
    """Four different bodies, each of which tells its `mark` in every line."""
    text = f"orchex_kilo_test {mark}\n".encode() * lines
    openmetrics = f"orchex_kilo_test {mark}.0\n".encode() * lines + b"# EOF\n"
    return Exposition(text, gzip.compress(text), openmetrics, gzip.compress(openmetrics))


def source(name: str = "acme", **changes: object) -> SourceHealth:
    """A source that is well, but for `changes`."""
    well: dict[str, object] = {
        "kind": "github",
        "interval": 60.0,
        "max_age": 600.0,
        "up": True,
        "last_success_at": NOW - 12,
        "next_poll_at": NOW + 48,
        "polls": 120,
    }
    return SourceHealth(name=name, **{**well, **changes})  # type: ignore[arg-type]  # tests know the fields


class Pages:
    """A site whose answers are attributes."""

    def __init__(self, *sources: SourceHealth) -> None:
        self.sources_now: Sequence[SourceHealth] = sources
        self.published = exposition()
        self.snapshot = Snapshot(NOW)
        self.scrapes: list[tuple[float, int]] = []
        self.reloads = 0
        self.reloading: Callable[[], str | None] = lambda: None

    def exposition(self) -> Exposition:
        return self.published

    def sources(self) -> Sequence[SourceHealth]:
        return self.sources_now

    def now(self) -> float:
        return NOW

    def status(self) -> Status:
        return document(self.snapshot, "0.1.0")

    def reload(self) -> str | None:
        self.reloads += 1
        return self.reloading()

    def scraped(self, seconds: float, size: int) -> None:
        self.scrapes.append((seconds, size))


@contextmanager
def served(
    site: Pages, *, config: Path | None = None, lifecycle: bool = False, address: str = "127.0.0.1:0"
) -> Iterator[str]:
    """The real server on a free port; gives its base address."""
    web_config = WebConfig(config)
    app = create_app(site, web_config=web_config, enable_lifecycle=lifecycle)
    server = Server(app, listen_address=address, tls=web_config.tls)
    base = server.start()
    try:
        yield base
    finally:
        begin = time.monotonic()
        server.stop()
        took = time.monotonic() - begin
        assert took < 4, f"the server took {took:.1f} s to stop"
