"""Gitea and Forgejo: repositories with their evidence, Actions runs, merged pull requests.

How the parts share the work: `server` says which server it is, `repositories` lists what is in scope,
`contents` reads the evidence, `history` the runs (`tasks` where the server lists no runs, `runs` what
either means), `changes` the merges. This module is the configuration and the order of the questions.

Neither answers with ETags, so whether something moved is read from the listing of the repositories:
`updated_at` changes with every push, `open_pr_counter` with every pull request that closes.

What a poll costs, in requests, with N repositories in scope of all A that the owner has (pages hold
50 entries, or as many as the server's MAX_RESPONSE_ITEMS allows):

    nothing changed      max(1, ceil(A/50)), and N: the newest runs of each
    a changed one        in addition:
      runs               1 for each further page of runs that are newer than the last reading
      pushed or merged   1 for the branch; if it moved, ceil(F/1000) for its F files and folders and, if
                         evidence is new among them, 1 for each file that is evidence; and 1 for the pull
                         requests (again while the push is younger than a minute), 1 for each fifty
                         commits of each new merge
      an open run that no page shows: 1 each time its age has grown by a twentieth
    once an hour         1 for the version; N for the pull requests; the pages of runs within a day,
                         where these are more than one
    the first poll       1 for the version, max(1, ceil(A/50)), +1 if the owner is a user, and for each
                         repository: 1 branch, its tree and evidence files, the pages of runs (or tasks)
                         within `history` (at least 1), the pages of merges (at least 1), and the commits
                         of each merge within `history`

An empty repository costs its runs alone, one without Actions (or pull requests) none for these:
`has_actions` and `has_pull_requests` say so, and a 404 where they do not is an answer that cannot be
read. A malformed pull request costs its list 1 at every poll until it is gone. A poll that is cut
short goes on with the next repository after the last one that was done.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, HttpUrl, field_validator

from exporter.http import Auth, Http
from exporter.model import ActiveRuns, Facts
from exporter.providers.base import Bearer, Since, Url
from exporter.providers.common.host import GitHost
from exporter.providers.common.items import or_unreadable
from exporter.providers.common.listing import Listing
from exporter.providers.gitea import changes, contents, history, tasks
from exporter.providers.gitea.api import Target
from exporter.providers.gitea.repositories import KIND, Asked, list_repositories
from exporter.providers.gitea.runs import DefinitionOf
from exporter.providers.gitea.server import lists_runs, read_version

__all__ = ["Gitea"]


class Gitea(GitHost):
    """A Gitea (1.22 or newer) or Forgejo (7 or newer) organisation or user. Its token needs to read
    repositories and organisations, and users where the owner is one."""

    vcs_provider_name: ClassVar[str] = "gitea"

    kind: Literal["gitea"]
    url: Url
    """The instance's address, with the path that it lies below, if any; its API is at `/api/v1` there."""
    owner: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    """The organisation or user."""

    @field_validator("url")
    @classmethod
    def _is_the_instance(cls, url: HttpUrl) -> HttpUrl:
        if "/api/v1" in (url.path or ""):
            raise ValueError("not the instance's address; leave away /api/v1")
        return url

    @property
    def base(self) -> str:
        return self.at("api/v1")

    def auth(self) -> Auth:
        """By the scheme that every version of both understands."""
        return Bearer(self.token, self.token_file, scheme="token ")

    def listing(self, http: Http, since: Since) -> Listing:
        version, asked = read_version(http, self.base, since)
        wanted = Asked(self.base, self.owner, self.selection, by_task=not lists_runs(version))
        listing = list_repositories(http, wanted, since.get(KIND))
        return Listing(listing.targets, listing.unreadable, listing.states, listing.scope, {**listing.marks, **asked})

    def read(self, http: Http, target: Target, since: Since) -> Facts:
        found, known = contents.read_contents(http, target, self.evidence, since)
        definition_of = partial(contents.definition, known=known, rules=self.evidence)
        name = str(target.repository)
        runs = or_unreadable(name, lambda: self._runs(http, target, definition_of, since))
        merged = or_unreadable(name, lambda: changes.read_changes(http, target, since, self.history))
        return Facts.merged([found, runs, merged])

    def _runs(self, http: Http, target: Target, definition_of: DefinitionOf, since: Since) -> Facts:
        """A repository without Actions has no runs: that is known, and nothing to ask for."""
        if not target.has_actions:
            return Facts(active=(ActiveRuns(target.repository),))
        read = tasks.read_tasks if target.by_task else history.read_runs
        return read(http, target, definition_of, since, self.history)
