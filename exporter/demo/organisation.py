"""The simulated organisation: its parts, its time, its incidents. It reads no clock; it is told the time."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import replace

from exporter.demo.activity import HOUR, MINUTE, Activity, Tempo
from exporter.demo.agenda import Agenda
from exporter.demo.bridge import Bridge
from exporter.demo.catalogue import Plan, Standing, Trait, plans
from exporter.demo.files import Habits, Template
from exporter.demo.incidents import BRIDGES, Effects, Incident, incident, together
from exporter.demo.journal import Journal
from exporter.demo.repository import Repository
from exporter.demo.tasks import Tasks
from exporter.demo.truth import Truth

DAY = 24 * HOUR
WARM_UP = 8 * MINUTE
"""How long before the start life is already as busy as after it, so that something finishes at once."""
HISTORY_MARGIN = 2 * HOUR
"""The history begins this much later than asked for, so that a look back of that length holds all of it."""
PULLS, PUSHES, NIGHTLIES = 4.3 / 40, 4.0 / 40, 3.0 / 40
"""Per repository and minute at pace 1."""
HISTORIC_RUNS = 50
"""About how many runs a repository has in its history, whatever the history's length."""
RUNS_A_MINUTE = 0.75
"""What the rates above make of runs, per repository and minute."""


