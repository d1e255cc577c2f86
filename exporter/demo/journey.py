"""Life through a whole migration: a quiet history, then all six phases in twenty-two weeks.

Moves and incidents come at midnight, UTC. It is a calmer life than the present one, since whoever
watches it does so many times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from exporter.demo.activity import Activity, Tempo
from exporter.demo.catalogue import Standing, Trait, is_pilot
from exporter.demo.figures import violations_a_week
from exporter.demo.hosts import ON_GITHUB, Spread
from exporter.demo.life import Load
from exporter.demo.organisation import Organisation
from exporter.demo.programme import PHASES, PhaseDays, Programme
from exporter.demo.times import DAY, HOUR, MINUTE, WEEK, midnight

LASTS = 22 * WEEK
"""By then all twelve criteria are met."""
HISTORY_DAYS = 28
BY_EXPANSION = 0.85
"""The share that is integrated when the expansion ends; the rest follows in the adoption."""
HALF_WAY = 2
"""Days that a repository is partial."""
ROLLED_BACK, REPAIRED = 74, 120
"""The days on which the repository with regrets goes back, and comes again."""
Incidents: TypeAlias = Sequence[tuple[str, int, int]]
INCIDENTS: Incidents = (("bridge-outage", 50, 51), ("error-burst", 73, 75))
"""What breaks, on which day, and on which day it is well again."""
TEMPO = Tempo(
    pull_every=4 * DAY,
    push_every=4 * DAY,
    nightly_every=2 * DAY,
    review=(3 * HOUR, 12 * HOUR),
    rerun_after=(2 * MINUTE, 30 * MINUTE),
    work=(14 * HOUR, 40 * HOUR),
    integrated_review=0.6,
)
LOAD = Load(k2a=1 / WEEK, a2k=20_000 / WEEK, tasks=12_000 / WEEK, step=HOUR)
"""K2A's is an event a week, which the demand multiplies."""
SEED = 2
"""With this one the pilot is green when it ends, and when all ends."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything is on the separate tools until its turn comes; K2A tells of violations alone."""

    load: Load = LOAD
    from_the_start: bool = True
    incidents: Incidents = INCIDENTS

    def programme(self, start: int) -> Programme:
        return Programme(start)

    def demand(self, acme: Organisation) -> float:
        """The violations of all repositories in a week, which fall as they migrate."""
        return violations_a_week(acme.truth.migrated_share() or 0.0) * acme.truth.stages().total()

    def settle(self, acme: Organisation) -> None:
        for activity in acme.activities.values():
            repository = activity.repository
            if repository.plan.trait is Trait.EMPTY:
                continue
            if repository.plan.standing is not Standing.NONE:
                repository.standing = Standing.LEGACY
            repository.commit(acme.now, "Import", repository.person(0))
            if repository.plan.alive:
                activity.live(TEMPO, acme.now, None)

    def plan(self, acme: Organisation) -> None:
        moving = [activity for activity in acme.activities.values() if _moves(activity)]
        for activity, day in turns(moving):
            activity.move_later(Standing.PARTIAL, acme.programme.moment(day - HALF_WAY))
            activity.move_later(Standing.INTEGRATED, acme.programme.moment(day))
            if activity.repository.plan.trait is Trait.REGRETS:
                activity.move_later(Standing.ROLLED_BACK, acme.programme.moment(ROLLED_BACK))
                activity.move_later(Standing.INTEGRATED, acme.programme.moment(REPAIRED))
        for name, first, last in self.incidents:
            acme.begin(name, acme.programme.moment(first))
            acme.end(name, acme.programme.moment(last))


def travelling(start: float, seed: int = SEED, repositories: int = 40, spread: Spread = ON_GITHUB) -> Organisation:
    """An organisation whose migration begins with the day of `start`, when it has 28 days of history."""
    life = Journey()
    return Organisation(seed, midnight(start), HISTORY_DAYS, repositories, fresh_bridges=True, life=life, spread=spread)


def turns(moving: list[Activity]) -> list[tuple[Activity, int]]:
    """Who is integrated on which day: the pilot in the pilot, then team by team."""
    pilot = [activity for activity in moving if is_pilot(activity.repository.name)]
    others = sorted((a for a in moving if a not in pilot), key=_turn)
    expanding = round(BY_EXPANSION * len(moving)) - len(pilot)
    _, _, piloting, expansion, adoption, _ = PHASES
    return [
        *_spread(pilot, replace(piloting, last=56)),
        *_spread(others[:expanding], expansion),
        *_spread(others[expanding:], replace(adoption, last=137)),
    ]


def _spread(activities: list[Activity], phase: PhaseDays) -> list[tuple[Activity, int]]:
    """Evenly from the phase's third day to the morning after its last."""
    first = phase.first + HALF_WAY
    last = first if phase.last is None else phase.last + 1
    steps = max(1, len(activities) - 1)
    return [(activity, first + turn * (last - first) // steps) for turn, activity in enumerate(activities)]


def _turn(activity: Activity) -> tuple[bool, str]:
    """One has regrets, and had better begin early."""
    plan = activity.repository.plan
    return plan.trait is not Trait.REGRETS, plan.team


def _moves(activity: Activity) -> bool:
    plan = activity.repository.plan
    return plan.alive and plan.standing is not Standing.NONE and plan.trait is not Trait.UNREADABLE
