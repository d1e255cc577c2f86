"""GitHub and GitHub Enterprise: repositories with their evidence, Actions runs, merged pull requests.

How the parts share the work: `repositories` lists what is in scope, `contents` reads the evidence,
`history` and `runs` the runs, `changes` the merges, `app` signs in as a GitHub App. This module is
the configuration and the order of the questions.

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

A malformed or unreadable entry costs its list the ETag until it is gone: 1 billed instead of a 304.
GitHub derives ETags from the token as well, so with `app` up to 2N answers are billed once an hour,
when the token is renewed. Its secondary limit of 900 requests a minute counts the 304s: from about
400 repositories on, `interval` must grow by a minute for each further 400, and `timeout` with it.
A poll that is cut short goes on with the next repository after the last one that was done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, HttpUrl, model_validator

from exporter.evidence import EvidenceRules, workflow_of
from exporter.http import Auth, Http
from exporter.model import Facts
from exporter.providers.base import Capability, Duration, HttpProvider, Since, Url
from exporter.providers.github import changes, contents, history
from exporter.providers.github.api import ITEM_ERRORS, Target, distinct, read_mark, unreadable
from exporter.providers.github.app import AppAuth, AppCredentials
from exporter.providers.github.repositories import Listing, Selection, list_repositories

__all__ = ["GitHub"]

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
KIND, SCOPE, CURSOR = "owner_kind", "scope", "cursor"


class GitHub(HttpProvider):
    """A GitHub organisation or user. With a token of its own, a user's private repositories stay unseen."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.RUNS, Capability.REPOSITORIES, Capability.CHANGES}
    )
    vcs_provider_name: ClassVar[str] = "github"

    kind: Literal["github"]
    url: Url = HttpUrl("https://api.github.com")
    """The base address of its API; of an Enterprise server, `https://HOST/api/v3`."""
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 60.0
    timeout: Annotated[Duration, Field(ge=0.1, le=3600)] = 50.0
    owner: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    """The organisation or user."""
    repositories: tuple[str, ...] = ("*",)
    """Shell patterns of the repositories that are in scope."""
    exclude: tuple[str, ...] = ()
    """Shell patterns of those that are not."""
    include_archived: bool = False
    """Whether archived repositories are in scope."""
    include_forks: bool = False
    """Whether forks are in scope."""
    app: AppCredentials | None = None
    """A GitHub App's credentials instead of a token."""
    lookback: Duration = 86400.0
    """How long after its creation a run is looked at for reruns."""
    history: Duration = 604800.0
    """How far back the first poll reads, and the longest outage that a later one makes up for. What is
    younger may be told again: the ledger's retention must be longer."""
    evidence: EvidenceRules = EvidenceRules()
    """What counts as evidence here; the organisation's `evidence:` otherwise."""

    @model_validator(mode="after")
    def _consistent(self) -> GitHub:
        if self.app is not None and (self.token is not None or self.token_file is not None):
            raise ValueError("give app, or token or token_file, not both")
        if self.history < self.lookback:
            raise ValueError("history must be at least as long as lookback")
        return self

    def auth(self) -> Auth:
        return super().auth() if self.app is None else AppAuth(self._base, self.app)

    def connect(self, deadline: float, auth: Auth) -> Http:
        return Http(deadline=deadline, auth=auth, tls=self.tls.for_http(), headers=HEADERS)

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """First the scope, then one step for each repository, whole, from where the last poll was cut."""
        chosen = Selection(self.repositories, self.exclude, self.include_archived, self.include_forks)
        listing = list_repositories(http, self._base, self.owner, chosen, since.get(KIND))
        yield _scope(listing, since)
        for target in _rotated(listing.targets, since.get(CURSOR) or ""):
            facts = self._repository(http, target, since)
            yield replace(facts, marks={**facts.marks, CURSOR: str(target.repository)})
        yield Facts(marks={CURSOR: ""})

    @property
    def _base(self) -> str:
        return self.at("").rstrip("/")

    def _repository(self, http: Http, target: Target, since: Since) -> Facts:
        """All that is new of one repository; what cannot be read of it does not hide the rest."""
        found, known = contents.read_contents(http, target, self.evidence, since)
        kind_of = partial(workflow_of, known=known, rules=self.evidence)
        windows = history.Windows(self.lookback, self.history)
        runs = _or_unreadable(target, lambda: history.read_runs(http, target, kind_of, since, windows))
        merged = _or_unreadable(target, lambda: changes.read_changes(http, target, since, self.history))
        facts = Facts.merged([found, runs, merged])
        return replace(facts, unreadable=distinct(facts.unreadable))


def _or_unreadable(target: Target, read: Callable[[], Facts]) -> Facts:
    try:
        return read()
    except ITEM_ERRORS as error:
        return Facts(unreadable=(unreadable(str(target.repository), error),))


def _scope(listing: Listing, since: Since) -> Facts:
    """What is in scope, with the marks that this changes."""
    marks = {} if since.get(KIND) == listing.kind else {KIND: listing.kind}
    if listing.scope is not None:
        names = "\n".join(sorted(map(str, listing.scope)))
        before = since.get(SCOPE)
        if names != before:
            gone = set((before or "").split("\n")) - set(names.split("\n")) - {""}
            marks |= {SCOPE: names, **_left(gone, since)}
    marks |= {f"contents:{state.repository}": "" for state in listing.states}  # to be told anew when it is readable
    return Facts(scope=listing.scope, unreadable=listing.unreadable, repositories=listing.states, marks=marks)


def _left(names: Iterable[str], since: Since) -> dict[str, str]:
    """Marks of repositories that left the scope. Should they come back, their state must be told anew,
    for it is forgotten with the scope, but not their runs, which are counted for ever."""
    marks: dict[str, str] = {}
    for name in names:
        marks[f"contents:{name}"] = ""
        runs = read_mark(history.RunsMark, since.get(f"runs:{name}"))
        if runs is not None:
            marks[f"runs:{name}"] = runs.model_copy(update={"etag": None}).model_dump_json()
    return marks


def _rotated(targets: tuple[Target, ...], after: str) -> list[Target]:
    """The targets from the first one after the last that was done."""
    index = next((i for i, target in enumerate(targets) if str(target.repository) > after), 0)
    return [*targets[index:], *targets[:index]]
