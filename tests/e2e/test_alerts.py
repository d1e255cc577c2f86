"""Incidents as people on call hear of them: exporter, Prometheus, Alertmanager and webhooks, all real.

Rules and routes are the shipped ones, with times that are a hundred times as short, and an organisation that is as much
busier. Only the office hours are not: here they never end, so that a ticket that should not be is seen at any hour.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alerts.terms import JOB, MINUTE
from exporter.demo.config import whole_configuration
from exporter.demo.life import Load
from exporter.demo.organisation import Organisation
from exporter.demo.present import Present
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.server import DemoServer
from tests.support.alertmanager import Alertmanager, Configuration, Labels, Receiver, alertmanager, committed
from tests.support.exporter import Process, serving
from tests.support.prometheus import Prometheus, prometheus
from tests.support.waiting import until

SCALE = 1 / 100
INTERVAL = "500ms"
"""Of scrapes and evaluations: the shortest window, five minutes in scale, holds six."""
QUICK, CALM = "1s", "10s"
"""Between two polls: of what the incidents change, and of the rest."""
USUAL = Load()
BUSY = Load(k2a=USUAL.k2a / SCALE, a2k=USUAL.a2k / SCALE, tasks=USUAL.tasks / SCALE)
ALWAYS = [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]

PAGER, TICKETS, SWITCH = "pager", "tickets", "dead-mans-switch"
BRIDGE_DOWN = "OrchexKiloBridgeDown"
CIRCUIT_OPEN = "OrchexKiloBridgeCircuitOpen"
BRIDGE_FAILS = "OrchexKiloBridgeSuccessBudgetBurn"
UPTIME = "OrchexKiloUptimeBudgetBurn"
ERRORS = "OrchexKiloErrorRateBudgetBurn"
EXPORTER_DOWN = "OrchexKiloExporterDown"


@dataclass(frozen=True, slots=True)
class Watch:
    """An organisation, and all that watches over it."""

    organisation: Organisation
    exporter: Process
    prometheus: Prometheus
    alertmanager: Alertmanager
    receiver: Receiver

    def fires(self, **labels: str) -> bool:
        """Whether Prometheus has an alert with these labels that fires."""
        return any(labels.items() <= alert.items() for alert in self.prometheus.firing())

    def told(self, receiver: str, status: str = "firing", **labels: str) -> list[Labels]:
        """The alerts with these labels of which this receiver was told, once for each time."""
        return [alert for alert in self.receiver.alerts(receiver, status) if labels.items() <= alert.items()]

    def explained(self, by: Labels, **labels: str) -> bool:
        """Whether Alertmanager has an alert with these labels and keeps it back because of the one `by`."""
        alerts = self.alertmanager.alerts()
        causes = {alert["fingerprint"] for alert in alerts if by.items() <= alert["labels"].items()}
        return any(
            labels.items() <= alert["labels"].items() and causes & set(alert["status"]["inhibitedBy"])
            for alert in alerts
        )

    def evaluated(self, minutes: float) -> bool:
        """Whether the rules have been evaluated for so many minutes, in scale."""
        age = self.prometheus.value('time() - ALERTS_FOR_STATE{alertname="OrchexKiloWatchdog"}')
        return age is not None and age > minutes * MINUTE * SCALE

    def calm(self, minutes: float) -> None:
        """Waits until there was peace for so long, of which only the dead man's switch was told."""
        until(lambda: self.evaluated(minutes), f"the rules are evaluated for {minutes} minutes in scale")
        until(lambda: self.told(SWITCH, alertname="OrchexKiloWatchdog"), "the watchdog is heard")
        assert self.receiver.notifications(PAGER) == []


def configured(organisation: Organisation, server: DemoServer, folder: Path) -> Configuration:
    """The demo's configuration for the exporter."""
    scorecard = ScorecardFile(folder / "scorecard.yml", organisation)
    scorecard.write()
    ledger = f"sqlite:///{folder}/ledger.db"
    made = whole_configuration(organisation, server.addresses, ledger, scorecard.path, server.tokens, CALM)
    for name in ("orchex", "kilo", "bridges"):
        made["sources"][name]["interval"] = QUICK
    return made


def routes(receiver: Receiver) -> Configuration:
    made = committed(receiver, SCALE)
    for hours in made["time_intervals"]:
        hours["time_intervals"] = ALWAYS
    return made


