"""Which projects a group has, and which of them are in scope.

Projects of a group are paged by offset alone (https://docs.gitlab.com/api/rest/#keyset-based-pagination lists
what offers more). In the order of their ids new ones come last, but one that leaves while the pages are read
moves the others up, and the first of the next page stays unseen. GitLab tells the total with each page; where it
differs from page to page, the scope is not known this time.

It knows the listing; what is inside a project is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from exporter.errors import BadPayload
from exporter.http import Http
from exporter.model import Repository
from exporter.providers.base import Payload
from exporter.providers.common.listing import Entries, Listing, first_found, likeliest_first, listing_of, text_at
from exporter.providers.common.selection import Selection, matches
from exporter.providers.gitlab.api import DEFINITION, PER_PAGE, Target

KIND = "group_kind"
PARAMS: Mapping[str, str | int] = {"per_page": PER_PAGE, "order_by": "id", "sort": "asc"}
KINDS: Mapping[str, Mapping[str, str | int]] = {
    "groups": {**PARAMS, "include_subgroups": "true", "with_shared": "false"},
    "users": PARAMS,
}
DISABLED = "disabled"


class ProjectPayload(Payload):
    id: int
    path_with_namespace: str
    default_branch: str | None = None
    empty_repo: bool | None = None
    archived: bool | None = None
    forked_from_project: Any = None
    marked_for_deletion_at: str | None = None
    marked_for_deletion_on: str | None = None
    ci_config_path: str | None = None
    repository_access_level: str | None = None
    builds_access_level: str | None = None
    merge_requests_access_level: str | None = None
    environments_access_level: str | None = None

    @property
    def repository(self) -> Repository:
        return named(self.path_with_namespace)

    @property
    def leaves(self) -> bool:
        """Whether it waits for its deletion; newer servers say `on`, older ones `at`."""
        return bool(self.marked_for_deletion_on or self.marked_for_deletion_at)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever pushed. The default branch is also hidden from who may not read the code."""
        return self.default_branch is None if self.empty_repo is None else self.empty_repo

    @property
    def disabled(self) -> frozenset[str]:
        levels = {
            "repository": self.repository_access_level,
            "builds": self.builds_access_level,
            "merge_requests": self.merge_requests_access_level,
            "environments": self.environments_access_level,
        }
        return frozenset(feature for feature, level in levels.items() if level == DISABLED)

    def target(self, base: str) -> Target:
        definition = self.ci_config_path or DEFINITION
        return Target(self.repository, self.id, base, self.default_branch, self.empty, definition, self.disabled)


def list_projects(http: Http, base: str, group: str, selection: Selection, kind: str | None) -> Listing:
    """Asks for the group's projects, or the user's; `kind` is what it was last time."""
    nobody = "no group and no user of this path that the credentials may see; check `group`"
    kinds = likeliest_first(tuple(KINDS), kind)
    entries, found = first_found(kinds, lambda one: _entries(http, base, group, one), nobody)
    return replace(parse_listing(entries, base, selection), marks={KIND: found})


def _entries(http: Http, base: str, group: str, kind: str) -> Entries:
    """All entries, and whether the list stood still while it was paged."""
    entries: list[Any] = []
    totals: set[str] = set()
    for reply in http.pages(f"{base}/{kind}/{quote(group, safe='')}/projects", KINDS[kind]):
        page = reply.json()
        if not isinstance(page, list):
            raise BadPayload(f"{reply.url}: expected a list of projects, got {type(page).__name__}")
        entries.extend(page)
        totals |= {reply.headers["X-Total"]} if "X-Total" in reply.headers else set()
    return Entries(entries, "project", group, complete=len(totals) <= 1)


def parse_listing(entries: Entries, base: str, selection: Selection) -> Listing:
    def take(found: ProjectPayload) -> Target | None:
        return found.target(base) if takes(found, selection) else None

    def path(entry: Any) -> Repository | None:
        full = text_at(entry, "path_with_namespace")
        return None if full is None else named(full)

    return listing_of(entries, ProjectPayload, take, path, lambda repository: wanted(repository, selection))


def takes(project: ProjectPayload, selection: Selection) -> bool:
    """Whether it is in scope. GitLab names a fork's origin only to who may see that one."""
    if project.leaves or (project.archived and not selection.include_archived):
        return False
    fork = project.forked_from_project is not None
    return wanted(project.repository, selection) and (selection.include_forks or not fork)


def wanted(repository: Repository, selection: Selection) -> bool:
    """Whether the patterns choose it, by its own path or by the full one."""
    names = (repository.name, str(repository))
    chosen = any(matches(name, selection.repositories) for name in names)
    return chosen and not any(matches(name, selection.exclude) for name in names)


def named(path: str) -> Repository:
    """The owner of a project is the full path of its group."""
    owner, _, name = path.rpartition("/")
    return Repository(owner, name)
