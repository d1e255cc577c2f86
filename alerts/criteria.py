"""Tickets about slow things: criteria that stay missed, readings that grow old, a migration that comes late.

Targets, phases and states are read from what the exporter publishes, so a configured target is followed. That
all of it is there, and that it is what other rules carry as literals, has alerts of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from alerts.rule import Alert, Group, Severity
from alerts.terms import CRITERIA, DAY, HOUR, MINUTE, Terms, number
from exporter.kpis.criteria import Category, Comparison, Tier
from exporter.kpis.verdict import State
from exporter.migration.forecast import HORIZON, LEAST, Outlook
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.migration.schedule import TOLERANCE, PhaseState
from exporter.model import Phase, Seconds
from exporter.risks import Level

THROUGHOUT: Seconds = 3 * DAY
"""A miss of so long has outlasted a weekend and what one bad day leaves behind; still soon enough to steer."""

ARMED: Mapping[str, Phase] = {
    # From the pilot on real repositories work with the integration: what it breaks or slows down, it breaks for them.
    "uptime": Phase.PILOT,
    "performance_impact": Phase.PILOT,
    "error_rate": Phase.PILOT,
    "bridge_success": Phase.PILOT,
    # The exit criterion of the preparation: who works in the pilot has been trained.
    "training_completion": Phase.PILOT,
    # Grows with the migrated share, which the end of full adoption makes 100%.
    "template_adoption": Phase.OPTIMIZATION,
    "workflow_adoption": Phase.OPTIMIZATION,
    # The exit criterion of full adoption.
    "user_satisfaction": Phase.OPTIMIZATION,
    # What the migration is for: it shows when everybody works with the integration.
    "cycle_time_reduction": Phase.OPTIMIZATION,
    "compliance_violation_reduction": Phase.OPTIMIZATION,
    "cost_savings": Phase.OPTIMIZATION,
    # Support goes on about the new tool until the migration is over.
    "support_ticket_reduction": Phase.OPTIMIZATION,
}
"""The first phase in which a miss is an incident; before, it is what the migration is there to change."""

MISSES = {
    Comparison.ABOVE: "<=",
    Comparison.AT_LEAST: "<",
    Comparison.BELOW: ">=",
    Comparison.AT_MOST: ">",
}
"""How a value compares with a target that it misses."""

DUE: Mapping[float, Phase] = {EXPANDED: Phase.EXPANSION, COMPLETE: Phase.ADOPTION}
"""The phase that ends with the goal reached. Beyond it nobody waits for the goal any more."""

SETTLED: Seconds = LEAST * DAY
"""A forecast needs so many days, and until the expansion has had them it tells of the pilot's pace instead."""

LITERAL = ("uptime", "error_rate", "bridge_success", "performance_impact")
"""Whose targets the rules on error budgets and on performance carry as literals."""

TARGET_IN_FORCE = (
    '{{ with printf "orchex_kilo_kpi_target{job=%q,instance=%q,kpi=%q}" $labels.job $labels.instance $labels.kpi '
    "| query }}{{ . | first | value | humanizePercentage }}{{ end }}"
)


def groups(terms: Terms) -> tuple[Group, ...]:
    criteria = (*missed(terms), stale(terms), target_absent(terms), objective_differs(terms))
    migration = (*(late(goal, terms) for goal in DUE), stuck(terms), overdue(terms), risk_critical(terms))
    return (Group("orchex-kilo-criteria", criteria), Group("orchex-kilo-migration", migration))


def missed(terms: Terms) -> tuple[Alert, ...]:
    """A rule for those that compare alike and are armed alike; the technical ones are objectives, each by itself."""
    alike = defaultdict[tuple[Comparison, Phase, str | None], list[str]](list)
    for kpi, first in ARMED.items():
        criterion = CRITERIA[kpi]
        alike[criterion.comparison, first, kpi if criterion.category is Category.TECHNICAL else None].append(kpi)
    return tuple(_missed(kpis, *key, terms) for key, kpis in alike.items())


