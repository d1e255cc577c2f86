"""The list of all providers: to add one is to write its module and to name it here."""

from typing import Annotated, TypeAlias

from pydantic import Field

from exporter.providers.bridge import Bridge
from exporter.providers.buildbot import Buildbot
from exporter.providers.git import Git
from exporter.providers.gitea import Gitea
from exporter.providers.github import GitHub
from exporter.providers.gitlab import GitLab
from exporter.providers.http_json import HttpJson
from exporter.providers.jenkins import Jenkins
from exporter.providers.kilo import Kilo
from exporter.providers.orchex import Orchex
from exporter.providers.scorecard import ScorecardFile

AnyProvider: TypeAlias = Annotated[
    Bridge | Buildbot | Git | Gitea | GitHub | GitLab | HttpJson | Jenkins | Kilo | Orchex | ScorecardFile,
    Field(discriminator="kind"),
]
