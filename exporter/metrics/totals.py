"""Samples out of the ledger's totals: counters, summaries, histograms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from exporter.metrics.declare import Labels, Samples, Summed
from exporter.snapshot import Snapshot
from exporter.totals import Family


def counted(snapshot: Snapshot, family: Family) -> Samples:
    """Each total of `family`, with its source before its own labels."""
    for source, view in snapshot.views():
        for labels, total in view.totals.get(family, {}).items():
            yield (source, *labels), total


def summed(snapshot: Snapshot, counts: Family, sums: Family, keep: Callable[[Labels], Labels] | None = None) -> Samples:
    """A count and a sum as one summary, added up over the labels that `keep` leaves out."""
    for name, source in snapshot.sources.items():
        seconds = source.view.totals.get(sums, {})
        parts: dict[Labels, Summed] = {}
        for labels, count in source.view.totals.get(counts, {}).items():
            kept = keep(labels) if keep else labels
            before = parts.get(kept, Summed(0, 0))
            parts[kept] = Summed(before.count + count, before.sum + seconds.get(labels, 0.0))
        for kept, part in parts.items():
            yield (name, source.vcs_provider_name, *kept), part


def bucketed(
    totals: Mapping[Labels, float], bounds: tuple[float, ...]
) -> Iterator[tuple[Labels, list[tuple[str, float]]]]:
    """Totals whose last label is `le` -> each label set with its count for every bound, in order.

    A bound that the ledger knows and this version does not is counted in the next larger one.
    """
    names = [f"{float(bound)}" for bound in bounds] + ["+Inf"]
    counts: dict[Labels, list[float]] = {}
    for (*labels, le), count in totals.items():
        row = counts.setdefault(tuple(labels), [0.0] * len(names))
        place = next((index for index, bound in enumerate(bounds) if float(le) <= bound), len(bounds))
        row[place] += count
    for labels_found, row in counts.items():
        yield labels_found, list(zip(names, row, strict=True))
