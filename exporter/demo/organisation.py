"""The simulated organisation: its parts, its time, its incidents. It reads no clock; it is told the time."""

from __future__ import annotations

import math
import random
import threading

from exporter.demo.activity import Activity
from exporter.demo.agenda import Action, Agenda
from exporter.demo.bridge import Bridge
from exporter.demo.catalogue import Plan, plans
from exporter.demo.deploying import Deployer, deploys
from exporter.demo.files import Habits, Template
from exporter.demo.hosts import ON_GITHUB, Host, Spread
from exporter.demo.incidents import BRIDGES, Effects, Incident, incident, together
from exporter.demo.journal import Journal
from exporter.demo.life import Life
from exporter.demo.present import WARM_UP, Present
from exporter.demo.repository import Repository
from exporter.demo.tasks import Tasks
from exporter.demo.times import DAY, HOUR
from exporter.demo.truth import Truth

HISTORY_MARGIN = 2 * HOUR
"""The history begins this much later than asked for, so that a look back of that length holds all of it."""


class Organisation:
    """Acme, deterministic by `seed` and the moments of its incidents.

    `advance` moves it to a moment; how often that is called makes no difference. `lock` guards all
    that is in it: hold it while reading more than one thing. `truth` is what it knows of itself.
    It lives in the present, which `pace` makes busier, unless it is given another `life`. With
    `fresh_bridges` the bridges' counters start at 0. `spread` says on which host each repository lies: by itself,
    all on GitHub.
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
        life: Life | None = None,
        spread: Spread = ON_GITHUB,
    ) -> None:
        self.lock = threading.RLock()
        self.start = math.floor(start)
        self.now = self.start - max(WARM_UP + 1, round(history_days * DAY) - HISTORY_MARGIN)
        self.frozen = False
        self.journal = Journal()
        self.health: list[tuple[int, frozenset[str]]] = [(self.now, frozenset())]
        """Since when which bridges are not healthy."""
        self.agenda = Agenda()
        self.life = life or Present(pace)
        self.programme = self.life.programme(self.start)
        self._incidents: dict[str, Incident] = {}
        self._seed = seed
        self._spread = spread
        self.repositories = {plan.name: self._repository(plan) for plan in plans(repositories)}
        self.activities = {name: self._activity(each) for name, each in self.repositories.items()}
        self.bridges = self._bridges(fresh=fresh_bridges)
        self.tasks = Tasks(self.chance("tasks"), self.start, self.life.load.tasks, self.life.load.step)
        self.truth = Truth(self)
        self._populate()
        self.advance(self.start)

    def on(self, host: Host) -> dict[str, Repository]:
        """The repositories that lie on a host, by name."""
        return {name: each for name, each in self.repositories.items() if each.host is host}

    @property
    def incidents(self) -> tuple[str, ...]:
        """The names of those that last."""
        return tuple(self._incidents)

    def advance(self, to: float) -> None:
        """Lets everything happen that is due up to the moment `to`; never goes back."""
        with self.lock:
            if not self.frozen and to > self.now:
                self.agenda.run_until(to)
                self.now = math.floor(to)

    def freeze(self) -> None:
        """Nothing moves any more: what runs stays open, counters stand still."""
        with self.lock:
            self.frozen = True

    def begin(self, name: str, at: float | None = None) -> None:
        """Begins an incident now, or when `at` comes. ValueError for a name that there is not."""
        wanted = incident(name)
        self._now_or_at(at, lambda moment: self._change(moment, begins=wanted))

    def end(self, name: str, at: float | None = None) -> None:
        """Ends an incident, if it lasts, now or when `at` comes."""
        wanted = incident(name)
        self._now_or_at(at, lambda moment: self._change(moment, ends=wanted))

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

    def _now_or_at(self, at: float | None, action: Action) -> None:
        with self.lock:
            if at is not None and at > self.now:
                self.agenda.at(math.ceil(at), action)
            else:
                action(self.now)

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

    def chance(self, of: str) -> random.Random:
        """A random stream of its own for each part, so that one part's luck does not move another's."""
        return random.Random(f"{self._seed}/{of}")

    def _repository(self, plan: Plan) -> Repository:
        rng = self.chance(f"habits/{plan.name}")
        template = rng.choices(list(Template), [1, 3, 3, 3])[0]
        habits = Habits(rng.random() < 0.3, rng.random() < 0.4, template, rng.random() < 0.2)  # noqa: PLR2004  # shares
        created_at = self.start - rng.randrange(200 * DAY, 900 * DAY)
        return Repository(plan, habits, self._seed, created_at, self._spread(plan))

    def _activity(self, repository: Repository) -> Activity:
        rng = self.chance(f"activity/{repository.name}")
        return Activity(repository, rng, self.agenda, self.journal, self.effects, self._deployer(repository))

    def _deployer(self, repository: Repository) -> Deployer | None:
        if not deploys(repository.plan, repository.host):
            return None
        return Deployer(repository, self.chance(f"deployments/{repository.name}"), self.agenda, self.journal)

    def _bridges(self, *, fresh: bool) -> dict[str, Bridge]:
        load = self.life.load
        k2a, a2k = BRIDGES
        bridges = {
            k2a: Bridge(k2a, self.chance(k2a), self.start, per_tick=load.k2a * load.step, latency=182.0, serves=False),
            a2k: Bridge(a2k, self.chance(a2k), self.start, per_tick=load.a2k * load.step, latency=96.0, serves=True),
        }
        if not fresh:
            bridges[k2a].was_busy_before(412_906, 1_187)
            bridges[a2k].was_busy_before(538_211, 1_466)
        return bridges

    def _populate(self) -> None:
        self.life.settle(self)
        self.began_as = {name: repository.standing for name, repository in self.repositories.items()}
        self.agenda.at(self.start + self.life.load.step, self._tick)
        self.life.plan(self)

    def _tick(self, at: int) -> None:
        self.bridges[BRIDGES[0]].demand = self.life.demand(self)
        for bridge in self.bridges.values():
            bridge.tick(at)
        self.tasks.tick(at)
        self.agenda.at(at + self.life.load.step, self._tick)
