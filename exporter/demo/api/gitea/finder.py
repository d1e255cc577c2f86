"""What a request is about: who asks, and the repository, run or pull request of its address. It shows nothing."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from exporter.demo.api.answers import Refused
from exporter.demo.api.gitea.gate import signed_in
from exporter.demo.api.gitea.people import LOGINS
from exporter.demo.api.gitea.replies import Missing
from exporter.demo.catalogue import OWNER
from exporter.demo.launches import Launch, launches
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository


class Finder:
    """Each raises Refused for what is not there, or not for the one who asks."""

    def __init__(self, repositories: Mapping[str, Repository], token: str) -> None:
        self._repositories = repositories
        self._token = token

    def signed_in(self, request: Request) -> bool:
        return signed_in(request, self._token)

    def visible(self, request: Request) -> Mapping[str, Repository]:
        return self._repositories if self.signed_in(request) else {}

    def person(self, request: Request) -> str:
        name = str(request.path_params["user"])
        found = next((login for login in LOGINS if login == name.lower()), None)
        if found is None:
            raise Refused(404, f"user redirect does not exist [name: {name}]")
        return found

    def organisation(self, request: Request) -> None:
        name = str(request.path_params["org"])
        if name.lower() != OWNER:
            raise Missing(f"user redirect does not exist [name: {name}]", message="GetOrgByName")

    def repository(self, request: Request) -> Repository:
        owner, name = request.path_params["owner"], request.path_params["repo"]
        if owner.lower() not in LOGINS:
            raise Missing(f"user redirect does not exist [name: {owner}]", message="GetUserByName")
        found = self.visible(request).get(name.lower()) if owner.lower() == OWNER else None
        if found is None:
            raise Missing
        if found.unreadable:
            need, has = "[read:repository]", "read:organization,read:user"
            raise Refused(
                403, f"token does not have at least one of required scope(s), required={need}, token scope={has}"
            )
        return found

    def with_pulls(self, request: Request) -> Repository:
        """An empty repository has no pull requests, not even none."""
        found = self.repository(request)
        if found.head is None:
            raise Missing
        return found

    def pull(self, request: Request) -> Pull:
        pull = self.with_pulls(request).pull(request.path_params["number"])
        if pull is None:
            raise Missing
        return pull

    def launch(self, request: Request) -> Launch:
        wanted = request.path_params["run"]
        found = next((each for each in launches(self.repository(request)) if each.launch_id == wanted), None)
        if found is None:
            raise Missing(f"run with id {wanted}: resource does not exist")
        return found
