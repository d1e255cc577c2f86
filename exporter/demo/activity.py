"""What happens in one repository: pushes, pull requests, runs, reruns. It draws from its own chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from exporter.demo.agenda import Action, Agenda
from exporter.demo.catalogue import Standing
from exporter.demo.chance import between, gap
from exporter.demo.deploying import Deployer
from exporter.demo.files import CI, INTEGRATED, NIGHTLY, SEPARATE, pipeline_name
from exporter.demo.hosts import told
from exporter.demo.incidents import Effects
from exporter.demo.journal import Finished, Journal, Merged, Moved
from exporter.demo.pull import Commit, Pull
from exporter.demo.repository import Repository
from exporter.demo.run import Attempt, Outcome, Run, draw
from exporter.demo.times import HOUR

MERGED_SHARE = 0.92
RERUN_SHARE = 0.3
QUEUE_SECONDS = 4.0
FASTER = 0.6
"""How much of the usual time people work on a change where the tools are integrated."""
LENGTHS = {CI: 40.0, SEPARATE: 45.0, INTEGRATED: 47.0, NIGHTLY: 65.0}
"""Median seconds of each workflow's runs; the integrated one is some 4% slower than the separate one."""
MESSAGES = {
    Standing.PARTIAL: "Start the ORCHEX-KILO integration",
    Standing.INTEGRATED: "Complete the ORCHEX-KILO integration",
    Standing.ROLLED_BACK: "Roll back to the separate tools",
}
TITLES = (
    "Retry idempotent requests",
    "Bump dependencies",
    "Fix rounding in totals",
    "Cache lookups for five minutes",
    "Add structured logging",
    "Remove dead feature flag",
    "Validate input earlier",
    "Speed up the slow query",
    "Document the failure modes",
    "Tighten the timeout",
)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How busy a time is: mean seconds between events, and bounds of how long people take."""

    pull_every: float
    push_every: float
    nightly_every: float
    review: tuple[float, float]
    rerun_after: tuple[float, float]
    work: tuple[float, float] = (1.5 * HOUR, 60 * HOUR)
    """From a change's first commit to its pull request."""
    integrated_review: float = 1.0
    """A factor on how long reviews take where the tools are integrated."""


