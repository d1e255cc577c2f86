"""What an owner has on a git host, and what of it is in scope.

It knows entries, names and scope; what an entry holds, each host knows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from exporter.errors import BadPayload, NotFound
from exporter.model import Repository, RepositoryState, Unreadable
from exporter.providers.base import Payload, parse
from exporter.providers.common.items import unreadable

P = TypeVar("P", bound=Payload)
R = TypeVar("R")


class Target(Protocol):
    """A repository in scope, as the host's listing shows it."""

    @property
    def repository(self) -> Repository: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """The host's repositories: those to read, in the order of their names, those that could not be read, and
    what is in scope (None: not known this time). `marks` are the host's own notes of the listing."""

    targets: tuple[Any, ...]
    unreadable: tuple[Unreadable, ...] = ()
    states: tuple[RepositoryState, ...] = ()
    scope: frozenset[Repository] | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a list. `noun` and `owner` name them; not `complete`: the list moved while it was paged."""

    items: Iterable[Any]
    noun: str
    owner: str
    complete: bool = True


def listing_of(
    entries: Entries,
    model: type[P],
    take: Callable[[P], Target | None],
    named: Callable[[Any], Repository | None],
    wanted: Callable[[Repository], bool],
) -> Listing:
    """What is in scope: `take` gives the target of an entry, or None for one that is not.

    A malformed entry stays in scope by its name, if it is `wanted`; without a name, or when the list is
    not complete, the scope is unknown.
    """
    targets: dict[Repository, Target] = {}
    broken: list[Repository] = []
    bad: list[Unreadable] = []
    complete = entries.complete
    for number, entry in enumerate(entries.items, 1):
        where = f"{entries.noun} {number} of {entries.owner}"
        try:
            target = take(parse(model, entry, where))
        except BadPayload as error:
            name = named(entry)
            complete = complete and name is not None
            if name is None or wanted(name):
                bad.append(unreadable(where if name is None else str(name), error))
                broken += [] if name is None else [name]
        else:
            targets |= {} if target is None else {target.repository: target}
    scope = frozenset([*targets, *broken]) if complete else None
    states = tuple(RepositoryState(repository, None) for repository in broken)
    return Listing(tuple(targets[name] for name in sorted(targets, key=str)), tuple(bad), states, scope)


def owned_by(owner: str) -> Callable[[Any], Repository | None]:
    """Names a malformed entry that has `name` and `owner.login`, as GitHub's and Gitea's have."""

    def named(entry: Any) -> Repository | None:
        name = text_at(entry, "name")
        return None if name is None else Repository(text_at(entry, "owner", "login") or owner, name)

    return named


def text_at(entry: Any, *keys: str) -> str | None:
    """The text below these keys in an entry that is otherwise malformed; None where there is none."""
    for key in keys:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry if isinstance(entry, str) else None


def first_found(kinds: Iterable[str], ask: Callable[[str], R], nobody: str) -> tuple[R, str]:
    """The answer for the first kind of owner that exists, and the kind. `nobody` says what is wrong if none does."""
    missing: NotFound | None = None
    for kind in kinds:
        try:
            return ask(kind), kind
        except NotFound as error:
            missing = missing or error
    raise NotFound(f"{missing}: {nobody}") from missing


def likeliest_first(kinds: tuple[str, ...], known: str | None) -> tuple[str, ...]:
    """The kinds of owner, what it was last time at first."""
    return kinds if known not in kinds else (known, *(kind for kind in kinds if kind != known))
