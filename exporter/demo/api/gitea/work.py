"""The pages of what is done in a repository: pull requests and Actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Refused
from exporter.demo.api.gitea import pulls, runs
from exporter.demo.api.gitea.commits import commit, detail_of
from exporter.demo.api.gitea.finder import Finder
from exporter.demo.api.gitea.names import base_of
from exporter.demo.api.gitea.paging import Show, older, paged
from exporter.demo.api.gitea.replies import written
from exporter.demo.api.gitea.repositories import repository as shown_repository
from exporter.demo.api.gitea.workflows import workflows
from exporter.demo.launches import launches


class WorkPages:
    """Below a repository's address."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def pages(self) -> dict[str, Show]:
        repository, run = "/repos/{owner}/{repo}", "/repos/{owner}/{repo}/actions/runs/{run:int}"
        return {
            f"{repository}/pulls": self.pulls,
            f"{repository}/pulls/{{number:int}}": self.pull,
            f"{repository}/pulls/{{number:int}}/commits": self.pull_commits,
            f"{repository}/actions/runs": self.runs,
            run: self.run,
            f"{run}/jobs": self.jobs,
            f"{repository}/actions/tasks": self.tasks,
            f"{repository}/actions/workflows": self.workflows,
        }

    def pulls(self, request: Request) -> Response:
        base, found, query = base_of(request), self._finder.with_pulls(request), request.query_params
        state, sort, target = (query.get(name, "").strip() for name in ("state", "sort", "base_branch"))
        here = shown_repository(base, found)
        page = paged(request, base, pulls.chosen(found, state, sort, target))
        return written([pulls.listed_pull(base, found, pull, here) for pull in page.items], headers=page.headers)

    def pull(self, request: Request) -> Response:
        return written(pulls.whole_pull(base_of(request), self._finder.repository(request), self._finder.pull(request)))

    def pull_commits(self, request: Request) -> Response:
        """Newest first."""
        base, found, made = base_of(request), self._finder.repository(request), self._finder.pull(request).commits[::-1]
        page, detail = paged(request, base, made), detail_of(request)
        shown = [commit(base, found, each, detail) for each in page.items]
        return written(shown, headers=older(page, {}))

    def runs(self, request: Request) -> Response:
        """Newest first. Gitea cannot be asked for a time."""
        base, found, query = base_of(request), self._finder.repository(request), request.query_params
        statuses = query.getlist("status")
        chosen = [each for each in reversed(launches(found)) if runs.wanted(each, query, statuses)]
        here = shown_repository(base, found, readable=False)
        return _counted(request, "workflow_runs", chosen, lambda each: runs.run(base, found, each, here))

    def run(self, request: Request) -> Response:
        base, found = base_of(request), self._finder.repository(request)
        here = shown_repository(base, found, readable=False)
        return written(runs.run(base, found, self._finder.launch(request), here))

    def jobs(self, request: Request) -> Response:
        """Of a run that is not there, none."""
        base, found, wanted = base_of(request), self._finder.repository(request), request.path_params["run"]
        its_own = [each for each in launches(found) if each.launch_id == wanted]
        return _counted(request, "jobs", its_own, lambda each: runs.job(base, found, each))

    def tasks(self, request: Request) -> Response:
        base, found = base_of(request), self._finder.repository(request)
        return _counted(request, "workflow_runs", runs.tasks(base, found, launches(found)), lambda each: each)

    def workflows(self, request: Request) -> Response:
        """Of an empty repository Gitea fails to say that there are none."""
        repository = self._finder.repository(request)
        if repository.head is None:
            raise Refused(500, "")
        found = workflows(base_of(request), repository)
        return written({"workflows": found, "total_count": len(found)})


def _counted(request: Request, name: str, items: Sequence[Any], show: Callable[[Any], Any]) -> Response:
    """A list as Actions have it: inside an object that counts it."""
    page = paged(request, base_of(request), items)
    return written({name: [show(item) for item in page.items], "total_count": len(items)}, headers=page.headers)
