"""The host's pages: which address shows what of the organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Refused, iso
from exporter.demo.api.github import deployments as deployed
from exporter.demo.api.github import filters, git
from exporter.demo.api.github.gate import Gate
from exporter.demo.api.github.paging import Page, paged
from exporter.demo.api.github.people import organisation
from exporter.demo.api.github.pulls import listed_pull, whole_pull
from exporter.demo.api.github.replies import Answer, base_of, limit_headers, limited, refusal, written
from exporter.demo.api.github.repositories import listed, mention, whole
from exporter.demo.api.github.runs import run as shown_run
from exporter.demo.api.github.runs import workflows
from exporter.demo.catalogue import OWNER, PEOPLE
from exporter.demo.deployment import Deployment
from exporter.demo.hosts import Host
from exporter.demo.organisation import Organisation
from exporter.demo.pull import Pull
from exporter.demo.repository import Repository


class GitHubHost:
    """The pages below a base address, which each answer learns from its request."""

    def __init__(self, acme: Organisation, gate: Gate, clock: Callable[[], float]) -> None:
        self._repositories = acme.on(Host.GITHUB)
        self._gate = gate
        self._clock = clock

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        repository = "/repos/{owner}/{repo}"
        shown = {
            "/orgs/{org}": self.organisation,
            "/orgs/{org}/repos": self.repositories,
            "/users/{user}/repos": self.no_repositories,
            repository: self.repository,
            f"{repository}/branches/{{branch:path}}": self.branch,
            f"{repository}/git/trees/{{ref:path}}": self.tree,
            f"{repository}/git/blobs/{{sha}}": self.blob,
            f"{repository}/contents": self.contents,
            f"{repository}/contents/{{path:path}}": self.contents,
            f"{repository}/actions/runs": self.runs,
            f"{repository}/actions/runs/{{run:int}}": self.run,
            f"{repository}/actions/runs/{{run:int}}/attempts/{{attempt:int}}": self.run,
            f"{repository}/actions/workflows": self.workflows,
            f"{repository}/deployments": self.deployments,
            f"{repository}/deployments/{{deployment:int}}": self.deployment,
            f"{repository}/deployments/{{deployment:int}}/statuses": self.deployment_statuses,
            f"{repository}/pulls": self.pulls,
            f"{repository}/pulls/{{number:int}}": self.pull,
            f"{repository}/pulls/{{number:int}}/commits": self.pull_commits,
        }
        guarded = {path: self._guarded(show) for path, show in shown.items()}
        return {**guarded, "/rate_limit": self.rate_limit}

    def token_page(self, request: Request) -> Response:
        """`POST /app/installations/{installation}/access_tokens`."""
        try:
            authorization = request.headers.get("Authorization", "")
            installation = int(request.path_params["installation"])
            made = self._gate.installation_token(authorization, installation, self._clock())
        except Refused as refused:
            return refusal(refused)
        permissions = dict.fromkeys(("actions", "contents", "deployments", "metadata", "pull_requests"), "read")
        more = {"expires_at": iso(made["expires_at"]), "permissions": permissions, "repository_selection": "all"}
        return written({**made, **more}, 201)

    def rate_limit(self, request: Request) -> Response:
        """Asking for the limit costs nothing."""
        try:
            limit = self._gate.enter(request.headers.get("Authorization", ""), self._clock())
        except Refused as refused:
            return refusal(refused)
        core = {"limit": limit.limit, "remaining": limit.remaining, "reset": limit.reset_at, "used": limit.used}
        search = {"limit": 30, "remaining": 30, "reset": limit.reset_at, "used": 0}
        resources = {"core": core, "search": search, "graphql": core}
        return written({"resources": resources, "rate": core}, 200, limit_headers(limit))

    def organisation(self, request: Request) -> Answer:
        self._owner(request.path_params["org"])
        return Answer(lambda: organisation(base_of(request), len(self._repositories)))

    def repositories(self, request: Request) -> Answer:
        self._owner(request.path_params["org"])
        base, asked = base_of(request), request.query_params
        keys: Mapping[str, Callable[[Repository], Any]] = {
            "full_name": lambda each: each.full_name.lower(),
            "created": lambda each: each.created_at,
            "updated": lambda each: each.pushed_at,
            "pushed": lambda each: each.pushed_at,
        }
        sort = asked.get("sort", "created")
        usual = "asc" if sort == "full_name" else "desc"
        ordered = sorted(self._repositories.values(), key=keys.get(sort, keys["created"]))
        chosen = _directed(ordered, asked.get("direction", usual))
        return _list(paged(request, base, chosen), lambda each: listed(base, each))

    def no_repositories(self, request: Request) -> Answer:
        """Nobody here has repositories of their own; and an organisation is no user."""
        if request.path_params["user"] not in {person.login for person in PEOPLE}:
            raise Refused(404, "Not Found", "rest/repos/repos#list-repositories-for-a-user")
        return Answer(list)

    def repository(self, request: Request) -> Answer:
        found = self._repository(request)
        return Answer(lambda: whole(base_of(request), found))

    def branch(self, request: Request) -> Answer:
        found, name = self._repository(request), request.path_params["branch"]
        return Answer(lambda: git.branch(base_of(request), found, name))

    def tree(self, request: Request) -> Answer:
        found, ref = self._repository(request), request.path_params["ref"]
        recursive = bool(request.query_params.get("recursive"))
        return Answer(lambda: git.tree(base_of(request), found, ref, recursive=recursive))

    def blob(self, request: Request) -> Answer:
        found, sha = self._repository(request), request.path_params["sha"]
        return Answer(lambda: git.blob(base_of(request), found, sha))

    def contents(self, request: Request) -> Answer:
        found, path = self._repository(request), request.path_params.get("path", "").strip("/")
        return Answer(lambda: git.contents(base_of(request), found, path, request.query_params.get("ref")))

    def runs(self, request: Request) -> Answer:
        """Newest first. With a filter the list ends at 1,000, whatever `total_count` says."""
        base, found, asked = base_of(request), self._repository(request), request.query_params
        first, last = filters.created_between(asked["created"]) if asked.get("created") else (0.0, float("inf"))
        chosen = [r for r in reversed(found.runs_from(first)) if r.created_at <= last and filters.wanted(r, asked)]
        page = paged(request, base, chosen, filters.CAP if filters.CAPPED & set(asked) else None)
        pulls = asked.get("exclude_pull_requests") != "true"
        version = (len(chosen), [(r.run_id, r.latest.number, r.latest.status) for r in page.items])

        def data() -> Any:
            here = mention(base, found)
            shown = [shown_run(base, found, run, run.latest, here, pulls=pulls) for run in page.items]
            return {"total_count": len(chosen), "workflow_runs": shown}

        return Answer(data, page.link, version)

    def run(self, request: Request) -> Answer:
        base, found = base_of(request), self._repository(request)
        run = found.run(request.path_params["run"])
        number = request.path_params.get("attempt")
        if run is None or (number is not None and not 0 < number <= len(run.attempts)):
            raise Refused(404, "Not Found", "rest/actions/workflow-runs#get-a-workflow-run")
        attempt = run.attempts[number - 1] if number else run.latest
        return Answer(lambda: shown_run(base, found, run, attempt, mention(base, found)))

    def workflows(self, request: Request) -> Answer:
        base, every = base_of(request), self._repository(request)
        page = paged(request, base, workflows(base, every))
        return Answer(lambda: {"total_count": len(workflows(base, every)), "workflows": list(page.items)}, page.link)

    def deployments(self, request: Request) -> Answer:
        base, found = base_of(request), self._repository(request)
        page = paged(request, base, deployed.chosen(found, request.query_params))
        return _list(page, lambda each: deployed.deployment(base, found, each))

    def deployment(self, request: Request) -> Answer:
        base, found, shown = base_of(request), self._repository(request), self._deployment(request)
        return Answer(lambda: deployed.deployment(base, found, shown))

    def deployment_statuses(self, request: Request) -> Answer:
        base, found, of = base_of(request), self._repository(request), self._deployment(request)
        page = paged(request, base, deployed.statuses_of(found, of))
        return _list(page, lambda each: deployed.status(base, found, of, each))

    def pulls(self, request: Request) -> Answer:
        base, found, asked = base_of(request), self._repository(request), request.query_params
        state, sort = asked.get("state", "open"), asked.get("sort", "created")
        chosen = [pull for pull in found.pulls if state in (pull.state, "all")]
        if asked.get("base") not in (None, "", found.plan.branch):
            chosen = []
        chosen.sort(key=_updated if sort == "updated" else _number)
        usual = "desc" if sort == "created" else "asc"
        page = paged(request, base, _directed(chosen, asked.get("direction", usual)))
        return _list(page, lambda pull: listed_pull(base, found, pull))

    def pull(self, request: Request) -> Answer:
        found, pull = self._repository(request), self._pull(request)
        return Answer(lambda: whole_pull(base_of(request), found, pull))

    def pull_commits(self, request: Request) -> Answer:
        base, found, pull = base_of(request), self._repository(request), self._pull(request)
        return _list(paged(request, base, pull.commits), lambda made: git.commit(base, found, made))

    def _owner(self, name: str) -> None:
        if name.lower() != OWNER:
            raise Refused(404, "Not Found", "rest/orgs/orgs#get-an-organization")

    def _repository(self, request: Request) -> Repository:
        owner, name = request.path_params["owner"], request.path_params["repo"]
        found = self._repositories.get(name) if owner.lower() == OWNER else None
        if found is None:
            raise Refused(404, "Not Found", "rest/repos/repos#get-a-repository")
        if found.unreadable:
            raise Refused(403, "Resource not accessible by personal access token", "rest/repos/repos")
        return found

    def _pull(self, request: Request) -> Pull:
        pull = self._repository(request).pull(request.path_params["number"])
        if pull is None:
            raise Refused(404, "Not Found", "rest/pulls/pulls#get-a-pull-request")
        return pull

    def _deployment(self, request: Request) -> Deployment:
        number = request.path_params["deployment"]
        found = next((each for each in self._repository(request).deployments if each.deployment_id == number), None)
        if found is None:
            raise Refused(404, "Not Found", "rest/deployments/deployments#get-a-deployment")
        return found

    def _guarded(self, show: Callable[[Request], Answer]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                limit = self._gate.enter(request.headers.get("Authorization", ""), self._clock())
            except Refused as refused:
                return refusal(refused)
            return limited(request, show, limit)

        return answer


def _list(page: Page[Any], show: Callable[[Any], Any]) -> Answer:
    return Answer(lambda: [show(item) for item in page.items], page.link)


def _directed(items: Sequence[Any], direction: str) -> Sequence[Any]:
    return items if direction == "asc" else list(reversed(items))


def _updated(pull: Pull) -> tuple[int, int]:
    return pull.updated_at, pull.number


def _number(pull: Pull) -> int:
    return pull.number
