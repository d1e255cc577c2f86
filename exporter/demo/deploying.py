"""How a repository's default branch comes to production. It draws from a chance of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass

from exporter.demo.agenda import Agenda
from exporter.demo.catalogue import Plan
from exporter.demo.chance import between
from exporter.demo.deployment import Deployment
from exporter.demo.hosts import Host
from exporter.demo.journal import Deployed, Journal
from exporter.demo.repository import Repository
from exporter.demo.times import MINUTE

TEAMS = frozenset({"payments", "checkout", "identity", "web", "catalog"})
"""Those that deploy what they merge; the others publish packages, or nothing."""
TELLING = frozenset({Host.GITHUB, Host.GITLAB})
"""The hosts that know of deployments."""
FAILED_SHARE = 0.1
BEGINS_AFTER = (1 * MINUTE, 6 * MINUTE)
LASTS = (1 * MINUTE, 5 * MINUTE)


def deploys(plan: Plan, host: Host) -> bool:
    return plan.alive and plan.team in TEAMS and host in TELLING


@dataclass(slots=True)
class Deployer:
    """One deployment at a time: what is merged while one waits goes with it, while one runs with the next."""

    repository: Repository
    rng: random.Random
    agenda: Agenda
    journal: Journal
    waiting: bool = False
    free_from: int = 0

    def merged(self, at: int) -> None:
        """Something came into the default branch."""
        pause = between(self.rng, *BEGINS_AFTER)
        if not self.waiting:
            self.waiting = True
            self.agenda.at(max(at + pause, self.free_from), self._begin)

    def _begin(self, at: int) -> None:
        repository, length = self.repository, between(self.rng, *LASTS)
        succeeds = self.rng.random() >= FAILED_SHARE
        number = repository.number("deployment")
        deployment = Deployment(
            deployment_id=repository.repository_id * 1000 + number,
            number=number,
            sha=repository.head.sha if repository.head else "",
            created_at=at,
        )
        repository.deployments.append(deployment)
        self.waiting, self.free_from = False, at + length + 1
        self.agenda.at(at + length, lambda moment: self._finish(deployment, moment, succeeds=succeeds))

    def _finish(self, deployment: Deployment, at: int, *, succeeds: bool) -> None:
        deployment.finished_at, deployment.succeeded = at, succeeds
        if succeeds:
            name, begun = self.repository.name, deployment.created_at
            self.journal.deployed.append(Deployed(at, name, deployment.deployment_id, begun))
