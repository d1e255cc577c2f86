"""The exporter as its users run it: a process of its own, asked over HTTP, ended by its own id."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.support.waiting import PATIENCE, until

COMMAND = (sys.executable, "-m", "exporter")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Process:
    """A running `orchex-kilo-exporter`, whose standard error goes to a file."""

    def __init__(self, *arguments: str, folder: Path, environment: dict[str, str] | None = None) -> None:
        self._log = folder / "stderr.log"
        with self._log.open("ab") as stderr:
            self.begun = self._log.stat().st_size
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=folder,
                env={**os.environ, **(environment or {})},
            )
        self._url: str | None = None

    @property
    def log(self) -> str:
        return self._log.read_text()[self.begun :]

    @property
    def url(self) -> str:
        """Where it listens; waits until it says so."""
        if self._url is None:
            self._url = until(self._listening, f"the exporter listens; it said:\n{self.log}")
        return self._url

    def _listening(self) -> str | None:
        if self.process.poll() is not None:
            raise AssertionError(f"the exporter ended with {self.process.returncode}:\n{self.log}")
        found = re.search(r"Metrics: (\S+)/metrics", self.log)
        return found[1] if found else None

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=10, **options)

    def post(self, path: str) -> requests.Response:
        return requests.post(self.url + path, timeout=10)

    def ready(self) -> "Process":
        """Waits until every source was tried once."""
        until(lambda: self.get("/-/ready").status_code == 200, "the exporter is ready")
        return self

    def samples(self) -> Samples:
        """All that /metrics says now."""
        text = self.get("/metrics").text
        families = text_string_to_metric_families(text)
        return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}

    def value(self, name: str, **labels: str) -> float | None:
        """The sum of the samples of this name with at least these labels; None without any."""
        wanted = set(labels.items())
        found = [value for (sample, has), value in self.samples().items() if sample == name and wanted <= has]
        return sum(found) if found else None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal and waits for the end; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, configuration: dict[str, Any], *flags: str, **environment: str) -> Iterator[Process]:
    """`serve` with this configuration on an ephemeral port; stopped at the end, killed if need be."""
    file = folder / "config.yml"
    file.write_text(yaml.safe_dump(configuration))
    arguments = ("serve", f"--config.file={file}", "--web.listen-address=127.0.0.1:0", *flags)
    with running(folder, *arguments, **environment) as process:
        yield process


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Process]:
    """Any command of the exporter."""
    process = Process(*arguments, folder=folder, environment=environment)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.terminate()
            try:
                process.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.process.kill()
                process.process.wait()


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, with all that it printed."""
    return subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
    )
