"""A simulated repository: what it holds now and what it remembers. What happens to it is `activity`."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import deque

from exporter.demo.catalogue import OWNER, PEOPLE, Person, Plan, Trait
from exporter.demo.deployment import Deployment
from exporter.demo.files import Files, Habits, files, template_used, tool_workflow, workflow_name
from exporter.demo.hosts import Host
from exporter.demo.pull import Commit, Pull
from exporter.demo.run import Attempt, Run

TREES_KEPT = 64
"""Commits whose tree can still be asked for, so that a reader is not overtaken between two requests."""


class Repository:
    """Its default branch, runs and pull requests. Runs and pulls are in the order of their creation."""

    def __init__(self, plan: Plan, habits: Habits, seed: int, created_at: int, host: Host = Host.GITHUB) -> None:
        self.plan = plan
        self.host = host
        self.habits = habits
        self.created_at = created_at
        self.standing = plan.standing
        self.runs: list[Run] = []
        self.pulls: list[Pull] = []
        self.deployments: list[Deployment] = []
        self.commits: deque[Commit] = deque(maxlen=TREES_KEPT)
        self.listed_from = 0
        """The API lists no run that was created before this moment; they happened all the same."""
        self._seed = f"{seed}/{plan.name}"
        self._shas = 0
        self._numbers: dict[str, int] = {}
        self._by_id: dict[int, Run] = {}

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def full_name(self) -> str:
        return f"{OWNER}/{self.name}"

    @property
    def repository_id(self) -> int:
        return 740_000_000 + 137 * self.plan.index

    @property
    def head(self) -> Commit | None:
        return self.commits[-1] if self.commits else None

    @property
    def pushed_at(self) -> int:
        return self.commits[-1].at if self.commits else self.created_at

    @property
    def unreadable(self) -> bool:
        return self.plan.trait is Trait.UNREADABLE

    @property
    def template(self) -> bool:
        return self.plan.trait is not Trait.EMPTY and bool(template_used(self.standing, self.habits))

    @property
    def tool_path(self) -> str | None:
        return tool_workflow(self.standing, self.habits)

    @property
    def files(self) -> Files:
        return self.head.files if self.head else {}

    def person(self, number: int) -> Person:
        """One of the few who work here."""
        return PEOPLE[(self.plan.index + number) % len(PEOPLE)]

    def sha(self) -> str:
        """A new commit's name."""
        self._shas += 1
        return hashlib.sha1(f"{self._seed}/{self._shas}".encode(), usedforsecurity=False).hexdigest()

    def number(self, kind: str) -> int:
        """The next number of this kind, from 1: pull requests and each workflow count on their own."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def commit(self, at: int, message: str, author: Person) -> Commit:
        """A new commit on the default branch; its files follow the repository's standing."""
        held = files(self.plan, self.standing, self.habits, message, self.host)
        commit = Commit(self.sha(), self.head.sha if self.head else None, message, author, at, held)
        self.commits.append(commit)
        return commit

    def add_run(self, path: str, event: str, commit: Commit, pull: Pull | None, at: int) -> Run:
        run = Run(
            run_id=(1000 + self.plan.index) * 10_000_000 + self.number("run"),
            number=self.number(workflow_name(path)),
            path=path,
            event=event,
            branch=pull.branch if pull else self.plan.branch,
            sha=commit.sha,
            title=commit.message,
            created_at=at,
            default_branch=pull is None,
            pull=pull.number if pull else None,
            attempts=[Attempt(1, at, commit.author)],
        )
        self.runs.append(run)
        self._by_id[run.run_id] = run
        return run

    def run(self, run_id: int) -> Run | None:
        """A run that the API still lists."""
        found = self._by_id.get(run_id)
        return found if found and found.created_at >= self.listed_from else None

    def runs_from(self, moment: float) -> list[Run]:
        """The listed runs that were created at `moment` or later, oldest first."""
        first = bisect_left(self.runs, max(moment, self.listed_from), key=lambda run: run.created_at)
        return self.runs[first:]

    def pull(self, number: int) -> Pull | None:
        return self.pulls[number - 1] if 0 < number <= len(self.pulls) else None

    def at_ref(self, ref: str) -> Commit | None:
        """The commit that a branch name, a commit's sha or `HEAD` means."""
        if ref in (self.plan.branch, "HEAD", f"refs/heads/{self.plan.branch}"):
            return self.head
        return next((commit for commit in reversed(self.commits) if commit.sha == ref), None)
