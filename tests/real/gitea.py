"""A real Gitea of its own: started on an ephemeral port, spoken to as people and as a runner do.

Its answers are spread over small pages, and its ROOT_URL is not where it listens, as behind a proxy.
"""

from __future__ import annotations

import base64
import getpass
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from tests.support.waiting import until

PASSWORD = "Canary-5f0c1d"
CONFIGURATION = """
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
RUN_USER = {user}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://git.example.test/
DISABLE_SSH = true
OFFLINE_MODE = true
{static}
[api]
MAX_RESPONSE_ITEMS = 3
DEFAULT_GIT_TREES_PER_PAGE = 2
[database]
DB_TYPE = sqlite3
[security]
INSTALL_LOCK = true
[session]
PROVIDER = memory
[log]
LEVEL = Warn
MODE = console
[cron]
ENABLED = false
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealGitea:
    """Runs `binary` on files in `folder` for the length of a `with` block."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._binary, self._folder = binary.resolve(), folder
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        # one that is built from the sources alone finds its templates beside it; a released one holds them
        static = f"STATIC_ROOT_PATH = {self._binary.parent}" if (self._binary.parent / "options").is_dir() else ""
        config = folder / "custom" / "conf" / "app.ini"
        config.parent.mkdir(parents=True)
        config.write_text(CONFIGURATION.format(user=getpass.getuser(), port=port, static=static))
        self._environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "GITEA_WORK_DIR": str(folder)}

    def __enter__(self) -> Self:
        self._run("migrate")
        self._run("admin", "user", "create", "--username", "boss", "--password", PASSWORD, "--email", "b@example.test",
                  "--admin", "--must-change-password=false")  # fmt: skip
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._binary, "web"], env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until(self._answers, "Gitea answers")
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def _run(self, *command: str) -> None:
        subprocess.run([self._binary, *command], env=self._environment, check=True, capture_output=True, timeout=60)

    def _answers(self) -> bool:
        try:
            return self._session.get(f"{self.url}/api/v1/version", timeout=5).ok
        except requests.ConnectionError:
            return False

    def api(self, method: str, path: str, user: str = "boss", **body: Any) -> Any:
        """What the API says to `user`; fails where it refuses."""
        reply = self._session.request(
            method, f"{self.url}/api/v1{path}", json=body or None, auth=(user, PASSWORD), timeout=30
        )
        assert reply.ok, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def token(self, user: str, *scopes: str) -> str:
        return str(self.api("POST", f"/users/{user}/tokens", user, name="exporter", scopes=list(scopes))["sha1"])

    def push(self, repository: str, files: Mapping[str, str], branch: str = "main", **more: str) -> None:
        """A commit of new files; `new_branch` makes a branch for it."""
        created = [
            {"operation": "create", "path": path, "content": base64.b64encode(text.encode()).decode()}
            for path, text in files.items()
        ]
        self.api("POST", f"/repos/{repository}/contents", files=created, branch=branch, message="files", **more)

    def runner(self) -> Runner:
        """A runner of the instance, as the act runner speaks to it."""
        token = self.api("POST", "/admin/actions/runners/registration-token")["token"]
        about = {"name": "r", "token": token, "version": "v0.2.11", "labels": ["ubuntu-latest:host"]}
        found = self.rpc("Register", {}, about)["runner"]
        runner = Runner(self, {"x-runner-uuid": found["uuid"], "x-runner-token": found["token"]})
        self.rpc("Declare", runner.headers, {"version": "v0.2.11", "labels": ["ubuntu-latest"]})
        return runner

    def rpc(self, method: str, headers: dict[str, str], body: dict[str, Any]) -> Any:
        place = f"{self.url}/api/actions/runner.v1.RunnerService/{method}"
        reply = self._session.post(place, json=body, headers=headers, timeout=30)
        assert reply.ok, f"{method}: {reply.status_code} {reply.text}"
        return reply.json()


@dataclass(frozen=True)
class Runner:
    """Takes jobs and says how they ended, without running anything."""

    gitea: RealGitea
    headers: dict[str, str]

    def take(self) -> dict[str, Any]:
        """The next job that waits."""
        task = until(lambda: self.gitea.rpc("FetchTask", self.headers, {"tasksVersion": 0}).get("task"), "a job waits")
        assert isinstance(task, dict)
        self._tell(task, startedAt=_now())
        return task

    def end(self, task: dict[str, Any], result: str = "SUCCESS") -> None:
        now = _now()
        self._tell(task, result=f"RESULT_{result}", startedAt=now, stoppedAt=now)

    def _tell(self, task: dict[str, Any], **state: str) -> None:
        self.gitea.rpc("UpdateTask", self.headers, {"state": {"id": task["id"], **state}})


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
