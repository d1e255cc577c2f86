"""The twelve criteria, as of the organisation's now.

What follows from looking depends on when somebody looked: `polls` are the moments at which all
sources were polled, oldest first, the last of them now, and none so far from the next that the time
between them counts as unobserved. Between two polls everything is as it was at the first of them,
and a bridge's operations belong to the moment at which they were read; what a bridge did before the
first poll is in nothing.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from exporter.demo.api.people.billing import amount, closings
from exporter.demo.api.people.quality import violations_now
from exporter.demo.figures import LEARNERS, RESPONSES, satisfied, tickets_of_week, trained, wave_days
from exporter.demo.incidents import BRIDGES
from exporter.demo.times import DAY, MINUTE, WEEK
from exporter.demo.truth import baselines
from exporter.demo.truth.facts import Operations
from exporter.demo.truth.standings import integrated_at

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation

WINDOW = 30 * DAY
Polls = Sequence[float]


def criteria(acme: Organisation, polls: Polls) -> dict[str, float | None]:
    """Each by its key; None where nothing tells it yet."""
    with acme.lock:
        since = acme.now - WINDOW
        return {
            "uptime": uptime(acme, polls),
            "performance_impact": performance_impact(acme),
            "error_rate": error_rate(acme, polls),
            "bridge_success": bridge_success(acme, polls),
            "cycle_time_reduction": cycle_time_reduction(acme),
            "compliance_violation_reduction": violation_reduction(acme, polls),
            "template_adoption": acme.truth.template_adoption(),
            "workflow_adoption": acme.truth.workflow_adoption(since),
            **told(acme),
        }


def told(acme: Organisation) -> dict[str, float | None]:
    """What other systems tell ready made, or nearly so."""
    day = acme.programme.day(acme.now)
    monthly, weekly = amount(acme.programme, closings(acme.now)[-1]), tickets_of_week(day)
    return {
        "cost_savings": 1 - monthly / baselines.monthly_cost(),
        "training_completion": trained(day) / LEARNERS,
        "user_satisfaction": satisfied(wave_days(day)[-1]) / RESPONSES,
        "support_ticket_reduction": 1 - weekly / baselines.weekly_tickets(),
    }


def uptime(acme: Organisation, polls: Polls) -> float | None:
    """The share of the observed time in which all four components were healthy."""
    seconds = {True: 0.0, False: 0.0}
    for looked, again in itertools.pairwise(polls):
        up = all(acme.truth.component_up(looked).values())
        seconds[up] += max(0.0, again - max(looked, acme.now - WINDOW))
    observed = sum(seconds.values())
    return seconds[True] / observed if observed else None


def performance_impact(acme: Organisation) -> float | None:
    """The median of the successful integrated runs' durations, each ÷ its repository's level, minus 1."""
    levels = baselines.run_levels(acme)
    runs = [run for run in acme.truth.finished() if run.at >= acme.now - WINDOW]
    good = [run for run in runs if (run.workflow, run.result) == ("integrated", "success")]
    ratios = [(run.at - run.started_at) / levels[run.repository] for run in good if run.repository in levels]
    return statistics.median(ratios) - 1 if ratios else None


def cycle_time_reduction(acme: Organisation) -> float | None:
    """Of first commit to merge, in repositories that were integrated at the merge and still are."""
    recent = [change for change in acme.truth.changes() if change.at >= acme.now - WINDOW]
    counted = [c for c in recent if all(integrated_at(acme, c.repository, at) for at in (c.at, acme.now))]
    level = baselines.cycle_level(acme)
    if not counted or level is None:
        return None
    return 1 - statistics.median(c.at - c.first_commit_at for c in counted) / level


def bridge_operations(acme: Organisation, name: str, polls: Polls) -> Operations:
    """Those that were read in the window, which begins with a whole minute."""
    begin = (acme.now - WINDOW) // MINUTE * MINUTE
    before = next((poll for poll, after in itertools.pairwise(polls) if after >= begin), acme.now)
    return Operations(*acme.bridges[name].tallies.since(before))


def bridge_success(acme: Organisation, polls: Polls) -> float | None:
    total, failed = _together(bridge_operations(acme, name, polls) for name in BRIDGES)
    return 1 - failed / total if total else None


def error_rate(acme: Organisation, polls: Polls) -> float | None:
    """Of the bridges' operations, ORCHEX's tasks and the integrated runs."""
    bridges = [bridge_operations(acme, name, polls) for name in BRIDGES]
    tasks = Operations(*acme.tasks.over("30d", acme.now))
    total, failed = _together([*bridges, tasks, _integrated_runs(acme)])
    return failed / total if total else None


def violation_reduction(acme: Organisation, polls: Polls) -> float | None:
    """As the quality report tells it, or else by K2A's operations since it was first observed."""
    repositories = acme.truth.stages().total()
    if not acme.life.from_the_start:
        return 1 - violations_now(acme) / repositories / baselines.violations()
    weeks = (acme.now - max(polls[0], acme.now - WINDOW)) / WEEK
    if not weeks:
        return None
    found = bridge_operations(acme, BRIDGES[0], polls).total
    return 1 - found / repositories / weeks / baselines.violations()


def _integrated_runs(acme: Organisation) -> Operations:
    """A skipped run did nothing; a failing test is no failed operation."""
    results = [f.result for f in acme.truth.finished() if f.workflow == "integrated" and f.at >= acme.now - WINDOW]
    return Operations(sum(r != "skip" for r in results), sum(r in ("error", "timeout") for r in results))


def _together(parts: Iterable[Operations]) -> Operations:
    every = list(parts)
    return Operations(sum(part.total for part in every), sum(part.failed for part in every))
