"""What the exporter costs its sources: requests, what is left of their limits, and tokens that expire."""

from __future__ import annotations

from alerts.health import EXPIRING, SPENT
from alerts.terms import DAY
from dashboards.exporter_health.sources import NO_SOURCE
from dashboards.panel import About, Column, Look, PanelBuilder, lines, number, rows
from dashboards.query import RATE, Query, of
from dashboards.style import Colour, Limits

LEFT = Limits(Colour.BAD, ((SPENT, Colour.GOOD),))
NO_LIMIT = "No source tells of a rate limit"
REMAINING = "orchex_kilo_source_rate_limit_remaining"
ALLOWED = "orchex_kilo_source_rate_limit"
SHARE = f"min by (source) ({of(REMAINING)} / {of(ALLOWED)})"


def outcomes() -> PanelBuilder:
    look = Look(
        "Requests by outcome",
        About(
            "Requests a second that the exporter sent to its sources, retries too. not_modified is not billed by "
            "most hosts; throttled was turned away by a rate limit.",
            "none documented; no throttled ones, few failed ones",
            "throttled: lengthen intervals or ask for a higher limit. failed: the row on sources says which and why.",
        ),
        unit="reqps",
        empty=NO_SOURCE,
        least=0,
    )
    expr = f"sum by (outcome) (rate({of('orchex_kilo_source_requests_total')}[{RATE}]))"
    return lines(look, Query(expr, "{{outcome}}"), stacked=True)


def by_source() -> PanelBuilder:
    look = Look(
        "Billed requests by source",
        About(
            "Requests a second that count against each source's rate limit.",
            "none documented; what the provider's budget says, see the README",
            "A source that costs more than before has more repositories or more changes, or lost what it had noted.",
        ),
        unit="reqps",
        empty=NO_SOURCE,
        runbooks=("OrchexKiloRateLimitNearlySpent",),
        least=0,
    )
    expr = f"sum by (source) (rate({of('orchex_kilo_source_requests_total', outcome='billed')}[{RATE}]))"
    return lines(look, Query(expr, "{{source}}"))


def left() -> PanelBuilder:
    look = Look(
        "Rate limit left",
        About(
            "Share of each source's rate limit that is left in its present period, as the source tells.",
            f"above {SPENT:.0%}, the dashed line, unless the period is nearly over",
            "When none is left the source is not read until the period ends: lengthen its interval.",
        ),
        unit="percentunit",
        empty=NO_LIMIT,
        width=10,
        runbooks=("OrchexKiloRateLimitNearlySpent",),
        limits=LEFT,
        least=0,
        most=1,
    )
    return lines(look, Query(SHARE, "{{source}}"), limited=True)


def limits() -> PanelBuilder:
    look = Look(
        "Rate limits now",
        About(
            "What each source allows in its period, what is left of it, and when the next period begins.",
            f"above {SPENT:.0%} left",
            "Other users of the same token or address spend from the same limit.",
        ),
        unit="short",
        empty=NO_LIMIT,
        width=8,
        runbooks=("OrchexKiloRateLimitNearlySpent",),
    )
    columns = {
        "source": Column("Source"),
        "Value #A": Column("Left", unit="percentunit", limits=LEFT),
        "Value #B": Column("Requests left", unit="short"),
        "Value #C": Column("Of", unit="short"),
        "Value #D": Column("Begins anew", unit="dateTimeFromNow"),
    }
    exprs = (
        SHARE,
        f"min by (source) ({of(REMAINING)})",
        f"min by (source) ({of(ALLOWED)})",
        f"1000 * max by (source) ({of('orchex_kilo_source_rate_limit_reset_timestamp_seconds')})",
    )
    return rows(look, exprs, columns, by="source")


def tokens() -> PanelBuilder:
    look = Look(
        "Tokens expire in",
        About(
            "Time until the token of a source expires, where the source tells; below 0 it has expired.",
            f"more than {EXPIRING // DAY} days",
            "Renew it and replace its file: it is read at every poll, no restart is needed.",
        ),
        unit="s",
        empty="No source tells when its token expires",
        width=6,
        runbooks=("OrchexKiloTokenExpiring",),
        limits=Limits(Colour.BAD, ((0.0, Colour.CAREFUL), (EXPIRING, Colour.GOOD))),
    )
    expr = f"min by (source) ({of('orchex_kilo_source_token_expiry_timestamp_seconds')}) - time()"
    return number(look, Query(expr, "{{source}}"))


PANELS = (outcomes(), by_source(), left(), limits(), tokens())
