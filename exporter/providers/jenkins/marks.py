"""The provider's notes for its next poll: of each folder, what was seen of its jobs; where anything was active.

A job that is gone is noted no longer. Should it come back, its builds within the history are told once more,
and the ledger knows them by their run ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from exporter.model import Repository
from exporter.providers.base import Since
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.jenkins.api import Stamp

ACTIVE, CURSOR = "active", "cursor"
Pair: TypeAlias = tuple[str, str]
_IDENTITY = re.compile(r"(\d{1,18})@(\d{1,18})")


class JobMark(Mark):
    """The newest build that was seen, those that were open then with their repositories, and the repository that
    the job's checkouts named last."""

    newest: str = ""
    open: Mapping[str, Pair] = {}
    repository: Pair | None = None

    @property
    def known(self) -> Repository | None:
        return None if self.repository is None else Repository(*self.repository)

    def is_new(self, build: Stamp) -> bool:
        """Whether the build came after the newest one: by its number, or, in a job that was made anew, by its time."""
        number, timestamp = parts_of(self.newest)
        return build.number > number or build.timestamp > timestamp


class FolderMark(Mark):
    """By the names of its jobs."""

    jobs: Mapping[str, JobMark] = {}


class ActiveMark(Mark):
    repositories: tuple[Pair, ...] = ()


def parts_of(identity: str) -> tuple[int, int]:
    """Number and time of a build's identity; (-1, -1) where there is none."""
    found = _IDENTITY.fullmatch(identity)
    return (int(found[1]), int(found[2])) if found else (-1, -1)


def key_of(folder: str) -> str:
    return f"builds:{folder}"


def cursor_at(folder: str) -> str:
    """Stands for a folder in the cursor; that of no folder is empty, and the top's is not."""
    return f"/{folder}"


def read_folder(since: Since, folder: str) -> Mapping[str, JobMark]:
    mark = read_mark(FolderMark, since.get(key_of(folder)))
    return {} if mark is None else mark.jobs


def folder_text(jobs: Mapping[str, JobMark]) -> str:
    return FolderMark(jobs=dict(sorted(jobs.items()))).model_dump_json()


def folders_below(since: Since, folder: str) -> list[str]:
    """The folders of which something was noted: this one, and those in it at any depth."""
    names = (key.removeprefix(key_of("")) for key in since.marks if key.startswith(key_of("")))
    return [name for name in names if not folder or name == folder or name.startswith(f"{folder}/")]


def read_active(since: Since) -> frozenset[Repository]:
    mark = read_mark(ActiveMark, since.get(ACTIVE)) or ActiveMark()
    return frozenset(Repository(*pair) for pair in mark.repositories)


def active_text(repositories: Iterable[Repository]) -> dict[str, str]:
    return {ACTIVE: ActiveMark(repositories=tuple(map(pair_of, sorted(repositories)))).model_dump_json()}


def pair_of(repository: Repository) -> Pair:
    return repository.owner, repository.name
