"""Facts by hand: everything has a usual value, a test says only what it is about."""

from collections import Counter
from dataclasses import replace

from exporter.model import (
    BridgeReading,
    Change,
    Component,
    Deployment,
    Evidence,
    Health,
    Probe,
    Repository,
    RepositoryState,
    Result,
    Run,
    Workflow,
)
from exporter.totals import of_change, of_run

NOW = 1_750_000_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SHOP = Repository("acme", "shop")
WEB = Repository("acme/front", "web")
INTEGRATED = Evidence(integrated_config=True, integrated_workflow=True, template=True)
LEGACY = Evidence(legacy_config=True)


def run(run_id="1", **changes):
    """A good run of a minute that ended now; times given as `ended` move with it."""
    ended = changes.pop("ended", NOW)
    usual = Run(
        repository=SHOP,
        pipeline="ci",
        run_id=run_id,
        attempt=1,
        result=Result.SUCCESS,
        workflow=Workflow.INTEGRATED,
        default_branch=True,
        created_at=ended - 64,
        started_at=ended - 60,
        finished_at=ended,
    )
    return replace(usual, **changes)


def change(change_id="1", **changes):
    merged = changes.pop("merged", NOW)
    return replace(Change(SHOP, change_id, merged - 7200, merged - 3600, merged), **changes)


def deployment(deployment_id="1", **changes):
    """One of two minutes that ended now; times given as `ended` move with it."""
    ended = changes.pop("ended", NOW)
    return replace(Deployment(SHOP, deployment_id, ended - 120, ended), **changes)


def probe(component=Component.ORCHEX, *, up=True):
    return Probe(component, Health.HEALTHY if up else Health.UNHEALTHY, 0.25, "1.2")


def bridge(which=Component.K2A, health=Health.HEALTHY, **said):
    return BridgeReading(which, active=True, health=health, **said)


def state(evidence, repository=SHOP):
    return RepositoryState(repository, evidence)


def sums(*facts):
    """What these runs and changes add up to, in the shape of a view's totals."""
    amounts = Counter()
    for fact in facts:
        for family, labels, amount in of_run(fact) if isinstance(fact, Run) else of_change(fact):
            amounts[family, labels] += amount
    families = {}
    for (family, labels), amount in amounts.items():
        families.setdefault(family, {})[labels] = amount
    return families
