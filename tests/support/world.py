"""A snapshot by hand in which every family has a sample, for what is written about snapshots."""

from exporter.answers import Operations, RepositoryView, SourceView
from exporter.kpis.ratios import Share, Uptime
from exporter.model import (
    ActiveRuns,
    BridgeReading,
    Circuit,
    Component,
    Health,
    OrchexReading,
    Probe,
    RateLimit,
    Repository,
    Stage,
    TaskReading,
    Workflow,
)
from exporter.snapshot import ExporterHealth, Indicators, Snapshot, Source, SourceHealth
from exporter.totals import Family

NOW = 1_750_000_000.0
SHOP = Repository("acme", "shop")
K2A, A2K = Component.K2A, Component.A2K


def health(name: str, kind: str, **known: object) -> SourceHealth:
    usual = {"up": True, "last_success_at": NOW - 5, "last_attempt_at": NOW - 5, "polls": 4, "poll_seconds": 2.0}
    return SourceHealth(name=name, kind=kind, interval=30.0, max_age=300.0, **{**usual, **known})


def host() -> Source:
    run = ("acme", "shop", "ci")
    totals = {
        Family.RUNS: {(*run, "success"): 3.0, (*run, "failure"): 1.0, (*run, "error"): 0.0},
        Family.RUN_SECONDS: {(*run, "success"): 90.0, (*run, "failure"): 50.0, (*run, "error"): 0.0},
        Family.RUN_BUCKETS: {("acme", "ci", "success", "30.0"): 3.0, ("acme", "ci", "failure", "60.0"): 1.0},
        Family.RUN_OWNER_SECONDS: {("acme", "ci", "success"): 90.0, ("acme", "ci", "failure"): 50.0},
        Family.QUEUED_RUNS: {("acme", "ci"): 4.0},
        Family.QUEUED_SECONDS: {("acme", "ci"): 8.0},
        Family.WORKFLOW_RUNS: {("integrated", "success"): 3.0, ("integrated", "failure"): 1.0},
        Family.CHANGES: {("acme", "shop"): 2.0},
        Family.LEAD_SECONDS: {("acme", "shop"): 90000.0},
        Family.LEAD_BUCKETS: {("acme", "86400.0"): 2.0},
    }
    repositories = (
        RepositoryView(SHOP, Stage.INTEGRATED, template=True, active_at=NOW, workflow=Workflow.INTEGRATED),
        RepositoryView(Repository("acme", "vault"), Stage.UNKNOWN, template=None),
    )
    view = SourceView(NOW - 5, repositories, totals, active=(ActiveRuns(SHOP, pending=1, executing=2),))
    known = {
        "rate_limit": RateLimit(5000, 4990, NOW + 600),
        "token_expires_at": NOW + 86400,
        "requests": {"billed": 7, "not_modified": 80},
        "unreadable": {"forbidden": 1},
        "lag_seconds": 0.25,
    }
    return Source(health("acme", "github", **known), "github", view)


def bridges() -> Source:
    reading = BridgeReading(
        K2A,
        active=True,
        health=Health.HEALTHY,
        version="2.1.0",
        events=100,
        errors=1,
        last_event_at=NOW - 9,
        circuit=Circuit.CLOSED,
        queue_depth=2,
        avg_response=0.125,
        validations=40,
        templates_served=20,
        cache_hit_ratio=0.75,
    )
    totals = {
        Family.BRIDGE_OPERATIONS: {("k2a",): 100.0},
        Family.BRIDGE_ERRORS: {("k2a",): 1.0},
        Family.BRIDGE_VALIDATIONS: {("k2a",): 40.0},
        Family.BRIDGE_TEMPLATES: {("k2a",): 20.0},
    }
    probes = (Probe(K2A, Health.HEALTHY), Probe(A2K, Health.DEGRADED))
    return Source(
        health("bridges", "bridge"), view=SourceView(NOW - 5, totals=totals, probes=probes, bridges=(reading,))
    )


def orchex() -> Source:
    load = OrchexReading(3, 1, 0.5, 12.5, 0.25, 0.0078125, {"healthy": 5}, {"router": Health.HEALTHY})
    view = SourceView(
        NOW - 5,
        probes=(Probe(Component.ORCHEX, Health.HEALTHY, 0.0625, "3.0.0"),),
        tasks=(TaskReading("1h", 400, 2),),
        orchex=(load,),
    )
    return Source(health("orchex", "orchex"), view=view)


def failing() -> Source:
    known = {"up": False, "error": "timeout", "failures": {"timeout": 2}, "last_success_at": None, "missed": 1}
    return Source(health("kilo", "kilo", coalesced=3, **known))


def snapshot() -> Snapshot:
    sources = {source.health.name: source for source in (host(), bridges(), failing(), orchex())}
    indicators = Indicators(
        uptime={"30d": Uptime(75, 25, 100)},
        operations={"30d": Operations(1000, 8)},
        bridges={(K2A, "30d"): Operations(100, 1), (A2K, "30d"): Operations(), (None, "30d"): Operations(100, 1)},
        template_adoption=Share(1, 1, 1),
        workflow_adoption=Share(1, 2),
    )
    itself = ExporterHealth(
        config_loaded_at=NOW - 60,
        config_reloads={"failure": 1},
        scrapes=10,
        scrape_seconds=0.5,
        scrape_bytes=20480,
        render_seconds=0.0625,
        ledger_seconds=0.03125,
    )
    return Snapshot(NOW, sources, indicators, itself, pipelines=True)
