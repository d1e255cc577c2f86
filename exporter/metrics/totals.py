"""Histograms out of totals: the ledger keeps a row for each bucket that was ever hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exporter.metrics.declare import Labels


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
