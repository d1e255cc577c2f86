"""A real Alertmanager, and the webhooks that it notifies."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import yaml

from alerts import routing
from alerts.terms import Terms
from tests.support.replay import Answer, Server
from tests.support.waiting import until

Labels = dict[str, str]
Configuration = dict[str, Any]
FILE = "alertmanager.yml"


class Alertmanager:
    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log

    @property
    def log(self) -> str:
        """What it has said so far, of each look at a group of alerts too."""
        return self._log.read_text()

    def post(self, *alerts: Labels, ended: bool = False) -> None:
        """Alerts by their labels, as Prometheus posts them: firing, or ended just now."""
        times = {"endsAt": datetime.now(UTC).isoformat()} if ended else {}
        body = [{"labels": labels, "annotations": {"summary": labels["alertname"]}, **times} for labels in alerts]
        requests.post(f"{self.url}/api/v2/alerts", json=body, timeout=10).raise_for_status()

    def alerts(self, **labels: str) -> list[dict[str, Any]]:
        """The alerts that have these labels, the inhibited ones too, as it tells them: labels, status, receivers, …"""
        filters = [f'{name}="{value}"' for name, value in labels.items()]
        reply = requests.get(f"{self.url}/api/v2/alerts", params={"filter": filters}, timeout=10)
        reply.raise_for_status()
        return reply.json()

    def inhibits(self, labels: Labels) -> bool:
        """Whether the alert of exactly these labels is held back by another."""
        (alert,) = (alert for alert in self.alerts(**labels) if alert["labels"] == labels)
        return bool(alert["status"]["inhibitedBy"])

    def reload(self, configuration: Configuration) -> None:
        """Another configuration from now on."""
        (self._log.parent / FILE).write_text(yaml.safe_dump(configuration))
        requests.post(f"{self.url}/-/reload", timeout=10).raise_for_status()


class Receiver(Server):
    """A webhook for each receiver, at the path of its name: it keeps all that comes. To be used in a `with` block."""

    def __init__(self) -> None:
        super().__init__(lambda _: Answer())

    def notifications(self, name: str) -> list[dict[str, Any]]:
        """What came for this receiver, in order."""
        return [json.loads(request.body) for request in tuple(self.requests) if request.path == f"/{name}"]

    def alerts(self, name: str, status: str = "firing") -> list[Labels]:
        """The labels of each alert of this status in each notification of this receiver, in order."""
        notified = self.notifications(name)
        return [alert["labels"] for found in notified for alert in found["alerts"] if alert["status"] == status]


def committed(receiver: Receiver, scale: float) -> Configuration:
    """The shipped configuration with its times in scale and each receiver at its own webhook; else untouched."""
    configuration = yaml.safe_load(routing.scaled(Terms(scale=scale)))
    for each in configuration["receivers"]:
        name = each.pop("name")
        sends = [integration["send_resolved"] for kind in each.values() for integration in kind]
        each.clear()
        each["name"] = name
        each["webhook_configs"] = [{"url": f"{receiver.url}/{name}", "send_resolved": resolved} for resolved in sends]
    return configuration


@contextmanager
def alertmanager(folder: Path, configuration: Configuration) -> Iterator[Alertmanager]:
    """Alertmanager on its own, without a cluster, keeping its state in `folder`."""
    (folder / FILE).write_text(yaml.safe_dump(configuration))
    log = folder / "alertmanager.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [
                "prometheus-alertmanager",
                f"--config.file={folder / FILE}",
                f"--storage.path={folder}/alertmanager",
                "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=",
                "--log.level=debug",
            ],
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )

    def running(pattern: str) -> re.Match[str] | None:
        assert process.poll() is None, f"Alertmanager ended:\n{log.read_text()}"
        return re.search(pattern, log.read_text())

    try:
        found = until(lambda: running(r'"?Listening on"? address=(\S+)'), "Alertmanager listens")
        url = f"http://{found[1]}"
        until(lambda: requests.get(f"{url}/-/ready", timeout=5).ok, "Alertmanager is ready")
        yield Alertmanager(url, log)
    finally:
        process.terminate()
        process.wait(30)
