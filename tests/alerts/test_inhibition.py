"""Which alert holds back which: every inhibition rule in a real Alertmanager, and where it must stop."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.alertmanager import Labels, Receiver, alertmanager, committed
from tests.support.promtool import shipped
from tests.support.waiting import until


def alert(name: str, severity: str, **labels: str) -> Labels:
    return {"alertname": f"OrchexKilo{name}", "severity": severity, "job": "orchex-kilo", "instance": "a", **labels}


def without(labels: Labels, name: str) -> Labels:
    return {key: value for key, value in labels.items() if key != name}


@dataclass(frozen=True)
class Explained:
    """`cause` holds `effect` back where both have the labels `same`, alike."""

    cause: Labels
    effect: Labels
    same: tuple[str, ...] = ("job", "instance")

    def __str__(self) -> str:
        return f"{shown(self.cause)}>{shown(self.effect)}"


def shown(labels: Labels) -> str:
    return f"{labels['alertname'].removeprefix('OrchexKilo')}({labels['severity']})"


K2A = {"bridge": "k2a", "source": "bridges"}
EXPORTER_DOWN = alert("ExporterDown", "page")
EXPORTER_ABSENT = without(alert("ExporterAbsent", "page"), "instance")
NO_SOURCE_UP = alert("NoSourceUp", "page")
FAILING = alert("SourceFailing", "ticket", source="acme")
STALE = alert("SourceStale", "ticket", source="acme")
TOKEN = alert("TokenExpiring", "ticket", source="acme")
BRIDGE_DOWN = alert("BridgeDown", "page", slo="uptime", **K2A)
UPTIME_PAGE = alert("UptimeBudgetBurn", "page", slo="uptime")
UPTIME_TICKET = alert("UptimeBudgetBurn", "ticket", slo="uptime")
BRIDGE_PAGE = alert("BridgeSuccessBudgetBurn", "page", slo="bridge_success", bridge="k2a")
BRIDGE_TICKET = alert("BridgeSuccessBudgetBurn", "ticket", slo="bridge_success", bridge="k2a")
CIRCUIT_OPEN = alert("BridgeCircuitOpen", "page", slo="bridge_success", **K2A)
STALLED = alert("BridgeStalled", "ticket", slo="bridge_success", **K2A)
QUEUE = alert("QueueGrowing", "page", **K2A)
MISSED = alert("CriterionMissed", "ticket", slo="bridge_success", kpi="bridge_success")
WATCHDOG = {"alertname": "OrchexKiloWatchdog", "severity": "none", "job": "orchex-kilo"}

OF_A_BRIDGE = ("job", "instance", "bridge")
OF_AN_SLO = ("job", "instance", "slo")

EXPLAINED = (
    Explained(EXPORTER_DOWN, UPTIME_PAGE),
    Explained(EXPORTER_DOWN, BRIDGE_DOWN),
    Explained(EXPORTER_DOWN, FAILING),
    Explained(EXPORTER_ABSENT, EXPORTER_DOWN, ("job",)),
    Explained(EXPORTER_ABSENT, UPTIME_PAGE, ("job",)),
    Explained(EXPORTER_ABSENT, MISSED, ("job",)),
    Explained(NO_SOURCE_UP, FAILING),
    Explained(NO_SOURCE_UP, STALE),
    Explained(FAILING, STALE, ("job", "instance", "source")),
    Explained(BRIDGE_DOWN, CIRCUIT_OPEN, OF_A_BRIDGE),
    Explained(BRIDGE_DOWN, STALLED, OF_A_BRIDGE),
    Explained(BRIDGE_DOWN, QUEUE, OF_A_BRIDGE),
    Explained(BRIDGE_DOWN, BRIDGE_PAGE, OF_A_BRIDGE),
    Explained(BRIDGE_DOWN, BRIDGE_TICKET, OF_A_BRIDGE),
    Explained(UPTIME_PAGE, UPTIME_TICKET, OF_AN_SLO),
    Explained(BRIDGE_DOWN, UPTIME_TICKET, OF_AN_SLO),
    Explained(BRIDGE_PAGE, MISSED, OF_AN_SLO),
    Explained(BRIDGE_PAGE, BRIDGE_TICKET, OF_AN_SLO),
    Explained(CIRCUIT_OPEN, STALLED, OF_AN_SLO),
)

APART = {
    "a page about one bridge, a ticket about the other": (BRIDGE_PAGE, {**BRIDGE_TICKET, "bridge": "a2k"}),
    "a page about no bridge, a ticket about one": (without(BRIDGE_PAGE, "bridge"), BRIDGE_TICKET),
    "tickets of one objective": (BRIDGE_TICKET, MISSED),
    "tickets of one objective and bridge": (STALLED, BRIDGE_TICKET),
    "pages of one objective": (BRIDGE_DOWN, UPTIME_PAGE),
    "a page of somebody else": ({**UPTIME_PAGE, "alertname": "Another"}, UPTIME_TICKET),
    "a page of somebody else about a bridge": ({**BRIDGE_PAGE, "alertname": "Another"}, BRIDGE_TICKET),
    "a ticket of somebody else": (UPTIME_PAGE, {**UPTIME_TICKET, "alertname": "Another"}),
    "a ticket of somebody else about a bridge": (BRIDGE_PAGE, {**BRIDGE_TICKET, "alertname": "Another"}),
    "somebody else's alert about an exporter that is down": (EXPORTER_DOWN, {**FAILING, "alertname": "Another"}),
    "somebody else's alert in a job without an exporter": (EXPORTER_ABSENT, {**FAILING, "alertname": "Another"}),
    "the watchdog of a job without an exporter": (EXPORTER_ABSENT, WATCHDOG),
    "a watchdog with an instance": (EXPORTER_DOWN, {**WATCHDOG, "instance": "a"}),
    "no source, and a ticket that is not about one": (NO_SOURCE_UP, alert("ReloadFailed", "ticket")),
    "no source, and a token that expires": (NO_SOURCE_UP, TOKEN),
    "a failing source, and its token": (FAILING, TOKEN),
    "a token that expires, and old data": (TOKEN, STALE),
    "a bridge down, and a component down": (
        BRIDGE_DOWN,
        alert("ComponentDown", "page", slo="uptime", component="kilo"),
    ),
    "a bridge down, and ORCHEX' own queue": (BRIDGE_DOWN, alert("QueueGrowing", "page", source="orchex")),
    "a bridge that stalls, and its queue": (STALLED, QUEUE),
    "a bridge's circuit, and its queue": (CIRCUIT_OPEN, QUEUE),
}


@dataclass(frozen=True)
class Scene:
    """Alerts that fire together, and which of them are held back."""

    name: str
    alerts: tuple[Labels, ...]
    held: tuple[bool, ...]

    def __str__(self) -> str:
        return self.name


def scenes() -> Iterator[Scene]:
    for case in EXPLAINED:
        yield Scene(f"{case} alike", (case.cause, case.effect), (False, True))
        for label in case.same:
            another, lacking = {**case.effect, label: f"another-{label}"}, without(case.effect, label)
            yield Scene(f"{case} another {label} or none", (case.cause, another, lacking), (False, False, False))
            both = without(case.cause, label), lacking
            yield Scene(f"{case} both without {label}", both, (False, False))
    for cause in {shown(case.cause): case.cause for case in EXPLAINED}.values():
        yield Scene(f"{shown(cause)} twice", (cause, {**cause, "note": "once more"}), (False, False))
    yield Scene(
        "an exporter down never hides that there is none",
        (EXPORTER_DOWN, {**EXPORTER_ABSENT, "instance": "a"}),
        (True, False),
    )
    for name, alerts in APART.items():
        yield Scene(name, alerts, (False, False))


SCENES = tuple(scenes())


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], bool]]:
    """Whether each alert of each scene is held back, by the scene's name and its place there.

    Each scene has a job of its own. A pair that is known to work is posted last. Alertmanager takes alerts in order:
    when it holds back the pair's effect, it has seen all others, and what it does not hold back is not just early.
    """
    staged = [
        {name: f"{scene.name}: {value}" if name == "job" else value for name, value in labels.items()}
        | {"scene": scene.name, "place": str(place)}
        for scene in SCENES
        for place, labels in enumerate(scene.alerts)
    ]
    witness = {**STALE, "scene": "witness", "place": "1"}
    folder = tmp_path_factory.mktemp("alertmanager")
    with Receiver() as receiver, alertmanager(folder, committed(receiver, 1)) as manager:
        manager.post(*staged, FAILING, witness)
        until(lambda: manager.inhibits(witness), "Alertmanager has seen all alerts")
        yield {
            (alert["labels"]["scene"], int(alert["labels"]["place"])): bool(alert["status"]["inhibitedBy"])
            for alert in manager.alerts()
            if "scene" in alert["labels"]
        }


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_alertmanager_holds_back_what_is_explained_and_nothing_else(
    held: dict[tuple[str, int], bool], scene: Scene
) -> None:
    assert tuple(held[scene.name, place] for place in range(len(scene.alerts))) == scene.held


@pytest.mark.parametrize("labels", [labels for case in EXPLAINED for labels in (case.cause, case.effect)], ids=shown)
def test_the_alerts_are_those_that_the_rules_make(labels: Labels) -> None:
    said = [(rule.name, rule.severity, rule.labels.get("slo")) for rule in shipped() if rule.alerts]
    assert (labels["alertname"], labels["severity"], labels.get("slo")) in said
