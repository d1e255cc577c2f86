"""Whether the migration keeps to its schedule, and how the pilot fares."""

from __future__ import annotations

from dashboards.panel import About, Look, PanelBuilder, lines, number
from dashboards.phases_and_gates.plan import ON_PLAN, WITHIN, punctual
from dashboards.progress import NOT_STARTED
from dashboards.query import Query, of
from dashboards.style import PUNCTUALITY, Colour, Limits
from exporter.migration.phases import PILOT_SUCCESS
from exporter.migration.schedule import TOLERANCE

NO_PILOT = "No pilot repository: migration.pilot is not configured, or none could be read"
PILOT = Limits(Colour.BAD, ((PILOT_SUCCESS, Colour.GOOD),))
PILOTS = f"min({of('orchex_kilo_pilot_success_ratio')})"
ABOUT_PILOT = About(
    "Pilot repositories that are integrated and whose newest integrated run succeeded, divided by the pilot "
    "repositories that could be read.",
    f">= {PILOT_SUCCESS:.0%}, the exit criterion of the pilot",
    "Find the pilot repository that is not integrated, or whose pipeline is red, on the board CI and git hosts.",
)
SLIP = f"max({of('orchex_kilo_schedule_slip_ratio')})"


def punctuality() -> PanelBuilder:
    look = Look(
        "Schedule",
        About(
            "Whether the current phase is late: its slip divided by the planned time from start to full adoption.",
            ON_PLAN,
            "Late: look what blocks the gate, shorten what is to come, or agree on new dates and configure them.",
        ),
        unit="none",
        empty=NOT_STARTED,
        width=4,
        height=5,
        runbooks=("OrchexKiloPhaseOverdue",),
        words=PUNCTUALITY.codes(),
    )
    return number(look, Query(punctual(SLIP), "schedule"))


def slip() -> PanelBuilder:
    look = Look(
        "Slip",
        About(
            "How much later than planned the current phase began, or would end if it ended now, whichever is more; "
            "below 0 is ahead of the plan.",
            "0; the panel beside it says whether it is still on plan",
            "Late: look what blocks the gate, shorten what is to come, or agree on new dates and configure them.",
        ),
        unit="s",
        empty=NOT_STARTED,
        width=4,
        height=5,
        decimals=1,
        runbooks=("OrchexKiloPhaseOverdue",),
    )
    slip = f"max({of('orchex_kilo_schedule_slip_seconds')})"
    return number(look, Query(slip, "slip"), coloured=False)


def slip_through_time() -> PanelBuilder:
    look = Look(
        "Slip as a share of the plan",
        About(
            "The slip of the current phase divided by the planned time from start to full adoption; below 0 is ahead. "
            f"The dashed lines are ±{TOLERANCE:.0%}.",
            ON_PLAN,
            "When it grows, nothing is done about what blocks the gate: name somebody who does.",
        ),
        unit="percentunit",
        empty=NOT_STARTED,
        height=9,
        runbooks=("OrchexKiloPhaseOverdue",),
        limits=WITHIN,
    )
    return lines(look, Query(SLIP, "slip"), limited=True)


def pilot() -> PanelBuilder:
    look = Look(
        "Pilot success",
        ABOUT_PILOT,
        unit="percentunit",
        empty=NO_PILOT,
        width=4,
        height=5,
        decimals=1,
        limits=PILOT,
    )
    return number(look, Query(PILOTS, "pilot"))


def pilot_through_time() -> PanelBuilder:
    look = Look(
        "Pilot success through time",
        ABOUT_PILOT,
        unit="percentunit",
        empty=NO_PILOT,
        limits=PILOT,
        least=0,
        most=1,
    )
    return lines(look, Query(PILOTS, "pilot"), limited=True)
