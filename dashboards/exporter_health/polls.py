"""Whether polls take place when they are due, and how long they take."""

from __future__ import annotations

from alerts.health import MISSED_ALWAYS, MISSED_SHARE
from alerts.terms import MINUTE
from dashboards.exporter_health.sources import NO_SOURCE
from dashboards.panel import About, Look, PanelBuilder, lines
from dashboards.query import RATE, Query, of

NOT_YET = "No source has been polled yet, or no exporter answers"
MISSED = "orchex_kilo_source_missed_polls_total"
COALESCED = "orchex_kilo_source_coalesced_polls_total"


def polls() -> PanelBuilder:
    look = Look(
        "Polls a minute",
        About(
            "Polls a minute of each source, failed ones included.",
            "as often as configured: a minute divided by the source's interval",
            "Fewer than that: look at duration and lag beside and below.",
        ),
        unit="opm",
        empty=NOT_YET,
        runbooks=("OrchexKiloPollsMissed",),
        least=0,
    )
    count = of("orchex_kilo_source_poll_duration_seconds_count")
    return lines(look, Query(f"{MINUTE} * sum by (source) (rate({count}[{RATE}]))", "{{source}}"))


def duration() -> PanelBuilder:
    look = Look(
        "Poll duration",
        About(
            "How long the last poll of each source took.",
            "none documented; well below the source's interval",
            "Longer than the interval: polls fall out. Look whether the source answers slowly, or poll less often.",
        ),
        unit="s",
        empty=NOT_YET,
        runbooks=("OrchexKiloPollsMissed",),
        least=0,
    )
    return lines(look, Query(f"max by (source) ({of('orchex_kilo_source_last_poll_duration_seconds')})", "{{source}}"))


def lag() -> PanelBuilder:
    look = Look(
        "Scheduler lag",
        About(
            "How late after its due moment the last poll of each source began.",
            "none documented; below a second",
            "If it grows for all sources, the exporter has too little processor time, or polls wait for one another.",
        ),
        unit="s",
        empty=NOT_YET,
        runbooks=("OrchexKiloPollsMissed",),
        least=0,
    )
    return lines(look, Query(f"max by (source) ({of('orchex_kilo_source_scheduler_lag_seconds')})", "{{source}}"))


def fallen_out() -> PanelBuilder:
    look = Look(
        "Missed and coalesced polls",
        About(
            "Polls that were due while the one before still ran (missed), and overdue ones that a single one made up "
            "for (coalesced), in the time between two points.",
            f"none documented; the alert fires beyond {MISSED_SHARE:.0%} of an hour's polls and more than "
            f"{MISSED_ALWAYS}",
            "missed: polls take longer than the interval. coalesced: the exporter stood still or had no time.",
        ),
        unit="short",
        empty=NO_SOURCE,
        runbooks=("OrchexKiloPollsMissed",),
        least=0,
    )
    return lines(
        look,
        Query(f"sum by (source) (increase({of(MISSED)}[{RATE}]))", "{{source}}: missed"),
        Query(f"sum by (source) (increase({of(COALESCED)}[{RATE}]))", "{{source}}: coalesced"),
    )


PANELS = (polls(), duration(), lag(), fallen_out())
