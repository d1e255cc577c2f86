"""GitHub and GitHub Enterprise: repositories with their evidence, Actions runs, merged pull requests, deployments.

How the parts share the work: `repositories` lists what is in scope, `contents` reads the evidence,
`history` and `runs` the runs, `changes` the merges, `deployments` what came to production, `app` signs
in as a GitHub App. This module is the configuration and the order of the questions.

What a poll costs, in requests, with N repositories in scope of all A that the owner has:

    nothing changed      ceil(A/100), and 2N answered 304, which GitHub does not bill
    a changed one        in place of its 304s:
      runs               1, +1 for each further page of runs since 15 minutes before the last reading,
                         +1 once for each earlier attempt of a rerun
      merged             1, +1 for each hundred commits of each new merge (GitHub lists 250)
      pushed             1 for the tree (304 when it was another branch), +1 for each file that is
                         evidence, if one of those is new
      a run that slid off the first page while running: 1 each time its age has grown by a twentieth
    once an hour         the pages of runs within `lookback`, where these are more than one
    the first poll       ceil(A/100), +1 if the owner is a user, and for each repository: 1 tree and its
                         evidence files, the pages of runs within `history` (at least 1), 1 for the
                         merges, and 1 for each hundred commits of each merge within `history`

With E names in `environments`, beside this:

    nothing changed      E·N answered 304, and for each deployment that has not ended one more: at every
                         poll in its first hour, then each time its age has grown by a twentieth
    a changed one        1 in place of its 304 for an environment's new deployments, +1 for each further
                         page of them, and 1 for each change of an open one's statuses
    the first poll       for each repository and environment: the pages of deployments within `history`
                         (at least 1), and 1 for the statuses of each; where the source was polled
                         without `environments` before, within 35 days instead

A malformed or unreadable entry costs its list the ETag until it is gone: 1 billed instead of a 304.
GitHub derives ETags from the token as well, so with `app` up to 2N answers are billed once an hour,
when the token is renewed. Its secondary limit of 900 requests a minute counts the 304s: from about
400 repositories on, `interval` must grow by a minute for each further 400, and `timeout` with it.
A poll that is cut short goes on with the next repository after the last one that was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, HttpUrl, model_validator

from exporter.evidence import workflow_of
from exporter.http import Auth, Http
from exporter.model import Facts
from exporter.providers.base import Duration, Since, Url
from exporter.providers.common.host import GitHost
from exporter.providers.common.items import or_unreadable
from exporter.providers.common.listing import Listing
from exporter.providers.common.marks import read_mark
from exporter.providers.github import changes, contents, deployments, history
from exporter.providers.github.api import Target
from exporter.providers.github.app import AppAuth, AppCredentials
from exporter.providers.github.repositories import KIND, list_repositories

__all__ = ["GitHub"]

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub(GitHost):
    """A GitHub organisation or user. With a token of its own, a user's private repositories stay unseen."""

    vcs_provider_name: ClassVar[str] = "github"

    kind: Literal["github"]
    url: Url = HttpUrl("https://api.github.com")
    """The base address of its API; of an Enterprise server, `https://HOST/api/v3`."""
    owner: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    """The organisation or user."""
    app: AppCredentials | None = None
    """A GitHub App's credentials instead of a token."""
    lookback: Duration = 86400.0
    """How long after its creation a run is looked at for reruns."""
    environments: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The names of the environments that mean production: deployments of the default branch to one of them end
    lead time to production. Without any, none are asked for."""

    @model_validator(mode="after")
    def _consistent(self) -> GitHub:
        if self.app is not None and (self.token is not None or self.token_file is not None):
            raise ValueError("give app, or token or token_file, not both")
        if self.history < self.lookback:
            raise ValueError("history must be at least as long as lookback")
        return self

    def auth(self) -> Auth:
        return super().auth() if self.app is None else AppAuth(self.base, self.app)

    def connect(self, deadline: float, auth: Auth) -> Http:
        return Http(deadline=deadline, auth=auth, tls=self.tls.for_http(), headers=HEADERS)

    def listing(self, http: Http, since: Since) -> Listing:
        return list_repositories(http, self.base, self.owner, self.selection, since.get(KIND))

    def read(self, http: Http, target: Target, since: Since) -> Facts:
        found, known = contents.read_contents(http, target, self.evidence, since)
        kind_of = partial(workflow_of, known=known, rules=self.evidence)
        windows = history.Windows(self.lookback, self.history)
        name = str(target.repository)
        runs = or_unreadable(name, lambda: history.read_runs(http, target, kind_of, since, windows))
        merged = or_unreadable(name, lambda: changes.read_changes(http, target, since, self.history))
        deployed = or_unreadable(name, lambda: self._deployments(http, target, since))
        return Facts.merged([found, runs, merged, deployed])

    def _deployments(self, http: Http, target: Target, since: Since) -> Facts:
        if not self.environments:
            return Facts()
        return deployments.read_deployments(http, target, self.environments, since, self.history)

    def left(self, name: str, since: Since) -> Mapping[str, str]:
        """Also its runs' ETag: what the first page shows must be read again."""
        runs = read_mark(history.RunsMark, since.get(f"runs:{name}"))
        if runs is None:
            return super().left(name, since)
        without = runs.model_copy(update={"etag": None}).model_dump_json()
        return {**super().left(name, since), f"runs:{name}": without}
