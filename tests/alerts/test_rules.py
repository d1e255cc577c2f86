"""What holds for every rule: lint, no drift, names and labels that exist, and words that fit."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import exposition, settings
from exporter.app import Exporter
from exporter.demo.config import whole_configuration
from exporter.demo.organisation import Organisation
from exporter.demo.scorecard import ScorecardFile
from exporter.demo.server import DemoServer
from exporter.exposition import Caps
from tests.support import promtool as tool
from tests.support import world
from tests.support.promtool import Rule
from tests.support.vocabulary import OF_PROMETHEUS, Exposed, Vocabulary, exposed

RULES = tool.shipped()
ALERTING = [rule for rule in RULES if rule.alerts]
USED = {str(selector.name) for rule in RULES for selector in tool.selectors(rule.expr)}
RECORDED = {rule.name for rule in RULES if not rule.alerts}
each_rule = pytest.mark.parametrize("rule", RULES, ids=str)
each_alert = pytest.mark.parametrize("rule", ALERTING, ids=str)

TARGET = {"job": "orchex-kilo", "instance": "exporter:9847"}
SELDOM = {
    "orchex_kilo_exporter_series_cut": "the demo has fewer series than the caps allow",
    "orchex_kilo_forecast_timestamp_seconds": "the demo of today does not move, so nothing is forecast",
    "orchex_kilo_source_token_expiry_timestamp_seconds": "the demo's tokens never expire",
}
"""What a healthy demo does not publish; the snapshot by hand has it."""


@pytest.mark.parametrize("path", tool.rule_files(), ids=lambda path: path.stem)
def test_promtool_finds_nothing_to_say(path: Path, promtool: str) -> None:
    checked = tool.run(promtool, "check", "rules", "--lint=all", "--lint-fatal", path)
    assert checked.returncode == 0, checked.stdout


@each_rule
def test_every_metric_and_label_exists(rule: Rule, vocabulary: Vocabulary) -> None:
    assert vocabulary.faults(rule.expr) == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Exposed]:
    """What an exporter publishes of the whole demo when it has looked twice, five seconds apart."""
    folder = tmp_path_factory.mktemp("demo")
    acme = Organisation(start=time.time() - 900)
    scorecard = ScorecardFile(folder / "scorecard.yml", acme)
    scorecard.write()
    with DemoServer(acme, lambda: acme.now) as server:
        ledger = f"sqlite:///{folder}/ledger.db"
        made = whole_configuration(acme, server.addresses, ledger, scorecard.path, server.tokens)
        exporter = Exporter(settings.from_data(made), now=lambda: acme.now)
        try:
            for _ in range(2):
                acme.advance(acme.now + 5)
                assert [health for health in exporter.poll_once() if not health.up] == []
            text = exporter.exposition().text.decode()
        finally:
            exporter.close()
    return list(exposed(text, **TARGET))


@pytest.fixture(scope="module")
def there(demo: list[Exposed]) -> list[Exposed]:
    """That, with what a healthy demo does not publish and what Prometheus adds."""
    snapshot = world.snapshot()
    by_hand = [exposition.render(snapshot, caps).text for caps in (exposition.NO_CAPS, Caps(total=100))]
    seldom = [each for text in by_hand for each in exposed(text.decode(), **TARGET) if each.name in SELDOM]
    return [*demo, *seldom, *(Exposed(name, TARGET) for name in OF_PROMETHEUS)]


def test_every_selector_finds_something_in_what_is_really_published(there: list[Exposed]) -> None:
    """A state, window or key that is misspelt finds nothing."""
    nothing = [
        f"{rule}: {selector}"
        for rule in RULES
        for selector in tool.selectors(rule.expr)
        if selector.name not in RECORDED and not any(each.fits(selector) for each in there)
    ]
    assert nothing == []


def test_every_selector_of_a_recorded_series_names_an_objective_that_is_recorded() -> None:
    recorded = [Exposed(rule.name, {**TARGET, **rule.labels}) for rule in RULES if not rule.alerts]
    nothing = [
        f"{rule}: {selector}"
        for rule in RULES
        for selector in tool.selectors(rule.expr)
        if selector.name in RECORDED and not any(each.fits(selector) for each in recorded)
    ]
    assert nothing == []


def test_what_is_said_to_be_seldom_is_used_and_not_in_the_demo(demo: list[Exposed]) -> None:
    assert SELDOM.keys() <= USED
    assert SELDOM.keys() & {each.name for each in demo} == set()


@each_alert
def test_annotations_name_only_labels_that_the_alert_has(rule: Rule, vocabulary: Vocabulary) -> None:
    has = vocabulary.result(rule.expr) | set(rule.labels) | {"alertname"}
    assert {label for text in rule.annotations.values() for label in named_in(text)} - has == set()


@each_alert
def test_what_annotations_always_show_is_there_whenever_it_fires(rule: Rule) -> None:
    """A label that is missing reads as nothing. What a template asks for first, with `if` or `or`, may be missing."""
    texts = [text for text in rule.annotations.values() if "{{ if" not in text]
    shown = {label for text in texts for label in re.findall(r"{{ \$labels\.(\w+) }}", text)}
    assert [alert["exp_labels"] for alert in firing(rule) if shown - set(alert["exp_labels"])] == []


@each_alert
def test_every_alert_says_who_hears_of_it_what_it_is_and_where_to_read_on(rule: Rule) -> None:
    assert rule.severity in ("page", "ticket", "none")
    assert rule.annotations["summary"]
    assert rule.annotations["description"].endswith(".")
    assert rule.annotations["runbook_url"].endswith(f"/{rule.name}.md")
    assert set(rule.annotations) == {"summary", "description", "runbook_url"}


@each_alert
def test_a_summary_fits_on_a_line_of_a_phone(rule: Rule) -> None:
    """As it reads in every test in which it fires."""
    shown = [alert["exp_annotations"]["summary"] for alert in firing(rule)]
    assert shown, "it fires in no test"
    assert [summary for summary in shown if len(summary) > 80] == []


@pytest.mark.parametrize("rule", [rule for rule in ALERTING if rule.severity == "page"], ids=str)
def test_a_page_outlasts_a_gap(rule: Rule) -> None:
    assert "keep_firing_for" in rule.data


def test_recorded_series_are_named_by_level_metric_and_operations() -> None:
    assert [name for name in RECORDED if not re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", name)] == []


def test_alerts_are_named_as_ours_and_differ() -> None:
    """Those of one name and severity ask different things, or say so in their labels."""
    alike = defaultdict(list)
    for rule in ALERTING:
        alike[rule.name, rule.severity].append((rule.labels, rule.expr))
    assert [name for name, _ in alike if not name.startswith("OrchexKilo")] == []
    assert [key for key, found in alike.items() if any(found.count(each) > 1 for each in found)] == []


def named_in(text: str) -> Iterator[str]:
    """The labels that a template reads."""
    return (found[1] for found in re.finditer(r"\$labels\.(\w+)", text))


def firing(rule: Rule) -> list[dict]:
    """How the unit tests expect it to be told."""
    tests = [test for case in tool.cases() for test in case.alert_tests if test["alertname"] == rule.name]
    alerts = [alert for test in tests for alert in test.get("exp_alerts") or []]
    return [alert for alert in alerts if alert["exp_labels"].get("severity") == rule.severity]
