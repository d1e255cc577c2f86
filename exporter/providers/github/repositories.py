"""Which repositories an owner has, and which of them are in scope.

It knows the listing; what is inside a repository is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from exporter.errors import BadPayload, NotFound
from exporter.http import Http
from exporter.model import Repository, RepositoryState, Unreadable
from exporter.providers.base import Payload, When, parse
from exporter.providers.common.host import Listing
from exporter.providers.common.items import unreadable
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
    first, second = KINDS if kind not in KINDS else (kind, *(k for k in KINDS if k != kind))
    try:
        entries = _entries(http, base, owner, first)
    except NotFound as error:
        try:
            entries, first = _entries(http, base, owner, second), second
        except NotFound:
            what = "no organisation and no user of this name that the credentials may see; check `owner`"
            raise NotFound(f"{error}: {what}") from error
    return parse_listing(entries, base, owner, selection, first)


def _entries(http: Http, base: str, owner: str, kind: str) -> list[Any]:
    url = f"{base}/{kind}/{quote(owner, safe='')}/repos"
    entries: list[Any] = []
    for reply in http.pages(url, {"per_page": PER_PAGE, "sort": "full_name"}):
        page = reply.json()
        if not isinstance(page, list):
            raise BadPayload(f"{reply.url}: expected a list of repositories, got {type(page).__name__}")
        entries.extend(page)
    return entries


def parse_listing(entries: Sequence[Any], base: str, owner: str, selection: Selection, kind: str) -> Listing:
    """What is in scope. A malformed entry stays in scope by its name; without a name the scope is unknown."""
    targets: dict[Repository, Target] = {}
    bad: list[Unreadable] = []
    broken: list[Repository] = []
    nameless = False
    for number, entry in enumerate(entries, 1):
        try:
            found = parse(RepositoryPayload, entry, f"repository {number} of {owner}")
        except BadPayload as error:
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(name, str):
                nameless = True
                bad.append(unreadable(f"repository {number} of {owner}", error))
            elif selection.names(name):
                broken.append(Repository(_login(entry) or owner, name))
                bad.append(unreadable(str(broken[-1]), error))
            continue
        if selection.takes(found.name, archived=bool(found.archived), fork=bool(found.fork)):
            repository = Repository(found.owner.login if found.owner else owner, found.name)
            targets[repository] = Target(repository, found.default_branch, found.pushed_at, base)
    scope = None if nameless else frozenset([*targets, *broken])
    states = tuple(RepositoryState(repository, None) for repository in broken)
    ordered = tuple(targets[name] for name in sorted(targets))
    return Listing(ordered, tuple(bad), states, scope, marks={KIND: kind})


def _login(entry: dict[str, Any]) -> str:
    """The owner's name as GitHub writes it, in an entry that is otherwise malformed."""
    owner = entry.get("owner")
    login = owner.get("login") if isinstance(owner, dict) else None
    return login if isinstance(login, str) else ""
