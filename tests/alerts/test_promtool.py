"""The unit tests of rules: promtool finds them true, and they try every rule in every way."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import promql_parser
import pytest

from tests.support import promtool as tool
from tests.support.promtool import Case, Rule, Suite
from tests.support.vocabulary import Vocabulary

RULES = tool.shipped()
ALERTING = [rule for rule in RULES if rule.alerts]
RECORDED = sorted({rule.name for rule in RULES if not rule.alerts})
SUITES = tool.suites()
CASES = [case for suite in SUITES for case in suite.cases]
SPECIAL = ("no traffic", "missing series", "counter reset", "exporter restart", "two exporters")
ALWAYS = {"OrchexKiloWatchdog": "it always fires: there is nothing to be quiet about, and no threshold"}

each_suite = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
each_alert = pytest.mark.parametrize("rule", ALERTING, ids=str)
each_fickle = pytest.mark.parametrize("rule", [rule for rule in ALERTING if rule.name not in ALWAYS], ids=str)


@pytest.mark.parametrize("path", tool.suite_files(), ids=lambda path: path.name)
def test_promtool_finds_them_true(path: Path, promtool: str) -> None:
    assert tool.verdicts(promtool, [path]) == {path: "SUCCESS"}


def of_kind(rule: Rule, kind: str) -> list[Case]:
    return [case for case in CASES if case.tries(rule) and case.kind == kind]


@each_alert
def test_every_alert_fires(rule: Rule) -> None:
    """And is told with all its labels and words: `promql_expr_test` would not look at the words."""
    cases = of_kind(rule, "firing")
    assert cases
    for case in cases:
        told = [test for test in case.alert_tests if test["alertname"] == rule.name]
        assert any(alert["exp_annotations"] for test in told for alert in test["exp_alerts"]), case


@each_fickle
def test_every_alert_is_quiet(rule: Rule) -> None:
    cases = of_kind(rule, "quiet")
    assert cases
    for case in cases:
        assert {fires for _, fires in case.sightings(rule)} == {False}, case


@each_fickle
def test_every_alert_is_tried_at_its_threshold(rule: Rule) -> None:
    cases = of_kind(rule, "threshold")
    assert cases
    for case in cases:
        assert case.sightings(rule), case


@each_fickle
def test_every_alert_recovers(rule: Rule) -> None:
    cases = of_kind(rule, "recovery")
    assert cases
    for case in cases:
        seen = case.sightings(rule)
        fired = [when for when, fires in seen if fires]
        assert fired, case
        assert any(when > fired[0] and not fires for when, fires in seen), case


def test_what_always_fires_is_an_alert() -> None:
    assert ALWAYS.keys() <= {rule.name for rule in ALERTING}


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_series_is_asked_for(name: str) -> None:
    """With a value that it must have: that there is none is said by a series that nobody records, too."""
    asked = [query for case in CASES for query in case.queries if query.get("exp_samples")]
    assert [query for query in asked if name in {selector.name for selector in tool.selectors(query["expr"])}]


@pytest.mark.parametrize("kind", SPECIAL)
def test_special_cases_are_tried(kind: str) -> None:
    cases = [case for case in CASES if case.data["name"].endswith(f": {kind}")]
    assert cases
    assert [case for case in cases if not case.alert_tests and not case.queries] == []


def test_a_case_that_is_named_for_an_alert_looks_at_it() -> None:
    alerts = {(rule.name, severity): rule for rule in ALERTING for severity in (None, rule.severity)}
    named = [case for case in CASES if case.named and case.subject.startswith("OrchexKilo")]
    unknown = [case for case in named if (case.subject, case.severity) not in alerts]
    blind = [case for case in named if case not in unknown and not case.sightings(alerts[case.subject, case.severity])]
    assert (list(map(str, unknown)), list(map(str, blind))) == ([], [])


def test_where_an_alert_has_two_severities_the_case_says_which() -> None:
    both = {
        rule.name for rule in ALERTING if len({other.severity for other in ALERTING if other.name == rule.name}) > 1
    }
    assert [str(case) for case in CASES if case.named and case.subject in both and case.severity is None] == []


def test_every_alert_that_is_looked_at_exists() -> None:
    """An alert that does not exist is silent at any time."""
    names = {rule.name for rule in ALERTING}
    told = {(str(case), test["alertname"]) for case in CASES for test in case.alert_tests}
    asked = [(str(case), matcher) for case in CASES for query in case.queries for matcher in on_names(query["expr"])]
    assert [place for place, name in told if name not in names] == []
    assert [place for place, matcher in asked if not any(tool.fits(matcher, name) for name in names)] == []


def on_names(expression: str) -> Iterator[promql_parser.Matcher]:
    for selector in tool.selectors(expression):
        yield from (matcher for matcher in selector.matchers.matchers if matcher.name == "alertname")


def test_every_series_that_is_asked_for_or_given_exists(vocabulary: Vocabulary) -> None:
    """A series that nobody publishes proves nothing. What belongs to others than the exporter is given with its job."""
    asked = [(str(case), query["expr"]) for case in CASES for query in case.queries]
    given = [
        (str(case), each["series"]) for case in CASES for each in case.data["input_series"] if ours(each["series"])
    ]
    assert [(place, fault) for place, text in asked + given for fault in vocabulary.faults(text)] == []


def ours(series: str) -> bool:
    return 'job="' not in series or 'job="orchex-kilo' in series


@each_suite
def test_the_order_of_groups_that_rest_on_one_another_is_said(suite: Suite) -> None:
    """promtool evaluates groups in any order otherwise, and what is tested then is luck."""
    order = suite.data.get("group_eval_order", [])
    places = {name: place for place, name in enumerate(order)}
    homes = {rule.name: rule.group for rule in suite.rules if not rule.alerts}
    pairs = {(homes[name], rule.group) for rule in suite.rules for name in homes.keys() & named(rule)}
    luck = [pair for pair in pairs if pair[0] != pair[1] and not in_order(pair, places)]
    assert luck == []


def named(rule: Rule) -> set[str]:
    return {str(selector.name) for selector in tool.selectors(rule.expr)}


def in_order(pair: tuple[str, str], places: dict[str, int]) -> bool:
    return pair[0] in places and pair[1] in places and places[pair[0]] < places[pair[1]]


def test_samples_stand_close_enough_for_both_promtools() -> None:
    """After five minutes without a sample a series is gone, and from which moment on differs between 2.x and 3.x."""
    steps = {str(case): tool.duration(case.data.get("interval", "1m")) for case in CASES}
    assert [place for place, step in steps.items() if step > timedelta(minutes=5)] == []


def test_no_two_cases_have_the_same_name() -> None:
    assert [name for name, count in Counter(map(str, CASES)).items() if count > 1] == []
