"""Which repositories an owner has, and which of them are in scope.

It knows the listing; what is inside a repository is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from exporter.errors import BadPayload
from exporter.http import Http
from exporter.model import Repository
from exporter.providers.base import Payload, When
from exporter.providers.common.listing import Entries, Listing, first_found, likeliest_first, listing_of, owned_by
from exporter.providers.common.selection import Selection
from exporter.providers.github.api import PER_PAGE, Target

KIND = "owner_kind"
KINDS = ("orgs", "users")


class OwnerPayload(Payload):
    login: str


class RepositoryPayload(Payload):
    name: str
    owner: OwnerPayload | None = None
    default_branch: str | None = None
    pushed_at: When | None = None
    archived: bool | None = None
    fork: bool | None = None


def list_repositories(http: Http, base: str, owner: str, selection: Selection, kind: str | None) -> Listing:
    """Asks for the organisation's repositories, or the user's; `kind` is what it was last time."""
    nobody = "no organisation and no user of this name that the credentials may see; check `owner`"
    entries, found = first_found(likeliest_first(KINDS, kind), lambda one: _entries(http, base, owner, one), nobody)
    return replace(parse_listing(entries, base, owner, selection), marks={KIND: found})


def _entries(http: Http, base: str, owner: str, kind: str) -> list[Any]:
    url = f"{base}/{kind}/{quote(owner, safe='')}/repos"
    entries: list[Any] = []
    for reply in http.pages(url, {"per_page": PER_PAGE, "sort": "full_name"}):
        page = reply.json()
        if not isinstance(page, list):
            raise BadPayload(f"{reply.url}: expected a list of repositories, got {type(page).__name__}")
        entries.extend(page)
    return entries


def parse_listing(entries: Sequence[Any], base: str, owner: str, selection: Selection) -> Listing:
    def take(found: RepositoryPayload) -> Target | None:
        if not selection.takes(found.name, archived=bool(found.archived), fork=bool(found.fork)):
            return None
        repository = Repository(found.owner.login if found.owner else owner, found.name)
        return Target(repository, found.default_branch, found.pushed_at, base)

    every = Entries(entries, "repository", owner)
    named = owned_by(owner)
    return listing_of(every, RepositoryPayload, take, named, lambda repository: selection.names(repository.name))
