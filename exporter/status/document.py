"""The document: a snapshot as a `Status`, and the JSON Schema that it follows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from exporter.answers import Standing
from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State, Verdict
from exporter.migration.forecast import LEAST, Forecast
from exporter.migration.gates import Gate
from exporter.migration.phases import PHASES, PhaseSpec
from exporter.migration.plan import TIMELINES, Timeline
from exporter.migration.progress import Remaining, Team
from exporter.model import Moment
from exporter.risks import Assessed
from exporter.scorecard import Scorecard
from exporter.snapshot import Snapshot, SourceHealth
from exporter.status import live, shape
from exporter.status.shape import Range, Status
from exporter.status.written import known, moment, share

MOST = 120
"""Points of a trend."""


def document(snapshot: Snapshot, version: str) -> Status:
    """All of the scorecard as of the snapshot's moment; `version` is the exporter's."""
    card = snapshot.scorecard
    criteria = tuple(
        _criterion(verdict, snapshot.trends.get(key, ()), snapshot.taken_at) for key, verdict in card.verdicts.items()
    )
    return Status(
        schema_version=shape.VERSION,
        taken_at=moment(snapshot.taken_at),
        exporter=shape.Exporter(version=version),
        summary=_summary([each.state for each in criteria if each.tier is Tier.CRITERION]),
        criteria=criteria,
        objectives=tuple(live.objectives(snapshot)),
        components=tuple(live.components(snapshot)),
        bridges=tuple(live.bridges(snapshot)),
        migration=_migration(card),
        risks=tuple(_risk(assessed) for assessed in card.risks),
        sources=tuple(_source(health, snapshot.taken_at) for health in snapshot.healths()),
    )


def schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | Status.model_json_schema(mode="serialization")


def _summary(states: list[State]) -> shape.Summary:
    count = Counter(states)
    return shape.Summary(**{state.value: count[state] for state in State}, ok=not count[State.MISSED])


def _criterion(verdict: Verdict, trend: Sequence[Standing], now: Moment) -> shape.Criterion:
    criterion = verdict.criterion
    return shape.Criterion(
        key=criterion.key,
        title=criterion.title,
        tier=criterion.tier,
        category=criterion.category,
        value=verdict.value,
        unit=criterion.unit,
        comparison=criterion.comparison,
        target=verdict.target,
        documented_target=criterion.target,
        margin=verdict.margin,
        state=verdict.state,
        met=verdict.met,
        coverage=verdict.coverage,
        baseline=verdict.baseline,
        at=known(verdict.at),
        age_seconds=None if verdict.at is None else max(0.0, now - verdict.at),
        absence=verdict.absence,
        remedy=verdict.remedy or None,
        owner=verdict.owner,
        words=criterion.words,
        window=criterion.window,
        trend=tuple(shape.TrendPoint(at=moment(each.at), value=each.value) for each in _thinned(trend)),
    )


def _thinned(trend: Sequence[Standing]) -> Sequence[Standing]:
    """So many as a picture of it shows, from the first to the last: each nth, so that old ones stay the sparser."""
    last, gaps = len(trend) - 1, MOST - 1
    return trend if len(trend) <= MOST else [trend[number * last // gaps] for number in range(MOST)]


def _migration(card: Scorecard) -> shape.Migration:
    schedule = card.schedule
    return shape.Migration(
        start=moment(schedule.plan.start) if schedule else None,
        size=schedule.plan.size if schedule else None,
        current=schedule.current if schedule else None,
        planned_end=moment(schedule.plan.end) if schedule else None,
        slip_seconds=schedule.slip if schedule else None,
        slip_ratio=schedule.slip_ratio if schedule else None,
        on_plan=schedule.on_plan if schedule else None,
        migrated=share(card.progress.migrated),
        planned_ratio=card.planned,
        pilot=share(card.progress.pilot),
        phases=tuple(_phase(spec, card) for spec in PHASES if spec.phase in card.gates),
        sizes=tuple(_size(timeline, card) for timeline in TIMELINES.values()),
        forecasts=tuple(_forecast(forecast) for forecast in card.forecasts),
        teams=tuple(_team(team) for team in card.progress.teams),
        remaining=tuple(_repository(left) for left in card.progress.remaining),
    )


def _team(team: Team) -> shape.TeamStatus:
    return shape.TeamStatus(
        team=team.name,
        migrated=share(team.migrated),
        template_adoption=share(team.template_adoption),
        workflow_adoption=share(team.workflow_adoption),
    )


def _repository(left: Remaining) -> shape.RepositoryStatus:
    view = left.view
    return shape.RepositoryStatus(
        name=str(view.repository),
        source=view.source,
        team=left.team,
        stage=view.stage,
        template=view.template,
        workflow=view.workflow,
    )


def _phase(spec: PhaseSpec, card: Scorecard) -> shape.PhaseStatus:
    progress = card.schedule.phases[spec.phase] if card.schedule else None
    return shape.PhaseStatus(
        phase=spec.phase,
        title=spec.title,
        state=progress.state if progress else None,
        planned_begin=moment(progress.planned.begin) if progress else None,
        planned_end=known(progress.planned.end) if progress else None,
        started=known(progress.started_at) if progress else None,
        ended=known(progress.ended_at) if progress else None,
        deviation=progress.deviation if progress else None,
        gate=_gate(spec, card.gates[spec.phase]),
    )


def _gate(spec: PhaseSpec, gate: Gate) -> shape.Gate:
    criteria = tuple(
        shape.ExitCriterion(
            key=criterion.key,
            words=criterion.words,
            holding=gate.findings[criterion.key].holding,
            because=gate.findings[criterion.key].because,
        )
        for criterion in spec.exit_criteria
    )
    return shape.Gate(state=gate.state, blockers=gate.blockers, criteria=criteria)


def _size(timeline: Timeline, card: Scorecard) -> shape.SizeStatus:
    plan = card.plans.get(timeline.size)
    return shape.SizeStatus(
        size=timeline.size,
        words=timeline.words,
        developers=_range(*timeline.developers),
        people=_range(*timeline.people),
        weeks=_range(timeline.least, timeline.most),
        phases=tuple(
            shape.Weeks(phase=phase, first=first, last=last) for phase, (first, last) in timeline.weeks.items()
        ),
        end=moment(plan.end) if plan else None,
        chosen=card.schedule is not None and card.schedule.plan.size is timeline.size,
    )


def _range(least: int, most: int | None) -> Range:
    return Range(least=least, most=most)


def _forecast(forecast: Forecast) -> shape.ForecastStatus:
    return shape.ForecastStatus(
        goal=forecast.goal,
        outlook=forecast.outlook,
        expected=known(forecast.expected),
        earliest=known(forecast.earliest),
        latest=known(forecast.latest),
        days=forecast.days,
        days_needed=LEAST,
    )


def _risk(assessed: Assessed) -> shape.RiskStatus:
    risk = assessed.risk
    return shape.RiskStatus(
        key=risk.key,
        title=risk.title,
        likelihood=assessed.likelihood,
        impact=risk.impact,
        level=assessed.level,
        documented_likelihood=risk.likelihood,
        documented_level=assessed.documented_level,
        driver=assessed.driver,
        signals=tuple(
            shape.Signal(key=signal.key, words=signal.words, value=assessed.values.get(signal.key))
            for signal in risk.signals
        ),
        mitigation=risk.mitigation,
    )


def _source(health: SourceHealth, now: Moment) -> shape.SourceStatus:
    return shape.SourceStatus(
        name=health.name,
        kind=health.kind,
        up=health.up,
        last_success=known(health.last_success_at),
        stale=health.stale(now),
        unreadable=sum(health.unreadable.values()),
        error=health.error,
        detail=health.error_detail,
        interval_seconds=health.interval,
        max_age_seconds=health.max_age,
        next_poll=known(health.next_poll_at),
        polls=health.polls,
        failures=dict(sorted(health.failures.items())),
    )
