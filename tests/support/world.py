"""A snapshot by hand in which every family has a sample, for what is written about snapshots."""

from dataclasses import replace

from exporter.answers import Median, Operations, RepositoryView, Slowdown, SourceView, Standing
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import Criterion
from exporter.kpis.measure import Absence
from exporter.kpis.ratios import Share, Uptime
from exporter.kpis.verdict import State, Verdict
from exporter.migration.findings import Finding, Holding
from exporter.migration.forecast import Forecast, Outlook
from exporter.migration.gates import Gate
from exporter.migration.phases import PHASES, PhaseSpec
from exporter.migration.plan import WEEK, Size, plan
from exporter.migration.progress import UNASSIGNED, Progress, Remaining, Team
from exporter.migration.schedule import PhaseProgress, PhaseState, Schedule
from exporter.model import (
    ActiveRuns,
    BridgeReading,
    Circuit,
    Component,
    Health,
    OrchexReading,
    Phase,
    Probe,
    RateLimit,
    Repository,
    Stage,
    TaskReading,
    Workers,
    Workflow,
)
from exporter.risks import RISKS, Signals, assess
from exporter.scorecard import Scorecard
from exporter.snapshot import ExporterHealth, Indicators, Snapshot, Source, SourceHealth
from exporter.totals import Family

NOW = 1_750_000_000.0
DAY = 86400.0
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
        Family.DEPLOYMENTS: {("acme",): 5.0},
        Family.DEPLOYED: {("acme", "shop"): 1.0},
        Family.DEPLOYED_SECONDS: {("acme", "shop"): 93600.0},
        Family.DEPLOYED_BUCKETS: {("acme", "172800.0"): 1.0},
    }
    repositories = (
        RepositoryView(SHOP, Stage.INTEGRATED, template=True, active_at=NOW, workflow=Workflow.INTEGRATED),
        RepositoryView(Repository("acme", "vault"), Stage.UNKNOWN, template=None),
    )
    active = (ActiveRuns(SHOP, pending=1, executing=2),)
    view = SourceView(NOW - 5, repositories, totals=totals, active=active, workers=(Workers(2, 3, 4),))
    known = {
        "rate_limit": RateLimit(5000, 4990, NOW + 600),
        "token_expires_at": NOW + 86400,
        "requests": {"billed": 7, "not_modified": 80},
        "unreadable": {"forbidden": 1},
        "lag_seconds": 0.25,
    }
    return Source(health("acme", "github", **known), "github", view, hosts=True)


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


KNOWN = {
    "uptime": (State.MET, {"value": 0.99975, "coverage": 0.75}),
    "performance_impact": (State.MET, {"value": 0.0625, "baseline": 300.0}),
    "error_rate": (State.AT_RISK, {"value": 0.0096}),
    "bridge_success": (State.MISSED, {"value": 0.99}),
    "cycle_time_reduction": (State.MET, {"value": 0.375, "baseline": 160000.0}),
    "compliance_violation_reduction": (State.MISSED, {"value": 0.5, "baseline": 0.25}),
    "template_adoption": (State.MET, {"value": 1.0, "coverage": 0.5}),
    "cost_savings": (State.NO_DATA, {"absence": Absence.NO_BASELINE, "remedy": "Give migration.baselines.cost."}),
    "training_completion": (State.STALE, {"value": 0.875, "at": NOW - 60 * DAY}),
    "user_satisfaction": (State.MET, {"value": 0.9, "target": 0.8, "at": NOW - 9 * DAY}),
    "workflow_adoption": (State.MISSED, {"value": 0.5}),
    "support_ticket_reduction": (State.NO_DATA, {"absence": Absence.NO_OBSERVATIONS, "coverage": 0.0}),
    "bridge_latency": (State.MET, {"value": 0.125}),
}
"""Every state there is. Companions that are not named have no source."""
TRENDS = {"uptime": (Standing(NOW - DAY, 0.9995), Standing(NOW - 60.5, 0.99975)), "gone": (Standing(NOW - DAY, 7.0),)}
"""One of them is of a criterion that there is no more."""
SLOWER = Slowdown(Median(1.0625, 900, 1), without_baseline=1)
JUDGED = {State.MET: True, State.AT_RISK: True, State.MISSED: False}


def verdict(criterion: Criterion) -> Verdict:
    nothing = (State.NO_DATA, {"absence": Absence.NO_SOURCE, "remedy": "Tell it in a feed."})
    state, known = KNOWN.get(criterion.key, nothing)
    found = {"at": NOW - 5, "coverage": 1.0} if "value" in known else {}
    usual = {"target": criterion.target, "margin": criterion.margin, "owner": criterion.owner}
    return Verdict(criterion, state=state, met=JUDGED.get(state), **{**usual, **found, **known})


