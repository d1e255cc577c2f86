"""Life as of today, lively enough to be watched: the migration is half-way, and goes on by the minute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.demo.activity import Activity, Tempo
from exporter.demo.catalogue import Standing, Trait
from exporter.demo.life import Load
from exporter.demo.programme import Programme
from exporter.demo.times import HOUR, MINUTE, WEEK, midnight

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation

WARM_UP = 8 * MINUTE
"""How long before the start life is already as busy as after it, so that something finishes at once."""
PULLS, PUSHES, NIGHTLIES = 4.3 / 40, 4.0 / 40, 3.0 / 40
"""Per repository and minute at pace 1."""
HISTORIC_RUNS = 50
"""About how many runs a repository has in its history, whatever the history's length."""
RUNS_A_MINUTE = 0.75
"""What the rates above make of runs, per repository and minute."""
SINCE = 11 * WEEK
"""How long ago the migration began: it is in its expansion."""
LOAD = Load()


@dataclass(frozen=True, slots=True)
class Present:
    """`pace` makes life and migration busier."""

    pace: float = 1.0
    load: Load = LOAD
    from_the_start: bool = False

    def programme(self, start: int) -> Programme:
        return Programme(midnight(start) - SINCE)

    def demand(self, acme: Organisation) -> float:
        """As many as ever: K2A analyses all that KILO governs, not violations alone."""
        return 1.0

    def settle(self, acme: Organisation) -> None:
        for activity in acme.activities.values():
            self._settle(acme, activity)

    def plan(self, acme: Organisation) -> None:
        """One repository after another moves on, those that are half-way first; one has regrets."""
        moving = [a for a in acme.activities.values() if a.repository.plan.alive]
        moving.sort(key=lambda a: a.repository.plan.standing is not Standing.PARTIAL)
        waiting = [a for a in moving if a.repository.plan.standing in (Standing.PARTIAL, Standing.LEGACY)]
        for turn, activity in enumerate(waiting):
            self._migrate(acme, activity, 12 + 75 * turn)
        for activity in moving:
            if activity.repository.plan.trait is Trait.REGRETS:
                self._move(acme, activity, Standing.ROLLED_BACK, 35)

    def _settle(self, acme: Organisation, activity: Activity) -> None:
        """First commit, a past, and a life from the warm-up on."""
        repository = activity.repository
        begin, live_from = acme.now, acme.start - WARM_UP
        if repository.plan.trait is Trait.EMPTY:
            return
        if repository.plan.standing is Standing.INTEGRATED:
            _migrated_earlier(acme, activity, begin, live_from)
        repository.commit(begin, "Import", repository.person(0))
        if repository.plan.alive:
            activity.live(self._past(live_from - begin), begin, live_from)
            activity.live(self._now(), live_from, None)

    def _past(self, length: int) -> Tempo:
        """A tempo that makes HISTORIC_RUNS of `length` seconds; never busier than the present."""
        slower = max(1.0, RUNS_A_MINUTE * length / MINUTE / HISTORIC_RUNS)
        tempo = _tempo(1 / slower, review=(0.7 * HOUR, 30 * HOUR), rerun_after=(2 * MINUTE, 30 * MINUTE))
        return replace(tempo, pull_every=2 * tempo.pull_every)  # each merge costs the first poll a request

    def _now(self) -> Tempo:
        return _tempo(self.pace, (MINUTE / self.pace, 6 * MINUTE / self.pace), (15, 2 * MINUTE))

    def _migrate(self, acme: Organisation, activity: Activity, after: int) -> None:
        """The steps that this repository still has before it; `after` as in `_move`."""
        if activity.repository.plan.standing is Standing.LEGACY:
            self._move(acme, activity, Standing.PARTIAL, after)
            after += 40
        self._move(acme, activity, Standing.INTEGRATED, after)

    def _move(self, acme: Organisation, activity: Activity, standing: Standing, after: int) -> None:
        """`after` is in seconds at pace 1 from the start."""
        activity.move_later(standing, acme.start + max(1, round(after / self.pace)))


def _migrated_earlier(acme: Organisation, activity: Activity, begin: int, live_from: int) -> None:
    """What is integrated today was legacy when the history began, unless there is no history."""
    length = live_from - begin
    if length < HOUR:
        return
    activity.repository.standing = Standing.LEGACY
    step = begin + round(length * acme.chance(f"migrated/{activity.repository.name}").uniform(0.1, 0.7))
    activity.move_later(Standing.PARTIAL, step)
    activity.move_later(Standing.INTEGRATED, step + length // 10)


def _tempo(pace: float, review: tuple[float, float], rerun_after: tuple[float, float]) -> Tempo:
    pulls, pushes, nightlies = (MINUTE / (rate * pace) for rate in (PULLS, PUSHES, NIGHTLIES))
    return Tempo(pulls, pushes, nightlies, review, rerun_after)
