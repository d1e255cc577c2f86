"""The tree of jobs: Jenkins, the organisation's folder, a folder a repository, a project a workflow, a job a branch.

`base` is Jenkins' own address with a slash at the end, `root` the one in front of it, without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from exporter.demo.api.jenkins import models
from exporter.demo.api.jenkins.builds import Build
from exporter.demo.api.jenkins.export import Bean, Model, Plain
from exporter.demo.api.jenkins.histories import History, histories
from exporter.demo.api.jenkins.queue import QueueItem
from exporter.demo.api.jenkins.standing import PERMALINKS, colour, estimate, health
from exporter.demo.api.jenkins.views import View, branch_views, item_views
from exporter.demo.catalogue import OWNER
from exporter.demo.files import job_name, workflow_name
from exporter.demo.launches import Launch
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository


class Item(Bean):
    """Something with a name below Jenkins. `title` is its display name, where it has been given one."""

    def __init__(self, parent: Item | Top, name: str, title: str | None = None) -> None:
        self.parent = parent
        self.name = name
        self.title = title
        self.top: Top = parent.top
        self.actions: list[Any] = []

    @property
    def base(self) -> str:
        return self.top.url

    @property
    def url(self) -> str:
        return f"{self.parent.url}job/{quote(self.name)}/"

    @property
    def display_name(self) -> str:
        return self.title or self.name

    @property
    def full_name(self) -> str:
        return f"{self.parent.full_name}/{self.name}".removeprefix("/")

    @property
    def full_display_name(self) -> str:
        return f"{self.parent.full_display_name} » {self.display_name}".removeprefix(" » ")

    @property
    def readable(self) -> bool:
        """Whether it may be opened; it is listed all the same."""
        return True

    @property
    def items(self) -> Sequence[Item]:
        return ()

    @property
    def views(self) -> list[View]:
        return item_views(self.url, self.items, "All")

    @property
    def primary_view(self) -> View:
        return self.views[0]

    def item(self, name: str) -> Item | None:
        return next((each for each in self.items if each.name == name), None)


class Top(Bean):
    """Jenkins itself, for one request."""

    full_name = full_display_name = ""
    readable = True

    def __init__(self, root: str, path: str, repositories: Mapping[str, Repository], now: float) -> None:
        self.root = root
        self.url = f"{root}{path}/"
        self.repositories = repositories
        self.now = now

    @property
    def model(self) -> Model:
        return models.TOP

    @property
    def top(self) -> Top:
        return self

    @cached_property
    def folder(self) -> OwnerFolder:
        return OwnerFolder(self, OWNER)

    @property
    def items(self) -> Sequence[Item]:
        return (self.folder,)

    def item(self, name: str) -> Item | None:
        return self.folder if name == OWNER else None

    @property
    def views(self) -> list[View]:
        return item_views(self.url, self.items, "all")

    @property
    def primary_view(self) -> View:
        return self.views[0]

    def jobs(self) -> list[BranchJob]:
        """All that build something, whoever may see them."""
        return [job for folder in self.folder.folders for project in folder.projects for job in project.jobs]


class OwnerFolder(Item):
    @property
    def model(self) -> Model:
        return models.FOLDER

    @property
    def items(self) -> Sequence[RepositoryFolder]:
        return self.folders

    @cached_property
    def folders(self) -> Sequence[RepositoryFolder]:
        return [RepositoryFolder(self, each) for _, each in sorted(self.top.repositories.items())]


class RepositoryFolder(Item):
    """Whoever may not read it sees nothing in it."""

    def __init__(self, parent: Item, repository: Repository) -> None:
        super().__init__(parent, repository.name)
        self.repository = repository

    @property
    def model(self) -> Model:
        return models.FOLDER

    @property
    def readable(self) -> bool:
        return not self.repository.unreadable

    @cached_property
    def projects(self) -> Sequence[MultiBranch]:
        """One for each workflow that ever ran here."""
        made = histories(self.repository)
        paths = sorted({path for path, _ in made}, key=job_name)
        return [
            MultiBranch(self, path, {job: history for (of, job), history in made.items() if of == path})
            for path in paths
        ]

    @property
    def items(self) -> Sequence[MultiBranch]:
        return self.projects if self.readable else ()


class MultiBranch(Item):
    def __init__(self, parent: RepositoryFolder, path: str, made: Mapping[str, History]) -> None:
        super().__init__(parent, job_name(path), workflow_name(path))
        self.repository = parent.repository
        self._made = made

    @property
    def model(self) -> Model:
        return models.MULTIBRANCH

    @property
    def items(self) -> Sequence[BranchJob]:
        return self.jobs

    @cached_property
    def jobs(self) -> Sequence[BranchJob]:
        return [BranchJob(self, name, history) for name, history in sorted(self._made.items())]

    @property
    def views(self) -> list[View]:
        return branch_views(self.url, self.jobs)


class BranchJob(Item):
    """A pipeline of one branch or pull request."""

    def __init__(self, parent: MultiBranch, name: str, history: History) -> None:
        super().__init__(parent, name)
        self.repository = parent.repository
        self._history = history
        self.pull = self.repository.pull(int(name.removeprefix("PR-"))) if name.startswith("PR-") else None
        self.actions = self._metadata()

    @property
    def model(self) -> Model:
        return models.WORKFLOW_JOB

    @property
    def visible(self) -> bool:
        return not self.repository.unreadable

    @property
    def remote(self) -> str:
        """The address that it clones."""
        return f"{self.top.root}/git/{self.repository.full_name}.git"

    @cached_property
    def builds(self) -> Sequence[Build]:
        """Oldest first."""
        return [Build(self, built, place) for place, built in enumerate(self._history.builds)]

    @cached_property
    def newest(self) -> Sequence[Build]:
        """Newest first, as Jenkins lists them."""
        return self.builds[::-1]

    @property
    def waiting(self) -> Sequence[Launch]:
        return self._history.waiting

    @property
    def queue_items(self) -> list[QueueItem]:
        return [QueueItem(self, launch, self.top.now) for launch in self.waiting]

    @property
    def buildable(self) -> bool:
        """Not once the branch is gone; its builds stay."""
        return self.pull is None or self.pull.closed_at is None

    @property
    def colour(self) -> str:
        return colour(self.builds)

    @property
    def estimated_duration(self) -> int:
        return estimate(self.builds)

    @property
    def first_build(self) -> Build | None:
        return next(iter(self.builds), None)

    @property
    def next_build_number(self) -> int:
        return self._history.started + 1

    @property
    def health(self) -> list[Plain]:
        return health(self.builds)

    @property
    def branch_property(self) -> Plain:
        head = Plain(models.HEAD, {"name": self.name})
        return Plain(models.BRANCH_PROPERTY, {"branch": Plain(models.BRANCH, {"head": head})})

    def build(self, number: int) -> Build | None:
        return next((each for each in self.builds if each.number == number), None)

    def permalink(self, name: str) -> Build | None:
        """The newest build of a kind. KeyError for a name that is none."""
        wanted = PERMALINKS[name]
        return next((build for build in self.newest if wanted(build)), None)

    def _metadata(self) -> list[Any]:
        if self.pull:
            return [{}, *_pull_metadata(self.pull)]
        return [{}, Plain(models.PRIMARY)] if self.name == quote(self.repository.plan.branch, safe="") else [{}]


def _pull_metadata(pull: Pull) -> list[Plain]:
    about = {"objectDescription": None, "objectDisplayName": pull.title, "objectUrl": None}
    by = pull.author
    who = {"contributor": by.login, "contributorDisplayName": by.name, "contributorEmail": by.email}
    return [Plain(models.OBJECT, about), Plain(models.CONTRIBUTOR, who)]