def gate(spec: PhaseSpec) -> Gate:
    """The first two are open, the pilot is blocked by one criterion, of the rest nothing is known."""
    passed = spec.phase in (Phase.ASSESSMENT, Phase.PREPARATION)
    usual = Finding(Holding.MET, "by hand") if passed else Finding(Holding.UNKNOWN, "nobody attests it")
    findings = {criterion.key: usual for criterion in spec.exit_criteria}
    if spec.phase is Phase.PILOT:
        findings[spec.exit_criteria[0].key] = Finding(Holding.UNMET, "75% of 4 repositories")
    return Gate(spec.phase, findings)


def schedule() -> Schedule:
    """A medium organisation in the eighth of its weeks, two days late."""
    chosen = plan(NOW - 7.5 * WEEK, Size.MEDIUM)
    phases = {phase: PhaseProgress(phase, PhaseState.PENDING, period) for phase, period in chosen.phases.items()}
    begin, middle, late = chosen.start, chosen.start + 3 * WEEK, chosen.start + 6 * WEEK + 2 * DAY
    first, second, third = (chosen.phases[phase] for phase in (Phase.ASSESSMENT, Phase.PREPARATION, Phase.PILOT))
    past = {
        Phase.ASSESSMENT: PhaseProgress(Phase.ASSESSMENT, PhaseState.DONE, first, begin, middle, 0.0),
        Phase.PREPARATION: PhaseProgress(Phase.PREPARATION, PhaseState.DONE, second, middle, late, 2 / 21),
        Phase.PILOT: PhaseProgress(Phase.PILOT, PhaseState.CURRENT, third, late),
    }
    return Schedule(chosen, Phase.PILOT, {**phases, **past}, 2 * DAY, Share(2, 2))


def remaining() -> tuple[Remaining, ...]:
    """As the teams count them."""

    def left(name: str, *, stage: Stage = Stage.LEGACY, template: bool | None = False) -> RepositoryView:
        return RepositoryView(Repository("acme", name), stage, template, source="acme")

    front = replace(left("web", template=True), workflow=Workflow.LEGACY)
    attic = (left(f"attic-{number}") for number in range(4))
    vault = left("vault", stage=Stage.UNKNOWN, template=None)
    return Remaining(front, "web"), *(Remaining(view, UNASSIGNED) for view in (*attic, vault))


def scorecard() -> Scorecard:
    verdicts = {criterion.key: verdict(criterion) for criterion in CRITERIA}
    going = schedule()
    web = Team("web", {Stage.INTEGRATED: 3, Stage.LEGACY: 1}, Share(3, 4), Share(4, 4), Share(3, 3))
    others = Team(UNASSIGNED, {Stage.LEGACY: 4, Stage.UNKNOWN: 1}, Share(0, 4, 1), Share(1, 4, 1), Share(0, 2))
    signals = Signals(verdicts, going, bridge_burn=1.0, adoption_gap=0.125, rolled_back=Share(0, 8))
    return Scorecard(
        verdicts=verdicts,
        gates={spec.phase: gate(spec) for spec in PHASES},
        progress=Progress(Share(3, 8, 1), Share(3, 4), (web, others), remaining()),
        planned=0.5,
        schedule=going,
        plans={size: plan(going.plan.start, size) for size in Size},
        forecasts=(
            Forecast(0.8, Outlook.FORECAST, 40, NOW + 50 * DAY, NOW + 40 * DAY, NOW + 70 * DAY),
            Forecast(1.0, Outlook.FORECAST, 40, NOW + 80 * DAY, NOW + 60 * DAY),
        ),
        risks=tuple(assess(risk, signals) for risk in RISKS),
    )


def snapshot() -> Snapshot:
    sources = {source.health.name: source for source in (host(), bridges(), failing(), orchex())}
    indicators = Indicators(
        uptime={"30d": Uptime(75, 25, 100)},
        system_up=False,
        operations={"30d": Operations(1000, 8)},
        bridges={(K2A, "30d"): Operations(100, 1), (A2K, "30d"): Operations(), (None, "30d"): Operations(100, 1)},
        slowdown={"1h": Slowdown(without_baseline=1), "24h": Slowdown(Median(0.75, 3, 1)), "30d": SLOWER},
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
    return Snapshot(NOW, sources, indicators, scorecard(), itself, pipelines=True, trends=TRENDS)
