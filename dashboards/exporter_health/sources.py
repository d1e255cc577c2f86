"""The sources: which can be read, since when not, and why."""

from __future__ import annotations

from alerts.terms import HOUR
from dashboards.panel import WHOLE, About, Column, Look, PanelBuilder, bars, lines, rows, states
from dashboards.query import RANGE, RATE, Query, of
from dashboards.style import UP, Colour, Words
from exporter.errors import Reason
from exporter.status.words import spaced

FACTS = Words({"0": ("kept", Colour.GOOD), "1": ("DROPPED", Colour.BAD)})
REASON = Words({reason: (spaced(reason), Colour.BAD) for reason in Reason})
FAILURES = "orchex_kilo_source_poll_failures_total"
NO_SOURCE = "No source is configured, or no exporter answers"


def table() -> PanelBuilder:
    look = Look(
        "Sources now",
        About(
            "Each source: whether its last poll succeeded, whether its facts are still kept, for how long it has not "
            "been read, why polls failed most often in the time that is shown and how many did for that reason, when "
            "the next is due, and how many items the last one could not read.",
            "up, facts kept",
            "The exporter's page shows the last error in full. Follow the runbook of what fails.",
        ),
        unit="none",
        empty=NO_SOURCE,
        width=WHOLE,
        height=10,
        runbooks=("OrchexKiloSourceFailing", "OrchexKiloSourceStale", "OrchexKiloNoSourceUp"),
    )
    columns = {
        "source": Column("Source"),
        "kind": Column("Kind"),
        "Value #A": Column("Last poll", words=UP, unit="none"),
        "Value #B": Column("Facts", words=FACTS, unit="none"),
        "Value #C": Column("Last success, age", unit="s"),
        "reason": Column("Failed mostly because", words=REASON),
        "Value #D": Column("So often", unit="none", decimals=0),
        "Value #E": Column("Next poll", unit="dateTimeFromNow"),
        "Value #F": Column("Interval", unit="s"),
        "Value #G": Column("Facts dropped at", unit="s"),
        "Value #H": Column("Unreadable items", unit="short"),
    }
    due = f"{of('orchex_kilo_source_last_attempt_timestamp_seconds')} + {of('orchex_kilo_source_interval_seconds')}"
    exprs = (
        f"min by (source, kind) ({of('orchex_kilo_source_up')})",
        f"max by (source) ({of('orchex_kilo_source_stale')})",
        f"time() - max by (source) ({of('orchex_kilo_source_last_success_timestamp_seconds')})",
        f"topk by (source) (1, sum by (source, reason) (increase({of(FAILURES)}[{RANGE}])) > 0)",
        f"1000 * max by (source) ({due})",
        f"max by (source) ({of('orchex_kilo_source_interval_seconds')})",
        f"max by (source) ({of('orchex_kilo_source_max_age_seconds')})",
        f"max by (source) (sum by (source, instance) ({of('orchex_kilo_source_unreadable_items')}))",
    )
    return rows(look, exprs, columns, by="source")


def up() -> PanelBuilder:
    look = Look(
        "Sources up or down",
        About(
            "Whether the last poll of each source succeeded.",
            "up; a single failed poll is no harm, its facts are kept until they are too old",
            "Down for long: the table above says why. All down at once: the fault is on the exporter's side.",
        ),
        unit="none",
        empty=NO_SOURCE,
        width=WHOLE,
        height=10,
        runbooks=("OrchexKiloSourceFailing", "OrchexKiloNoSourceUp"),
        words=UP.labels(),
    )
    return states(look, Query(f"min by (source) ({of('orchex_kilo_source_up')})", "{{source}}"))


def failures() -> PanelBuilder:
    look = Look(
        "Failed polls by reason",
        About(
            "Polls that failed, at their pace an hour, by the closed set of reasons.",
            "none",
            "unauthorized, forbidden, secret_unreadable: credentials. unreachable, timeout, server_error: network or "
            "the other side. rate_limited: poll less often. ledger, internal: the exporter's log.",
        ),
        unit="short",
        empty=NO_SOURCE,
        height=9,
        runbooks=("OrchexKiloSourceFailing",),
        least=0,
    )
    return lines(look, Query(f"{HOUR} * sum by (reason) (rate({of(FAILURES)}[{RATE}]))", "{{reason}}"), stacked=True)


def unreadable() -> PanelBuilder:
    look = Look(
        "Items that could not be read",
        About(
            "Repositories and the like that the last poll of a source could not read, by reason. They are in no ratio: "
            "not counted as migrated, nor as not migrated.",
            "none",
            "forbidden: the token may not see them. not_found: they are gone or renamed. bad_payload: the log says "
            "what could not be understood.",
        ),
        unit="short",
        empty="No source tells of an item that it could not read",
        height=9,
    )
    expr = f"max by (source, reason) ({of('orchex_kilo_source_unreadable_items')}) > 0"
    return bars(look, Query(expr, "{{source}}: {{reason}}"))


PANELS = (table(), up(), failures(), unreadable())
