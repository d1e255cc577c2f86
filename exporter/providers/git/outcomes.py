"""How a poll goes from one repository to the next: what is in scope, how long each may take, what a failure spoils."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from exporter.errors import SourceError, TimedOut
from exporter.http import Http
from exporter.model import Facts, Repository, RepositoryState, Seconds
from exporter.providers.base import Since
from exporter.providers.common.contents import mark_name
from exporter.providers.common.host import CURSOR, forgotten, scope_marks
from exporter.providers.common.items import distinct, unreadable

Outcome: TypeAlias = tuple[Repository, Facts | SourceError]


def scope_of(repositories: Iterable[Repository], since: Since) -> Facts:
    """What is in scope; what left it is forgotten, and must be told anew should it come back."""
    scope = frozenset(repositories)
    return Facts(scope=scope, marks=scope_marks(scope, since, forgotten))


def share(http: Http, *, last: bool) -> Callable[[], Seconds]:
    """The seconds that are left for one repository: half of the poll's, all for the last one."""
    kept = 0.0 if last else http.remaining / 2

    def left() -> Seconds:
        seconds = http.remaining - kept
        if seconds <= 0:
            raise TimedOut("this repository's share of the poll's time is used up; raise `timeout` of this source")
        return seconds

    return left


def steps(outcomes: Iterable[Outcome]) -> Iterator[Facts]:
    """Each repository as a step. When all failed for one reason the poll did, and the first error is raised."""
    alike: list[tuple[Repository, SourceError]] | None = []
    for repository, outcome in outcomes:
        if alike is not None and isinstance(outcome, SourceError) and not _differs(outcome, alike):
            alike.append((repository, outcome))
            continue
        yield from (_spoiled(*one) for one in alike or ())
        alike = None
        yield _spoiled(repository, outcome) if isinstance(outcome, SourceError) else _step(repository, outcome)
    if alike:
        raise alike[0][1]


def _differs(error: SourceError, alike: list[tuple[Repository, SourceError]]) -> bool:
    return any(error.reason is not other.reason for _, other in alike)


def _spoiled(repository: Repository, error: SourceError) -> Facts:
    """A repository that cannot be read: what it shows is not known, and is told anew when it can."""
    return _step(
        repository,
        Facts(
            repositories=(RepositoryState(repository, None),),
            unreadable=(unreadable(str(repository), error),),
            marks={mark_name(repository): ""},
        ),
    )


def _step(repository: Repository, facts: Facts) -> Facts:
    marks = {**facts.marks, CURSOR: str(repository)}
    return replace(facts, marks=marks, unreadable=distinct(facts.unreadable))
