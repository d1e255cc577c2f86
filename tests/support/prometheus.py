"""A real Prometheus: one that scrapes an exporter every second, and perhaps evaluates rules and tells Alertmanagers,
or one that only answers from what lies in its storage."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.support.waiting import until

RESEND_DELAY = "2s"
"""What fired before the Alertmanagers were known is told again soon; Prometheus' own minute is long for a test."""
STORAGE = "prometheus"
"""Where in its folder a Prometheus keeps its blocks."""
Labels = dict[str, str]
Points = list[tuple[float, float]]
"""Moments, Unix seconds, and values."""


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url

    def at(self, expression: str, moment: float) -> list[tuple[Labels, float]]:
        """An instant query of a moment: each series with all its labels."""
        found = self._asked("query", query=expression, time=moment)
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        return [(each["metric"], float(each["value"][1])) for each in found["result"]]

    def between(self, expression: str, start: float, end: float, step: float) -> list[tuple[Labels, Points]]:
        """A range query: each series with all its labels."""
        found = self._asked("query_range", query=expression, start=start, end=end, step=step)
        return [
            (each["metric"], [(float(moment), float(value)) for moment, value in each["values"]])
            for each in found["result"]
        ]

    def _asked(self, path: str, **parameters: str | float) -> dict[str, Any]:
        reply = requests.post(f"{self.url}/api/v1/{path}", data=parameters, timeout=60)
        assert reply.ok, f"{parameters}: {reply.text}"
        return reply.json()["data"]

    def query(self, expression: str) -> dict[frozenset[tuple[str, str]], float]:
        """An instant query: labels (without those of the scrape) -> value."""
        reply = requests.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10)
        reply.raise_for_status()
        return {
            frozenset((k, v) for k, v in found["metric"].items() if k not in ("__name__", "instance", "job")): float(
                found["value"][1]
            )
            for found in reply.json()["data"]["result"]
        }

    def value(self, expression: str) -> float | None:
        """The single value of an expression; None when it gives nothing."""
        found = self.query(expression)
        assert len(found) <= 1, f"{expression} gives {len(found)} values"
        return next(iter(found.values()), None)

    def firing(self) -> list[dict[str, str]]:
        """The labels of each alert that fires."""
        reply = requests.get(f"{self.url}/api/v1/alerts", timeout=10)
        reply.raise_for_status()
        return [alert["labels"] for alert in reply.json()["data"]["alerts"] if alert["state"] == "firing"]

    def scraped_since(self, moment: float) -> bool:
        """Whether a scrape that succeeded began after `moment`, Unix seconds."""
        newest = self.value("timestamp(up == 1)")
        return newest is not None and newest > moment


@contextmanager
def prometheus(
    folder: Path,
    target: str,
    *,
    job: str = "exporter",
    interval: str = "1s",
    rules: Sequence[Path] = (),
    alertmanagers: Sequence[str] = (),
) -> Iterator[Prometheus]:
    """Prometheus, scraping `target` (HOST:PORT) with OpenMetrics as it prefers.

    It scrapes and evaluates `rules`, files or patterns of files, every `interval`, and tells what fires to
    `alertmanagers` (HOST:PORT), which it knows when the block begins.
    """
    peers = {"alertmanagers": [{"static_configs": [{"targets": list(alertmanagers)}]}]} if alertmanagers else {}
    configuration = {
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "rule_files": [str(path) for path in rules],
        "alerting": peers,
        "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [target]}]}],
    }
    with _running(folder, configuration, f"--rules.alert.resend-delay={RESEND_DELAY}") as found:
        until(lambda: _told(found.url) == len(alertmanagers), "Prometheus knows its Alertmanagers")
        yield found


@contextmanager
def answering(folder: Path, lookback: int) -> Iterator[Prometheus]:
    """Prometheus on the blocks in `folder`/STORAGE, however old; it scrapes nothing.

    A value holds for `lookback` seconds.
    """
    with _running(folder, {}, "--storage.tsdb.retention.time=10y", f"--query.lookback-delta={lookback}s") as found:
        yield found


@contextmanager
def _running(folder: Path, configuration: dict[str, Any], *flags: str) -> Iterator[Prometheus]:
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    log = folder / "prometheus.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/{STORAGE}",
                "--web.listen-address=127.0.0.1:0",
                *flags,
            ],
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )
    try:
        found = until(lambda: re.search(r'"?Listening on"? .*?address=(\S+)', log.read_text()), "Prometheus listens")
        url = f"http://{found[1]}"
        until(lambda: _ready(url), "Prometheus is ready")
        yield Prometheus(url)
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    return requests.get(f"{url}/-/ready", timeout=5).status_code == 200


def _told(url: str) -> int:
    """How many Alertmanagers it would tell what fires."""
    reply = requests.get(f"{url}/api/v1/alertmanagers", timeout=5)
    reply.raise_for_status()
    return len(reply.json()["data"]["activeAlertmanagers"])