def _missed(kpis: Iterable[str], comparison: Comparison, first: Phase, slo: str | None, terms: Terms) -> Alert:
    """The best value of all the time is compared: if that missed the target, they all did."""
    span = terms.span(THROUGHOUT)
    best = "max" if comparison.higher_is_better else "min"
    expr = f"""\
{best}_over_time(orchex_kilo_kpi_value{{kpi=~"{"|".join(kpis)}"}}[{span}])
{MISSES[comparison]} on (job, instance, kpi) group_left ()
  orchex_kilo_kpi_target
and on (job, instance, kpi)
  orchex_kilo_kpi_value offset {span}
unless on (job, instance, kpi)
  orchex_kilo_kpi_state{{state=~"{State.STALE}|{State.NO_DATA}"}} == 1
and on (job, instance)
  {_current(_from(first))}"""
    return Alert(
        name="OrchexKiloCriterionMissed",
        expr=expr,
        severity=Severity.TICKET,
        kept=6 * HOUR,
        labels={"armed_from": first.value} | ({"slo": slo} if slo else {}),
        summary="Criterion {{ $labels.kpi }} is missed",
        description=(
            f"The best value of {{{{ $labels.kpi }}}} in the last {span} was {{{{ $value | humanizePercentage }}}}; "
            f"the target in force is {comparison} {TARGET_IN_FORCE}. A miss is an incident from phase {first} on."
        ),
    )


def stale(_: Terms) -> Alert:
    expr = f"""\
(
  time() - orchex_kilo_kpi_reading_timestamp_seconds
  and on (job, instance, kpi)
  orchex_kilo_kpi_state{{state="{State.STALE}"}} == 1
)
* on (job, instance, kpi) group_left (title, owner)
  orchex_kilo_kpi_info{{tier="{Tier.CRITERION}"}}"""
    return Alert(
        name="OrchexKiloReadingStale",
        expr=expr,
        severity=Severity.TICKET,
        lasting=HOUR,
        kept=2 * HOUR,
        summary="Reading of {{ $labels.kpi }} is too old to be judged",
        description=(
            "{{ $labels.title }} was last observed {{ $value | humanizeDuration }} ago, longer than its age allows. "
            "Whether its target is met is not known, and a miss opens no ticket meanwhile. Owner: {{ $labels.owner }}."
        ),
    )


def target_absent(terms: Terms) -> Alert:
    """The first term sees a single target that is gone, and one exporter of several that lacks it: it keeps `job` and
    `instance`, which `absent` cannot. It is blind when nothing of the exporter's arrives although a scrape goes well:
    another program behind the port, a relabelling that drops too much. That is what the literal `absent` sees.
    """
    expr = f"""\
(
  orchex_kilo_exporter_build_info
  unless on (job, instance)
  count by (job, instance) (orchex_kilo_kpi_target{{kpi=~"{"|".join(CRITERIA)}"}}) == {len(CRITERIA)}
)
or on ()
(
  absent(orchex_kilo_kpi_target)
  and on ()
  up{{job="{terms.job}"}} == 1
)"""
    return Alert(
        name="OrchexKiloTargetAbsent",
        expr=expr,
        severity=Severity.TICKET,
        lasting=15 * MINUTE,
        kept=HOUR,
        summary="Targets of documented criteria are not published",
        description=(
            f"An exporter that is scraped does not publish one orchex_kilo_kpi_target for each of the {len(CRITERIA)} "
            "documented criteria. Without its target a criterion that is missed opens no ticket."
        ),
    )


def objective_differs(terms: Terms) -> Alert:
    """Without the label `slo`: a page that rests on the wrong literal must not inhibit the ticket that says so."""
    return Alert(
        name="OrchexKiloObjectiveDiffers",
        expr="\nor\n".join(f'orchex_kilo_kpi_target{{kpi="{kpi}"}} != {number(terms.target(kpi))}' for kpi in LITERAL),
        severity=Severity.TICKET,
        lasting=15 * MINUTE,
        kept=HOUR,
        summary="Alert rules hold another target of {{ $labels.kpi }} than the exporter",
        description=(
            "The exporter's target of {{ $labels.kpi }} is {{ $value | humanizePercentage }}; the rules on error "
            "budgets and on performance were built for another. Remedy: python -m alerts --config.file FILE."
        ),
    )


