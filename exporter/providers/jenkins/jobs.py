"""Which jobs there are, in folders of any depth.

Each answer shows LEVELS levels of folders, and of each folder at most WIDTH entries. What a folder has beyond
that, and what lies deeper, is asked for at that folder's own address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from exporter.http import Http
from exporter.model import Unreadable
from exporter.providers.common.items import ITEM_ERRORS, field_of, parse_each, unreadable
from exporter.providers.common.selection import Selection, matches
from exporter.providers.jenkins.api import Item, LastBuild, parse_list, path_to, window

LEVELS = 5
WIDTH = 100
_ITEM = "_class,name,displayName,actions[_class],lastBuild[number,timestamp,building]"


@dataclass(frozen=True, slots=True)
class Job:
    """A job in scope. `branch` is None outside of a multibranch project, which names a job after its branch, slashes
    encoded; `primary` is None where no branch of the project is marked as the primary one."""

    path: tuple[str, ...]
    pipeline: str
    branch: str | None = None
    primary: bool | None = None
    last: LastBuild | None = None

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def full_name(self) -> str:
        return "/".join(self.path)

    @property
    def project(self) -> str:
        """The path that stands for the repository where nothing else names one."""
        return "/".join(self.path if self.branch is None else self.path[:-1])


@dataclass(slots=True)
class Folder:
    """A folder, or the top (no path). `whole` says whether all its entries could be read."""

    path: tuple[str, ...] = ()
    title: str = ""
    multibranch: bool = False
    items: dict[str, Item] = field(default_factory=dict)
    whole: bool = True

    @property
    def full_name(self) -> str:
        return "/".join(self.path)

    def jobs(self, selection: Selection) -> list[Job]:
        """Its jobs that are in scope, in the order of their names."""
        marked = any(item.primary for item in self.items.values())
        every = (self._job(item, marked=marked) for _, item in sorted(self.items.items()))
        return [job for job in every if selection.names(job.full_name)]

    def _job(self, item: Item, *, marked: bool) -> Job:
        path = (*self.path, item.name)
        if not self.multibranch:
            return Job(path, item.title, last=item.last)
        return Job(path, self.title, unquote(item.name), item.primary if marked else None, item.last)


@dataclass(slots=True)
class Tree:
    """All folders by their full names, and what of them could not be read."""

    folders: dict[str, Folder] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)


def tree_from(begin: int) -> str:
    """The question for a folder's entries from `begin` on, with what is in them."""
    tree = window("jobs[name]", 0, 1)  # enough to see that there is more
    for level in range(LEVELS):
        first = begin if level == LEVELS - 1 else 0
        tree = window(f"jobs[{_ITEM},{tree}]", first, first + WIDTH)
    return tree


def read_tree(http: Http, base: str, selection: Selection) -> Tree:
    """Every folder that is not excluded. Raises where the top cannot be read; any other folder is an item."""
    walk = _Walk(http, base, selection)
    walk.ask(Folder(), 0)
    while walk.further:
        folder, begin = walk.further.pop()
        try:
            walk.ask(folder, begin)
        except ITEM_ERRORS as error:
            folder.whole = False
            walk.tree.unreadable.append(unreadable(folder.full_name or "the top folder", error))
    return walk.tree


@dataclass(slots=True)
class _Walk:
    http: Http
    base: str
    selection: Selection
    tree: Tree = field(default_factory=Tree)
    further: list[tuple[Folder, int]] = field(default_factory=list)
    """The folders of which more is to be asked, and from which entry on."""

    def ask(self, folder: Folder, begin: int) -> None:
        self.tree.folders.setdefault(folder.full_name, folder)
        reply = self.http.get(f"{self.base}/{path_to(folder.path)}api/json", {"tree": tree_from(begin)})
        self._take(folder, parse_list(reply.json(), "jobs", reply.url), begin, LEVELS)

    def _take(self, folder: Folder, entries: list[Any], begin: int, levels: int) -> None:
        """Takes up a folder's entries; `levels` of folders were asked for from here on."""
        items, bad = parse_each(Item, entries, self.base, lambda entry: _name(folder, entry))
        self.tree.unreadable.extend(bad)
        folder.whole = folder.whole and not bad
        for item in items:
            if item.jobs is None:
                folder.items[item.name] = item
            else:
                self._enter(Folder((*folder.path, item.name), item.title, item.multibranch), item.jobs, levels - 1)
        if len(entries) >= WIDTH:
            self.further.append((folder, begin + WIDTH))

    def _enter(self, folder: Folder, entries: list[Any], levels: int) -> None:
        if folder.full_name in self.tree.folders or matches(folder.full_name, self.selection.exclude):
            return
        self.tree.folders[folder.full_name] = folder
        if levels:
            self._take(folder, entries, 0, levels)
        elif entries:
            self.further.append((folder, 0))


def _name(folder: Folder, entry: Any) -> str:
    return "/".join((*folder.path, field_of(entry, "name")))
