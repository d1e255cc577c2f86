"""Changes: how long they take to be merged and deployed, and how many are."""

from __future__ import annotations

from alerts.terms import CRITERIA, DAY
from dashboards.ci_and_git_hosts.chosen import FROM, OWNERS, quantile
from dashboards.panel import THIRD, About, Look, PanelBuilder, lines
from dashboards.query import Query, a_second, of
from dashboards.style import wanted

CYCLE = CRITERIA["cycle_time_reduction"]
MERGED = "vcs_change_lead_time_seconds"
DEPLOYED = "vcs_change_deployment_lead_time_seconds"
HOURLY = "1h"
TARGET = f"none documented as a time; the criterion “{CYCLE.title}” wants {wanted(CYCLE)} against the baseline"


def until_merge() -> PanelBuilder:
    look = Look(
        "Lead time until merge, median",
        About(
            "The time from a change's first commit to its merge into the default branch within which half of the "
            "changes stayed, by host and owner, estimated from the buckets of a histogram. A point is of an hour or "
            "more.",
            TARGET,
            "One owner rises: ask what its reviews wait for. All rise: look at durations and queues above.",
        ),
        unit="s",
        empty="No change was merged",
        width=THIRD,
        least=0,
    )
    return lines(look, Query(quantile(0.5, MERGED), OWNERS), every=HOURLY)


def until_deployment() -> PanelBuilder:
    look = Look(
        "Lead time until deployment, median",
        About(
            "As until the merge, but until the end of the deployment that brought the change to production; of hosts "
            "that tell deployments.",
            TARGET,
            "It rises and the time until merge does not: ask what deployments wait for.",
        ),
        unit="s",
        empty="No deployment of a change was told: only GitHub and GitLab tell them",
        width=THIRD,
        least=0,
    )
    return lines(look, Query(quantile(0.5, DEPLOYED), OWNERS), every=HOURLY)


def counts() -> PanelBuilder:
    look = Look(
        "Merges and deployments a day",
        About(
            "Changes that were merged into default branches, and deployments to production that succeeded, by host, "
            "at their pace a day.",
            "none documented; what is usual",
            "Merges go on but deployments stop: ask who deploys. Both stop on a working day: look at the hosts above.",
        ),
        unit="short",
        empty="No change was merged, none deployed",
        width=THIRD,
        least=0,
    )
    return lines(
        look,
        Query(_daily(f"{MERGED}_count"), "{{source}}: merged"),
        Query(_daily("vcs_deployments_total"), "{{source}}: deployed"),
        every=HOURLY,
    )


def _daily(counter: str) -> str:
    return f"{DAY} * {a_second(of(counter, FROM), 'source')}"


PANELS = (until_merge(), until_deployment(), counts())
