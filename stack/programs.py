"""What runs in the stack, where it listens, and what it needs. Everything listens on this machine alone.

The configuration is that of the containers; of its addresses only the ports can be others.
"""

from __future__ import annotations

import errno
import re
import shutil
import socket
import sys
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

HERE = Path(__file__).parent
HOST = "127.0.0.1"
ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")
"""Debian's name of the program, and its own."""
PACKAGES = {"prometheus": ("prometheus",), "prometheus-alertmanager": ALERTMANAGER}
"""Debian's packages, and the programs of which one must be there."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each listens, as `prometheus.yml` and `compose.yaml` have it; 0 is any port that is free."""

    exporter: int = 9847
    prometheus: int = 9090
    alertmanager: int = 9093


@dataclass(frozen=True, slots=True)
class Program:
    """`ready` is a page that answers 200 as soon as the program does its work."""

    name: str
    command: tuple[str, ...]
    ready: str


class PortsTaken(Exception):
    """Some ports cannot be had: its arguments are a line for each."""


def missing() -> list[str]:
    """The packages to install."""
    return [package for package, names in PACKAGES.items() if not any(map(shutil.which, names))]


def free(wanted: Ports) -> Ports:
    """The ports that are wanted, each 0 replaced. Raises PortsTaken."""
    faults, found = [], {}
    with ExitStack() as held:  # all at once, so that no two get the same
        for name, port in asdict(wanted).items():
            bound = held.enter_context(socket.socket())
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                bound.bind((HOST, port))
            except OSError as error:
                faults.append(f"{HOST}:{port} cannot be used: {_why(error)}; choose another port: --{name}-port")
            else:
                found[name] = bound.getsockname()[1]
    if faults:
        raise PortsTaken(*faults)
    return Ports(**found)


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program listens there, perhaps the service that the package has started"
    return str(error.strerror)


def programs(ports: Ports, folder: Path, demo: tuple[str, ...]) -> tuple[Program, ...]:
    """The three, with their data in `folder`; `demo` are further options of the exporter's demo."""
    exporter, prometheus, alertmanager = map(url, astuple(ports))
    return (
        Program(
            "exporter",
            (sys.executable, "-m", "exporter", "demo", *demo, f"--web.listen-address={HOST}:{ports.exporter}"),
            f"{exporter}/-/ready",
        ),
        Program(
            "alertmanager",
            (
                next(filter(shutil.which, ALERTMANAGER)),
                f"--config.file={HERE / 'alertmanager.yml'}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address={HOST}:{ports.alertmanager}",
                f"--web.external-url={alertmanager}",
                "--cluster.listen-address=",  # it has no peers
            ),
            f"{alertmanager}/-/ready",
        ),
        Program(
            "prometheus",
            (
                "prometheus",
                f"--config.file={_configuration(ports, folder)}",
                f"--storage.tsdb.path={folder / 'prometheus'}",
                f"--web.listen-address={HOST}:{ports.prometheus}",
                f"--web.external-url={prometheus}",
            ),
            f"{prometheus}/-/ready",
        ),
    )


def url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _configuration(ports: Ports, folder: Path) -> Path:
    """`prometheus.yml` with these ports, in a place from which it sees the rules as from its own."""
    (folder / "alerts").symlink_to(HERE.parent / "alerts")
    placed = folder / "stack" / "prometheus.yml"
    placed.parent.mkdir()
    chosen = dict(zip(map(str, astuple(Ports())), map(str, astuple(ports)), strict=True))
    usual = re.compile(f"(?<={re.escape(HOST)}:)({'|'.join(chosen)})")
    placed.write_text(usual.sub(lambda port: chosen[port[0]], (HERE / placed.name).read_text()))
    return placed
