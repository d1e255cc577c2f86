"""A small GitLab for tests: state that the test changes, answered over real sockets.

It filters and orders by update, and pages by offset with Link and X-Total headers. Like GitLab it keeps a
retried pipeline under its id, creation and start, tells durations only of single pipelines, and filters
deployments only by what goes together. It knows nothing of the exporter, except for `Source`, which polls it
as the exporter would.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode

from exporter.model import Facts
from exporter.providers.gitlab import GitLab
from tests.support.polling import Polling
from tests.support.replay import Answer, Request, Server

NOW = 1_768_046_400.0  # 2026-01-10T12:00:00Z
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
INTEGRATED = "script: ORCHEX analyze . --governance-check"
LEGACY = "script:\n- ORCHEX analyze .\n- kilo compliance"
IN_THE_LIST = ("id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "name")
NOT_FOUND = {"message": "404 Not Found"}


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@dataclass
class Project:
    """One project. `more` replaces fields of its entry in the listing."""

    path: str
    number: int
    files: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    more: dict[str, Any] = field(default_factory=dict)
    pipelines: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    merges: dict[int, dict[str, Any]] = field(default_factory=dict)
    commits: dict[int, list[Any]] = field(default_factory=dict)
    deployments: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        return _sha(json.dumps(self.files, sort_keys=True))

    def start(self, number: int, at: float, **more: Any) -> None:
        """A new pipeline that runs."""
        moments = {"created_at": iso(at), "started_at": iso(at), "updated_at": iso(at), "finished_at": None}
        about = {"id": number, "ref": self.branch, "status": "running", "source": "push", "duration": None}
        self.pipelines[number] = {**about, **moments, **more}

    def becomes(self, number: int, at: float, status: str) -> None:
        self.pipelines[number].update(status=status, updated_at=iso(at))

    def finish(self, number: int, at: float, status: str = "success", **more: Any) -> None:
        begun = moment(self.pipelines[number]["started_at"] or self.pipelines[number]["created_at"])
        ended = {"finished_at": iso(at), "duration": int(at - begun)}
        self.becomes(number, at, status)
        self.pipelines[number].update({**ended, **more})

    def ran(self, number: int, at: float, status: str = "success", **more: Any) -> None:
        """A pipeline that took a minute."""
        self.start(number, at, **more)
        self.finish(number, at + MINUTE, status)

    def failed(self, number: int, at: float, *reasons: str | None, **more: Any) -> None:
        """A pipeline that failed by jobs with these reasons."""
        self.ran(number, at, "failed", **more)
        self.jobs[number] = [{"id": index, "failure_reason": one} for index, one in enumerate(reasons)]

    def merge(self, number: int, at: float, into: str = "main", commits: int = 1) -> None:
        """A merge request that was opened an hour before its merge, by commits of the hour before that."""
        moments = {"created_at": iso(at - HOUR), "updated_at": iso(at), "merged_at": iso(at)}
        self.merges[number] = {"iid": number, "state": "merged", "target_branch": into, **moments}
        dates = (iso(at - 2 * HOUR + index) for index in range(commits))
        self.commits[number] = [{"id": f"c{number}", "authored_date": date} for date in dates][::-1]

    def deploy(self, number: int, at: float, environment: str = "production", **more: Any) -> None:
        """A deployment that took a minute."""
        moments = {"created_at": iso(at), "updated_at": iso(at + MINUTE + 1)}
        about = {"id": number, "ref": self.branch, "status": "success", "environment": {"name": environment}}
        job = {"finished_at": iso(at + MINUTE), "tag": False}
        self.deployments[number] = {**about, **moments, "deployable": job, **more}

    def push(self, **files: str) -> None:
        self.files.update({path.replace("__", "/"): text for path, text in files.items()})

    def listed(self) -> dict[str, Any]:
        about = {"id": self.number, "path_with_namespace": self.path, "empty_repo": not self.files}
        return {**about, "default_branch": self.branch if self.files else None, "archived": False, **self.more}


@dataclass
class Hub:
    """The host. `broken` answers instead for a path; `page_size` makes pages smaller than they are asked for."""

    projects: dict[str, Project] = field(default_factory=dict)
    broken: dict[str, Answer] = field(default_factory=dict)
    owner_kind: str = "groups"
    group: str = "acme"
    prefix: str = ""
    page_size: int = 100

    def add(self, path: str = "acme/a", files: Mapping[str, str] | None = None, **more: Any) -> Project:
        """A project with a file that is no evidence, unless others are given."""
        there = {"README.md": "Hello"} if files is None else dict(files)
        self.projects[path] = Project(path, len(self.projects) + 1, there, **more)
        return self.projects[path]

    def __call__(self, request: Request) -> Answer:
        if request.path in self.broken:
            return self.broken[request.path]
        found = self._answer(unquote(request.path).removeprefix(self.prefix + "/api/v4"), request)
        if found is None:
            return Answer.of_json(NOT_FOUND, 404)
        return found if isinstance(found, Answer) else self._paged(found, request)

    def _answer(self, path: str, request: Request) -> Any:
        if path == f"/{self.owner_kind}/{self.group}/projects":
            return [one.listed() for one in sorted(self.projects.values(), key=lambda one: one.number)]
        parts = path.strip("/").split("/")
        numbered = {str(one.number): one for one in self.projects.values()}
        project = numbered.get(parts[1]) if parts[0] == "projects" and len(parts) > 2 else None
        return None if project is None else self._inside(project, parts[2:], dict(request.query))

    def _inside(self, project: Project, parts: list[str], asked: dict[str, str]) -> Any:
        found: Any = None
        match parts:
            case ["repository", "branches", *branch] if "/".join(branch) == project.branch and project.files:
                found = {"name": project.branch, "commit": {"id": project.commit}}
            case ["repository", "tree"] if asked["ref"] == project.commit:
                found = _tree(project, asked)
            case ["repository", "blobs", sha]:
                text = next(text for text in project.files.values() if _sha(text) == sha)
                found = {"encoding": "base64", "content": base64.b64encode(text.encode()).decode(), "sha": sha}
            case ["pipelines"]:
                shown = [{key: one.get(key) for key in IN_THE_LIST} for one in project.pipelines.values()]
                found = _recent(shown, asked)
            case ["pipelines", number] if int(number) in project.pipelines:
                found = project.pipelines[int(number)]
            case ["pipelines", number, "jobs"] if asked["scope[]"] == "failed":
                found = project.jobs.get(int(number), [])
            case ["merge_requests"]:
                into = [one for one in project.merges.values() if one["target_branch"] == asked["target_branch"]]
                found = _recent([one for one in into if one["state"] == asked["state"]], asked)
            case ["merge_requests", number, "commits"]:
                found = project.commits[int(number)]
            case ["deployments"]:
                every = project.deployments.values()
                there = [one for one in every if one["environment"]["name"] == asked["environment"]]
                found = _recent([one for one in there if one["status"] == asked["status"]], asked)
        return found

    def _paged(self, found: Any, request: Request) -> Answer:
        if not isinstance(found, list):
            return Answer.of_json(found)
        asked = dict(request.query)
        size, page = min(self.page_size, int(asked.get("per_page", 20))), int(asked.get("page", 1))
        answer = Answer.of_json(found[(page - 1) * size : page * size])
        headers = {**answer.headers, "X-Total": str(len(found))}
        if page * size < len(found):
            headers["Link"] = f'<{request.path}?{urlencode({**asked, "page": page + 1})}>; rel="next"'
        return Answer(200, headers, answer.body)


def _recent(entries: list[dict[str, Any]], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    assert (asked["order_by"], asked["sort"]) == ("updated_at", "desc")
    since = moment(asked["updated_after"])
    recent = [one for one in entries if moment(one["updated_at"]) >= since]
    return sorted(recent, key=lambda one: moment(one["updated_at"]), reverse=True)


def _tree(project: Project, asked: Mapping[str, str]) -> Any:
    folder = asked["path"] + "/" if "path" in asked else ""
    inside = {path: text for path, text in project.files.items() if path.startswith(folder)}
    if not inside:
        return None
    folders = {
        path[: len(folder) + index] for path in inside for index, x in enumerate(path[len(folder) :]) if x == "/"
    }
    entries = [{"path": one, "type": "tree", "id": f"tree:{one}"} for one in folders]
    entries += [{"path": path, "type": "blob", "id": _sha(text)} for path, text in inside.items()]
    below = [one for one in entries if asked.get("recursive") == "true" or "/" not in one["path"][len(folder) :]]
    return sorted(below, key=lambda one: one["path"])


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Source(Polling):
    """`told` are all runs that were told, with their attempts and results."""

    def __init__(self, server: Server, path: str = "", **config: Any) -> None:
        source = GitLab.model_validate({"kind": "gitlab", "url": server.url + path, "group": "acme", **config})
        super().__init__(source, server)
        self.told: list[tuple[str, int, str]] = []

    def heard(self, facts: Facts) -> None:
        self.told += [(run.run_id, run.attempt, run.result.value) for run in facts.runs]
