"""`make stack`'s program as a newcomer runs it: the exporter, Prometheus and Alertmanager, all real."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from stack.programs import HOST, Ports
from tests.support.prometheus import Prometheus
from tests.support.stack import ROOT, started
from tests.support.waiting import PATIENCE, until

ANY = ("--exporter-port=0", "--prometheus-port=0", "--alertmanager-port=0")
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def listens(url: str) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex((HOST, urlsplit(url).port)) == 0


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def told(prometheus: str) -> list[str]:
    """Where it tells what fires."""
    found = requests.get(f"{prometheus}/api/v1/alertmanagers", timeout=10).json()["data"]["activeAlertmanagers"]
    return [each["url"] for each in found]


def health(service: str, ports: dict[int, int]) -> subprocess.CompletedProcess[str]:
    """The health check of a container, done here: at the ports that were chosen instead of the usual ones."""
    _, program, *arguments = SERVICES[service]["healthcheck"]["test"]
    for usual, port in ports.items():
        arguments = [argument.replace(f"{HOST}:{usual}", f"{HOST}:{port}") for argument in arguments]
    command = [sys.executable if program == "python" else program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_all_work_together_and_end_together(tmp_path: Path) -> None:
    with started(tmp_path, *ANY) as stack:
        exporter, alertmanager = (stack.address(title).removesuffix("/") for title in ("Scorecard", "Alertmanager"))
        shown = {title: stack.address(title) for title in ("Alerts", "Error budgets")}
        prometheus = f"http://{urlsplit(shown['Alerts']).netloc}"
        children = stack.children
        assert len(children) == 3
        for title, address in shown.items():
            assert requests.get(address, timeout=10).ok, title

        asked = Prometheus(prometheus)
        until(lambda: asked.value('up{job="orchex-kilo"}') == 1, "the exporter is scraped")
        groups = requests.get(f"{prometheus}/api/v1/rules", timeout=10).json()["data"]["groups"]
        loaded = {Path(group["file"]).name for group in groups}
        assert loaded == {file.name for file in (ROOT / "alerts" / "rules").iterdir()}
        until(lambda: told(prometheus) == [f"{alertmanager}/api/v2/alerts"], "Prometheus knows its Alertmanager")

        chosen = (urlsplit(url).port for url in (exporter, prometheus, alertmanager))
        ports = dict(zip((Ports().exporter, Ports().prometheus, Ports().alertmanager), chosen, strict=True))
        for service in ("exporter", "prometheus", "alertmanager"):
            checked = health(service, ports)
            assert checked.returncode == 0, f"{service}: {checked.stderr}"

        assert stack.stop(signal.SIGTERM) == 0
    assert [url for url in (exporter, prometheus, alertmanager) if listens(url)] == []
    assert [child for child in children if lives(child)] == []
    assert list(stack.temporary.iterdir()) == []
    for service in ("exporter", "prometheus", "alertmanager"):
        assert health(service, ports).returncode != 0, "the health check sees the end"


def test_it_can_be_stopped_while_it_starts(tmp_path: Path) -> None:
    with started(tmp_path, *ANY) as stack:
        until(lambda: "Starting" in stack.said, "it starts")
        children = stack.children
        assert stack.stop(signal.SIGINT) == 0
    assert "Scorecard" not in stack.said
    assert len(children) == 3
    assert [child for child in children if lives(child)] == []
    assert list(stack.temporary.iterdir()) == []


def test_a_program_that_ends_by_itself_ends_the_others_and_says_why(tmp_path: Path) -> None:
    with started(tmp_path, *ANY, "--incident=alien-invasion") as stack:
        assert stack.process.wait(PATIENCE) == 1
    assert "exporter ended with code 2; the end of its log:" in stack.said
    assert "'alien-invasion' is not one of 'bridge-outage'" in stack.said
    assert list(stack.temporary.iterdir()) == []


def test_nothing_starts_while_a_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, *ANY[:2], f"--alertmanager-port={port}") as stack:
            assert stack.process.wait(PATIENCE) == 2
    assert stack.said == (
        f"{HOST}:{port} cannot be used: another program listens there, perhaps the service that the package has "
        "started; choose another port: --alertmanager-port\n"
    )


def test_what_is_missing_is_told_with_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "id"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    with started(tmp_path, *ANY) as stack:
        assert stack.process.wait(PATIENCE) == 2
    assert "Missing for the stack: prometheus prometheus-alertmanager\n" in stack.said
    assert "On Debian or Ubuntu, as root: apt-get install prometheus prometheus-alertmanager\n" in stack.said
