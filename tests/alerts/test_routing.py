"""alertmanager.yml as a file: it is valid, leads each severity to its receiver, and speaks of alerts that there are."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts import routing
from alerts.terms import Terms
from exporter.providers.base import parse_duration
from tests.support.alertmanager import alertmanager
from tests.support.promtool import rule_files, shipped

CONFIGURATION = yaml.safe_load(routing.FILE.read_text())
AMLINT = Path(sys.executable).with_name("amlint")
WAITING = {"group_wait", "group_interval", "repeat_interval"}
SCRAPED = {"job", "instance", "alertname"}
"""Labels that Prometheus gives."""

FINDINGS: dict[str, str] = {
    "global-resolve-timeout-missing": "it is for alerts without an end, and Prometheus gives each alert one",
}
"""What amlint finds, and why it may stay."""


RULES = [rule for rule in shipped() if rule.alerts]


def matchers() -> Iterator[tuple[str, str, str]]:
    """Every matcher of the file: label, operator, value."""
    inhibitions = CONFIGURATION["inhibit_rules"]
    lines = [line for route in routes() for line in route.get("matchers", ())]
    lines += [line for rule in inhibitions for side in ("source", "target") for line in rule[f"{side}_matchers"]]
    return (parsed(line) for line in lines)


def parsed(matcher: str) -> tuple[str, str, str]:
    found = re.fullmatch(r'(\w+) (=|!=|=~|!~) "(.*)"', matcher)
    assert found, f"{matcher} is not written as the others are"
    return found[1], found[2], found[3]


def routes(route: dict[str, Any] = CONFIGURATION["route"]) -> Iterator[dict[str, Any]]:
    yield route
    for child in route.get("routes", ()):
        yield from routes(child)


def times(data: Any) -> list[float]:
    """Every waiting time in the data, in seconds, in order."""
    if isinstance(data, dict):
        own = [parse_duration(value) for key, value in data.items() if key in WAITING]
        return own + [found for value in data.values() for found in times(value)]
    return [found for item in data for found in times(item)] if isinstance(data, list) else []


def amtool(*arguments: str) -> str:
    return subprocess.run(["amtool", *arguments], check=True, capture_output=True, text=True).stdout


def test_amtool_accepts_it() -> None:
    assert "SUCCESS" in amtool("check-config", str(routing.FILE))


def test_alertmanager_starts_with_it(tmp_path: Path) -> None:
    with alertmanager(tmp_path, CONFIGURATION) as manager:
        assert manager.alerts() == []


def test_amlint_finds_nothing_but_what_is_explained() -> None:
    rules = [f"--rules={path}" for path in rule_files()]
    command = [AMLINT, "check", "--format=json", *rules, routing.FILE]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    assert said.stderr == ""
    assert {finding["code"] for finding in json.loads(said.stdout)} == set(FINDINGS), said.stdout


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"alertname": "OrchexKiloBridgeDown", "severity": "page", "slo": "uptime"}, "pager"),
        ({"alertname": "OrchexKiloExporterDown", "severity": "page"}, "pager"),
        ({"alertname": "OrchexKiloUptimeBudgetBurn", "severity": "ticket", "slo": "uptime"}, "tickets"),
        ({"alertname": "OrchexKiloSourceFailing", "severity": "ticket"}, "tickets"),
        ({"alertname": "OrchexKiloWatchdog", "severity": "none"}, "dead-mans-switch"),
        ({"alertname": "Another", "severity": "none"}, "tickets"),
        ({"alertname": "Another", "severity": "critical", "slo": "uptime"}, "tickets"),
        ({"alertname": "Another"}, "tickets"),
    ],
    ids=lambda given: "-".join(given.values()) if isinstance(given, dict) else given,
)
def test_amtool_leads_each_alert_to_one_receiver(labels: dict[str, str], receiver: str) -> None:
    given = [f"{name}={value}" for name, value in labels.items()]
    said = amtool("config", "routes", "test", f"--config.file={routing.FILE}", *given)
    assert said.split() == [receiver]


def test_every_alert_has_a_route_of_its_own() -> None:
    """None is left to the default receiver, which is for what nobody thought of."""
    found = {(rule.severity, rule.name == "OrchexKiloWatchdog") for rule in RULES}
    assert found == {("page", False), ("ticket", False), ("none", True)}


def test_it_speaks_of_alerts_that_there_are() -> None:
    """Each alternative of an expression too: a typing error in one would leave its rule half blind."""
    for label, operator, value in matchers():
        if label != "alertname":
            continue
        found = re.fullmatch(r"(\w*)\(([\w|]+)\)", value)
        alternatives = [found[1] + end for end in found[2].split("|")] if found else [value]
        for one in alternatives:
            assert any(re.fullmatch(one, rule.name) for rule in RULES), f"{operator} {one}"


def test_it_speaks_of_labels_that_there_are() -> None:
    said = {name for rule in RULES for name in rule.labels}
    shown = set(re.findall(r"\$labels\.(\w+)", "".join(str(rule.annotations) for rule in RULES)))
    used = {label for label, *_ in matchers()}
    used |= {label for rule in CONFIGURATION["inhibit_rules"] for label in rule["equal"]}
    used |= {label for route in routes() for label in route.get("group_by", ()) if label != "..."}
    assert used <= SCRAPED | said | shown


@pytest.mark.parametrize("rule", CONFIGURATION["inhibit_rules"], ids=lambda rule: rule["source_matchers"][0])
def test_no_labels_are_equal_because_both_are_missing(rule: dict[str, Any]) -> None:
    """What is demanded of the cause, its effect must have alike."""
    demanded = {label for label, *rest in map(parsed, rule["source_matchers"]) if rest == ["=~", ".+"]}
    assert rule["equal"]
    assert set(rule["equal"]) <= demanded


def test_the_switch_is_told_at_least_every_five_minutes() -> None:
    """A look at the group, each group_interval, may come just before repeat_interval has passed; the next one tells."""
    (route,) = (route for route in routes() if route.get("receiver") == "dead-mans-switch")
    assert parse_duration(route["group_interval"]) + parse_duration(route["repeat_interval"]) <= 300


def test_alertmanager_remembers_for_as_long_as_a_repetition_waits() -> None:
    """What it has told it forgets after --data.retention, 120 hours, and would tell again."""
    assert max(times(CONFIGURATION)) < 120 * 3600


def test_a_scale_of_one_leaves_the_file_as_it_is() -> None:
    assert routing.scaled(Terms()) == routing.FILE.read_text()


def test_a_scale_shortens_each_waiting_time_and_nothing_else() -> None:
    whole, tenth = CONFIGURATION, yaml.safe_load(routing.scaled(Terms(scale=0.1)))
    assert times(tenth) == pytest.approx([seconds / 10 for seconds in times(whole)])
    assert len(times(whole)) >= 12
    lines = zip(routing.FILE.read_text().splitlines(), routing.scaled(Terms(scale=0.1)).splitlines(), strict=True)
    changed = {before.split(":")[0].strip() for before, after in lines if before != after}
    assert changed == WAITING
