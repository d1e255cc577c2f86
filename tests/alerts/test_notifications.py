"""What the receivers hear, of a real Alertmanager with the shipped routes and shorter times."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts import routing
from tests.support.alertmanager import Alertmanager, Configuration, Labels, Receiver, alertmanager, committed
from tests.support.waiting import until

SCALE = 1 / 2000
"""Half a minute of waiting is 15 ms, an hour 1.8 seconds; a page is repeated after 7, so nothing is counted."""
UNHURRIED = 1 / 50
"""Half a minute is 0.6 seconds: time enough for alerts that are posted together to be looked at together."""


def alert(name: str, severity: str, **labels: str) -> Labels:
    return {"alertname": f"OrchexKilo{name}", "severity": severity, "job": "orchex-kilo", "instance": "a", **labels}


BRIDGE_DOWN = alert("BridgeDown", "page", slo="uptime", bridge="k2a", source="bridges")
BURN = alert("UptimeBudgetBurn", "page", slo="uptime")
ERRORS = alert("ErrorRateBudgetBurn", "page", slo="error_rate")
EXPORTER_DOWN = alert("ExporterDown", "page")
WATCHDOG = {"alertname": "OrchexKiloWatchdog", "severity": "none", "job": "orchex-kilo"}
TICKET_OF_AN_SLO = alert("UptimeBudgetBurn", "ticket", slo="uptime")
TICKET = alert("SourceFailing", "ticket", source="acme")
UNFORESEEN = {"alertname": "Another", "severity": "warning", "job": "another"}


def elsewhere(labels: Labels) -> Labels:
    """The same alert of the second exporter of a pair."""
    return {**labels, "instance": "b"}


def hours(*intervals: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": "office-hours", "time_intervals": list(intervals)}]


def open_now() -> list[dict[str, Any]]:
    return hours({"times": [{"start_time": "00:00", "end_time": "24:00"}]})


def closed_now() -> list[dict[str, Any]]:
    """All of the day after tomorrow: no midnight that passes meanwhile makes it today."""
    return hours({"weekdays": [f"{datetime.now(UTC) + timedelta(days=2):%A}".lower()]})


@contextmanager
def notifying(folder: Path, scale: float, **changes: Any) -> Iterator[tuple[Alertmanager, Receiver, Configuration]]:
    with Receiver() as receiver:
        configuration = {**committed(receiver, scale), **changes}
        with alertmanager(folder, configuration) as manager:
            yield manager, receiver, configuration


def looks(manager: Alertmanager, labels: Labels, state: str = "active") -> int:
    """How often it has looked at the group of this alert, alone in it; all but the last look are finished."""
    return len(re.findall(rf"msg=flushing alerts=\[{labels['alertname']}\[\w+\]\[{state}\]\]", manager.log))


def heard(receiver: Receiver, name: str, status: str = "firing") -> set[str]:
    """Of which alerts this receiver was told."""
    return {labels["alertname"] for labels in receiver.alerts(name, status)}


def groups(receiver: Receiver, name: str) -> set[str]:
    """By its group's key a receiver knows that a notification goes on with an earlier one."""
    return {notification["groupKey"] for notification in receiver.notifications(name)}


def most(receiver: Receiver, name: str) -> int:
    """How many alerts there are in the largest notification."""
    return max((len(each["alerts"]) for each in receiver.notifications(name)), default=0)


@pytest.mark.parametrize(
    "alerts",
    [
        (BRIDGE_DOWN, BURN),
        (BRIDGE_DOWN, elsewhere(BRIDGE_DOWN)),
        (BRIDGE_DOWN, {**BRIDGE_DOWN, "bridge": "a2k"}, BURN, ERRORS, elsewhere(BRIDGE_DOWN), elsewhere(BURN)),
        (EXPORTER_DOWN, elsewhere(EXPORTER_DOWN)),
    ],
    ids=["symptom and burn", "a pair of exporters", "all of an outage", "alerts without an objective"],
)
def test_one_trouble_is_one_page(tmp_path: Path, alerts: tuple[Labels, ...]) -> None:
    with notifying(tmp_path, UNHURRIED) as (manager, receiver, _):
        manager.post(*alerts)
        until(lambda: receiver.notifications("pager"), "the pager is told")
        (page,) = receiver.notifications("pager")
        assert len(page["alerts"]) == len(alerts)
        assert heard(receiver, "pager") == {each["alertname"] for each in alerts}


def test_two_troubles_are_two_pages(tmp_path: Path) -> None:
    """With an objective in another job; without one of another kind, or in another job."""
    down = elsewhere(EXPORTER_DOWN)
    blind = alert("NoSourceUp", "page", instance="c")
    troubles = (BURN, {**BURN, "job": "another"}, down, {**down, "job": "another"}, blind)
    with notifying(tmp_path, SCALE) as (manager, receiver, _):
        manager.post(*troubles)
        until(lambda: len(groups(receiver, "pager")) == len(troubles), "the pager is told of each")
        assert most(receiver, "pager") == 1


def test_what_joins_an_outage_belongs_to_its_page(tmp_path: Path) -> None:
    with notifying(tmp_path, SCALE) as (manager, receiver, _):
        manager.post(BRIDGE_DOWN)
        until(lambda: receiver.notifications("pager"), "the pager is told of the symptom")
        manager.post(BURN)
        until(lambda: most(receiver, "pager") == 2, "the pager is told of the burn as well")
        assert len(groups(receiver, "pager")) == 1


