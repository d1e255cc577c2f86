"""Whether the exporter is ready, in words. Pure: healths in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exporter.snapshot import SourceHealth


def unready(sources: Sequence[SourceHealth], *, tried_before: bool) -> str | None:
    """Why the exporter is not ready, a line for each source; None when it is."""
    untried = [source for source in sources if source.up is None]
    if untried and not tried_before:
        return _lines(f"{len(untried)} of {len(sources)} sources not polled yet:", (one.name for one in untried))
    if sources and all(source.up is False for source in sources):
        return _lines("all sources failed:", (f"{one.name}: {one.error}: {one.error_detail}" for one in sources))
    return None


def _lines(first: str, rest: Iterator[str]) -> str:
    return "\n".join([first, *(" ".join(line.split()) for line in rest)])
