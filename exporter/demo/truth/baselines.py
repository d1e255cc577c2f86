"""The levels before the migration, as the organisation knows them.

An organisation that lives from the migration's start on has the level of each repository in its
history; one that lives in the present compares all with one level, that of its separate tools.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import TYPE_CHECKING

from exporter.demo.figures import VIOLATIONS_LEGACY, cost, tickets_of_week
from exporter.demo.journal import Finished
from exporter.demo.truth.standings import integrated_at

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation


def violations() -> float:
    """Of a repository in a week."""
    return VIOLATIONS_LEGACY


def monthly_cost() -> float:
    return cost(0)


def weekly_tickets() -> float:
    return tickets_of_week(0)


def run_level(acme: Organisation) -> int | None:
    """Whole seconds: the median of all successful separate runs that ended before the start."""
    seconds = [run.at - run.started_at for run in _separate_runs(acme)]
    return round(statistics.median(seconds)) if seconds else None


def run_levels(acme: Organisation) -> dict[str, float]:
    """Each repository's: its own median where there is a history to be measured, else the level of all."""
    if not acme.life.from_the_start:
        level = run_level(acme)
        return {} if level is None else dict.fromkeys(acme.repositories, float(level))
    runs: dict[str, list[int]] = defaultdict(list)
    for run in _separate_runs(acme):
        runs[run.repository].append(run.at - run.started_at)
    return {name: float(statistics.median(seconds)) for name, seconds in runs.items()}


def cycle_level(acme: Organisation) -> float | None:
    """Seconds from first commit to merge, the median of the changes before the start, integrated ones left out.

    Whole ones where there is no history to be measured: then it is given.
    """
    before = [change for change in acme.truth.changes() if change.at < acme.start]
    leads = [c.at - c.first_commit_at for c in before if not integrated_at(acme, c.repository, c.at)]
    if not leads:
        return None
    return statistics.median(leads) if acme.life.from_the_start else round(statistics.median(leads))


def _separate_runs(acme: Organisation) -> list[Finished]:
    ended = [run for run in acme.truth.finished() if run.at < acme.start]
    return [run for run in ended if (run.workflow, run.result) == ("legacy", "success")]
