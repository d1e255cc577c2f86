"""A small GitHub for tests: state that the test changes, answered over real sockets.

It pages, gives ETags over its answers, and filters nothing. Like GitHub it
lists runs newest first, keeps a rerun under its id and creation, and tells of each attempt.
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
from exporter.providers.github import GitHub
from tests.support.polling import Polling
from tests.support.replay import Answer, Request, Server

NOW = 1_768_046_400.0  # 2026-01-10T12:00:00Z
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
INTEGRATED = "run: ORCHEX analyze . --governance-check"
LEGACY = "run: ORCHEX analyze .\nrun: kilo compliance"


def iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Repo:
    """One repository. `attempts` holds, by run id, the payload of every attempt so far."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    branch: str = "main"
    pushed_at: float | None = NOW - DAY
    archived: bool = False
    fork: bool = False
    attempts: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    commits: dict[int, list[Any]] = field(default_factory=dict)
    deployments: dict[int, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    truncate: int | None = None

    def start(self, run_id: int, at: float, path: str = ".github/workflows/ci.yml", **more: Any) -> dict[str, Any]:
        """A new run that executes."""
        run = {
            "id": run_id,
            "run_attempt": 1,
            "name": "CI",
            "path": path,
            "head_branch": self.branch,
            "head_repository": {"full_name": f"acme/{self.name}"},
            "status": "in_progress",
            "conclusion": None,
            "created_at": iso(at),
            "run_started_at": iso(at),
            "updated_at": iso(at),
        }
        self.attempts[run_id] = [{**run, **more}]
        return self.attempts[run_id][-1]

    def finish(self, run_id: int, at: float, conclusion: str = "success") -> None:
        self.attempts[run_id][-1].update(status="completed", conclusion=conclusion, updated_at=iso(at))

    def ran(self, run_id: int, at: float, conclusion: str = "success", **more: Any) -> None:
        """A run that took a minute."""
        self.start(run_id, at, **more)
        self.finish(run_id, at + MINUTE, conclusion)

    def rerun(self, run_id: int, at: float) -> None:
        last = self.attempts[run_id][-1]
        changed = {"run_attempt": last["run_attempt"] + 1, "status": "queued", "conclusion": None}
        self.attempts[run_id].append({**last, **changed, "run_started_at": iso(at), "updated_at": iso(at)})

    def merge(self, number: int, at: float, base: str = "main", commits: int = 1) -> None:
        """A pull request that was opened an hour before its merge, by commits of the hour before that."""
        pull = {"created_at": iso(at - HOUR), "updated_at": iso(at), "merged_at": iso(at)}
        self.pulls[number] = {"number": number, "base": {"ref": base}, **pull}
        dates = (iso(at - 2 * HOUR + index) for index in range(commits))
        self.commits[number] = [{"sha": f"c{number}", "commit": {"author": {"date": date}}} for date in dates]

    def deploy(self, number: int, at: float, environment: str = "production", ref: str | None = None) -> None:
        """A deployment that begins; it has no status yet."""
        about = {"environment": environment, "ref": ref or self.branch, "created_at": iso(at)}
        self.deployments[number] = {"id": number, **about}
        self.statuses[number] = []

    def status(self, number: int, state: str, at: float) -> None:
        self.statuses[number].insert(0, {"id": len(self.statuses[number]), "state": state, "created_at": iso(at)})

    def deployed(self, number: int, at: float, **more: Any) -> None:
        """A deployment that took a minute and succeeded."""
        self.deploy(number, at, **more)
        self.status(number, "in_progress", at)
        self.status(number, "success", at + MINUTE)

    def push(self, at: float, **files: str) -> None:
        self.files.update({path.replace("__", "/"): text for path, text in files.items()})
        self.pushed_at = at

    def listed(self) -> dict[str, Any]:
        about = {"archived": self.archived, "fork": self.fork, "pushed_at": iso(self.pushed_at)}
        return {"name": self.name, "owner": {"login": "acme"}, "default_branch": self.branch, **about}


@dataclass
class Hub:
    """The host. `broken` answers instead for a path; `page_size` makes pages smaller than they are asked for."""

    repos: dict[str, Repo] = field(default_factory=dict)
    broken: dict[str, Answer] = field(default_factory=dict)
    owner_kind: str = "orgs"
    prefix: str = ""
    page_size: int = 100

    def add(self, name: str, **more: Any) -> Repo:
        self.repos[name] = Repo(name, **more)
        return self.repos[name]

    def __call__(self, request: Request) -> Answer:
        if request.path in self.broken:
            return self.broken[request.path]
        found = self._answer(unquote(request.path).removeprefix(self.prefix), request)
        if isinstance(found, Answer):
            return found
        data, more = self._paged(found, request)
        answer = Answer.of_json(data)
        etag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
        if request.headers.get("if-none-match") == etag:
            return Answer(304, {"ETag": etag})
        return Answer(200, {**answer.headers, "ETag": etag, **more}, answer.body)

    def _answer(self, path: str, request: Request) -> Any:
        if path == f"/{self.owner_kind}/acme/repos":
            return [repo.listed() for repo in sorted(self.repos.values(), key=lambda repo: repo.name)]
        parts = path.strip("/").split("/")
        repo = self.repos.get(parts[2]) if parts[:2] == ["repos", "acme"] and len(parts) > 3 else None
        found = None if repo is None else self._inside(repo, parts[3:], request)
        return Answer.of_json({"message": "Not Found"}, 404) if found is None else found

    def _inside(self, repo: Repo, parts: list[str], request: Request) -> Any:
        found: Any = None
        match parts:
            case ["git", "trees", *branch]:
                found = self._tree(repo, "/".join(branch), recursive=("recursive", "1") in request.query)
            case ["git", "blobs", sha]:
                text = next(text for text in repo.files.values() if _sha(text) == sha)
                found = {"encoding": "base64", "content": base64.encodebytes(text.encode()).decode()}
            case ["actions", "runs"]:
                latest = [attempts[-1] for attempts in repo.attempts.values()]
                newest = sorted(latest, key=lambda run: (run["created_at"], run["id"]), reverse=True)
                found = {"total_count": len(newest), "workflow_runs": newest}
            case ["actions", "runs", run, *attempt] if int(run) in repo.attempts:
                found = repo.attempts[int(run)][int(attempt[1]) - 1 if attempt else -1]
            case ["deployments"]:
                wanted = [
                    one for one in repo.deployments.values() if ("environment", one["environment"]) in request.query
                ]
                found = sorted(wanted, key=lambda one: (one["created_at"], one["id"]), reverse=True)
            case ["deployments", number, "statuses"] if int(number) in repo.statuses:
                found = repo.statuses[int(number)]
            case ["pulls"]:
                found = sorted(repo.pulls.values(), key=lambda pull: pull["updated_at"], reverse=True)
            case ["pulls", number, "commits"]:
                found = repo.commits[int(number)]
        return found

    def _tree(self, repo: Repo, name: str, *, recursive: bool) -> Any:
        if not repo.files:
            return Answer.of_json({"message": "Git Repository is empty."}, 409)
        folder = "" if name == repo.branch else name.removeprefix("tree:") + "/"
        if folder and not name.startswith("tree:"):
            return Answer.of_json({"message": "Not Found"}, 404)
        inside = {path.removeprefix(folder): text for path, text in repo.files.items() if path.startswith(folder)}
        shown = sorted(path for path in inside if recursive or "/" not in path)
        folders = sorted({path.split("/")[0] for path in inside if "/" in path})
        entries = [{"path": path, "type": "blob", "sha": _sha(inside[path])} for path in shown]
        entries += [{"path": child, "type": "tree", "sha": f"tree:{folder}{child}"} for child in folders]
        cut = recursive and repo.truncate is not None
        return {"tree": entries[: repo.truncate] if cut else entries, "truncated": cut}

    def _paged(self, found: Any, request: Request) -> tuple[Any, Mapping[str, str]]:
        asked = dict(request.query)
        items = found.get("workflow_runs") if isinstance(found, dict) else found
        if not isinstance(items, list):
            return found, {}
        size, page = min(self.page_size, int(asked.get("per_page", 30))), int(asked.get("page", 1))
        part = items[(page - 1) * size : page * size]
        query = "&".join(f"{key}={value}" for key, value in {**asked, "page": str(page + 1)}.items())
        link = f'<{request.path}?{query}>; rel="next"'
        return {**found, "workflow_runs": part} if isinstance(found, dict) else part, (
            {"Link": link} if page * size < len(items) else {}
        )


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Source(Polling):
    """`runs` are the results by id and attempt as they were told first, `told` all that was told."""

    def __init__(self, server: Server, path: str = "", **config: Any) -> None:
        source = GitHub.model_validate({"kind": "github", "url": server.url + path, "owner": "acme", **config})
        super().__init__(source, server)
        self.runs: dict[tuple[str, int], str] = {}
        self.told: list[tuple[str, int]] = []

    def heard(self, facts: Facts) -> None:
        for run in facts.runs:
            self.runs.setdefault((run.run_id, run.attempt), run.result.value)
            self.told.append((run.run_id, run.attempt))
