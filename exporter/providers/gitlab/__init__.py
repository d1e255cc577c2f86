"""GitLab (gitlab.com and self-managed): projects with their evidence, pipelines, merge requests, deployments.

How the parts share the work: `projects` lists what is in scope, `contents` reads the evidence, `history`,
`pipelines` and `jobs` the pipelines, `changes` the merges, `deployments` what reached production; `updates`
is the way in which the last three lists are read. This module is the configuration and the order of the
questions. https://docs.gitlab.com/api/rest/

What is counted: the pipelines that GitLab's list of a project shows. Child pipelines are not among them
(https://docs.gitlab.com/api/pipelines/): they are part of their parent, whose status and duration cover
them. A pipeline that somebody retries, or whose manual job somebody starts after its end, keeps its id and
ends once more: that is its next attempt.

What a poll costs, in requests, with N projects in scope of all A that the group has, and e `environments`:

    nothing changed      ceil(A/100), and (3 + e)N: the default branch, pipelines, merge requests, deployments
    a changed one        further:
      pipelines          1 for each that ended, +1 if it failed, +1 for each further page of those that changed
      merged             1 for each hundred commits of each new merge
      pushed             the tree: 1 for each hundred entries up to 500; beyond, 5 and 1 for the root and for each
                         level of the folders that the rules name; +1 for each file that is evidence, if one is new
    an open pipeline     once newer ones hide it: 1 each time its age has grown by a tenth, and by ten minutes
                         at least
    the first poll       as for changed ones, with all within `history`; +1 if the group is a user

A project whose pipelines, merge requests or repository are switched off is not asked for them. GitLab's limiter
counts a 304 like any other answer, so nothing is asked by ETag. gitlab.com allows 2,000 requests a minute: from
about 600 projects on, `interval` must grow by a minute for each further 600, and `timeout` with it.
A poll that is cut short goes on with the next project after the last one that was done; pipelines for which the
time of a poll did not suffice are noted, and asked for by the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, HttpUrl, field_validator

from exporter.evidence import EvidenceRules, workflow_of
from exporter.http import Auth, Http
from exporter.model import Facts, Workflow
from exporter.providers.base import Bearer, Since, Url
from exporter.providers.common.host import GitHost
from exporter.providers.common.items import or_unreadable
from exporter.providers.common.listing import Listing
from exporter.providers.common.selection import matches
from exporter.providers.gitlab import changes, contents, deployments, history
from exporter.providers.gitlab.api import Target
from exporter.providers.gitlab.pipelines import WorkflowOf
from exporter.providers.gitlab.projects import KIND, list_projects

__all__ = ["GitLab"]

API = "api/v4"
TOKEN_HEADERS = {"private": ("PRIVATE-TOKEN", ""), "job": ("JOB-TOKEN", ""), "oauth": ("Authorization", "Bearer ")}
SPARED = 0.1
"""The share of a poll's time in which no more pipelines are asked for, so that what was read can be told."""


class GitLab(GitHost):
    """A GitLab group with its subgroups, or a user's namespace. `url` is the instance's address, also below a path.

    `repositories` and `exclude` are held against a project's path and against its full path, which names
    the groups: `shop` and `acme/web/shop`. Projects that wait for their deletion are not in scope.
    """

    vcs_provider_name: ClassVar[str] = "gitlab"

    kind: Literal["gitlab"]
    url: Url = HttpUrl("https://gitlab.com")
    """The instance's address; its API is looked for below `/api/v4`."""
    group: Annotated[str, Field(pattern=r"^[^/\s]+(/[^/\s]+)*$")]
    """The group's full path (`acme`, `acme/web`), or the user."""
    token_type: Literal["private", "job", "oauth"] = "private"  # noqa: S105  # a kind of token, not a token
    """What the token is: a personal, group or project access token, a CI job's, or an OAuth one."""
    integrated_pipelines: tuple[str, ...] = ()
    """Shell patterns of the names of pipelines that run the integrated workflow; where these or
    `legacy_pipelines` are given, names decide alone, and otherwise what the CI definition runs."""
    legacy_pipelines: tuple[str, ...] = ()
    """Shell patterns of the names of pipelines that run the separate tools' workflow."""
    environments: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Names of the environments that are production; their deployments are read."""

    @field_validator("url")
    @classmethod
    def _is_the_instance(cls, url: HttpUrl) -> HttpUrl:
        if (url.path or "").rstrip("/").endswith("/" + API):
            raise ValueError(f"not the instance's address; leave away /{API}")
        return url

    @property
    def base(self) -> str:
        return self.at(API)

    def auth(self) -> Auth:
        header, scheme = TOKEN_HEADERS[self.token_type]
        return Bearer(self.token, self.token_file, header, scheme)

    def listing(self, http: Http, since: Since) -> Listing:
        return list_projects(http, self.base, self.group, self.selection, since.get(KIND))

    def read(self, http: Http, target: Target, since: Since) -> Facts:
        rules = contents.rules_for(target, self.evidence)
        found, known = contents.read_contents(http, target, rules, since)
        terms = history.Terms(self._workflow_of(target, known, rules), self.history, SPARED * self.timeout)
        name = str(target.repository)
        runs = or_unreadable(name, lambda: history.read_pipelines(http, target, since, terms))
        merged = or_unreadable(name, lambda: changes.read_changes(http, target, since, self.history))
        shipped = deployments.read_deployments(http, target, since, self.history, self.environments)
        return Facts.merged([found, runs, merged, shipped])

    def _workflow_of(self, target: Target, known: Mapping[str, Workflow], rules: EvidenceRules) -> WorkflowOf:
        """By the names of pipelines, or by the one CI definition that all pipelines of a project have."""
        if self.integrated_pipelines or self.legacy_pipelines:
            return self._by_name
        workflow = workflow_of(target.definition, known, rules)
        return lambda _: workflow

    def _by_name(self, pipeline: str) -> Workflow:
        if matches(pipeline, self.integrated_pipelines):
            return Workflow.INTEGRATED
        return Workflow.LEGACY if matches(pipeline, self.legacy_pipelines) else Workflow.OTHER
