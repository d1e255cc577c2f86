"""A real Buildbot on loopback: a master and a worker, each a process of its own, in one folder.

    with buildbot(tmp_path) as bot:
        bot.force("shop-legacy", 3)
        bot.wait_idle()
        assert bot.results()["shop-legacy", 2] == 2

`buildbot_master.py` says which builders there are. Everything goes through Buildbot's own interfaces;
this module knows nothing of the exporter.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.support.waiting import until

CONFIGURATION = Path(__file__).with_name("buildbot_master.py")
WORDS = {0: "success", 1: "success", 2: "failure", 3: "skip", 4: "error", 5: "error", 6: "cancellation"}
"""What Buildbot's numbers for results mean in the exporter's words."""
PATIENCE = 60.0
SHOP = "https://git.example/acme/shop.git"

Results = Counter[tuple[str, int]]
"""Complete builds by builder's name and Buildbot's number for how they ended."""


class Buildbot:
    """A master and its worker. `url` stays the same when they are started again."""

    def __init__(self, folder: Path) -> None:
        self.master = folder / "master"
        self.worker = folder / "worker"
        self._processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(exist_ok=True)
        _run("buildbot", "create-master", "--relocatable", str(self.master))
        shutil.copy(CONFIGURATION, self.master / "master.cfg")
        self._write_ports(web=0, worker=0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports()['web']}"

    def start(self) -> None:
        """Starts both, and waits until the worker is connected to a master that serves its API."""
        said = self._start("buildbot", self.master, "BuildMaster is running")
        if not self.worker.exists():
            web, pb = (
                re.findall(rf"{name} starting on (\d+)", said)[-1] for name in ("BuildbotSite", "PBServerFactory")
            )
            self._write_ports(web=int(web), worker=int(pb))
            _run("buildbot-worker", "create-worker", str(self.worker), f"127.0.0.1:{pb}", "worker", "password")
        self._start("buildbot-worker", self.worker, "Connected to buildmaster")

    def stop(self) -> None:
        """Ends the worker, then the master, as a service manager does; kills what does not end.

        Not by SIGINT: whoever runs the tests in the background has it ignored, by Buildbot too.
        """
        while self._processes:
            process = self._processes.pop()
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def restart(self) -> None:
        """What is running loses its worker, and is built again when both are back."""
        self.stop()
        self.start()

    def force(self, builder: str, times: int = 1, **source: str) -> None:
        """Requests builds, of the shop's default branch if `source` (repository, branch, project) says nothing."""
        asked = {"builderid": self._builders()[builder], "repository": SHOP, "reason": "a test", **source}
        for _ in range(times):
            self._post("forceschedulers/force", "force", asked)

    def cancel(self, builder: str) -> None:
        """Stops the open builds of a builder, and waits until they are complete."""
        stopped = {build["buildid"] for build in self._open_builds(builder)}
        for buildid in stopped:
            self._post(f"builds/{buildid}", "stop", {"reason": "a test"})
        until(
            lambda: stopped.isdisjoint(build["buildid"] for build in self._open_builds(builder)),
            f"the builds of {builder} are stopped",
            PATIENCE,
        )

    def release(self) -> None:
        """Lets the builders that hold their builds end them, and from now on not hold any."""
        (self.master / "release").touch()

    def hold(self) -> None:
        """Makes them hold their builds again."""
        (self.master / "release").unlink(missing_ok=True)

    def wait_running(self, builder: str, number: int = 1, patience: float = PATIENCE) -> None:
        """Waits until so many builds of a builder are open and have their properties, which come a moment later."""

        def running() -> bool:
            return sum(bool(build["properties"]) for build in self._open_builds(builder)) == number

        until(running, f"{number} open builds of {builder}", patience)

    def wait_idle(self, patience: float = PATIENCE, *, still_open: int = 0) -> None:
        """Waits until every request is complete, but for `still_open` of them."""
        until(lambda: len(self.open_requests()) == still_open, f"{still_open} open requests", patience)

    def open_requests(self) -> list[dict[str, Any]]:
        """The requests that are not complete, waiting or being built."""
        return self.ask("buildrequests", complete="false")

    def results(self) -> Results:
        """As the master's API tells them."""
        names = {number: name for name, number in self._builders().items()}
        return Counter((names[build["builderid"]], build["results"]) for build in self.ask("builds", complete="true"))

    def results_in_database(self) -> Results:
        """As the master's database holds them."""
        query = """SELECT builders.name, builds.results FROM builds JOIN builders ON builders.id = builds.builderid
                   WHERE builds.complete_at IS NOT NULL"""
        with closing(sqlite3.connect(f"file:{self.master / 'state.sqlite'}?mode=ro", uri=True)) as database:
            return Counter(database.execute(query).fetchall())

    def ask(self, collection: str, **query: str) -> list[dict[str, Any]]:
        """All items of a collection of the master's API."""
        return _json(Request(f"{self.url}/api/v2/{collection}?{urlencode(query)}"))[collection]

    def _open_builds(self, builder: str) -> list[dict[str, Any]]:
        number = str(self._builders()[builder])
        return self.ask("builds", complete="false", builderid=number, property="repository")

    def _builders(self) -> dict[str, int]:
        return {builder["name"]: builder["builderid"] for builder in self.ask("builders")}

    def _post(self, path: str, method: str, parameters: dict[str, Any]) -> None:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        headers = {"Content-Type": "application/json"}
        _json(Request(f"{self.url}/api/v2/{path}", json.dumps(body).encode(), headers, method="POST"))

    def _start(self, command: str, folder: Path, sign: str) -> str:
        """Runs `command` in the foreground of its own process until it has said `sign`; what it said."""
        log = folder / "twistd.log"
        begun = log.stat().st_size if log.exists() else 0
        process = subprocess.Popen(
            [_beside_python(command), "start", "--nodaemon", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)

        def said() -> str:
            text = log.read_bytes()[begun:].decode() if log.exists() else ""
            assert process.poll() is None, f"{command} ended with {process.returncode}:\n{text}"
            return text

        until(lambda: sign in said(), f"{command} says {sign!r}", PATIENCE)
        return said()

    def _ports(self) -> dict[str, int]:
        ports: dict[str, int] = json.loads((self.master / "ports.json").read_text())
        return ports

    def _write_ports(self, **ports: int) -> None:
        """Where the master listens; the first start finds free ports, each later one takes the same."""
        (self.master / "ports.json").write_text(json.dumps(ports))


@contextmanager
def buildbot(folder: Path) -> Iterator[Buildbot]:
    """A running Buildbot in `folder`; both processes are ended at the end."""
    bot = Buildbot(folder)
    try:
        bot.start()
        yield bot
    finally:
        bot.stop()


def in_words(results: Counter[tuple[str, int]]) -> Counter[tuple[str, str]]:
    """Buildbot's own results in the exporter's words."""
    words: Counter[tuple[str, str]] = Counter()
    for (builder, code), count in results.items():
        words[builder, WORDS[code]] += count
    return words


def _json(request: Request, tries: int = 3) -> Any:
    """Under load Buildbot now and then closes a connection after the headers."""
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except IncompleteRead:
        if request.get_method() != "GET" or tries == 1:
            raise
        return _json(request, tries - 1)


def _beside_python(command: str) -> str:
    return str(Path(sys.executable).with_name(command))


def _run(command: str, *arguments: str) -> None:
    done = subprocess.run(
        [_beside_python(command), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{command} {arguments[0]}: {done.stdout}{done.stderr}"