def rules(folder: Path) -> Path:
    """The rule files, as the command builds them."""
    command = [sys.executable, "-m", "alerts", f"--scale={SCALE}", f"--output={folder}/alerts", f"--job={JOB}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "alerts/rules/*.yml"


@contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    organisation = Organisation(start=time.time(), history_days=1, repositories=6, life=Present(load=BUSY))
    with (
        DemoServer(organisation, time.time) as server,
        Receiver() as receiver,
        serving(folder, configured(organisation, server, folder)) as exporter,
        alertmanager(folder, routes(receiver)) as manager,
    ):
        until(lambda: exporter.get("/-/ready").ok, "the exporter is ready, beside all else that starts", patience=90)
        target, peer = (each.url.removeprefix("http://") for each in (exporter, manager))
        built = rules(folder)
        with prometheus(folder, target, job=JOB, interval=INTERVAL, rules=[built], alertmanagers=[peer]) as evaluating:
            yield Watch(organisation, exporter, evaluating, manager, receiver)


def test_an_outage_of_a_bridge_is_one_page_without_what_follows_from_it(tmp_path: Path) -> None:
    k2a = {"bridge": "k2a"}
    down = {"alertname": BRIDGE_DOWN, **k2a}
    with watched(tmp_path) as watch:
        watch.calm(minutes=15)

        watch.organisation.begin("bridge-outage")
        until(lambda: watch.told(PAGER, **down), "the outage is a page")
        until(lambda: watch.told(PAGER, alertname=UPTIME), "so is what it costs, one interval of the group later")
        (first, second, *_) = watch.receiver.notifications(PAGER)
        assert first["groupKey"] == second["groupKey"]
        for name in (CIRCUIT_OPEN, BRIDGE_FAILS):
            until(lambda name=name: watch.fires(alertname=name, **k2a), f"{name} fires")
            until(lambda name=name: watch.explained(down, alertname=name, **k2a), f"{name} is inhibited")
            assert watch.told(PAGER, alertname=name, **k2a) == []
            assert watch.told(TICKETS, alertname=name, **k2a) == []
        assert watch.told(PAGER, "resolved") == []

        watch.organisation.end("bridge-outage")
        until(lambda: watch.told(PAGER, "resolved", **down), "the end of the outage is told")
        until(
            lambda: any(
                each["status"] == "resolved" and each["groupKey"] == first["groupKey"]
                for each in watch.receiver.notifications(PAGER)
            ),
            "the page is over",
            patience=60,
        )
        assert {each["groupKey"] for each in watch.receiver.notifications(PAGER)} == {first["groupKey"]}
        assert watch.told(PAGER, alertname=CIRCUIT_OPEN, **k2a) == []


def test_failing_operations_are_a_page_on_their_budget_and_no_outage(tmp_path: Path) -> None:
    with watched(tmp_path) as watch:
        watch.organisation.begin("error-burst")
        for bridge in ("k2a", "a2k"):
            page = {"alertname": BRIDGE_FAILS, "bridge": bridge, "severity": "page"}
            until(lambda page=page: watch.told(PAGER, **page), f"failing operations of {bridge} are a page")
            ticket = {**page, "severity": "ticket"}
            until(lambda page=page, ticket=ticket: watch.explained(page, **ticket), "the page holds the ticket back")
        assert watch.told(TICKETS, alertname=BRIDGE_FAILS) == []
        until(lambda: watch.told(PAGER, alertname=ERRORS), "the error rate is a page", patience=60)
        assert {alert["alertname"] for alert in watch.told(PAGER)} == {ERRORS, BRIDGE_FAILS}


def test_an_exporter_that_stops_is_a_page_and_all_else_of_it_is_silent(tmp_path: Path) -> None:
    with watched(tmp_path) as watch:
        watch.calm(minutes=5)
        firing = {alert["alertname"] for alert in watch.prometheus.firing()}
        assert watch.exporter.stop() == 0
        until(lambda: watch.told(PAGER, alertname=EXPORTER_DOWN), "the exporter that is gone is a page")
        since = f'time() - ALERTS_FOR_STATE{{alertname="{EXPORTER_DOWN}"}}'
        until(lambda: watch.prometheus.value(since) > 25 * MINUTE * SCALE, "every ticket had its time to come")
        told = {alert["alertname"] for alert in (*watch.told(PAGER), *watch.told(TICKETS))}
        assert told - firing == {EXPORTER_DOWN}
        heard = len(watch.receiver.notifications(SWITCH))
        until(lambda: len(watch.receiver.notifications(SWITCH)) > heard, "the watchdog is heard on")
