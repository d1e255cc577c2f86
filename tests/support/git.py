"""Real repositories, made by git itself, and real servers over them: git's own http-backend, and OpenSSH.

`Repo` is a bare repository that grows commit by commit, with dates as they are wanted. `GitHttp` plays
it over HTTP, `Sshd` over ssh. `Source` is the exporter's side. Nothing here is a stand-in for git.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from exporter.http import basic
from exporter.model import Facts
from exporter.providers.git import Git
from tests.support.polling import Polling
from tests.support.replay import Answer, Request

NOW = 1767873600.0  # 2026-01-08T12:00:00Z
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
GIT = shutil.which("git") or "git"
SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") or "sshd"
PLAIN = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    "LC_ALL": "C",
}
"""git without anybody's setup."""


class Repo:
    """A bare repository at `path`; its branches grow by `commit` and `merge`."""

    def __init__(self, path: Path, *, filters: bool = False) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--template=", "--initial-branch=main")
        if filters:
            self.git("config", "uploadpack.allowFilter", "true")

    def git(self, *words: str, given: str = "") -> str:
        ended = subprocess.run(
            [GIT, *words], cwd=self.path, env=PLAIN, input=given.encode(), capture_output=True, check=True
        )
        return ended.stdout.decode().strip()

    def tip(self, branch: str = "main") -> str | None:
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") or None

    def commit(
        self,
        at: float | str,
        *,
        parents: Sequence[str] | None = None,
        files: Mapping[str, str | None] | None = None,
        authored: float | str | None = None,
        branch: str = "main",
    ) -> str:
        """A commit at the branch's head (or on other parents) as its new head; None takes a file away.

        A date that is text stands in the commit as it is, after the name.
        """
        tip = self.tip(branch)
        origins = ([tip] if tip else []) if parents is None else list(parents)
        lines = [
            f"commit refs/heads/{branch}",
            f"author A <a@example.org> {_date(at if authored is None else authored)}",
        ]
        lines += [f"committer C <c@example.org> {_date(at)}", "data 0", ""]
        lines += [f"{'merge' if number else 'from'} {parent}" for number, parent in enumerate(origins)]
        stream = "\n".join([*lines, *(_file(path, text) for path, text in (files or {}).items()), ""])
        fresh = f"reset refs/heads/{branch}\n" if not origins else ""
        self.git("fast-import", "--quiet", "--force", "--date-format=raw-permissive", given=fresh + stream)
        return self.tip(branch) or ""

    def merge(self, at: float, *others: str, branch: str = "main", **more: Any) -> str:
        """The other commits, merged into the branch."""
        return self.commit(at, parents=[str(self.tip(branch)), *others], branch=branch, **more)

    def merges(self, rev: str = "main") -> list[str]:
        """What git itself takes for the merges of a line, newest first."""
        return self.git("log", "--merges", "--first-parent", "--format=%H", rev).split()


def _date(at: float | str) -> str:
    return at if isinstance(at, str) else f"{int(at)} +0000"


def _file(path: str, text: str | None) -> str:
    return f"D {path}" if text is None else f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}"


class GitHttp:
    """Answers as git's http-backend over the folder `root`, for `token`'s bearer alone where there is one.

    `smart=False` gives the files as they lie there instead; `newest=False` speaks the older protocol alone.
    `instead` may give another answer.
    """

    def __init__(self, root: Path, token: str | None = None, *, smart: bool = True, newest: bool = True) -> None:
        self.root, self.token, self.smart, self.newest = root, token, smart, newest
        self.instead: Callable[[Request], Answer | None] = lambda _: None

    def __call__(self, request: Request) -> Answer:
        if self.token and request.headers.get("authorization") != basic("git", self.token)["Authorization"]:
            return Answer(401, {"WWW-Authenticate": 'Basic realm="git"'})
        other = self.instead(request)
        if other is not None:
            return other
        return self._backend(request) if self.smart else self._file(request)

    def _file(self, request: Request) -> Answer:
        file = self.root / request.path.lstrip("/")
        return Answer(body=file.read_bytes()) if file.is_file() else Answer(404)

    def _backend(self, request: Request) -> Answer:
        variables = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": urlencode(request.query),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": request.headers.get("git-protocol", "") if self.newest else "",
            "CONTENT_LENGTH": str(len(request.body)),
        }
        ended = subprocess.run(
            [GIT, "http-backend"], env={**PLAIN, **variables}, input=request.body, capture_output=True, check=False
        )
        head, _, body = ended.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Answer(int(headers.pop("Status", "200").split()[0]), headers, body)


class Sshd:
    """OpenSSH on an ephemeral port, one process a connection; one key may come in, one is the host's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key, self.host_key = self.make_key("user"), self.make_key("host")
        (folder / "authorized_keys").write_text(self.key.with_suffix(".pub").read_text())
        if os.geteuid() == 0:  # where sshd shuts in what has no rights; its package makes it at boot
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._config = folder / "sshd_config"
        self._config.write_text(
            f"HostKey {self.host_key}\nAuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._children: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._serve, name="sshd")

    def make_key(self, name: str) -> Path:
        file = self._folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
        return file

    @property
    def known_hosts(self) -> Path:
        file = self._folder / "known hosts"
        file.write_text(f"[127.0.0.1]:{self.port} {self.host_key.with_suffix('.pub').read_text()}")
        return file

    def address(self, path: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for child in self._children:
            child.kill()
            child.wait()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                words = [SSHD, "-i", "-e", "-f", str(self._config)]
                self._children.append(
                    subprocess.Popen(words, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL)
                )


class Programs:
    """A `git` that notes how it was called, for as long as it stands first on the path; with more `variables`."""

    def __init__(self, folder: Path, **variables: str) -> None:
        folder.mkdir()
        self._log = folder / "log"
        script = folder / "git"
        set_first = "".join(f"export {name}={value}\n" for name, value in variables.items())
        script.write_text(f'#!/bin/sh\n{set_first}printf "%s\\n" "$*" >>"{self._log}"\nexec {GIT} "$@"\n')
        script.chmod(0o755)
        self.path = f"{folder}:{os.environ['PATH']}"

    def called(self) -> list[str]:
        """Each call's words since the last question."""
        calls = self._log.read_text().splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return calls


class Source(Polling):
    """`told` are the merges that were told."""

    def __init__(self, cache: Path, *addresses: str | Path, **config: Any) -> None:
        listed = list(map(str, addresses))
        super().__init__(Git.model_validate({"kind": "git", "repositories": listed, "cache": str(cache), **config}))
        self.told: list[str] = []

    def poll(self, now: float = NOW, time_limit: float = 60.0, steps: int | None = None) -> Facts:
        return super().poll(now, time_limit, steps)

    def heard(self, facts: Facts) -> None:
        self.told += [change.change_id for change in facts.changes]