class Activity:
    """The life of one repository. All moments that it puts down are whole seconds."""

    def __init__(
        self,
        repository: Repository,
        rng: random.Random,
        agenda: Agenda,
        journal: Journal,
        effects: Callable[[], Effects],
        deployer: Deployer | None = None,
    ) -> None:
        """`deployer` brings to production what is merged; without one nothing does."""
        self.repository = repository
        self._rng = rng
        self._agenda = agenda
        self._journal = journal
        self._effects = effects
        self._deployer = deployer
        self._tempo = Tempo(1, 1, 1, (1, 2), (1, 2))
        self._length = rng.uniform(0.7, 1.5)

    def live(self, tempo: Tempo, begin: int, end: int | None) -> None:
        """Is busy from `begin` to `end` (None: for good)."""

        def started(moment: int) -> None:
            self._tempo = tempo
            self._repeat(self.open_pull, tempo.pull_every, moment, end)
            self._repeat(self.push, tempo.push_every, moment, end)
            self._repeat(self.nightly, tempo.nightly_every, moment, end)

        self._agenda.at(begin, started)

    def _repeat(self, action: Action, every: float, after: int, end: int | None) -> None:
        moment = after + gap(self._rng, every)
        if end is not None and moment >= end:
            return

        def once_more(due: int) -> None:
            action(due)
            self._repeat(action, every, due, end)

        self._agenda.at(moment, once_more)

    def push(self, at: int) -> None:
        """Somebody commits to the default branch directly."""
        author = self.repository.person(self._rng.randrange(3))
        self._pushed(self.repository.commit(at, self._rng.choice(TITLES), author), at)

    def nightly(self, at: int) -> None:
        if head := self.repository.head:
            self._start(self.repository.add_run(NIGHTLY, "schedule", head, None, at))

    def open_pull(self, at: int) -> None:
        """Somebody asks to merge what they have been working on for hours or days."""
        rng, repository = self._rng, self.repository
        author, title = repository.person(rng.randrange(4)), rng.choice(TITLES)
        integrated = repository.standing is Standing.INTEGRATED
        worked = round(between(rng, *self._tempo.work) * (FASTER if integrated else 1.0))
        moments = sorted([at - worked, *(at - rng.randrange(worked) for _ in range(rng.randrange(5)))])
        base = repository.head.sha if repository.head else repository.sha()
        number = repository.number("pull")
        commits: list[Commit] = []
        for moment in moments:
            parent = commits[-1].sha if commits else base
            commits.append(Commit(repository.sha(), parent, title, author, moment))
        branch = f"{author.login}/{title.lower().replace(' ', '-')}-{number}"
        pull_id = repository.repository_id * 1000 + number
        pull = Pull(pull_id, number, title, branch, author, commits, at, base)
        repository.pulls.append(pull)
        self._run_workflows("pull_request", commits[-1], pull, at)
        review = between(rng, *self._tempo.review) * (self._tempo.integrated_review if integrated else 1.0)
        self._agenda.at(at + round(review), lambda moment: self.close(pull, moment))

    def close(self, pull: Pull, at: int) -> None:
        """The review is over: most pull requests are merged, some are given up."""
        pull.closed_at = at
        if self._rng.random() >= MERGED_SHARE:
            return
        commit = self.repository.commit(at, f"{pull.title} (#{pull.number})", pull.author)
        pull.merged_at, pull.merge_sha = at, commit.sha
        self._journal.merged.append(Merged(at, self.repository.name, pull.number, pull.first_commit_at, pull.opened_at))
        self._pushed(commit, at)
        if self._deployer:
            self._deployer.merged(at)

    def move_later(self, standing: Standing, at: int) -> None:
        self._agenda.at(at, lambda moment: self.move(standing, moment))

    def move(self, standing: Standing, at: int) -> None:
        """One step of the migration: a commit that changes the repository's files."""
        self.repository.standing = standing
        self._journal.moved.append(Moved(at, self.repository.name, standing))
        self._pushed(self.repository.commit(at, MESSAGES[standing], self.repository.person(0)), at)

    def _pushed(self, commit: Commit, at: int) -> None:
        self._run_workflows("push", commit, None, at)

    def _run_workflows(self, event: str, commit: Commit, pull: Pull | None, at: int) -> None:
        for path in (CI, self.repository.tool_path):
            if path:
                self._start(self.repository.add_run(path, event, commit, pull, at))

    def _start(self, run: Run) -> None:
        """Queues the run's latest attempt."""
        attempt = run.latest
        wait = gap(self._rng, QUEUE_SECONDS * self._effects().queue)
        self._agenda.at(attempt.requested_at + wait, lambda moment: self._execute(run, attempt, moment))

    def _execute(self, run: Run, attempt: Attempt, at: int) -> None:
        attempt.started_at = at
        outcome = draw(self._rng, run.path, self._effects().failed_runs)
        usual = LENGTHS[run.path] * self._length * self._rng.lognormvariate(0, 0.3)
        length = max(1, round(usual * outcome.length * self._effects().duration))
        self._agenda.at(at + length, lambda moment: self._finish(run, attempt, outcome, moment))

    def _finish(self, run: Run, attempt: Attempt, outcome: Outcome, at: int) -> None:
        attempt.finished_at, attempt.outcome = at, outcome
        self._journal.finished.append(self._record(run, attempt, outcome, at))
        wanted, pause = self._rng.random() < RERUN_SHARE, between(self._rng, *self._tempo.rerun_after)
        if wanted and outcome.result in ("failure", "error", "timeout"):
            self._agenda.at(at + pause, lambda moment: self._rerun(run, moment))

    def _rerun(self, run: Run, at: int) -> None:
        run.attempts.append(Attempt(run.latest.number + 1, at, self.repository.person(1)))
        self._start(run)

    def _record(self, run: Run, attempt: Attempt, outcome: Outcome, at: int) -> Finished:
        return Finished(
            at=at,
            repository=self.repository.name,
            pipeline=pipeline_name(run.path, self.repository.host),
            run_id=run.run_id,
            attempt=attempt.number,
            result=told(outcome.result, self.repository.host),
            workflow={INTEGRATED: "integrated", SEPARATE: "legacy"}.get(run.path, "other"),
            default_branch=run.default_branch,
            created_at=attempt.requested_at,
            started_at=attempt.started_at or attempt.requested_at,
        )