def test_tickets_of_one_objective_are_one_ticket(tmp_path: Path) -> None:
    missed = alert("CriterionMissed", "ticket", slo="uptime")
    others = ({**missed, "slo": "error_rate"}, {**missed, "job": "another"}, TICKET, {**TICKET, "job": "another"})
    with notifying(tmp_path, SCALE, time_intervals=open_now()) as (manager, receiver, _):
        manager.post(TICKET_OF_AN_SLO, missed, elsewhere(missed), *others)
        until(lambda: most(receiver, "tickets") == 3, "a ticket is opened")
        until(lambda: len(groups(receiver, "tickets")) == 1 + len(others), "and one for each other trouble")
        assert most(receiver, "tickets") == 3


def test_outside_office_hours_tickets_wait_and_nothing_else(tmp_path: Path) -> None:
    with notifying(tmp_path, SCALE, time_intervals=closed_now()) as (manager, receiver, configuration):
        manager.post(TICKET, TICKET_OF_AN_SLO, ERRORS, UNFORESEEN)
        until(lambda: receiver.alerts("pager"), "the pager is told")
        until(lambda: receiver.alerts("tickets"), "what nobody foresaw is told")
        for ticket in (TICKET, TICKET_OF_AN_SLO):
            until(lambda ticket=ticket: looks(manager, ticket) >= 2, "tickets were due, and due again")
        assert heard(receiver, "tickets") == {"Another"}
        manager.reload({**configuration, "time_intervals": open_now()})
        held = {TICKET["alertname"], TICKET_OF_AN_SLO["alertname"]}
        until(lambda: heard(receiver, "tickets") == {"Another", *held}, "they are told in the morning")


def test_the_pager_hears_of_the_end(tmp_path: Path) -> None:
    with notifying(tmp_path, SCALE) as (manager, receiver, _):
        manager.post(BRIDGE_DOWN)
        until(lambda: receiver.alerts("pager"), "the pager is told")
        assert receiver.alerts("pager", "resolved") == []
        manager.post(BRIDGE_DOWN, ended=True)
        until(lambda: receiver.alerts("pager", "resolved"), "the pager is told of the end")
        assert heard(receiver, "pager", "resolved") == {"OrchexKiloBridgeDown"}


@pytest.mark.parametrize(("labels", "name"), [(WATCHDOG, "dead-mans-switch"), (TICKET, "tickets")])
def test_the_others_do_not(tmp_path: Path, labels: Labels, name: str) -> None:
    """It has looked at the alert that ended before it tells that it fires once more."""
    with notifying(tmp_path, SCALE, time_intervals=open_now()) as (manager, receiver, _):
        manager.post(labels)
        until(lambda: receiver.alerts(name), "it is told")
        manager.post(labels, ended=True)
        until(lambda: looks(manager, labels, "resolved"), "it has seen the end")
        told = len(receiver.alerts(name))
        manager.post(labels)
        until(lambda: len(receiver.alerts(name)) > told, "it is told once more")
        assert receiver.alerts(name, "resolved") == []


def test_the_watchdog_is_heard_again_and_again(tmp_path: Path) -> None:
    with notifying(tmp_path, SCALE, time_intervals=closed_now()) as (manager, receiver, _):
        manager.post(WATCHDOG)
        until(lambda: len(receiver.notifications("dead-mans-switch")) >= 5, "the switch is told five times")
        assert all(each == WATCHDOG for each in receiver.alerts("dead-mans-switch"))
        assert receiver.notifications("tickets") == receiver.notifications("pager") == []


def test_each_prometheus_has_a_watchdog_of_its_own(tmp_path: Path) -> None:
    """One that died must not hide behind one that lives: their notifications stay apart."""
    north, south = ({**WATCHDOG, "cluster": name} for name in ("north", "south"))
    with notifying(tmp_path, SCALE) as (manager, receiver, _):
        manager.post(north, south)
        until(lambda: len(groups(receiver, "dead-mans-switch")) == 2, "the switch is told of both")
        assert most(receiver, "dead-mans-switch") == 1


def test_the_pager_is_told_in_its_own_language(tmp_path: Path) -> None:
    """The receiver as it is shipped, but for the address and the place of the key."""
    key = tmp_path / "routing-key"
    key.write_text("a-routing-key\n")
    (shipped,) = (each for each in yaml.safe_load(routing.FILE.read_text())["receivers"] if each["name"] == "pager")
    (pager,) = shipped["pagerduty_configs"]
    with Receiver() as receiver:
        pager.update(routing_key_file=str(key), url=f"{receiver.url}/pagerduty")
        configuration = committed(receiver, 1 / 200)
        others = [each for each in configuration["receivers"] if each["name"] != "pager"]
        with alertmanager(tmp_path, {**configuration, "receivers": [shipped, *others]}) as manager:
            manager.post(BRIDGE_DOWN, BURN)
            until(lambda: receiver.notifications("pagerduty"), "an incident is opened")
            manager.post(BRIDGE_DOWN, BURN, ended=True)
            until(lambda: len(receiver.notifications("pagerduty")) >= 2, "the incident is closed")
        opened, closed = receiver.notifications("pagerduty")
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"]
    assert opened["routing_key"] == "a-routing-key"
    assert opened["payload"]["summary"] in {f"{each['alertname']} (1 of 2 alerts)" for each in (BRIDGE_DOWN, BURN)}
