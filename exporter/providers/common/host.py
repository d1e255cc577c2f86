"""The shape of a git host: first what is in scope, then one step for each repository, whole.

It knows the order of a poll and what is noted of it; how a host is asked, each of them knows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field

from exporter.evidence import EvidenceRules
from exporter.http import Http
from exporter.model import Facts, Repository
from exporter.providers.base import Capability, Duration, HttpProvider, Since
from exporter.providers.common.contents import mark_name
from exporter.providers.common.items import distinct
from exporter.providers.common.listing import Listing, Target
from exporter.providers.common.selection import Selection

SCOPE, CURSOR = "scope", "cursor"


T = TypeVar("T", bound=Target)


class GitHost(HttpProvider):
    """A git host with its CI. Subclasses set `kind` and give `listing` and `read`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.RUNS, Capability.REPOSITORIES, Capability.CHANGES}
    )

    interval: Annotated[Duration, Field(ge=1, le=86400)] = 60.0
    timeout: Annotated[Duration, Field(ge=0.1, le=3600)] = 50.0
    repositories: tuple[str, ...] = ("*",)
    """Shell patterns of the repositories that are in scope."""
    exclude: tuple[str, ...] = ()
    """Shell patterns of those that are not."""
    include_archived: bool = False
    """Whether archived repositories are in scope."""
    include_forks: bool = False
    """Whether forks are in scope."""
    history: Duration = 604800.0
    """How far back the first poll reads, and the longest outage that a later one makes up for. What is
    younger may be told again: the ledger's retention must be longer."""
    evidence: EvidenceRules = EvidenceRules()
    """What counts as evidence here; the organisation's `evidence:` otherwise."""

    @property
    def selection(self) -> Selection:
        return Selection(self.repositories, self.exclude, self.include_archived, self.include_forks)

    @property
    def base(self) -> str:
        """The API's address, without a slash at the end."""
        return self.at("").rstrip("/")

    def listing(self, http: Http, since: Since) -> Listing:
        """What the host has that is in scope."""
        raise NotImplementedError(f"{type(self).__name__} has no listing")

    def read(self, http: Http, target: Any, since: Since) -> Facts:
        """All that is new of one repository; what cannot be read of it does not hide the rest."""
        raise NotImplementedError(f"{type(self).__name__} has no read")

    def left(self, name: str, since: Since) -> Mapping[str, str]:
        """The marks of a repository that left the scope. Should it come back, its state must be told anew,
        for it is forgotten with the scope, but not its runs, which are counted for ever."""
        return forgotten(name)

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """First the scope, then one step for each repository, whole, from where the last poll was cut."""
        listing = self.listing(http, since)
        yield self._scope(listing, since)
        for target in rotated(listing.targets, since.get(CURSOR) or ""):
            facts = self.read(http, target, since)
            marks = {**facts.marks, CURSOR: str(target.repository)}
            yield replace(facts, marks=marks, unreadable=distinct(facts.unreadable))
        yield Facts(marks={CURSOR: ""})

    def _scope(self, listing: Listing, since: Since) -> Facts:
        """What is in scope, with the marks that this changes."""
        marks = {key: mark for key, mark in listing.marks.items() if since.get(key) != mark}
        if listing.scope is not None:
            marks |= scope_marks(listing.scope, since, lambda name: self.left(name, since))
        # what cannot be read now is to be told anew when it can
        marks |= {mark_name(state.repository): "" for state in listing.states}
        return Facts(scope=listing.scope, unreadable=listing.unreadable, repositories=listing.states, marks=marks)


def scope_marks(
    scope: Iterable[Repository], since: Since, left: Callable[[str], Mapping[str, str]]
) -> Mapping[str, str]:
    """The mark of what is in scope, if it changed, and those of `left` for each repository that is no longer."""
    names = "\n".join(sorted(map(str, scope)))
    before = since.get(SCOPE)
    if names == before:
        return {}
    gone = set((before or "").split("\n")) - set(names.split("\n")) - {""}
    return {SCOPE: names, **{key: mark for name in sorted(gone) for key, mark in left(name).items()}}


def forgotten(name: str) -> Mapping[str, str]:
    """The mark by which a repository's state is told anew, should it come back."""
    return {mark_name(name): ""}


def rotated(targets: Sequence[T], after: str) -> list[T]:
    """The targets from the first one after the last that was done."""
    index = next((i for i, target in enumerate(targets) if str(target.repository) > after), 0)
    return [*targets[index:], *targets[:index]]
