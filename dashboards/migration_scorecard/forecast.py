"""When the goals will be reached, and how late that is."""

from __future__ import annotations

from alerts.criteria import DUE
from dashboards.panel import About, Look, PanelBuilder, lines, number
from dashboards.progress import DAY, last_day
from dashboards.query import Query, coded, of
from dashboards.style import OUTLOOK, PHASE_TITLES
from exporter.migration.forecast import GOALS, HORIZON, LEAST
from exporter.migration.plan import COMPLETE

PLANNED_END = "orchex_kilo_phase_planned_end_timestamp_seconds"
FORECAST = "orchex_kilo_forecast_timestamp_seconds"
ON_LATE = ("OrchexKiloForecastOffTrack",)


def reached(goal: float) -> PanelBuilder:
    """The expected day, or in words why there is none."""
    key, due = f"{goal:g}", DUE[goal]
    look = Look(
        f"{goal:.0%} migrated",
        About(
            f"The day when {goal:.0%} of the repositories are migrated if it goes on as so far: expected, and the "
            f"earliest and latest that 8 of 10 simulated futures lie between; needs {LEAST} days of history and looks "
            f"{HORIZON} days ahead.",
            f"the planned end of {PHASE_TITLES.meaning[due][0]}, the last of the dates",
            "Later than planned: look which teams have not begun, and what blocks the gate.",
        ),
        unit=DAY,
        empty="Nothing can be forecast: no exporter is scraped",
        width=4,
        height=6,
        runbooks=ON_LATE,
        words=OUTLOOK.codes(),
    )
    outlook = coded("orchex_kilo_forecast_state", OUTLOOK.meaning, [], goal=key)
    return number(
        look,
        Query(f"max({of(FORECAST, goal=key, bound='expected')}) * 1000\nor\n{outlook}", "expected"),
        Query(f"min({of(FORECAST, goal=key, bound='earliest')}) * 1000", "earliest"),
        Query(f"max({of(FORECAST, goal=key, bound='latest')}) * 1000", "latest"),
        Query(last_day(f"max({of(PLANNED_END, phase=due)})"), "planned"),
    )


def lateness() -> PanelBuilder:
    look = Look(
        "Forecast after the planned day",
        About(
            "How much later than planned the goals are reached if it goes on as so far; below 0 is earlier. Between "
            "earliest and latest lie 8 of 10 simulated futures.",
            "0 or less: the planned end of Expansion and of Full Adoption",
            "If even the earliest day is late, more of the same does not help: name teams that begin now.",
        ),
        unit="s",
        empty=f"No day can be forecast: fewer than {LEAST} days of history, no progress, or all is reached",
        runbooks=ON_LATE,
    )
    told = [(goal, "expected") for goal in GOALS] + [(COMPLETE, "earliest"), (COMPLETE, "latest")]
    return lines(
        look,
        *(
            Query(
                f"max({of(FORECAST, goal=f'{goal:g}', bound=bound)}) - max({of(PLANNED_END, phase=DUE[goal])})",
                f"{goal:.0%}, {bound}",
            )
            for goal, bound in told
        ),
    )
