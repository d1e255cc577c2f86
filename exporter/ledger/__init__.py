"""The ledger: the exporter's durable memory, and the only package that knows SQL.

One poll is one transaction: its facts, the totals that they change, and its marks are kept together
or not at all. So a run counts exactly once, whatever is killed, retried or overlaps. Totals live for
ever; raw facts live for the retention. SQLite and PostgreSQL.

It knows the facts, the totals and the answers; nothing of HTTP, settings or Prometheus.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Self

from exporter.answers import (
    AdoptionDay,
    CycleEnd,
    MeasuredBaseline,
    Median,
    Operations,
    Slowdown,
    SourceView,
    Span,
    Standing,
)
from exporter.ledger import adoption, baselines, medians, reached, read, trends, write
from exporter.ledger.address import parse_address
from exporter.ledger.engine import Database
from exporter.ledger.errors import (
    LedgerCorrupt,
    LedgerError,
    LedgerForeign,
    LedgerFull,
    LedgerLocked,
    LedgerNewer,
    LedgerReadOnly,
    LedgerUnavailable,
    LedgerUnstorable,
    LedgerUrl,
)
from exporter.ledger.migrate import bring_up
from exporter.model import Component, Facts, Moment, Phase, Result, Seconds, Workflow

__all__ = [
    "TREND_STEP",
    "Ledger",
    "LedgerCorrupt",
    "LedgerError",
    "LedgerForeign",
    "LedgerFull",
    "LedgerLocked",
    "LedgerNewer",
    "LedgerReadOnly",
    "LedgerUnavailable",
    "LedgerUnstorable",
    "LedgerUrl",
]

RETENTION: Seconds = 35 * 86400
PATIENCE: Seconds = 10.0
TREND_STEP: Seconds = trends.STEP
"""A criterion's trend has no more than one value in this time, counted from 1970-01-01: a minute."""


