"""Error budgets, components and bridges in the document: by hand, and as metrics and rules have them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from alerts import objectives as rules
from alerts.terms import Terms
from exporter.answers import Operations, SourceView
from exporter.exposition import render
from exporter.kpis.objectives import OBJECTIVES
from exporter.kpis.ratios import WINDOWS, Uptime
from exporter.metrics import bridges as bridge_metrics
from exporter.metrics import objectives as ratio_metrics
from exporter.model import BridgeReading, Circuit, Component, Health, Probe
from exporter.snapshot import Indicators, Snapshot, Source
from exporter.status.document import document
from exporter.status.shape import ObjectiveStatus, Status
from tests.support import promtool as tool
from tests.support import world

DOWN = Health.UNHEALTHY
K2A, A2K = Component.K2A, Component.A2K
BUSY = Operations(3840, 60)
"""Of an hour: 64 a minute, of which one fails."""
MONTH = Operations(2**20, 2**12)
SEEN = Indicators(
    uptime={"1h": Uptime(3600, 0), "24h": Uptime(up=86313.6, down=86.4), "30d": Uptime(2047, 1, 952)},
    operations={"1h": BUSY, "24h": BUSY + BUSY, "30d": MONTH},
    bridges={
        (K2A, "1h"): BUSY,
        (A2K, "1h"): Operations(),
        (None, "1h"): BUSY,
        (K2A, "30d"): MONTH,
        (A2K, "30d"): Operations(),
        (None, "30d"): MONTH,
    },
)


@pytest.fixture
def status() -> Status:
    return document(world.snapshot(), "")


def seen(indicators: Indicators = SEEN, **targets: float) -> Snapshot:
    """The world with these indicators, and with targets that differ from the documented ones."""
    card = world.scorecard()
    verdicts = {
        key: replace(each, target=targets.get(key, each.criterion.target)) for key, each in card.verdicts.items()
    }
    return replace(world.snapshot(), indicators=indicators, scorecard=replace(card, verdicts=verdicts))


def told(snapshot: Snapshot) -> dict[str, ObjectiveStatus]:
    return {each.criterion: each for each in document(snapshot, "").objectives}


def test_an_objective_by_hand() -> None:
    found = told(seen())["uptime"]
    assert (found.title, found.budget) == ("System uptime", 0.001)
    assert [(burn.window, burn.error_ratio, burn.rate) for burn in found.burns] == [
        ("1h", 0.0, 0.0),
        ("24h", 0.001, 1.0),
        ("7d", None, None),
        ("30d", 1 / 2048, pytest.approx(0.48828125)),
    ]
    assert found.remaining == pytest.approx(0.51171875)


def test_every_objective_has_every_window_whatever_was_observed() -> None:
    assert [*told(seen())] == list(OBJECTIVES)
    for found in told(seen(Indicators())).values():
        assert [(burn.window, burn.error_ratio, burn.rate) for burn in found.burns] == [
            (window, None, None) for window in WINDOWS
        ]
        assert found.remaining is None
        assert found.budget > 0


def test_a_budget_that_is_overspent_is_below_nothing() -> None:
    found = told(seen(replace(SEEN, operations={"30d": Operations(100, 3)})))["error_rate"]
    assert found.remaining == pytest.approx(-2.0)
    assert found.burns[-1].rate == pytest.approx(3.0)


def test_where_nothing_may_fail_there_is_no_budget_to_burn() -> None:
    found = told(seen(error_rate=0.0, uptime=1.0))
    for key in ("error_rate", "uptime"):
        assert (found[key].budget, found[key].remaining) == (0.0, None)
        assert {burn.rate for burn in found[key].burns} == {None}
        assert found[key].burns[-1].error_ratio is not None


@pytest.mark.parametrize("targets", [{}, {"uptime": 0.995, "error_rate": 0.02, "bridge_success": 0.98}])
def test_budgets_are_those_of_the_rules_for_the_same_targets(targets: dict[str, float]) -> None:
    found = told(seen(**targets))
    theirs = {each.kpi: each.budget(Terms(targets=targets)) for each in rules.OBJECTIVES}
    assert {key: each.budget for key, each in found.items()} == theirs


def test_what_failed_is_what_the_metrics_leave_of_1() -> None:
    snapshot = seen()
    down = {window: 1 - up for (window,), up in ratio_metrics.uptime.samples(snapshot)}
    errors = {window: ratio for (window,), ratio in ratio_metrics.errors.samples(snapshot)}
    lost = {w: 1 - kept for (bridge, w), kept in ratio_metrics.bridge_success.samples(snapshot) if bridge == "all"}
    for key, theirs in (("uptime", down), ("error_rate", errors), ("bridge_success", lost)):
        ours = {burn.window: burn.error_ratio for burn in told(snapshot)[key].burns if burn.error_ratio is not None}
        assert len(ours) > 1
        assert ours == pytest.approx(theirs, abs=1e-12)


HERE = 'job="orchex-kilo", instance="a:9847"'
MINUTES = 70
COUNTED = {
    'orchex_kilo_bridge_operations_total{source="bridges",bridge="k2a"}': "0+64x",
    'orchex_kilo_bridge_errors_total{source="bridges",bridge="k2a"}': "0+1x",
    "orchex_kilo_system_up{}": "1x",
}
"""The hour of SEEN as a scrape a minute sees it."""
PERIODS = ("orchex_kilo_uptime_ratio{", "orchex_kilo_error_ratio{", "orchex_kilo_bridge_success_ratio{")


def scraped(snapshot: Snapshot) -> list[tool.Data]:
    """What Prometheus has of it: the ratios over 30 days, as they are exposed now, and the counters."""
    exposed = [line.rsplit(" ", 1) for line in render(snapshot).text.decode().splitlines() if line.startswith(PERIODS)]
    still = {name: f"{value}x" for name, value in exposed if 'window="30d"' in name}
    series = {**still, **COUNTED}
    return [
        {"series": name.replace("{", f"{{{HERE},"), "values": f"{found}{MINUTES}"} for name, found in series.items()
    ]


def answer(record: str, key: str, number: float) -> tool.Data:
    """That it must give for an objective, to nine digits. K2A alone did something, so it is both bridges together."""
    bridge = ', bridge="k2a"' if key == "bridge_success" else ""
    labels = f'{{{HERE}, slo="{key}"{bridge}}}'
    sample = {"labels": labels, "value": round(number * 1e9)}
    return {"expr": f'round({record}{{slo="{key}"}} * 1e9)', "eval_time": f"{MINUTES}m", "exp_samples": [sample]}


def test_prometheus_finds_the_same_budget_left_and_the_same_burn(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """By the shipped rules, over what the exporter exposes."""
    snapshot = seen()
    found = told(snapshot)
    left = [answer("slo:period_error_budget_remaining:ratio", key, each.remaining) for key, each in found.items()]
    burns = {key: next(burn.rate for burn in each.burns if burn.window == "1h") for key, each in found.items()}
    assert burns == pytest.approx({"uptime": 0.0, "error_rate": 1.5625, "bridge_success": 1.5625})
    now = [answer("slo:current_burn_rate:ratio", key, rate) for key, rate in burns.items()]
    shipped = next(path for path in tool.rule_files() if path.stem == "objectives")
    file = tmp_path / "agreement.yml"
    groups = [rule.group for rule in tool.read_rules(shipped)]
    suite = {
        "rule_files": [str(shipped)],
        "evaluation_interval": "1m",
        "group_eval_order": list(dict.fromkeys(groups)),
        "tests": [{"interval": "1m", "input_series": scraped(snapshot), "promql_expr_test": [*left, *now]}],
    }
    file.write_text(json.dumps(suite))
    promtool = str(request.config.getoption("--promtool"))
    assert tool.verdicts(promtool, [file]) == {file: "SUCCESS"}


def test_components_are_told_as_each_source_sees_them(status: Status) -> None:
    assert [each.model_dump() for each in status.components] == [
        {
            "component": Component.ORCHEX,
            "source": "orchex",
            "up": True,
            "health": Health.HEALTHY,
            "version": "3.0.0",
            "response_seconds": 0.0625,
        }
    ]


def test_a_component_of_several_sources_has_an_entry_of_each() -> None:
    snapshot = world.snapshot()
    views = {
        "west": SourceView(probes=(Probe(Component.KILO, Health.HEALTHY, 0.25, "2.0"), Probe(Component.ORCHEX, DOWN))),
        "east": SourceView(probes=(Probe(Component.KILO, DOWN),)),
    }
    sources = {name: Source(world.health(name, "kilo"), view=view) for name, view in views.items()}
    found = document(replace(snapshot, sources=sources), "").components
    assert [(each.component, each.source, each.up, each.health, each.response_seconds) for each in found] == [
        (Component.ORCHEX, "west", False, DOWN, None),
        (Component.KILO, "west", True, Health.HEALTHY, 0.25),
        (Component.KILO, "east", False, DOWN, None),
    ]


def test_a_bridge_by_hand(status: Status) -> None:
    k2a, _ = status.bridges
    found = k2a.model_dump(mode="json")
    success = {each.pop("window"): each for each in found.pop("success")}
    assert found == {
        "bridge": "k2a",
        "source": "bridges",
        "up": True,
        "health": "healthy",
        "circuit": "closed",
        "version": "2.1.0",
        "last_event": "2025-06-15T15:06:31Z",
        "queue_depth": 2,
        "response_seconds": 0.125,
    }
    nothing = {"operations": 0.0, "ratio": None}
    assert success == {**dict.fromkeys(WINDOWS, nothing), "30d": {"operations": 100.0, "ratio": 0.99}}


def test_a_bridge_that_says_nothing_of_itself_is_seen_all_the_same(status: Status) -> None:
    _, a2k = status.bridges
    assert (a2k.bridge, a2k.up, a2k.health, a2k.version) == (A2K, False, Health.DEGRADED, "")
    assert (a2k.circuit, a2k.last_event, a2k.queue_depth, a2k.response_seconds) == (None, None, None, None)
    assert {each.ratio for each in a2k.success} == {None}


def test_whoever_tells_of_a_bridge_its_success_is_that_of_all_its_operations() -> None:
    said = BridgeReading(K2A, active=True, health=Health.HEALTHY, circuit=Circuit.OPEN)
    view = SourceView(probes=(Probe(K2A, Health.HEALTHY),), bridges=(said,))
    sources = {name: Source(world.health(name, "bridge"), view=view) for name in ("east", "west")}
    found = document(replace(seen(), sources=sources), "").bridges
    assert [(each.source, each.circuit) for each in found] == [("east", Circuit.OPEN), ("west", Circuit.OPEN)]
    assert {each.success[0].ratio for each in found} == {1 - 1 / 64}


def test_they_are_those_of_the_metrics() -> None:
    snapshot = world.snapshot()
    status = document(snapshot, "")
    up = {(each.source, each.component): float(each.up) for each in status.components}
    assert up == dict(bridge_metrics.component_up.samples(snapshot))
    up = {(each.source, each.bridge): float(each.up) for each in status.bridges}
    assert up == dict(bridge_metrics.bridge_up.samples(snapshot))
