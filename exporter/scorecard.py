"""From the ledger's answers to where the migration stands: criteria, phases, gates, forecast, risks.

Pure: this module says in which order the parts are worked out, and what each of them is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from exporter.answers import AdoptionDay, Operations
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import DAY, Criterion
from exporter.kpis.inputs import Inputs
from exporter.kpis.objectives import budget, burn_rate
from exporter.kpis.ratios import DOCUMENTED_WINDOW, WINDOWS, Share, error_ratio
from exporter.kpis.verdict import Aim, Verdict, judged
from exporter.migration import plan as plans
from exporter.migration import progress as progresses
from exporter.migration.forecast import GOALS, Forecast, forecast
from exporter.migration.gates import Gate, GateState, gate
from exporter.migration.phases import PHASES, Situation
from exporter.migration.plan import Plan, Size
from exporter.migration.progress import Pattern, Progress
from exporter.migration.schedule import Schedule, schedule
from exporter.model import Attestation, Component, Moment, Phase, PhaseDates, Stage
from exporter.risks import RISKS, Assessed, Signals, assess

WINDOW = WINDOWS[DOCUMENTED_WINDOW]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the organisation wants, by its configuration."""

    aims: Mapping[str, Aim] = field(default_factory=dict)
    plan: Plan | None = None
    pilot: tuple[Pattern, ...] = ()
    teams: Mapping[Pattern, str] = field(default_factory=dict)
    required: frozenset[Component] = frozenset(Component)


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned. `inputs` come without what the schedule adds to them."""

    inputs: Inputs
    attestations: tuple[Attestation, ...] = ()
    phases: tuple[PhaseDates, ...] = ()
    reached: Mapping[Phase, Moment] = field(default_factory=dict)
    """When gates were first seen open."""
    up: Mapping[Component, bool] = field(default_factory=dict)
    history: tuple[AdoptionDay, ...] = ()
    last_hour: Operations = field(default_factory=Operations)
    """Of both bridges."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Where the migration stands. Without a plan (`migration.start` is not given) there is no schedule."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Every criterion and companion by key, in the catalogue's order."""
    gates: Mapping[Phase, Gate] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    planned: float | None = None
    """The migrated share that the plan wants by now."""
    schedule: Schedule | None = None
    plans: Mapping[Size, Plan] = field(default_factory=dict)
    """What each documented timeline would mean from the start on; one of them may be the chosen plan."""
    forecasts: tuple[Forecast, ...] = ()
    risks: tuple[Assessed, ...] = ()
    reached: Mapping[Phase, Moment] = field(default_factory=dict)
    """Phases whose gate was first seen open now, to be remembered."""

    @property
    def standings(self) -> dict[str, float]:
        """What each criterion that has a fresh value stands at, to be remembered."""
        return {
            key: each.value for key, each in self.verdicts.items() if each.met is not None and each.value is not None
        }


def scorecard(wanted: Wanted, known: Known) -> Scorecard:
    """The schedule as it was, then criteria, gates, what the open ones mean for the schedule, and risks."""
    now = known.inputs.now
    before = schedule(wanted.plan, known.phases, known.reached, now) if wanted.plan else None
    verdicts = judged(CRITERIA, wanted.aims, _with_schedule(known.inputs, before))
    repositories = known.inputs.repositories
    grouped = progresses.by_team(repositories, wanted.teams)
    progress = Progress(
        progresses.migrated(repositories),
        progresses.pilot(repositories, wanted.pilot),
        tuple(progresses.team_progress(grouped, now - WINDOW)),
        tuple(progresses.remaining(grouped)),
    )
    gates = _gates(wanted, known, verdicts, progress)
    after = _moved_on(before, known, gates) if before else None
    planned = plans.planned_share(wanted.plan, now) if wanted.plan else None
    return Scorecard(
        verdicts=verdicts,
        gates=gates,
        progress=progress,
        planned=planned,
        schedule=after[0] if after else None,
        plans={size: plans.plan(wanted.plan.start, size) for size in Size} if wanted.plan else {},
        forecasts=tuple(_forecast(known.history, now // DAY * DAY, goal) for goal in GOALS),
        risks=_risks(wanted, known, verdicts, progress, after[0] if after else None, planned),
        reached=after[1] if after else {},
    )


def _with_schedule(inputs: Inputs, so_far: Schedule | None) -> Inputs:
    if so_far is None:
        return inputs
    return replace(inputs, phases_on_time=so_far.on_time, phase_deviation=so_far.worst_deviation)


def _gates(wanted: Wanted, known: Known, verdicts: Mapping[str, Verdict], progress: Progress) -> dict[Phase, Gate]:
    situation = Situation(
        verdicts=verdicts,
        progress=progress,
        readings=known.inputs.readings,
        attestations=_newest(known.attestations),
        up=known.up,
        required=wanted.required,
    )
    return {spec.phase: gate(spec, situation) for spec in PHASES}


def _newest(attestations: Iterable[Attestation]) -> dict[tuple[Phase, str], Attestation]:
    """Of several files that attest the same, the newest word."""
    return {(each.phase, each.criterion): each for each in sorted(attestations, key=lambda each: each.at)}


def _moved_on(before: Schedule, known: Known, gates: Mapping[Phase, Gate]) -> tuple[Schedule, dict[Phase, Moment]]:
    """The schedule when each open gate in turn has been passed, and the gates that were."""
    now, passed, current = known.inputs.now, dict[Phase, Moment](), before
    while current.current not in (None, Phase.OPTIMIZATION) and gates[current.current].state is GateState.OPEN:
        passed[current.current] = now
        current = schedule(before.plan, known.phases, {**known.reached, **passed}, now)
    return current, passed


@lru_cache(maxsize=16)
def _forecast(history: tuple[AdoptionDay, ...], today: Moment, goal: float) -> Forecast:
    """Once a day and history is enough."""
    return forecast(history, today, goal)


def _risks(
    wanted: Wanted,
    known: Known,
    verdicts: Mapping[str, Verdict],
    progress: Progress,
    so_far: Schedule | None,
    planned: float | None,
) -> tuple[Assessed, ...]:
    share = progress.migrated.ratio
    stages = [view.stage for view in known.inputs.repositories]
    signals = Signals(
        verdicts=verdicts,
        schedule=so_far,
        bridge_burn=_burn(known.last_hour, verdicts["bridge_success"].criterion),
        adoption_gap=None if planned is None or share is None else planned - share,
        training_gap=_training_gap(wanted.plan, verdicts["training_completion"], known.inputs.now),
        rolled_back=Share(stages.count(Stage.ROLLED_BACK), progress.migrated.whole),
    )
    return tuple(assess(risk, signals) for risk in RISKS)


def _burn(done: Operations, success: Criterion) -> float | None:
    """How many times as fast as the documented target allows the bridges fail."""
    return burn_rate(error_ratio(done), budget(success, success.target))


def _training_gap(plan: Plan | None, training: Verdict, now: Moment) -> float | None:
    """Training is planned to reach its target with the end of the preparation, straight from its beginning."""
    if plan is None or training.met is None or training.value is None:
        return None
    period = plan.phases[Phase.PREPARATION]
    part = (now - period.begin) / period.duration if period.duration else 1.0
    return training.target * min(1.0, max(0.0, part)) - training.value
