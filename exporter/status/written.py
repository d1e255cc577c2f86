"""How moments and shares are written in the document."""

from __future__ import annotations

from datetime import UTC, datetime

from exporter.kpis import ratios
from exporter.model import Moment
from exporter.status.shape import Share


def moment(at: Moment) -> datetime:
    """To the second, rounded down."""
    return datetime.fromtimestamp(at // 1, UTC)


def known(at: Moment | None) -> datetime | None:
    return None if at is None else moment(at)


def share(found: ratios.Share) -> Share:
    return Share(part=found.part, whole=found.whole, unknown=found.unknown, ratio=found.ratio)
