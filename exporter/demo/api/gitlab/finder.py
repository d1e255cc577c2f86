"""What a request is about: the group, project, pipeline or merge request of its address. It shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exporter.demo.api.gitlab.call import Call
from exporter.demo.api.gitlab.names import full_path, group_id, group_path
from exporter.demo.api.gitlab.replies import forbidden, missing
from exporter.demo.catalogue import OWNER
from exporter.demo.launches import Launch, launches
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository


class Finder:
    """Each raises Refused for what is not there, or not for the one who asks: all projects are private."""

    def __init__(self, repositories: Mapping[str, Repository]) -> None:
        self._repositories = repositories

    def projects(self, call: Call) -> Sequence[Repository]:
        return list(self._repositories.values()) if call.signed_in else []

    @property
    def groups(self) -> Sequence[str]:
        """All full paths, the organisation's first."""
        return [OWNER, *sorted({group_path(each) for each in self._repositories.values()})]

    def group(self, call: Call) -> str:
        """A group's full path, by that or by its id."""
        wanted = call.named["id"].lower()
        found = next((path for path in self.groups if wanted in (path, str(group_id(path)))), None)
        if found is None or not call.signed_in:
            raise missing("Group")
        return found

    def project(self, call: Call) -> Repository:
        """A project by its id or its full path."""
        wanted = call.named["id"].lower()
        every = self.projects(call)
        found = next((each for each in every if wanted in (full_path(each), str(each.repository_id))), None)
        if found is None:
            raise missing("Project")
        return found

    def readable(self, call: Call) -> Repository:
        """The same, if one may see what is in it."""
        found = self.project(call)
        if found.unreadable:
            raise forbidden()
        return found

    def pipeline(self, call: Call) -> tuple[Repository, Launch]:
        found, wanted = self.readable(call), call.number("pipeline_id")
        launch = next((each for each in launches(found) if each.launch_id == wanted), None)
        if launch is None:
            raise missing()
        return found, launch

    def merge_request(self, call: Call) -> tuple[Repository, Pull]:
        found = self.readable(call)
        pull = found.pull(call.number("merge_request_iid"))
        if pull is None:
            raise missing()
        return found, pull
