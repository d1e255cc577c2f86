"""The exporter's own health: whether it answers, reads its sources, and publishes what it read.

It judges the exporter alone. What the exporter says of bridges, components and criteria is judged in the other modules.
"""

from __future__ import annotations

from alerts.rule import Alert, Group, Severity
from alerts.terms import DAY, HOUR, MINUTE, Terms, number
from exporter.snapshot import REFRESH_INTERVAL

KEPT = 5 * MINUTE
"""A page outlives a single good evaluation: one that comes and goes wakes somebody more than once."""
BAD_INTERVALS = 2.5
"""After so many intervals without a success a second poll has failed, however the jitter of a tenth fell."""
SPENT = 0.1
"""Share of the rate limit that is left when it counts as nearly spent."""
MISSED_SHARE = 0.1
"""Share of the polls due that may fall out before the figures suffer."""
MISSED_ALWAYS = 3
"""So many may fall out of any source's hour: a tenth of a few polls is less than one."""
SLOW_SCRAPE = 5
"""Seconds: half of Prometheus' own default time-out. It is measured, not waited for, so no scale shortens it."""
EXPIRING = 14 * DAY
"""A token that is left so long can be renewed without haste, by whoever is there."""
RESTARTS = 2
"""A new version, and the way back from it, are two in an hour."""
OLD_SNAPSHOT = 20 * REFRESH_INTERVAL
"""Seconds: twenty refreshes that did not take place. The exporter's own clock keeps them, so no scale shortens it."""


def groups(terms: Terms) -> tuple[Group, ...]:
    return (
        Group("orchex-kilo-exporter", tuple(alert(terms) for alert in EXPORTER)),
        Group("orchex-kilo-sources", tuple(alert(terms) for alert in SOURCES)),
    )


def exporter_down(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloExporterDown",
        expr=f'up{{job="{terms.job}"}} == 0',
        severity=Severity.PAGE,
        lasting=5 * MINUTE,
        kept=KEPT,
        summary="The exporter at {{ $labels.instance }} does not answer",
        description=(
            "Prometheus cannot scrape {{ $labels.instance }} (job {{ $labels.job }}). "
            "Nothing is known of what it watches, and the alerts that rest on it are silent."
        ),
    )


def exporter_absent(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloExporterAbsent",
        expr=f'absent(up{{job="{terms.job}"}})',
        severity=Severity.PAGE,
        lasting=10 * MINUTE,
        kept=KEPT,
        summary="Prometheus has no exporter to scrape (job {{ $labels.job }})",
        description=(
            "The job {{ $labels.job }} has no target at all: it left the configuration, or discovery finds none. "
            "Every alert about the integration is silent."
        ),
    )


def snapshot_old(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloSnapshotOld",
        expr=f"time() - orchex_kilo_exporter_snapshot_timestamp_seconds > {number(OLD_SNAPSHOT)}",
        severity=Severity.PAGE,
        lasting=5 * MINUTE,
        kept=KEPT,
        summary="The exporter at {{ $labels.instance }} publishes old values",
        description=(
            "What it publishes was put together {{ $value | humanizeDuration }} ago; "
            f"it is made anew every {number(REFRESH_INTERVAL)} s. "
            "Whatever it says may have changed since, and alerts that rest on it may be silent."
        ),
    )


def reload_failed(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloReloadFailed",
        expr="orchex_kilo_exporter_config_last_reload_successful == 0",
        severity=Severity.TICKET,
        lasting=5 * MINUTE,
        summary="The exporter at {{ $labels.instance }} refused its configuration",
        description=(
            "The last configuration that it was told to load was refused, and the one before it stays in use. "
            "Its log names each fault."
        ),
    )


def series_cut(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloSeriesCut",
        expr="sum by (job, instance, limit) (orchex_kilo_exporter_series_cut) > 0",
        severity=Severity.TICKET,
        lasting=15 * MINUTE,
        summary="Series are cut at {{ $labels.instance }} (cap {{ $labels.limit }})",
        description=(
            "The cap {{ $labels.limit }} keeps {{ $value }} series out of what {{ $labels.instance }} publishes: "
            "some repositories or sources are not shown whole. "
            "orchex_kilo_exporter_series_cut names the families."
        ),
    )


def scrape_slow(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloScrapeSlow",
        expr=f'avg_over_time(scrape_duration_seconds{{job="{terms.job}"}}[{terms.span(15 * MINUTE)}]) > {SLOW_SCRAPE}',
        severity=Severity.TICKET,
        lasting=5 * MINUTE,
        summary="Scrapes of the exporter at {{ $labels.instance }} are slow",
        description=(
            f"A scrape takes {{{{ $value | humanizeDuration }}}} on average, more than {SLOW_SCRAPE} s. "
            "At the scrape's time-out (10 s by default) it fails, and counts as down."
        ),
    )


def restarting(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloRestarting",
        expr=f'changes(process_start_time_seconds{{job="{terms.job}"}}[{terms.span(HOUR)}]) > {RESTARTS}',
        severity=Severity.TICKET,
        summary="The exporter at {{ $labels.instance }} keeps restarting",
        description=(
            f"It was started anew {{{{ $value }}}} times in the last {terms.span(HOUR)}, more than {RESTARTS} times. "
            "Counts go on where they stood, but the time in which it did not run is not observed."
        ),
    )