class Organisation:
    """Acme, deterministic by `seed` and the moments of its incidents.

    `advance` moves it to a moment; how often that is called makes no difference. `lock` guards all
    that is in it: hold it while reading more than one thing. `truth` is what it knows of itself.
    `pace` makes life and migration busier. With `fresh_bridges` the bridges' counters start at 0.
    """

    def __init__(
        self,
        seed: int = 1,
        start: float = 1_750_000_000,
        history_days: float = 7,
        repositories: int = 40,
        pace: float = 1.0,
        *,
        fresh_bridges: bool = False,
    ) -> None:
        self.lock = threading.RLock()
        self.start = math.floor(start)
        self.now = self.start - max(WARM_UP + 1, round(history_days * DAY) - HISTORY_MARGIN)
        self.frozen = False
        self.journal = Journal()
        self.health: list[tuple[int, frozenset[str]]] = [(self.now, frozenset())]
        """Since when which bridges are not healthy."""
        self._agenda = Agenda()
        self._pace = pace
        self._incidents: dict[str, Incident] = {}
        self._seed = seed
        self.repositories = {plan.name: self._repository(plan) for plan in plans(repositories)}
        self._activities = {name: self._activity(each) for name, each in self.repositories.items()}
        self.bridges = self._bridges(fresh=fresh_bridges)
        self.tasks = Tasks(self._chance("tasks"), self.start)
        self.truth = Truth(self)
        self._populate()
        self.advance(self.start)

    @property
    def incidents(self) -> tuple[str, ...]:
        """The names of those that last."""
        return tuple(self._incidents)

    def advance(self, to: float) -> None:
        """Lets everything happen that is due up to the moment `to`; never goes back."""
        with self.lock:
            if not self.frozen and to > self.now:
                self._agenda.run_until(to)
                self.now = math.floor(to)

    def freeze(self) -> None:
        """Nothing moves any more: what runs stays open, counters stand still."""
        with self.lock:
            self.frozen = True

    def begin(self, name: str, at: float | None = None) -> None:
        """Begins an incident now, or when `at` comes. ValueError for a name that there is not."""
        wanted = incident(name)
        with self.lock:
            if at is not None and at > self.now:
                self._agenda.at(math.ceil(at), lambda moment: self._change(moment, begins=wanted))
            else:
                self._change(self.now, begins=wanted)

    def end(self, name: str) -> None:
        """Ends an incident, if it lasts."""
        with self.lock:
            self._change(self.now, ends=incident(name))

    def restart(self, bridge: str) -> None:
        """A bridge restarts: its counters begin at 0 again."""
        with self.lock:
            self.bridges[bridge].restart()

    def forget_runs(self, before: float) -> None:
        """The API lists no run that was created before this moment any more; the truth still has them."""
        with self.lock:
            for repository in self.repositories.values():
                repository.listed_from = math.ceil(before)

    def effects(self) -> Effects:
        return together(self._incidents.values())

    def _change(self, at: int, begins: Incident | None = None, ends: Incident | None = None) -> None:
        if begins:
            self._incidents[begins.name] = begins
        if ends:
            self._incidents.pop(ends.name, None)
        self.tasks.effects = self.effects()
        for name, bridge in self.bridges.items():
            bridge.condition = self.tasks.effects.bridge(name)
        ill = frozenset(name for name, bridge in self.bridges.items() if bridge.condition.health != "healthy")
        self.health.append((at, ill))

    def _chance(self, of: str) -> random.Random:
        """A random stream of its own for each part, so that one part's luck does not move another's."""
        return random.Random(f"{self._seed}/{of}")

    def _repository(self, plan: Plan) -> Repository:
        rng = self._chance(f"habits/{plan.name}")
        template = rng.choices(list(Template), [1, 3, 3, 3])[0]
        habits = Habits(rng.random() < 0.3, rng.random() < 0.4, template, rng.random() < 0.2)  # noqa: PLR2004  # shares
        return Repository(plan, habits, self._seed, self.start - rng.randrange(200 * DAY, 900 * DAY))

    def _activity(self, repository: Repository) -> Activity:
        rng = self._chance(f"activity/{repository.name}")
        return Activity(repository, rng, self._agenda, self.journal, self.effects)

    def _bridges(self, *, fresh: bool) -> dict[str, Bridge]:
        k2a, a2k = BRIDGES
        bridges = {
            k2a: Bridge(k2a, self._chance(k2a), self.start, per_second=2.2, latency=182.0, serves=False),
            a2k: Bridge(a2k, self._chance(a2k), self.start, per_second=2.8, latency=96.0, serves=True),
        }
        if not fresh:
            bridges[k2a].was_busy_before(412_906, 1_187)
            bridges[a2k].was_busy_before(538_211, 1_466)
        return bridges

    def _populate(self) -> None:
        for activity in self._activities.values():
            self._settle(activity)
        self._agenda.at(self.start + 1, self._tick)
        self._plan_migrations()

    def _settle(self, activity: Activity) -> None:
        """First commit, a past, and a life from the warm-up on."""
        repository = activity.repository
        begin, live_from = self.now, self.start - WARM_UP
        if repository.plan.trait is Trait.EMPTY:
            return
        if repository.plan.standing is Standing.INTEGRATED:
            self._migrated_earlier(activity, begin, live_from)
        repository.commit(begin, "Import", repository.person(0))
        if repository.plan.alive:
            activity.live(self._past(live_from - begin), begin, live_from)
            activity.live(self._present(), live_from, None)

    def _migrated_earlier(self, activity: Activity, begin: int, live_from: int) -> None:
        """What is integrated today was legacy when the history began, unless there is no history."""
        length = live_from - begin
        if length < HOUR:
            return
        activity.repository.standing = Standing.LEGACY
        step = begin + round(length * self._chance(f"migrated/{activity.repository.name}").uniform(0.1, 0.7))
        self._agenda.at(step, lambda at: activity.move(Standing.PARTIAL, "Start the ORCHEX-KILO integration", at))
        later = step + length // 10
        self._agenda.at(
            later, lambda at: activity.move(Standing.INTEGRATED, "Complete the ORCHEX-KILO integration", at)
        )

    def _past(self, length: int) -> Tempo:
        """A tempo that makes HISTORIC_RUNS of `length` seconds; never busier than the present."""
        slower = max(1.0, RUNS_A_MINUTE * length / MINUTE / HISTORIC_RUNS)
        tempo = _tempo(1 / slower, review=(0.7 * HOUR, 30 * HOUR), rerun_after=(2 * MINUTE, 30 * MINUTE))
        return replace(tempo, pull_every=2 * tempo.pull_every)  # each merge costs the first poll a request

    def _present(self) -> Tempo:
        return _tempo(self._pace, (MINUTE / self._pace, 6 * MINUTE / self._pace), (15, 2 * MINUTE))

    def _plan_migrations(self) -> None:
        """One repository after another moves on, those that are half-way first; one has regrets."""
        moving = [a for a in self._activities.values() if a.repository.plan.alive]
        moving.sort(key=lambda a: a.repository.plan.standing is not Standing.PARTIAL)
        waiting = [a for a in moving if a.repository.plan.standing in (Standing.PARTIAL, Standing.LEGACY)]
        for turn, activity in enumerate(waiting):
            self._plan_migration(activity, 12 + 75 * turn)
        for activity in moving:
            if activity.repository.plan.trait is Trait.REGRETS:
                self._move(activity, Standing.ROLLED_BACK, "Roll back to the separate tools", 35)

    def _plan_migration(self, activity: Activity, after: int) -> None:
        """The steps that this repository still has before it; `after` as in `_move`."""
        if activity.repository.plan.standing is Standing.LEGACY:
            self._move(activity, Standing.PARTIAL, "Start the ORCHEX-KILO integration", after)
            after += 40
        self._move(activity, Standing.INTEGRATED, "Complete the ORCHEX-KILO integration", after)

    def _move(self, activity: Activity, standing: Standing, message: str, after: int) -> None:
        """`after` is in seconds at pace 1 from the start."""
        at = self.start + max(1, round(after / self._pace))
        self._agenda.at(at, lambda moment: activity.move(standing, message, moment))

    def _tick(self, at: int) -> None:
        for bridge in self.bridges.values():
            bridge.tick(at)
        self.tasks.tick(at)
        self._agenda.at(at + 1, self._tick)


def _tempo(pace: float, review: tuple[float, float], rerun_after: tuple[float, float]) -> Tempo:
    pulls, pushes, nightlies = (MINUTE / (rate * pace) for rate in (PULLS, PUSHES, NIGHTLIES))
    return Tempo(pulls, pushes, nightlies, review, rerun_after)
