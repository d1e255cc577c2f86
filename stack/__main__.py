"""`python -m stack`: starts the stack, says where to look, and ends it on Ctrl-C or SIGTERM."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import click
import requests

from stack.programs import HERE, Ports, PortsTaken, free, missing, programs, url
from stack.running import Failed, begun, signals, together, watch

FAILED = 1
UNUSABLE = 2
BURNING = {"g0.expr": "slo:current_burn_rate:ratio", "g0.tab": 0, "g0.range_input": "5m"}
"""The graph of how many times too fast each error budget is spent, in Prometheus' own words."""


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Every other option is one of `orchex-kilo-exporter demo`, such as --incident bridge-outage.",
)
@click.option("--exporter-port", default=Ports().exporter, show_default=True)
@click.option("--prometheus-port", default=Ports().prometheus, show_default=True)
@click.option("--alertmanager-port", default=Ports().alertmanager, show_default=True)
@click.argument("demo", nargs=-1, type=click.UNPROCESSED)
def main(exporter_port: int, prometheus_port: int, alertmanager_port: int, demo: tuple[str, ...]) -> None:
    """Run the exporter's demo, Prometheus and Alertmanager on this machine. A port of 0 is any that is free."""
    _installed()
    try:
        ports = free(Ports(exporter_port, prometheus_port, alertmanager_port))
    except PortsTaken as taken:
        _end(UNUSABLE, *taken.args)
    try:
        _run(ports, demo)
    except Failed as failed:
        _end(FAILED, str(failed))


def _installed() -> None:
    """Root's packages are installed; anybody else is told which."""
    packages = missing()
    if packages:
        command = ["sh", str(HERE / "install-packages"), "the stack", *packages]
        if subprocess.run(command, check=False).returncode:  # noqa: S603  # our own words, without a shell
            sys.exit(UNUSABLE)


def _run(ports: Ports, demo: tuple[str, ...]) -> None:
    arrived = signals()
    with tempfile.TemporaryDirectory(prefix="orchex-kilo-stack-") as name:
        folder = Path(name)
        with together(programs(ports, folder, demo), folder) as running:
            click.echo("Starting the exporter's demo, Prometheus and Alertmanager.")
            if begun(running, arrived):
                click.echo(_where(ports, folder))
                watch(running, arrived)
            click.echo("Stopping.")


def _where(ports: Ports, folder: Path) -> str:
    exporter, prometheus, alertmanager = url(ports.exporter), url(ports.prometheus), url(ports.alertmanager)
    return f"""
Scorecard      {exporter}/
Alerts         {_alerts(prometheus)}
Error budgets  {prometheus}/graph?{urlencode(BURNING)}
Alertmanager   {alertmanager}/
               amtool alert --alertmanager.url={alertmanager}   (Debian's package has no page)

Logs: {folder}   Stop: Ctrl-C"""


def _alerts(prometheus: str) -> str:
    """Its page of alerts; Debian's package of Prometheus 2 has only the older pages."""
    usual = f"{prometheus}/alerts"
    return usual if requests.get(usual, timeout=5).ok else f"{prometheus}/classic/alerts"


def _end(code: int, *faults: str) -> None:
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
