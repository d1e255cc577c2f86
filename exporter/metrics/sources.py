"""How the exporter fares with each source. These series stay when a source's facts are dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from exporter.errors import Reason
from exporter.metrics.declare import Samples, Summed, counter, gauge, summary
from exporter.snapshot import Snapshot, SourceHealth

SOURCE = ("source",)
ITEM_REASONS = (Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.REJECTED, Reason.BAD_PAYLOAD, Reason.SERVER_ERROR)
"""The reasons that end the reading of one item alone; the others end the poll."""
OUTCOMES = ("billed", "not_modified", "throttled", "failed")


def _each(snapshot: Snapshot, value: Callable[[SourceHealth], float | None]) -> Samples:
    for health in snapshot.healths():
        number = value(health)
        if number is not None:
            yield (health.name,), number


def _by_word(snapshot: Snapshot, words: Iterable[str], counts: Callable[[SourceHealth], Mapping[str, int]]) -> Samples:
    for health in snapshot.healths():
        found = counts(health)
        for word in words:
            yield (health.name, word), found.get(word, 0)


@gauge(
    "orchex_kilo_source_up",
    "1 if the source's last poll succeeded, else 0. Absent before its first.",
    labels=(*SOURCE, "kind"),
)
def up(snapshot: Snapshot) -> Samples:
    for health in snapshot.healths():
        if health.up is not None:
            yield (health.name, health.kind), float(health.up)


@gauge(
    "orchex_kilo_source_stale",
    "1 if the source's facts are older than its max_age and were dropped, else 0.",
    labels=SOURCE,
)
def stale(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: float(health.stale(snapshot.taken_at)))


@gauge(
    "orchex_kilo_source_last_success_timestamp_seconds",
    "When the source was last read without failure, Unix time.",
    labels=SOURCE,
)
def last_success(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.last_success_at)


@gauge(
    "orchex_kilo_source_last_attempt_timestamp_seconds", "When the source's last poll ended, Unix time.", labels=SOURCE
)
def last_attempt(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.last_attempt_at)


@gauge("orchex_kilo_source_interval_seconds", "Configured time between two polls.", labels=SOURCE)
def interval(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.interval)


@gauge(
    "orchex_kilo_source_max_age_seconds",
    "Age of the last success at which the source's facts are dropped.",
    labels=SOURCE,
)
def max_age(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.max_age)


@summary(
    "orchex_kilo_source_poll_duration_seconds", "Duration of the source's polls, failed ones included.", labels=SOURCE
)
def polls(snapshot: Snapshot) -> Samples:
    for health in snapshot.healths():
        yield (health.name,), Summed(health.polls, health.poll_seconds)


@gauge("orchex_kilo_source_last_poll_duration_seconds", "Duration of the source's last poll.", labels=SOURCE)
def last_poll(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.last_poll_seconds if health.polls else None)


@counter("orchex_kilo_source_poll_failures_total", "Polls that failed, by reason.", labels=(*SOURCE, "reason"))
def failures(snapshot: Snapshot) -> Samples:
    return _by_word(snapshot, Reason, lambda health: health.failures)


@gauge(
    "orchex_kilo_source_unreadable_items",
    "Items that the last poll could not read, by reason.",
    labels=(*SOURCE, "reason"),
)
def unreadable(snapshot: Snapshot) -> Samples:
    return _by_word(snapshot, ITEM_REASONS, lambda health: health.unreadable)


@counter(
    "orchex_kilo_source_requests_total",
    "Requests sent to the source, retries too, by outcome: billed, not_modified (304), throttled, failed.",
    labels=(*SOURCE, "outcome"),
)
def requests(snapshot: Snapshot) -> Samples:
    return _by_word(snapshot, OUTCOMES, lambda health: health.requests)


@gauge("orchex_kilo_source_rate_limit", "Requests that the source allows in its period, as it says.", labels=SOURCE)
def rate_limit(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.rate_limit.limit if health.rate_limit else None)


@gauge("orchex_kilo_source_rate_limit_remaining", "Requests left in the source's period, as it says.", labels=SOURCE)
def rate_limit_remaining(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.rate_limit.remaining if health.rate_limit else None)


@gauge(
    "orchex_kilo_source_rate_limit_reset_timestamp_seconds", "When the source's period ends, Unix time.", labels=SOURCE
)
def rate_limit_reset(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.rate_limit.reset_at if health.rate_limit else None)


@gauge(
    "orchex_kilo_source_token_expiry_timestamp_seconds",
    "When the source's token expires, Unix time, where it says.",
    labels=SOURCE,
)
def token_expiry(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.token_expires_at)


@gauge(
    "orchex_kilo_source_scheduler_lag_seconds",
    "How late after its due moment the source's last poll began.",
    labels=SOURCE,
)
def lag(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.lag_seconds if health.polls else None)


@counter(
    "orchex_kilo_source_missed_polls_total", "Polls that were due while the previous one still ran.", labels=SOURCE
)
def missed(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.missed)


@counter(
    "orchex_kilo_source_coalesced_polls_total", "Overdue polls that were made up for by a single one.", labels=SOURCE
)
def coalesced(snapshot: Snapshot) -> Samples:
    return _each(snapshot, lambda health: health.coalesced)
