"""Which repositories an owner has, and which of them are in scope.

It knows the listing; what is inside a repository is read elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from exporter.http import Http
from exporter.model import Repository
from exporter.providers.base import Payload
from exporter.providers.common.listing import Entries, Listing, first_found, likeliest_first, listing_of, owned_by
from exporter.providers.common.selection import Selection
from exporter.providers.gitea.api import Maybe, Target, pages

KIND = "owner_kind"
KINDS = ("orgs", "users")


class OwnerPayload(Payload):
    login: str


class RepositoryPayload(Payload):
    name: str
    owner: OwnerPayload | None = None
    default_branch: str | None = None
    archived: bool | None = None
    fork: bool | None = None
    empty: bool | None = None
    updated_at: Maybe = None
    mirror_updated: Maybe = None
    open_pr_counter: int | None = None
    has_actions: bool | None = None
    has_pull_requests: bool | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose repositories are wanted, where, and what the server is."""

    base: str
    owner: str
    selection: Selection
    by_task: bool

    def target(self, found: RepositoryPayload) -> Target:
        return Target(
            repository=Repository(found.owner.login if found.owner else self.owner, found.name),
            base=self.base,
            default_branch=found.default_branch or None,
            updated_at=found.updated_at,
            mirrored_at=found.mirror_updated,
            open_pulls=found.open_pr_counter,
            empty=bool(found.empty),
            has_actions=found.has_actions is not False,
            has_pulls=found.has_pull_requests is not False,
            by_task=self.by_task,
        )


def list_repositories(http: Http, asked: Asked, kind: str | None) -> Listing:
    """Asks for the organisation's repositories, or the user's; `kind` is what it was last time."""
    nobody = "no organisation and no user of this name that the token may see; check `owner`"
    entries, found = first_found(likeliest_first(KINDS, kind), lambda one: _entries(http, asked, one), nobody)
    return replace(parse_listing(entries, asked), marks={KIND: found})


def _entries(http: Http, asked: Asked, kind: str) -> Entries:
    """All entries, and whether the list stood still while it was paged.

    The list has the order of creation: a repository that is deleted meanwhile moves all later ones
    up by one, and one of them over a page's edge.
    """
    entries: list[Any] = []
    totals: set[int | None] = set()
    for page in pages(http, f"{asked.base}/{kind}/{quote(asked.owner, safe='')}/repos"):
        entries.extend(page.entries)
        totals.add(page.total)
    return Entries(entries, "repository", asked.owner, complete=len(totals) <= 1)


def parse_listing(entries: Entries, asked: Asked) -> Listing:
    selection = asked.selection

    def take(found: RepositoryPayload) -> Target | None:
        taken = selection.takes(found.name, archived=bool(found.archived), fork=bool(found.fork))
        return asked.target(found) if taken else None

    named = owned_by(asked.owner)
    return listing_of(entries, RepositoryPayload, take, named, lambda repository: selection.names(repository.name))
