"""Numbers, moments and lengths of time as people read them. Pure; what is not known is `NOTHING`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from exporter.kpis.quantities import Unit

NOTHING = "-"
DECIMALS = 2
"""As many as anybody reads, unless they would hide a difference."""
MOST_DECIMALS = 6

_TIMES = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def amount(value: float | None, unit: Unit, target: float | None = None) -> str:
    """`99.93%`, `0.32 s`, `14 d`, in the unit that fits the target.

    Rounding never makes it look like the target, nor like nothing or all, when it is not.
    """
    if value is None:
        return NOTHING
    scale, suffix = _scale(unit, value if target is None else target)
    telling = (0.0, 1.0) if target is None else (0.0, 1.0, target)
    return _rounded(value, telling, scale) + suffix


def percent(ratio: float | None) -> str:
    return amount(ratio, Unit.RATIO)


def _scale(unit: Unit, size: float) -> tuple[float, str]:
    """What to multiply with, and what follows the number."""
    if unit in (Unit.RATIO, Unit.CHANGE):
        return 100.0, "%"
    if unit is Unit.SECONDS:
        seconds, name = _time_unit(size)
        return 1 / seconds, f" {name}"
    return 1.0, ""


def _rounded(value: float, telling: Iterable[float], scale: float) -> str:
    others = [other for other in telling if other != value]
    for decimals in range(DECIMALS, MOST_DECIMALS + 1):
        text = _fixed(value * scale, decimals)
        if all(_fixed(other * scale, decimals) != text for other in others):
            break
    return text


def _fixed(number: float, decimals: int) -> str:
    return f"{number:z,.{decimals}f}".rstrip("0").rstrip(".")


def _time_unit(seconds: float) -> tuple[float, str]:
    """The largest unit of which there are at least two."""
    return next(((size, name) for size, name in _TIMES if abs(seconds) >= 2 * size), _TIMES[-1])


def length(seconds: float | None) -> str:
    """A length of time in whole units: `3 min`, `14 d`. Never rounded up; of a negative one the size."""
    if seconds is None:
        return NOTHING
    size, name = _time_unit(seconds)
    return f"{int(abs(seconds) / size)} {name}"


def day(moment: datetime | None) -> str:
    """`2027-03-12`, for tables."""
    return NOTHING if moment is None else f"{moment:%Y-%m-%d}"


def last_day(end: datetime | None) -> str:
    """The last day of what ended at the moment `end`, which is in it no more."""
    return NOTHING if end is None else day(end - timedelta(seconds=1))


def date(moment: datetime) -> str:
    """`12 March 2027`, for sentences."""
    return f"{moment.day} {moment:%B %Y}"


def spaced(key: str) -> str:
    """A program's name as words."""
    return key.replace("_", " ")
