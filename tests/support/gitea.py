"""A small Gitea for tests: state that the test changes, answered over real sockets.

It pages as Gitea does, with links that name another host, gives no ETags and filters nothing. It lists
runs and tasks, so one and the same history can be read either way.
It knows nothing of the exporter, except for `Source`, which polls it as the exporter would.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from exporter.model import Facts
from exporter.providers.gitea import Gitea
from tests.support.polling import Polling
from tests.support.replay import Answer, Request, Server

NOW = 1_768_046_400.0  # 2026-01-10T12:00:00Z
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
INTEGRATED = "run: ORCHEX analyze . --governance-check"
LEGACY = "run: ORCHEX analyze .\nrun: kilo compliance"
NOT_FOUND = Answer.of_json({"errors": None, "message": "not found"}, 404)


def iso(moment: float) -> str:
    """Gitea writes the epoch for a moment that has not come."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Repo:
    """One repository. `runs` and `tasks` hold payloads by id, `attempts` those of ended attempts by run and number."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    updated_at: float = NOW - DAY
    open_pulls: int = 0
    archived: bool = False
    fork: bool = False
    has_actions: bool = True
    has_pulls: bool = True
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    attempts: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    commits: dict[int, list[Any]] = field(default_factory=dict)

    def start(self, run_id: int, at: float = 0.0, file: str = "ci.yml", **more: Any) -> None:
        """A new run: it executes since `at`, or waits for a runner."""
        shown = {"id": run_id, "run_number": run_id, "run_attempt": 0, "event": "push", "head_branch": self.branch}
        path = {"path": f"{file}@refs/heads/{self.branch}", "status": "in_progress" if at else "queued"}
        self.runs[run_id] = {**shown, **path, "started_at": iso(at), "completed_at": iso(0.0), **more}

    def finish(self, run_id: int, at: float, conclusion: str = "success") -> None:
        self.runs[run_id].update(status="completed", conclusion=conclusion, completed_at=iso(at))

    def ran(self, run_id: int, at: float, conclusion: str = "success", **more: Any) -> None:
        """A run that took a minute."""
        self.start(run_id, at, **more)
        self.finish(run_id, at + MINUTE, conclusion)

    def took(self, task_id: int, run: int, at: float, name: str = "build", **more: Any) -> None:
        """A job of a run that a runner took."""
        shown = {"id": task_id, "run_number": run, "name": name, "event": "push", "head_branch": self.branch}
        dates = {"created_at": iso(at), "run_started_at": iso(at), "updated_at": iso(at)}
        self.tasks[task_id] = {**shown, "workflow_id": "ci.yml", "status": "running", **dates, **more}

    def did(self, task_id: int, at: float, status: str = "success") -> None:
        self.tasks[task_id].update(status=status, updated_at=iso(at))

    def merge(self, number: int, at: float, base: str = "main", commits: int = 1) -> None:
        """A pull request that was opened an hour before its merge, by commits of the hour before that."""
        pull = {"created_at": iso(at - HOUR), "updated_at": iso(at), "merged_at": iso(at)}
        self.pulls[number] = {"number": number, "base": {"ref": base}, **pull}
        dates = (iso(at - 2 * HOUR + index) for index in range(commits))
        self.commits[number] = [{"sha": f"c{number}", "commit": {"author": {"date": date}}} for date in dates]
        self.updated_at = at

    def push(self, at: float, **files: str) -> None:
        """New files, `__` for a slash; none of them: a push to another branch."""
        self.files.update({path.replace("__", "/"): text for path, text in files.items()})
        self.updated_at = at

    @property
    def commit(self) -> str:
        return _sha(repr(sorted(self.files.items())))

    def listed(self) -> dict[str, Any]:
        about = {"archived": self.archived, "fork": self.fork, "empty": not self.files, "default_branch": self.branch}
        units = {"has_actions": self.has_actions, "has_pull_requests": self.has_pulls}
        traffic = {"updated_at": iso(self.updated_at), "open_pr_counter": self.open_pulls}
        return {"name": self.name, "owner": {"login": "acme"}, **about, **units, **traffic}


@dataclass
class Hub:
    """The host. `broken` answers instead for a path; `page_size` is the most that a page holds."""

    repos: dict[str, Repo] = field(default_factory=dict)
    broken: dict[str, Answer] = field(default_factory=dict)
    version: str = "1.26.0"
    owner_kind: str = "orgs"
    prefix: str = ""
    page_size: int = 50
    tree_size: int = 1000

    def add(self, name: str, **more: Any) -> Repo:
        self.repos[name] = Repo(name, **more)
        return self.repos[name]

    def __call__(self, request: Request) -> Answer:
        if request.path in self.broken:
            return self.broken[request.path]
        found = self._answer(unquote(request.path).removeprefix(f"{self.prefix}/api/v1"), request)
        if found is None:
            return NOT_FOUND
        data, headers = self._paged(found, request)
        return Answer.of_json(data, **headers)

    def _answer(self, path: str, request: Request) -> Any:
        if path == "/version":
            return {"version": self.version}
        if path == f"/{self.owner_kind}/acme/repos":
            return [repo.listed() for repo in self.repos.values()]
        parts = path.strip("/").split("/")
        repo = self.repos.get(parts[2]) if parts[:2] == ["repos", "acme"] and len(parts) > 3 else None
        return None if repo is None else self._inside(repo, parts[3:], request)

    def _inside(self, repo: Repo, parts: list[str], request: Request) -> Any:
        found: Any = None
        match parts:
            case ["branches", *branch] if repo.files and "/".join(branch) == repo.branch:
                found = {"name": repo.branch, "commit": {"id": repo.commit}}
            case ["git", "trees", commit] if commit == repo.commit:
                found = self._tree(repo, int(dict(request.query)["page"]))
            case ["git", "blobs", sha]:
                text = next(text for text in repo.files.values() if _sha(text) == sha)
                found = {"encoding": "base64", "content": base64.b64encode(text.encode()).decode()}
            case ["actions", "runs"] if repo.has_actions:
                found = _newest(repo.runs)
            case ["actions", "tasks"] if repo.has_actions:
                found = _newest(repo.tasks)
            case ["actions", "runs", run]:
                found = repo.runs.get(int(run))
            case ["actions", "runs", run, "attempts", number]:
                found = repo.attempts.get((int(run), int(number)))
            case ["pulls"] if repo.has_pulls and repo.files:
                found = sorted(repo.pulls.values(), key=lambda pull: pull["updated_at"], reverse=True)
            case ["pulls", number, "commits"]:
                found = repo.commits[int(number)]
        return found

    def _tree(self, repo: Repo, page: int) -> dict[str, Any]:
        every = [{"path": path, "type": "blob", "sha": _sha(text)} for path, text in sorted(repo.files.items())]
        until = page * self.tree_size
        return {"tree": every[until - self.tree_size : until] or None, "truncated": until < len(every)}

    def _paged(self, found: Any, request: Request) -> tuple[Any, Mapping[str, str]]:
        items = found.get("workflow_runs") if isinstance(found, dict) else found
        if not isinstance(items, list):
            return found, {}
        asked = dict(request.query)
        size, page = min(self.page_size, int(asked["limit"])), int(asked["page"])
        part = items[(page - 1) * size : page * size]
        link = {"Link": '<http://git.example.test/elsewhere>; rel="next"'} if page * size < len(items) else {}
        return {**found, "workflow_runs": part} if isinstance(found, dict) else part, {
            "X_Total_Count": str(len(items)),
            **link,
        }


def _newest(entries: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    return {"total_count": len(entries), "workflow_runs": [entries[key] for key in sorted(entries, reverse=True)]}


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Source(Polling):
    """`told` are all runs that were told, with their attempts and results."""

    def __init__(self, url: str, server: Server | None = None, **config: Any) -> None:
        super().__init__(Gitea.model_validate({"kind": "gitea", "url": url, "owner": "acme", **config}), server)
        self.told: list[tuple[str, int, str]] = []

    def heard(self, facts: Facts) -> None:
        self.told += [(run.run_id, run.attempt, run.result.value) for run in facts.runs]