class Ledger:
    """Any thread may call any method. Writers queue; readers wait for nobody. All raise LedgerError."""

    def __init__(self, database: Database, retention: Seconds) -> None:
        self._database = database
        self._retention = retention

    @classmethod
    def open(cls, url: str, *, retention: Seconds = RETENTION, patience: Seconds = PATIENCE) -> Self:
        """Opens the ledger at an SQLAlchemy `url`; creates or migrates it first.

        `retention`: how long raw facts are kept after they ended. `patience`: how long to wait for
        another process that holds the ledger. Raises LedgerError; nothing has then been changed.
        """
        database = Database(parse_address(url), patience)
        try:
            bring_up(database)
        except BaseException:
            database.close()
            raise
        return cls(database, retention)

    def close(self) -> None:
        """Waits for the write that is under way. Afterwards every method raises LedgerUnavailable."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def marks(self, source: str) -> dict[str, str]:
        """The provider's own notes from the polls that were kept."""
        with self._database.reading() as connection:
            return read.marks(connection, source)

    def last_success(self, source: str) -> Moment | None:
        """When the source was last polled without failure; None when it never was."""
        with self._database.reading() as connection:
            return read.last_success(connection, source)

    def record(self, source: str, facts: Facts, *, at: Moment, gap: Seconds, succeeded: bool) -> None:
        """Keeps what a poll of `source` learned at `at`: all of it, or (LedgerError) nothing.

        Runs, changes and deployments that are known already, or that ended before `at - retention`,
        change no total. A change is deployed once, by the first deployment that is known to have
        begun at or after its merge, whichever of the two is told first. Probes further apart than
        `gap` leave the time between them unobserved. A poll that did not succeed keeps its facts and
        marks, and leaves the last success alone.
        """
        poll = write.Poll(source, at=at, gap=gap, horizon=at - self._retention, succeeded=succeeded)
        with self._database.writing(f"source {source}") as connection:
            write.record(connection, poll, facts)

    def view(self, source: str) -> SourceView:
        """All that is known of a source now, of one moment; empty for a source never recorded.

        `repositories` are those that a git host listed. What a CI system alone knows by name counts
        in the totals, and is no repository in scope.
        """
        with self._database.reading() as connection:
            return read.view(connection, source)

    def spans(self, since: Moment, sources: Collection[str] | None = None) -> tuple[Span, ...]:
        """What was observed of the components from `since` on, by source, component and time."""
        with self._database.reading() as connection:
            return read.spans(connection, since, sources)

    def operations(self, since: Moment, sources: Collection[str] | None = None) -> dict[Component, Operations]:
        """Bridge operations since the minute that holds `since`; a bridge without any is absent."""
        with self._database.reading() as connection:
            return read.operations(connection, since, sources)

    def run_results(
        self,
        since: Moment,
        workflow: Workflow = Workflow.INTEGRATED,
        sources: Collection[str] | None = None,
    ) -> dict[Result, int]:
        """Runs of a workflow that ended at or after `since`; a result that no run had is absent."""
        with self._database.reading() as connection:
            return read.run_results(connection, since, workflow, sources)

    def slowdowns(
        self, starts: Sequence[Moment], sources: Collection[str] | None = None, given: Seconds | None = None
    ) -> list[Slowdown]:
        """For each start, successful integrated runs that ended at or after it, against their repositories' baselines.

        `given`, in seconds, takes the place of every measured baseline; it is above 0.
        """
        with self._database.reading() as connection:
            return medians.slowdowns(connection, starts, sources, given)

    def lead_time(
        self, since: Moment, sources: Collection[str] | None = None, until: CycleEnd = CycleEnd.MERGED
    ) -> Median | None:
        """Seconds from first commit to the end that `until` says, where it is at or after `since`; None without any.

        Only repositories that are integrated now count, with what was merged once they were.
        """
        with self._database.reading() as connection:
            return medians.lead_time(connection, since, sources, until)

    def adoption(self, sources: Collection[str] | None = None) -> dict[str, tuple[AdoptionDay, ...]]:
        """Each source's history, the days ascending; a source that told of no repositories is absent."""
        with self._database.reading() as connection:
            return adoption.load(connection, sources)

    def reach(self, plan: str, phases: Mapping[Phase, Moment]) -> None:
        """Notes when phases' gates were seen open, under a short text that tells the plan from others.

        The first moment of each stays. It waits for other writers: tell only what `reached` lacks.
        """
        with self._database.writing("reached") as connection:
            reached.record(connection, plan, phases)

    def reached(self, plan: str) -> dict[Phase, Moment]:
        """When each phase's gate was first seen open; one that never was is absent."""
        with self._database.reading() as connection:
            return reached.load(connection, plan)

    def stand(self, criteria: Mapping[str, float], *, at: Moment) -> None:
        """Notes what criteria stood at, by key. It waits for other writers: tell them once in a `TREND_STEP`.

        Of one step the first value stays; the first in half an hour is kept for two days and not two
        hours, the first in six hours for 90 days.
        """
        with self._database.writing("trend") as connection:
            trends.record(connection, criteria, at)

    def trends(self, now: Moment) -> dict[str, tuple[Standing, ...]]:
        """What each criterion stood at, as far back as it is kept, oldest first; absent where nothing is.

        Keys are those that were told: also of a criterion that there is no more.
        """
        with self._database.reading() as connection:
            return trends.load(connection, now)

    def sample(
        self, source: str, facts: Facts, *, begin: Moment, end: Moment, until: CycleEnd = CycleEnd.MERGED
    ) -> None:
        """Keeps what a backfill found: samples for the baseline, and its own marks; all of it or nothing.

        Samples are successful runs of the legacy workflow, and changes, whose end (for changes the one
        that `until` says) lies in [begin, end). What is sampled already counts once. No total changes.
        """
        with self._database.writing("baseline") as connection:
            baselines.sample(connection, source, facts, begin, end, until)

    def sampling(self, source: str) -> dict[str, str]:
        """The marks of a backfill that has not been frozen."""
        with self._database.reading() as connection:
            return baselines.marks(connection, source)

    def freeze(self, *, begin: Moment, end: Moment, at: Moment, until: CycleEnd = CycleEnd.MERGED) -> MeasuredBaseline:
        """Makes the samples the baseline, in place of an earlier one; samples and their marks are gone.

        `until` is what ended the cycles that were sampled.
        """
        with self._database.writing("baseline") as connection:
            return baselines.freeze(connection, begin, end, at, until)

    def forget_samples(self) -> None:
        """Drops samples and their marks, so that a backfill begins anew; a frozen baseline stays."""
        with self._database.writing("baseline") as connection:
            baselines.forget(connection)

    def baseline(self) -> MeasuredBaseline | None:
        """The frozen baseline; None before one was measured."""
        with self._database.reading() as connection:
            return baselines.load(connection)

    def prune(self, now: Moment) -> None:
        """Forgets raw facts that ended before `now - retention`, and of the trend what its step is kept no longer.

        Totals, state, the adoption's history and the baseline stay.
        """
        with self._database.reading() as connection:
            sources = read.sources(connection)
        for source in sources:
            with self._database.writing(f"source {source}") as connection:
                write.prune(connection, source, now - self._retention)
        with self._database.writing("trend") as connection:
            trends.prune(connection, now)
