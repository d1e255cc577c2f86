"""The exposition: a snapshot as the bytes that a scrape copies.

It is rendered when something changed, never when somebody scrapes. prometheus_client writes the
formats; what is added here are the caps on series, and what they cut.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from exporter.metrics import FAMILIES
from exporter.metrics.declare import Family, Samples, gauge, size_of
from exporter.snapshot import Snapshot

# prometheus_client's own default of 9 costs five times as much for a tenth fewer bytes.
GZIP_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Exposition:
    """The four bodies of one snapshot."""

    text: bytes
    text_gzip: bytes
    openmetrics: bytes
    openmetrics_gzip: bytes


@dataclass(frozen=True, slots=True)
class Caps:
    """The largest number of series of one repository, one source, and all."""

    per_repository: int = 25
    per_source: int = 250_000
    total: int = 500_000


NO_CAPS = Caps(2**62, 2**62, 2**62)


def render(snapshot: Snapshot, caps: Caps = NO_CAPS) -> Exposition:
    """All families of `snapshot`, in both formats, plain and compressed."""
    registry = CollectorRegistry(auto_describe=False)
    families = _Collected(list(_families(snapshot, caps)))
    registry.register(families)
    for collector in _PROCESS:
        registry.register(collector)
    text: bytes = generate_latest(registry)
    openmetrics: bytes = generate_openmetrics(registry)  # type: ignore[no-untyped-call]  # the library's gap
    return Exposition(text, _compress(text), openmetrics, _compress(openmetrics))


def _compress(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)


class _Collected(Collector):
    """Families that are already collected."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def describe(self) -> Iterable[Metric]:
        """Nothing: a collector without this is collected once more when it is registered."""
        return []

    def collect(self) -> Iterable[Metric]:
        return self._families


_NOWHERE = CollectorRegistry(auto_describe=False)
_PROCESS = (ProcessCollector(registry=_NOWHERE), PlatformCollector(registry=_NOWHERE), GCCollector(registry=_NOWHERE))
"""Python's usual process series; they are made once, for they register themselves where they are told."""


def _families(snapshot: Snapshot, caps: Caps) -> Iterator[Metric]:
    """Every family that has samples, and last those that say how many series there are."""
    gate = _Gate(caps)
    for family in FAMILIES:
        metric = family.collect(gate.admitted(family, family.samples(snapshot)))
        if metric.samples:
            yield metric
    yield _SERIES.collect(iter([((), gate.total)]))
    yield _CUT.collect(((name, limit), float(count)) for (name, limit), count in gate.cut.items())


class _Gate:
    """Lets samples through until a cap is reached, and counts what it holds back."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._sources: Counter[str] = Counter()
        self._repositories: Counter[tuple[str, ...]] = Counter()
        self.total = 0
        self.cut: Counter[tuple[str, str]] = Counter()

    def admitted(self, family: Family, samples: Samples) -> Samples:
        names = family.labels
        source = names.index("source") if "source" in names else None
        repository = [names.index(name) for name in _REPOSITORY] if _REPOSITORY[-1] in names else None
        for labels, value in samples:
            size = size_of(value)
            owner = None if source is None else labels[source]
            place = None if repository is None else tuple(labels[index] for index in repository)
            limit = self._reached(size, owner, place)
            if limit is not None:
                self.cut[family.name, limit] += size
                continue
            self.total += size
            if owner is not None:
                self._sources[owner] += size
            if place is not None:
                self._repositories[place] += size
            yield labels, value

    def _reached(self, size: int, source: str | None, repository: tuple[str, ...] | None) -> str | None:
        """The cap that `size` more series would break, if there is one."""
        if repository is not None and self._repositories[repository] + size > self._caps.per_repository:
            return "per_repository"
        if source is not None and self._sources[source] + size > self._caps.per_source:
            return "per_source"
        return "total" if self.total + size > self._caps.total else None


_REPOSITORY = ("source", "vcs_owner_name", "vcs_repository_name")


def _none(_: Snapshot) -> Samples:
    yield from ()


_SERIES = gauge("orchex_kilo_exporter_series", "Series of this exposition, without those of the Python process.")(_none)
_CUT = gauge(
    "orchex_kilo_exporter_series_cut",
    "Series that a cap kept out of this exposition, by family and cap. None at all is good.",
    labels=("family", "limit"),
)(_none)
EXTRA_FAMILIES: tuple[Family, ...] = (_SERIES, _CUT)
"""Families that only rendering can fill."""
