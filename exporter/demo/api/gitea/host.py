"""The instance's pages: which address shows what of the organisation. It answers as Gitea 1.26.0 does.

Whoever shows no token sees what is public: the version, people, and no repository.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from exporter.demo.api.answers import Refused
from exporter.demo.api.gitea import people
from exporter.demo.api.gitea.code import CodePages
from exporter.demo.api.gitea.finder import Finder
from exporter.demo.api.gitea.names import API, base_of
from exporter.demo.api.gitea.paging import Show, paged, said
from exporter.demo.api.gitea.replies import refusal, written
from exporter.demo.api.gitea.repositories import repository as shown_repository
from exporter.demo.api.gitea.work import WorkPages
from exporter.demo.catalogue import OWNER, Trait
from exporter.demo.repository import Repository

VERSION = "1.26.0"
"""The first with workflow runs in its API is 1.25."""


class GiteaHost:
    """The pages below its base address, for the repositories that lie on it.

    Gitea limits nobody and knows no conditional requests.
    """

    def __init__(self, repositories: Mapping[str, Repository], token: str) -> None:
        self._finder = Finder(repositories, token)

    def pages(self) -> dict[str, Show]:
        shown = {**self._pages_of_people(), **CodePages(self._finder).pages(), **WorkPages(self._finder).pages()}
        guarded = {f"{API}{path}": self._guarded(show) for path, show in shown.items()}
        return {**guarded, f"{API}/{{path:path}}": _nothing}

    def _pages_of_people(self) -> dict[str, Show]:
        return {
            "/version": lambda _: written({"version": VERSION}),
            "/user": self.asker,
            "/users/{user}": self.user,
            "/users/{user}/repos": self.repositories,
            "/orgs/{org}": self.organisation,
            "/orgs/{org}/repos": self.repositories,
            "/repos/search": self.search,
            "/repos/{owner}/{repo}": self.repository,
        }

    def asker(self, request: Request) -> Response:
        if not self._finder.signed_in(request):
            raise Refused(401, "token is required")
        return written(people.asker(base_of(request)))

    def user(self, request: Request) -> Response:
        return written(
            people.user(base_of(request), self._finder.person(request), known=self._finder.signed_in(request))
        )

    def organisation(self, request: Request) -> Response:
        self._finder.organisation(request)
        return written(people.organisation(base_of(request)))

    def repositories(self, request: Request) -> Response:
        """Those of the organisation, by their ids; nobody here has any of their own."""
        if "org" in request.path_params:
            self._finder.organisation(request)
        theirs = "org" in request.path_params or self._finder.person(request) == OWNER
        found = list(self._finder.visible(request).values()) if theirs else []
        page = paged(request, base_of(request), sorted(found, key=lambda each: each.repository_id))
        return written([shown_repository(base_of(request), each) for each in page.items], headers=page.headers)

    def search(self, request: Request) -> Response:
        """By a part of the name, as a `mode`, archived or not; in the order of their names."""
        query = request.query_params
        named = query.get("q", "").strip().lower()
        found = [each for name, each in sorted(self._finder.visible(request).items()) if named in name.lower()]
        archived = said(request, "archived")
        if archived is not None:
            found = [each for each in found if (each.plan.trait is Trait.ARCHIVED) is archived]
        if query.get("mode"):
            found = [each for each in found if query["mode"] == _mode(each)]
        page = paged(request, base_of(request), found)
        data = [shown_repository(base_of(request), each) for each in page.items]
        return written({"ok": True, "data": data}, headers=page.headers)

    def repository(self, request: Request) -> Response:
        return written(shown_repository(base_of(request), self._finder.repository(request)))

    def _guarded(self, show: Show) -> Show:
        def answer(request: Request) -> Response:
            try:
                self._finder.signed_in(request)
                return show(request)
            except Refused as refused:
                return refusal(base_of(request), refused)

        return answer


def _nothing(_: Request) -> Response:
    """An address that means nothing is no matter of the API."""
    return PlainTextResponse("404 page not found\n", 404)


def _mode(repository: Repository) -> str:
    return "fork" if repository.plan.trait is Trait.FORK else "source"
