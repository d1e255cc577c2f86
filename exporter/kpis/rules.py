"""How each criterion is computed: one pure function each, whose docstring is its reference.

A docstring's first paragraph gives the formula and the unit; what follows, what is excluded and what
the coverage means. Reductions are computed as (baseline − now) ÷ baseline, so that 85 against 100 is
0.15 and not a little more. What is not known is `Missing`, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from exporter.answers import CycleEnd, Operations
from exporter.kpis import ratios
from exporter.kpis.inputs import Events, Inputs, Level, Seen
from exporter.kpis.measure import Absence, Measure, Missing, Outcome
from exporter.kpis.quantities import QUANTITIES
from exporter.kpis.ratios import Share
from exporter.model import BRIDGES, Moment, Reading, Seconds, Stage

Rule: TypeAlias = Callable[[Inputs], Outcome]

WEEK: Seconds = ratios.WINDOWS["7d"]
WINDOW: Seconds = ratios.WINDOWS[ratios.DOCUMENTED_WINDOW]
MEASURABLE = (Level.RUN_DURATION, Level.CYCLE_TIME)
"""The levels that `backfill` can measure; the others must be given."""
_NO_CYCLE = {
    CycleEnd.MERGED: "wait for a change that is merged into an integrated repository",
    CycleEnd.DEPLOYED: "let sources tell deployments (`environments`), and wait for one of an integrated repository",
}
"""What would bring a change whose cycle has ended."""
NO_PHASE_ENDED = "give migration.start, and wait for the end of a phase"


def uptime(inputs: Inputs) -> Outcome:
    """up ÷ (up + down), in seconds of the window; a ratio.

    A moment is up when every required component was seen healthy by every source that reports it, and
    down when any was seen not healthy. Excluded: all other time, also while the exporter was down.
    Coverage: the observed share of the window.
    """
    at = _seen(inputs, Seen.PROBES)
    if at is None:
        return _no_source("add sources that report ORCHEX, KILO and both bridges")
    if inputs.uptime.ratio is None:
        return _nothing_seen("every required component needs a source that reports it, polled at least twice")
    return Measure(inputs.uptime.ratio, at, inputs.uptime.coverage)


def performance_impact(inputs: Inputs) -> Outcome:
    """median of (run's duration ÷ its own repository's baseline) − 1; a relative change, faster is negative.

    Over the integrated runs of the window that succeeded. Excluded: other results, and runs of
    repositories without a baseline. Coverage: repositories with a baseline ÷ repositories with such runs.
    """
    at = _seen(inputs, Seen.RUNS)
    if at is None:
        return _no_source("add a source that tells pipeline runs")
    ratio, without = inputs.slowdown.ratio, inputs.slowdown.without_baseline
    if ratio is not None:
        coverage = ratio.repositories / (ratio.repositories + without)
        return Measure(ratio.value - 1, at, coverage, _baseline(inputs, Level.RUN_DURATION))
    if without:
        return _no_baseline(Level.RUN_DURATION)
    return _nothing_seen("wait for an integrated run that succeeds")


def error_rate(inputs: Inputs) -> Outcome:
    """failed ÷ all operations of the window; a ratio.

    Operations are those of both bridges, ORCHEX tasks, and integrated runs, of which error and timeout
    failed. Excluded: skipped runs and unknown results; a failing test is an operation that succeeded.
    Coverage: the share of these four that any source tells.
    """
    every = [(Seen.BRIDGES, inputs.bridges.get(bridge)) for bridge in BRIDGES]
    every += [(Seen.TASKS, inputs.tasks), (Seen.RUNS, inputs.runs)]
    told = [(kind, done) for kind, done in every if done is not None and kind in inputs.seen_at]
    at = _seen(inputs, *(kind for kind, _ in told))
    if at is None:
        return _no_source("add sources that report the bridges, ORCHEX tasks or pipeline runs")
    ratio = ratios.error_ratio(_together(done for _, done in told))
    if ratio is None:
        return _nothing_seen("wait for operations: there were none in the window")
    return Measure(ratio, at, len(told) / len(every))


def bridge_success(inputs: Inputs) -> Outcome:
    """successful ÷ all operations of both bridges in the window; a ratio.

    Every operation weighs the same. Excluded: what a bridge did before it was first observed; a restart
    takes nothing back. Coverage: the share of the two bridges that is reported.
    """
    at = _seen(inputs, Seen.BRIDGES)
    if at is None or not inputs.bridges:
        return _no_source("add a source that reports the bridges")
    ratio = ratios.success_ratio(_together(inputs.bridges.values()))
    if ratio is None:
        return _nothing_seen("wait for operations: the bridges had none in the window")
    return Measure(ratio, at, len(inputs.bridges) / len(BRIDGES))


def bridge_latency(inputs: Inputs) -> Outcome:
    """the larger of the bridges' own average response times; seconds.

    Excluded: a bridge that does not tell its average. Coverage: the share of the two that do.
    """
    at = _seen(inputs, Seen.BRIDGES)
    if at is None:
        return _no_source("add a source that reports the bridges")
    if not inputs.latencies:
        return _nothing_seen("let a bridge report its average response time (avgResponseTime)")
    return Measure(max(inputs.latencies.values()), at, len(inputs.latencies) / len(BRIDGES))


def cycle_time_reduction(inputs: Inputs) -> Outcome:
    """1 − median lead time ÷ baseline median; a relative change.

    Lead time is from a change's first commit to its merge, or with `migration.cycle_time_until: deployed` to
    the end of the deployment that brought it to production. Over the changes for which that end lies in the
    window, and that were merged into repositories while these were integrated. Excluded: all other changes,
    and a measured baseline of cycles with the other end. Coverage: 1.
    """
    at = _seen(inputs, Seen.CHANGES)
    if at is None:
        return _no_source("add a source that tells merged changes (a git host)")
    if inputs.lead_time is None:
        return _nothing_seen(_NO_CYCLE[inputs.cycle_until])
    baseline = inputs.baselines.get(Level.CYCLE_TIME)
    if baseline is not None and baseline.until not in (None, inputs.cycle_until):
        return _other_cycles(baseline.until, inputs.cycle_until)
    return _reduction(inputs, Level.CYCLE_TIME, inputs.lead_time.value, at)


def compliance_violation_reduction(inputs: Inputs) -> Outcome:
    """1 − violations per repository and week ÷ baseline rate; a relative change.

    The reading `violations_per_week` wins; without it, each operation of K2A, a governance event, is a
    violation, per observed week. Both ÷ all repositories in scope. Excluded: events before K2A was first
    observed. Coverage: the reading's, or the observed share of the window.
    """
    reading = inputs.readings.get("violations_per_week")
    if reading is not None:
        return _violations(inputs, reading.value, reading.at, _covered(reading))
    at = _seen(inputs, Seen.BRIDGES, Seen.REPOSITORIES)
    if at is None or inputs.violations is None:
        return _no_source("let a feed tell `violations_per_week`, or add sources for K2A and for repositories")
    if inputs.violations.seconds <= 0:
        return _nothing_seen("wait for the second look at K2A")
    observed = min(1.0, inputs.violations.seconds / WINDOW)
    return _violations(inputs, _per_week(inputs.violations), at, observed)


def template_adoption(inputs: Inputs) -> Outcome:
    """repositories that use a KILO template ÷ repositories in scope that could be read; a ratio.

    Excluded: repositories that could not be read. Coverage: those that could ÷ all in scope.
    """
    at = _seen(inputs, Seen.REPOSITORIES)
    if at is None:
        return _no_source("add a source that lists repositories (a git host)")
    share = ratios.template_adoption(inputs.repositories)
    if share.ratio is None:
        return _nothing_seen("let its source read a repository: none in scope could be read")
    return Measure(share.ratio, at, _coverage(share))


def cost_savings(inputs: Inputs) -> Outcome:
    """1 − current cost ÷ baseline cost; a relative change.

    The reading `cost_savings` wins where it comes ready made; else from the reading `cost`. Excluded: older
    readings. Coverage: the reading's, 1 where it gives none.
    """
    return _saved(inputs, "cost_savings", "cost", Level.COST)


def workflow_adoption(inputs: Inputs) -> Outcome:
    """repositories on the integrated workflow ÷ repositories with CI activity in the window; a ratio.

    A repository is on it when its newest default-branch run of either tool's workflow executed the
    integrated one. Excluded: repositories without a run in the window. Coverage: repositories whose stage
    could be read ÷ all in scope.
    """
    at = _seen(inputs, Seen.REPOSITORIES, Seen.RUNS)
    if at is None:
        return _no_source("add a source that lists repositories and tells their runs (a git host)")
    ratio = ratios.workflow_adoption(inputs.repositories, inputs.now - WINDOW).ratio
    if ratio is None:
        return _nothing_seen("wait for a run: no repository in scope had one in the window")
    read = sum(1 for view in inputs.repositories if view.stage is not Stage.UNKNOWN)
    return Measure(ratio, at, read / len(inputs.repositories))


def support_ticket_reduction(inputs: Inputs) -> Outcome:
    """1 − support tickets per week ÷ baseline; a relative change.

    The reading `support_ticket_reduction` wins where it comes ready made; else from the reading
    `tickets_per_week`. Excluded: older readings. Coverage: the reading's, 1 where it gives none.
    """
    return _saved(inputs, "support_ticket_reduction", "tickets_per_week", Level.TICKETS)


def milestones_on_time(inputs: Inputs) -> Outcome:
    """phases that ended on time ÷ phases that ended; a ratio.

    On time is no later than planned, plus the tolerance of the schedule. Excluded: phases that have not
    ended. Coverage: 1.
    """
    if inputs.phases_on_time.ratio is None:
        return _nothing_seen(NO_PHASE_ENDED)
    return Measure(inputs.phases_on_time.ratio, inputs.now, _coverage(inputs.phases_on_time))


def phase_duration(inputs: Inputs) -> Outcome:
    """the largest |real − planned| ÷ planned duration of a phase; a relative change, never negative.

    Excluded: phases that have not ended. Coverage: 1.
    """
    if inputs.phase_deviation is None:
        return _nothing_seen(NO_PHASE_ENDED)
    return Measure(inputs.phase_deviation, inputs.now)


def told(quantity: str) -> Rule:
    """The rule of a criterion whose value only a feed can tell: its newest reading."""

    def rule(inputs: Inputs) -> Outcome:
        reading = inputs.readings.get(quantity)
        return _no_source(f"let a feed tell `{quantity}`") if reading is None else _as_told(reading)

    known = QUANTITIES[quantity]
    rule.__name__ = quantity
    rule.__doc__ = (
        f"{known.meaning}, as the newest reading `{quantity}` tells it; unit: {known.unit}.\n\n"
        "Excluded: older readings. Coverage: the reading's, 1 where it gives none."
    )
    return rule


def _seen(inputs: Inputs, *kinds: Seen) -> Moment | None:
    """The oldest moment of these observations; None when one of them is told by no source."""
    if not kinds or any(kind not in inputs.seen_at for kind in kinds):
        return None
    return min(inputs.seen_at[kind] for kind in kinds)


def _together(parts: Iterable[Operations]) -> Operations:
    return sum(parts, Operations())


def _per_week(events: Events) -> float:
    return events.count * WEEK / events.seconds


def _coverage(share: Share) -> float:
    """Those that could be judged ÷ all."""
    return share.whole / (share.whole + share.unknown)


def _covered(reading: Reading) -> float:
    return 1.0 if reading.coverage is None else reading.coverage


def _as_told(reading: Reading) -> Measure:
    return Measure(reading.value, reading.at, _covered(reading))


def _saved(inputs: Inputs, ready_made: str, quantity: str, level: Level) -> Outcome:
    """The ready-made reading, or what another one has fallen by since the baseline."""
    if ready_made in inputs.readings:
        return _as_told(inputs.readings[ready_made])
    reading = inputs.readings.get(quantity)
    if reading is None:
        return _no_source(f"let a feed tell `{ready_made}`, or `{quantity}` with migration.baselines.{level}")
    return _reduction(inputs, level, reading.value, reading.at, _covered(reading))


def _violations(inputs: Inputs, per_week: float, at: Moment, coverage: float) -> Outcome:
    """The reduction, from the violations of a week in all repositories in scope."""
    if not inputs.repositories:
        return _nothing_seen("add a source that lists repositories (a git host): none is in scope")
    return _reduction(inputs, Level.VIOLATIONS, per_week / len(inputs.repositories), at, coverage)


def _reduction(inputs: Inputs, level: Level, value: float, at: Moment, coverage: float = 1.0) -> Outcome:
    baseline = _baseline(inputs, level)
    if baseline is None:
        return _no_baseline(level)
    return Measure((baseline - value) / baseline, at, coverage, baseline)


def _baseline(inputs: Inputs, level: Level) -> float | None:
    """A level of 0 or below cannot be compared with, so it is none."""
    baseline = inputs.baselines.get(level)
    return baseline.value if baseline is not None and baseline.value > 0 else None


def _no_source(remedy: str) -> Missing:
    return Missing(Absence.NO_SOURCE, remedy)


def _nothing_seen(remedy: str) -> Missing:
    return Missing(Absence.NO_OBSERVATIONS, remedy, coverage=0.0)


def _no_baseline(level: Level) -> Missing:
    measured = ", or measure it: orchex-kilo-exporter backfill" if level in MEASURABLE else ""
    return Missing(Absence.NO_BASELINE, f"give migration.baselines.{level} above 0{measured}", coverage=0.0)


def _other_cycles(measured: CycleEnd | None, wanted: CycleEnd) -> Missing:
    """What was measured until another end cannot be compared with."""
    remedy = (
        f"measure anew: orchex-kilo-exporter backfill --again (the baseline is of changes until they were {measured}, "
        f"migration.cycle_time_until is {wanted}), or give migration.baselines.{Level.CYCLE_TIME}"
    )
    return Missing(Absence.NO_BASELINE, remedy, coverage=0.0)
