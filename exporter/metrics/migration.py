"""The migration: how far it is, its phases and gates, its plan, and when it will be complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporter.kpis.ratios import Share
from exporter.metrics.declare import Samples, gauge, states
from exporter.migration.findings import Holding
from exporter.migration.forecast import Forecast, Outlook
from exporter.migration.gates import GateState
from exporter.migration.plan import TIMELINES, WEEK, Period, Size
from exporter.migration.schedule import PhaseProgress, PhaseState, Schedule
from exporter.model import Moment, Stage
from exporter.snapshot import Snapshot

PHASE = ("phase",)
PLANNED = ("size", "phase")


def _share(share: Share) -> Samples:
    if share.ratio is not None:
        yield (), share.ratio


def _phases(snapshot: Snapshot, number: Callable[[PhaseProgress], float | None]) -> Samples:
    schedule = snapshot.scorecard.schedule
    for phase, progress in schedule.phases.items() if schedule else ():
        found = number(progress)
        if found is not None:
            yield (phase,), found


def _underway(snapshot: Snapshot, number: Callable[[Schedule], float]) -> Samples:
    schedule = snapshot.scorecard.schedule
    if schedule is not None and schedule.current is not None:
        yield (), number(schedule)


def _periods(snapshot: Snapshot, moment: Callable[[Period], Moment | None]) -> Samples:
    for size, plan in snapshot.scorecard.plans.items():
        for phase, period in plan.phases.items():
            found = moment(period)
            if found is not None:
                yield (size, phase), found


@gauge(
    "orchex_kilo_migrated_ratio",
    "Integrated repositories divided by repositories that use either tool. Those that could not be read are in "
    "neither.",
)
def migrated(snapshot: Snapshot) -> Samples:
    return _share(snapshot.scorecard.progress.migrated)


@gauge(
    "orchex_kilo_migration_coverage_ratio",
    "Share of the repositories in orchex_kilo_migrated_ratio, and of those that could not be read, that could be read.",
)
def coverage(snapshot: Snapshot) -> Samples:
    share = snapshot.scorecard.progress.migrated
    return _share(Share(share.whole, share.whole + share.unknown))


@gauge(
    "orchex_kilo_pilot_success_ratio",
    "Pilot repositories that are integrated and whose newest integrated run succeeded divided by pilot repositories "
    "that could be read.",
)
def pilot(snapshot: Snapshot) -> Samples:
    return _share(snapshot.scorecard.progress.pilot)


@gauge("orchex_kilo_planned_migrated_ratio", "Share of repositories that the plan wants migrated by now.")
def planned(snapshot: Snapshot) -> Samples:
    if snapshot.scorecard.planned is not None:
        yield (), snapshot.scorecard.planned


@gauge("orchex_kilo_migration_start_timestamp_seconds", "When the migration starts, as configured, Unix time.")
def start(snapshot: Snapshot) -> Samples:
    if snapshot.scorecard.schedule is not None:
        yield (), snapshot.scorecard.schedule.plan.start


@gauge(
    "orchex_kilo_phase_state",
    "Where the phase stands, 1 for its state. Absent without a configured start.",
    labels=(*PHASE, "state"),
)
def phase_state(snapshot: Snapshot) -> Samples:
    schedule = snapshot.scorecard.schedule
    for phase, progress in schedule.phases.items() if schedule else ():
        yield from states(PhaseState, progress.state, (phase,))


@gauge(
    "orchex_kilo_phase_planned_start_timestamp_seconds", "When the phase is planned to begin, Unix time.", labels=PHASE
)
def planned_start(snapshot: Snapshot) -> Samples:
    return _phases(snapshot, lambda progress: progress.planned.begin)


@gauge(
    "orchex_kilo_phase_planned_end_timestamp_seconds",
    "When the phase is planned to end, Unix time. Absent for a phase without end.",
    labels=PHASE,
)
def planned_end(snapshot: Snapshot) -> Samples:
    return _phases(snapshot, lambda progress: progress.planned.end)


@gauge("orchex_kilo_phase_started_timestamp_seconds", "When the phase really began, Unix time.", labels=PHASE)
def started(snapshot: Snapshot) -> Samples:
    return _phases(snapshot, lambda progress: progress.started_at)


@gauge("orchex_kilo_phase_ended_timestamp_seconds", "When the phase really ended, Unix time.", labels=PHASE)
def ended(snapshot: Snapshot) -> Samples:
    return _phases(snapshot, lambda progress: progress.ended_at)


@gauge(
    "orchex_kilo_phase_duration_deviation_ratio",
    "Real minus planned duration of the phase, divided by the planned one; below 0 is faster. Given for ended phases, "
    "and for the current one once it lasts longer than planned.",
    labels=PHASE,
)
def deviation(snapshot: Snapshot) -> Samples:
    return _phases(snapshot, lambda progress: progress.deviation)


@gauge(
    "orchex_kilo_phase_criterion_state",
    "Whether the exit criterion of the phase holds, 1 for its state.",
    labels=(*PHASE, "criterion", "state"),
)
def criterion_state(snapshot: Snapshot) -> Samples:
    for phase, gate in snapshot.scorecard.gates.items():
        for key, finding in gate.findings.items():
            yield from states(Holding, finding.holding, (phase, key))


@gauge(
    "orchex_kilo_gate_state",
    "Whether the phase may be left, 1 for its state: open, blocked by a criterion that does not hold, or unknown.",
    labels=(*PHASE, "state"),
)
def gate_state(snapshot: Snapshot) -> Samples:
    for phase, gate in snapshot.scorecard.gates.items():
        yield from states(GateState, gate.state, (phase,))


@gauge(
    "orchex_kilo_gate_blockers",
    "Exit criteria of the phase that do not hold; those that are not known are not among them.",
    labels=PHASE,
)
def blockers(snapshot: Snapshot) -> Samples:
    for phase, gate in snapshot.scorecard.gates.items():
        yield (phase,), len(gate.blockers)


@gauge(
    "orchex_kilo_schedule_slip_seconds",
    "How late the current phase is; below 0 is ahead of plan. Absent before the start.",
)
def slip(snapshot: Snapshot) -> Samples:
    return _underway(snapshot, lambda schedule: schedule.slip)


@gauge(
    "orchex_kilo_schedule_slip_ratio",
    "The slip divided by the planned time from start to full adoption; below 0 is ahead of plan. Absent before the "
    "start.",
)
def slip_ratio(snapshot: Snapshot) -> Samples:
    return _underway(snapshot, lambda schedule: schedule.slip_ratio)


@gauge(
    "orchex_kilo_plan_chosen",
    "1 for the organisation's size, whose documented timeline the plan follows where no other dates are given, else 0.",
    labels=("size",),
)
def chosen(snapshot: Snapshot) -> Samples:
    schedule = snapshot.scorecard.schedule
    if schedule is not None:
        yield from (((size,), float(size is schedule.plan.size)) for size in Size)


@gauge(
    "orchex_kilo_plan_duration_seconds",
    "Documented duration of the whole migration by size of the organisation: its least and its most.",
    labels=("size", "bound"),
)
def durations(snapshot: Snapshot) -> Samples:
    for size in snapshot.scorecard.plans:
        yield (size, "least"), TIMELINES[size].least * WEEK
        yield (size, "most"), TIMELINES[size].most * WEEK


@gauge(
    "orchex_kilo_plan_phase_start_timestamp_seconds",
    "When the phase would begin by the documented timeline of each size of organisation, Unix time.",
    labels=PLANNED,
)
def plan_starts(snapshot: Snapshot) -> Samples:
    return _periods(snapshot, lambda period: period.begin)


@gauge(
    "orchex_kilo_plan_phase_end_timestamp_seconds",
    "When the phase would end by the documented timeline of each size of organisation, Unix time. Absent for a phase "
    "without end.",
    labels=PLANNED,
)
def plan_ends(snapshot: Snapshot) -> Samples:
    return _periods(snapshot, lambda period: period.end)


@gauge(
    "orchex_kilo_forecast_state",
    "What can be said of the day when the goal, a migrated share of repositories, is reached: 1 for its state.",
    labels=("goal", "state"),
)
def forecast_state(snapshot: Snapshot) -> Samples:
    for forecast in snapshot.scorecard.forecasts:
        yield from states(Outlook, forecast.outlook, (_goal(forecast),))


@gauge(
    "orchex_kilo_forecast_timestamp_seconds",
    "When the goal, a migrated share of repositories, will be reached if it goes on as so far, Unix time: "
    "expected, and the earliest and latest that 8 of 10 simulated futures lie between. Absent unless the state is "
    "forecast.",
    labels=("goal", "bound"),
)
def forecasts(snapshot: Snapshot) -> Samples:
    for forecast in snapshot.scorecard.forecasts:
        for bound, moment in _bounds(forecast):
            if moment is not None:
                yield (_goal(forecast), bound), moment


def _goal(forecast: Forecast) -> str:
    return f"{forecast.goal:g}"


def _bounds(forecast: Forecast) -> Iterator[tuple[str, Moment | None]]:
    yield "earliest", forecast.earliest
    yield "expected", forecast.expected
    yield "latest", forecast.latest


@gauge(
    "orchex_kilo_team_migrated_ratio",
    "As orchex_kilo_migrated_ratio, by team. Only with configured teams.",
    labels=("team",),
)
def team_migrated(snapshot: Snapshot) -> Samples:
    for team in snapshot.scorecard.progress.teams:
        yield from (((team.name,), value) for _, value in _share(team.migrated))


@gauge(
    "orchex_kilo_team_repositories",
    "The team's repositories by migration stage; unknown could not be read. Only with configured teams.",
    labels=("team", "stage"),
)
def team_repositories(snapshot: Snapshot) -> Samples:
    for team in snapshot.scorecard.progress.teams:
        yield from (((team.name, stage), team.stages.get(stage, 0)) for stage in Stage)
