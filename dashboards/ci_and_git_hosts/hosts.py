"""Whether the CI systems and git hosts themselves can be read."""

from __future__ import annotations

from alerts.health import SPENT
from dashboards.ci_and_git_hosts.chosen import FROM, HOSTS, of_hosts
from dashboards.panel import About, Column, Look, PanelBuilder, rows, states
from dashboards.query import Query, of, once
from dashboards.style import UP, Colour, Limits, Words

NONE = "No CI system or git host is polled"
RUNBOOKS = ("OrchexKiloSourceFailing", "OrchexKiloSourceStale", "OrchexKiloRateLimitNearlySpent")
KEPT = Words({"0": ("shown", Colour.GOOD), "1": ("DROPPED, too old", Colour.BAD)})


def health() -> PanelBuilder:
    look = Look(
        "Hosts now",
        About(
            "Every CI system and git host as the exporter reads it: whether its last poll succeeded, when one last "
            "did, whether its facts are still shown, how many repositories are in scope, how many items could not be "
            "read, and what is left of the requests that it allows.",
            f"none documented; up, facts shown, nothing unreadable, more than {SPENT:.0%} of the requests left",
            "A host is down: follow the runbook. All that it tells below is as old as its last success.",
        ),
        unit="none",
        empty=NONE,
        width=14,
        runbooks=RUNBOOKS,
    )
    left = f"{of('orchex_kilo_source_rate_limit_remaining')} / {of('orchex_kilo_source_rate_limit')}"
    exprs = (
        f"min by (source, kind) ({HOSTS})",
        f"1000 * max by (source) (\n  {of_hosts(of('orchex_kilo_source_last_success_timestamp_seconds'))}\n)",
        f"max by (source) (\n  {of_hosts(of('orchex_kilo_source_stale'))}\n)",
        once(of("orchex_kilo_repositories", FROM), "source"),
        once(of_hosts(of("orchex_kilo_source_unreadable_items")), "source"),
        f"min by (source) (\n  {of_hosts(left)}\n)",
    )
    columns = {
        "source": Column("Source"),
        "kind": Column("Kind", width=90),
        "Value #A": Column("State", "none", words=UP, width=80),
        "Value #B": Column("Last success", "dateTimeFromNow", width=140),
        "Value #C": Column("Facts", "none", words=KEPT, width=130),
        "Value #D": Column("Repositories", "none", width=110),
        "Value #E": Column("Unreadable", "none", width=100),
        "Value #F": Column(
            "Requests left",
            "percentunit",
            width=120,
            limits=Limits(Colour.BAD, ((SPENT, Colour.GOOD),)),
            decimals=0,
            empty="not told",
        ),
    }
    return rows(look, exprs, columns, by="source")


def through_time() -> PanelBuilder:
    look = Look(
        "Hosts through time",
        About(
            "Whether the last poll of each CI system and git host succeeded.",
            "none documented; up",
            "Where a host was down, the figures below stand still, and go once they are too old: follow the runbook.",
        ),
        unit="none",
        empty=NONE,
        width=10,
        runbooks=RUNBOOKS,
        words=UP.labels(),
    )
    return states(look, Query(f"min by (source) ({HOSTS})", "{{source}}"))


PANELS = (health(), through_time())
