"""The instance's pages: which address shows what of the organisation. It answers as GitLab 18 does.

Everything is private: whoever shows no token is told that there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Limit, Refused
from exporter.demo.api.gitlab import groups, people, projects
from exporter.demo.api.gitlab.asked import Asked
from exporter.demo.api.gitlab.call import Call, Show, instance, listed, raw_path, signed_in
from exporter.demo.api.gitlab.code import CodePages
from exporter.demo.api.gitlab.finder import Finder
from exporter.demo.api.gitlab.names import API, VERSION, group_id, group_path
from exporter.demo.api.gitlab.paging import by_key
from exporter.demo.api.gitlab.replies import Answer, NoKeyset, NoPage, limit_headers, refusal, shown, throttled
from exporter.demo.api.gitlab.routes import Routes
from exporter.demo.api.gitlab.work import WorkPages
from exporter.demo.repository import Repository

GROUP_ORDERS: Mapping[str, Callable[[str], str | int]] = {"name": str, "path": str, "id": group_id}


class GitLabHost:
    """The pages below its base address, for the repositories that lie on it."""

    def __init__(
        self, repositories: Mapping[str, Repository], token: str, limit: Limit, clock: Callable[[], float]
    ) -> None:
        self._finder = Finder(repositories)
        self._token = token
        self._limit = limit
        self._clock = clock
        code, work = CodePages(self._finder), WorkPages(self._finder)
        self._routes = Routes({**self._own_pages(), **code.pages(), **work.pages()})

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        """One for all: which it is, the path tells only as long as nobody has decoded it."""
        return {f"{API}/{{path:path}}": self.answer}

    def answer(self, request: Request) -> Response:
        limit = self._limit.at(self._clock())
        try:
            known = signed_in(request, self._token)
        except Refused as refused:
            return refusal(refused)
        if not limit.remaining:
            return throttled(limit, self._clock())
        limit.spend()
        try:
            return shown(request, self._shown(request, known=known), limit)
        except Refused as refused:
            return refusal(refused, limit_headers(limit))

    def _shown(self, request: Request, *, known: bool) -> Answer:
        base, path = instance(request), raw_path(request)
        found = self._routes.find(path.removeprefix(API))
        if found is None:
            raise NoPage
        show, named = found
        url = f"{base}{path}"
        return show(Call(base, url, Asked(request.query_params), named, known))

    def _own_pages(self) -> dict[str, Show]:
        return {
            "/version": self.version,
            "/user": self.user,
            "/groups/:id": self.group,
            "/groups/:id/projects": self.group_projects,
            "/groups/:id/subgroups": self.subgroups,
            "/projects": self.projects,
            "/projects/:id": self.project,
        }

    def version(self, call: Call) -> Answer:
        call.sign_in()
        return Answer({"version": VERSION, "revision": "6a1c9b2f3d4"})

    def user(self, call: Call) -> Answer:
        call.sign_in()
        return Answer(people.current(call.base))

    def group(self, call: Call) -> Answer:
        path = self._finder.group(call)
        held = [projects.project(call.base, each) for each in self._within(call, path, deeper=False)]
        more = {"projects": held, "shared_projects": []} if call.asked.flag("with_projects") is not False else {}
        return Answer({**groups.whole(call.base, path), **more})

    def subgroups(self, call: Call) -> Answer:
        """The groups directly below."""
        path, search = self._finder.group(call), call.asked.text("search") or ""
        order, falling = call.asked.word("order_by", GROUP_ORDERS, "name"), call.asked.word("sort", ("asc", "desc"))
        below = [each for each in self._finder.groups if groups.parent(each) == path and search in each]
        ordered = sorted(below, key=GROUP_ORDERS[order], reverse=falling == "desc")
        return call.paged(ordered, lambda each: groups.group(call.base, each))

    def group_projects(self, call: Call) -> Answer:
        """Only what is directly in the group, unless subgroups are asked for. Pages are by offset alone."""
        path = self._finder.group(call)
        every = self._within(call, path, deeper=bool(call.asked.flag("include_subgroups")))
        show = projects.simple if call.asked.flag("simple") else projects.project
        return call.paged(projects.chosen(every, call.asked), lambda each: show(call.base, each))

    def projects(self, call: Call) -> Answer:
        """All that one may see, also page by page by their ids."""
        every = projects.chosen(self._finder.projects(call), call.asked)
        show = projects.simple if call.asked.flag("simple") else projects.with_access
        if call.asked.text("pagination") != "keyset":
            return call.paged(every, lambda each: show(call.base, each))
        if call.asked.text("order_by") != "id":
            raise NoKeyset
        page = by_key(call.place, call.asked, every, lambda each: each.repository_id)
        return listed(page, lambda each: show(call.base, each))

    def project(self, call: Call) -> Answer:
        return Answer(projects.with_access(call.base, self._finder.project(call)))

    def _within(self, call: Call, path: str, *, deeper: bool) -> list[Repository]:
        every = [(group_path(each), each) for each in self._finder.projects(call)]
        return [each for group, each in every if group == path or (deeper and group.startswith(f"{path}/"))]
