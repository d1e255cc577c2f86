"""The views of Jenkins and its folders: a name, and the jobs in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from exporter.demo.api.jenkins.export import Bean, Exported, Model, fixed, read

if TYPE_CHECKING:
    from exporter.demo.api.jenkins.items import BranchJob, Item

_VIEW = Model(
    "hudson.model.View",
    [
        fixed("description", None),
        read("items", "jobs"),
        read("name", visibility=2),
        Exported("property", lambda _: [], inline=True),
        read("url", visibility=2),
    ],
)
_ALL = _VIEW.child("hudson.model.AllView")
_OF_BRANCHES = _VIEW.child("jenkins.branch.MultiBranchProjectViewHolder$ViewImpl")


@dataclass(frozen=True, slots=True)
class View(Bean):
    """`within` is its owner's address. The primary view has that as its own."""

    kind: Model
    within: str
    name: str
    items: Sequence[Item]
    primary: bool = True

    @property
    def model(self) -> Model:
        return self.kind

    @property
    def url(self) -> str:
        return self.within if self.primary else f"{self.within}view/{quote(self.name)}/"


def item_views(within: str, items: Sequence[Item], name: str) -> list[View]:
    return [View(_ALL, within, name, items)]


def branch_views(within: str, jobs: Sequence[BranchJob]) -> list[View]:
    """Branches, and pull requests apart from them."""
    pulls = [job for job in jobs if job.pull]
    branches = View(_OF_BRANCHES, within, "default", [job for job in jobs if not job.pull])
    return [branches, *([View(_OF_BRANCHES, within, "change-requests", pulls, primary=False)] if pulls else [])]