def watchdog(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloWatchdog",
        expr="vector(1)",
        severity=Severity.NONE,
        summary="Alerts get through",
        description=(
            "This alert always fires: while it arrives, the way from Prometheus over Alertmanager is open. "
            "What receives it must raise the alarm when it stops."
        ),
    )


def no_source_up(_: Terms) -> Alert:
    # The scorecard is a file that lies beside the exporter: it reads well when the whole network is gone.
    return Alert(
        name="OrchexKiloNoSourceUp",
        expr='max by (job, instance) (orchex_kilo_source_up{kind!="scorecard"}) == 0',
        severity=Severity.PAGE,
        lasting=10 * MINUTE,
        kept=KEPT,
        summary="The exporter at {{ $labels.instance }} can read none of its sources",
        description=(
            "It answers, but the last poll of each of its sources failed (scorecards aside). "
            "Most likely the fault is on its own side: network, DNS, proxy, ledger, or credentials."
        ),
    )


def source_failing(_: Terms) -> Alert:
    # A source that never succeeded has no last success: `unless` lets it through.
    return Alert(
        name="OrchexKiloSourceFailing",
        expr=f"""\
orchex_kilo_source_up == 0
unless on (job, instance, source)
  time() - orchex_kilo_source_last_success_timestamp_seconds
    < {number(BAD_INTERVALS)} * orchex_kilo_source_interval_seconds
""",
        severity=Severity.TICKET,
        lasting=15 * MINUTE,
        # A restart takes the series away until the first poll has ended.
        kept=15 * MINUTE,
        summary="Source {{ $labels.source }} ({{ $labels.kind }}) cannot be read",
        description=(
            "At {{ $labels.instance }} the last poll of {{ $labels.source }} failed, "
            f"and none succeeded for {number(BAD_INTERVALS)} intervals. "
            "Its last good facts are shown until they reach its max_age, then they go. "
            "The exporter's page names the reason."
        ),
    )


def source_stale(_: Terms) -> Alert:
    return Alert(
        name="OrchexKiloSourceStale",
        expr="orchex_kilo_source_stale == 1",
        severity=Severity.TICKET,
        lasting=5 * MINUTE,
        summary="The facts of source {{ $labels.source }} are too old and were dropped",
        description=(
            "At {{ $labels.instance }} the last success of {{ $labels.source }} is older than its max_age. "
            "What only this source tells is unknown, and alerts that rest on it are silent."
        ),
    )


def rate_limit_nearly_spent(terms: Terms) -> Alert:
    # Little is left near the end of every well-used period: only time that is left as well makes it a fault.
    return Alert(
        name="OrchexKiloRateLimitNearlySpent",
        expr=f"""\
orchex_kilo_source_rate_limit_remaining / orchex_kilo_source_rate_limit < {number(SPENT)}
and
  orchex_kilo_source_rate_limit_reset_timestamp_seconds - time() > {terms.seconds(5 * MINUTE)}
""",
        severity=Severity.TICKET,
        lasting=5 * MINUTE,
        # As long as the usual period: one ticket, not one for each hour of the day.
        kept=HOUR,
        summary="Source {{ $labels.source }} has little left of its rate limit",
        description=(
            "At {{ $labels.instance }} {{ $value | humanizePercentage }} of the requests "
            f"to {{{{ $labels.source }}}} are left, less than {SPENT:.0%}, "
            f"and it is more than {terms.span(5 * MINUTE)} until there are new ones. "
            "When none is left, the source is not read until then."
        ),
    )


def token_expiring(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloTokenExpiring",
        expr=f"orchex_kilo_source_token_expiry_timestamp_seconds - time() < {terms.seconds(EXPIRING)}",
        severity=Severity.TICKET,
        lasting=HOUR,
        summary="The token of source {{ $labels.source }} expires soon, or has expired",
        description=(
            "At {{ $labels.instance }} the token of {{ $labels.source }} has {{ $value | humanizeDuration }} left "
            f"(below zero: it has expired), less than {terms.span(EXPIRING)}. Then the source cannot be read."
        ),
    )


def polls_missed(terms: Terms) -> Alert:
    return Alert(
        name="OrchexKiloPollsMissed",
        expr=f"""\
increase(orchex_kilo_source_missed_polls_total[{terms.span(HOUR)}])
  + increase(orchex_kilo_source_coalesced_polls_total[{terms.span(HOUR)}])
> clamp_min({number(MISSED_SHARE)} * {terms.seconds(HOUR)} / orchex_kilo_source_interval_seconds, {MISSED_ALWAYS})
""",
        severity=Severity.TICKET,
        lasting=15 * MINUTE,
        summary="Polls of source {{ $labels.source }} do not take place",
        description=(
            'At {{ $labels.instance }} {{ $value | printf "%.0f" }} polls of {{ $labels.source }} '
            f"did not take place in the last {terms.span(HOUR)}: more than {MISSED_SHARE:.0%} of those due, "
            f"and more than {MISSED_ALWAYS}. Polls take longer than the interval, or the exporter had no time for them."
        ),
    )


EXPORTER = (
    exporter_down,
    exporter_absent,
    snapshot_old,
    reload_failed,
    series_cut,
    scrape_slow,
    restarting,
    watchdog,
)
SOURCES = (
    no_source_up,
    source_failing,
    source_stale,
    rate_limit_nearly_spent,
    token_expiring,
    polls_missed,
)
