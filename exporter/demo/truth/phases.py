"""The phases as they really go, against the documented plan of a medium organisation (20 weeks)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.demo.programme import PHASES, Programme

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation

PLANNED_WEEKS = {
    "assessment": (1, 3),
    "preparation": (4, 6),
    "pilot": (7, 9),
    "expansion": (10, 15),
    "adoption": (16, 20),
    "optimization": (21, None),
}
"""First and last week, counted from 1; the last one has no end."""


class PhaseTruth(NamedTuple):
    """`state` is `pending`, `current` or `done`. Moments are Unix seconds; None: not yet."""

    state: str
    started_at: int | None
    ended_at: int | None


class Planned(NamedTuple):
    """In Unix seconds; `end` is None for what goes on."""

    begin: int
    end: int | None


def phases(acme: Organisation) -> dict[str, PhaseTruth]:
    """All six in order. A phase ends with the end of its last day."""
    return {phase.name: _phase(acme.programme, acme.now, phase.first, phase.last) for phase in PHASES}


def planned(acme: Organisation) -> dict[str, Planned]:
    moment = acme.programme.moment
    return {
        name: Planned(moment(7 * (first - 1)), None if last is None else moment(7 * last))
        for name, (first, last) in PLANNED_WEEKS.items()
    }


def planned_share(acme: Organisation) -> float:
    """Of migrated repositories: from 0 when the pilot begins to 80% after expansion, to 100% after adoption."""
    week = (acme.now - acme.programme.start) / (7 * 86_400)
    if week <= 15:  # noqa: PLR2004  # the end of expansion
        return max(0.0, 0.8 * (week - 6) / 9)
    return min(1.0, 0.8 + 0.2 * (week - 15) / 5)


def slip(acme: Organisation) -> float:
    """Seconds by which the current phase began too late, or has been going on for too long, if that is more.

    Optimization is as late as the full adoption before it was.
    """
    plan, real = planned(acme), phases(acme)
    current = next((name for name, phase in real.items() if phase.state == "current"), None)
    if current is None:
        return 0.0
    begun = (real[current].started_at or 0) - plan[current].begin
    end = plan[current].end
    return float(begun if end is None else max(begun, acme.now - end))


def _phase(programme: Programme, now: int, first: int, last: int | None) -> PhaseTruth:
    begin, end = programme.moment(first), None if last is None else programme.moment(last + 1)
    if now < begin:
        return PhaseTruth("pending", None, None)
    if end is None or now < end:
        return PhaseTruth("current", begin, None)
    return PhaseTruth("done", begin, end)