def late(goal: float, terms: Terms) -> Alert:
    """`earliest` is the bound that only 1 of 10 simulated futures is ahead of: beyond it, hope is no plan."""
    span, key, due = terms.span(THROUGHOUT), f"{goal:g}", DUE[goal]
    expr = f"""\
(
  min_over_time(orchex_kilo_forecast_timestamp_seconds{{goal="{key}",bound="earliest"}}[{span}])
  - on (job, instance) group_left ()
  orchex_kilo_phase_planned_end_timestamp_seconds{{phase="{due}"}}
) > 0
and on (job, instance, goal)
  orchex_kilo_forecast_timestamp_seconds{{bound="earliest"}} offset {span}
and on (job, instance, goal)
  orchex_kilo_forecast_state{{state="{Outlook.FORECAST}"}} == 1
{_expanding(due, terms)}"""
    return Alert(
        name="OrchexKiloForecastOffTrack",
        expr=expr,
        severity=Severity.TICKET,
        kept=6 * HOUR,
        labels={"goal": key},
        summary=f"{goal:.0%} migrated is forecast for after its planned day",
        description=(
            f"For {span} even the earliest day forecast for {goal:.0%} of the repositories to be migrated has been at "
            f"least {{{{ $value | humanizeDuration }}}} after the planned end of phase {due}."
        ),
    )


def stuck(terms: Terms) -> Alert:
    """Only of the last goal: that nothing is gained is true of both alike. A change between the two states begins
    the time anew."""
    span, key = terms.span(THROUGHOUT), f"{COMPLETE:g}"
    states = f'goal="{key}",state=~"{Outlook.NO_PROGRESS}|{Outlook.BEYOND_HORIZON}"'
    expr = f"""\
min_over_time(orchex_kilo_forecast_state{{{states}}}[{span}]) == 1
and on (job, instance, goal, state)
  orchex_kilo_forecast_state offset {span}
{_expanding(DUE[COMPLETE], terms)}"""
    return Alert(
        name="OrchexKiloForecastOffTrack",
        expr=expr,
        severity=Severity.TICKET,
        kept=6 * HOUR,
        summary=f"No day can be forecast for {COMPLETE:.0%} migrated",
        description=(
            f"For {span} no day could be forecast for {COMPLETE:.0%} migrated ({Outlook.NO_PROGRESS} or "
            f"{Outlook.BEYOND_HORIZON}): as it goes now, that is not reached within {HORIZON} days."
        ),
    )


def overdue(_: Terms) -> Alert:
    """Optimization goes on without end, whatever end it is given."""
    expr = f"""\
orchex_kilo_phase_duration_deviation_ratio{{phase!="{Phase.OPTIMIZATION}"}} > {number(TOLERANCE)}
and on (job, instance, phase)
  orchex_kilo_phase_state{{state="{PhaseState.CURRENT}"}} == 1"""
    return Alert(
        name="OrchexKiloPhaseOverdue",
        expr=expr,
        severity=Severity.TICKET,
        lasting=2 * HOUR,
        kept=2 * HOUR,
        summary="Phase {{ $labels.phase }} lasts longer than planned",
        description=(
            "Phase {{ $labels.phase }} has lasted {{ $value | humanizePercentage }} longer than planned and has not "
            f"ended; up to {number(100 * TOLERANCE)}% is on plan."
        ),
    )


def risk_critical(_: Terms) -> Alert:
    expr = f"""\
(
  orchex_kilo_risk_level == {Level.CRITICAL}
  and on (job, instance, risk)
  orchex_kilo_risk_documented_level < {Level.CRITICAL}
)
* on (job, instance, risk) group_left (title)
  orchex_kilo_risk_info"""
    return Alert(
        name="OrchexKiloRiskCritical",
        expr=expr,
        severity=Severity.TICKET,
        lasting=HOUR,
        kept=2 * HOUR,
        summary="Risk raised to critical: {{ $labels.title }}",
        description=(
            "Live signals have raised the risk {{ $labels.risk }} to level {{ $value }}, critical; the register "
            "documents a lower one."
        ),
    )


def _expanding(last: Phase, terms: Terms) -> str:
    """From the time on when the expansion has settled, until the `last` phase has ended."""
    phases = [phase for phase in _from(Phase.EXPANSION) if phase not in _from(last)[1:]]
    return f"""\
and on (job, instance)
  {_current(phases)}
and on (job, instance)
  time() - orchex_kilo_phase_started_timestamp_seconds{{phase="{Phase.EXPANSION}"}} > {terms.seconds(SETTLED)}"""


def _current(phases: Iterable[Phase]) -> str:
    return f'orchex_kilo_phase_state{{phase=~"{"|".join(phases)}",state="{PhaseState.CURRENT}"}} == 1'


def _from(first: Phase) -> list[Phase]:
    """The phase and all after it."""
    phases = list(Phase)
    return phases[phases.index(first) :]
