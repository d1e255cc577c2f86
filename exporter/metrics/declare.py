"""How a metric family is declared: name, help, type, unit, labels and its samples, together.

A family's samples are a pure function of the snapshot. The collector, the reference page, the golden
exposition and the checks of rules and boards all read the same declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from prometheus_client.metrics_core import Metric

from exporter.snapshot import Snapshot

Labels: TypeAlias = tuple[str, ...]
POLLED = " As old as the source's last success."
"""Ends the HELP of every family that a poll fills."""


class Type(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Summed:
    """A summary without quantiles: how many, and their sum."""

    count: float
    sum: float


@dataclass(frozen=True, slots=True)
class Bucketed:
    """A histogram: counts by upper bound (not cumulative, `+Inf` included), and the sum."""

    counts: Sequence[tuple[str, float]]
    sum: float


Value: TypeAlias = float | Summed | Bucketed
Samples: TypeAlias = Iterator[tuple[Labels, Value]]


def states(words: type[StrEnum], current: StrEnum | None, labels: Labels) -> Samples:
    """A state set: one sample a word, 1 for the current one."""
    for word in words:
        yield (*labels, word), float(word is current)


@dataclass(frozen=True, slots=True)
class Family:
    """A metric family as data."""

    name: str
    help: str
    type: Type
    unit: str
    labels: tuple[str, ...]
    samples: Callable[[Snapshot], Samples]

    def collect(self, samples: Samples) -> Metric:
        """The family with `samples` as prometheus_client renders it. ValueError on wrong labels."""
        base = self.name.removesuffix("_total").removesuffix("_info")
        metric = Metric(base, self.help, self.type, self.unit)
        for labels, value in samples:
            if len(labels) != len(self.labels):
                raise ValueError(f"{self.name}: {labels} does not fit the labels {self.labels}")
            named = dict(zip(self.labels, labels, strict=True))
            for suffix, extra, number in _lines(self.type, value):
                metric.add_sample(base + suffix, {**named, **extra}, number)
        return metric


def _lines(kind: Type, value: Value) -> Iterator[tuple[str, dict[str, str], float]]:
    """The sample lines of one value: name suffix, further labels, number."""
    if isinstance(value, Summed):
        yield "_count", {}, value.count
        yield "_sum", {}, value.sum
    elif isinstance(value, Bucketed):
        total = 0.0
        for bound, count in value.counts:
            total += count
            yield "_bucket", {"le": bound}, total
        yield "_count", {}, total
        yield "_sum", {}, value.sum
    else:
        yield {Type.COUNTER: "_total", Type.INFO: "_info"}.get(kind, ""), {}, value


def size_of(value: Value) -> int:
    """How many series one value makes."""
    if isinstance(value, Bucketed):
        return len(value.counts) + 2
    return 2 if isinstance(value, Summed) else 1


_SUFFIXES = {Type.COUNTER: "_total", Type.INFO: "_info"}
_UNITS = ("seconds", "bytes", "ratio")


def _declare(kind: Type) -> Callable[..., Callable[[Callable[[Snapshot], Samples]], Family]]:
    def named(
        name: str, text: str, *, labels: tuple[str, ...] = ()
    ) -> Callable[[Callable[[Snapshot], Samples]], Family]:
        suffix = _SUFFIXES.get(kind, "")
        if not name.endswith(suffix):
            raise ValueError(f"{name}: a {kind} ends in {suffix}")
        unit = next((unit for unit in _UNITS if name.removesuffix(suffix).endswith(f"_{unit}")), "")
        return lambda samples: Family(name, text, kind, unit, labels, samples)

    return named


counter = _declare(Type.COUNTER)
gauge = _declare(Type.GAUGE)
histogram = _declare(Type.HISTOGRAM)
info = _declare(Type.INFO)
summary = _declare(Type.SUMMARY)
