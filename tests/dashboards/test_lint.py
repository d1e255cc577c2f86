"""Grafana's own rules for dashboards: our boards keep them, and each of the rules finds what breaks it."""

import pytest

from tests.support.boardlint import RULES, Exclusion, Finding, lint
from tests.support.grafana import Dashboard, built
from tests.support.soundboard import CHOSEN, KINDS, SOURCE, TARGET, mistaken, of_kind, sound

EXCLUSIONS = (
    Exclusion(
        "panel-units-rule",
        ("'time:YYYY-MM-DD' is no unit of Grafana's",),
        "Grafana takes any format of a date behind `time:`, and has none of its own for a day alone.",
    ),
    Exclusion(
        "target-job-rule",
        ("ALERTS of $job| as its job", "ALERTS_FOR_STATE of $job| as its job"),
        "An alert that the exporter is missing has no job to choose, and is the last one to hide.",
    ),
    Exclusion(
        "target-instance-rule",
        ("ALERTS of $instance| as its instance", "ALERTS_FOR_STATE of $instance| as its instance"),
        "An alert about all exporters has no instance to choose.",
    ),
)
"""What the boards do all the same, as the rule says it, and why."""

DATASOURCE, JOB, INSTANCE = (("templating", "list", number) for number in range(3))
LOGS = {"type": "loki", "uid": "${datasource}"}
UP = f"orchex_kilo_source_up{{{CHOSEN}}}"
POLLS = f"orchex_kilo_source_polls_total{{{CHOSEN}}}"


def found(board: Dashboard) -> list[Finding]:
    return lint(board, RULES)


@pytest.mark.parametrize("board", built(), ids=str)
def test_the_boards_keep_every_rule(board: Dashboard) -> None:
    left = [finding for finding in found(board) if not any(each.covers(finding) for each in EXCLUSIONS)]
    assert list(map(str, left)) == []


def test_every_exclusion_is_used_and_says_why() -> None:
    findings = [finding for board in built() for finding in found(board)]
    said = {(finding.rule, finding.said) for finding in findings}
    assert [each for each in EXCLUSIONS if not each.reason.endswith(".")] == []
    assert [(each.rule, text) for each in EXCLUSIONS for text in each.said if (each.rule, text) not in said] == []


def test_an_exclusion_covers_what_its_rule_says_and_nothing_else() -> None:
    exclusion = Exclusion("panel-units-rule", ("'runs' is no unit of Grafana's",), "It counts.")
    finding = Finding("panel-units-rule", "board", "panel", "'runs' is no unit of Grafana's")
    assert exclusion.covers(finding)
    assert not exclusion.covers(Finding("panel-units-rule", "board", "panel", "'s.' is no unit of Grafana's"))
    assert not exclusion.covers(Finding("target-promql-rule", "board", "panel", finding.said))


def test_there_are_the_linters_seventeen() -> None:
    assert len(RULES) == 17


def test_a_sound_board_breaks_none() -> None:
    assert found(Dashboard(sound())) == []


MISTAKES = [
    ("template-datasource-rule", (*DATASOURCE, "type"), "custom"),
    ("template-datasource-rule", (*DATASOURCE, "name"), "source"),
    ("template-datasource-rule", (*DATASOURCE, "label"), "Source"),
    ("template-datasource-rule", (*DATASOURCE, "query"), "mysql"),
    ("template-job-rule", (*JOB, "name"), "scrape_job"),
    ("template-job-rule", (*JOB, "type"), "custom"),
    ("template-job-rule", (*JOB, "label"), "Scrape job"),
    ("template-job-rule", (*JOB, "multi"), False),
    ("template-job-rule", (*JOB, "includeAll"), False),
    ("template-job-rule", (*JOB, "allValue"), ".*"),
    ("template-instance-rule", INSTANCE, None),
    ("template-instance-rule", (*INSTANCE, "multi"), None),
    ("template-label-promql-rule", (*JOB, "query"), "label_values(orchex_kilo_exporter_series{, job)"),
    ("template-label-promql-rule", (*JOB, "query"), "values(orchex_kilo_exporter_series, job)"),
    ("template-label-promql-rule", (*JOB, "query"), "orchex_kilo_exporter_series"),
    ("template-label-promql-rule", (*INSTANCE, "query"), 'label_values(up{job=~"$jobs"}, instance)'),
    ("template-on-time-change-reload-rule", (*JOB, "refresh"), 1),
    ("template-on-time-change-reload-rule", (*INSTANCE, "refresh"), None),
    ("panel-datasource-rule", (*JOB, "datasource"), {"type": "prometheus", "uid": "abc"}),
    ("panel-datasource-rule", (*TARGET, "datasource"), {"type": "prometheus", "uid": "-- Mixed --"}),
    ("panel-datasource-rule", ("annotations", "list", 0, "datasource"), None),
    ("panel-title-description-rule", ("panels", 0, "title"), ""),
    ("target-logql-rule", (*TARGET, "datasource"), LOGS),
    ("target-logql-rule", (*DATASOURCE, "query"), "loki"),
    ("target-logql-auto-rule", TARGET, {"datasource": LOGS, "expr": 'rate({job="x"}[5m])'}),
    ("target-rate-interval-rule", (*TARGET, "expr"), f"rate({POLLS}[5m])"),
    ("target-rate-interval-rule", (*TARGET, "expr"), f"sum(increase({POLLS}[1d])) > 0"),
    ("target-rate-interval-rule", (*TARGET, "expr"), f"rate({POLLS}[$__range])"),
    ("target-job-rule", (*TARGET, "expr"), 'orchex_kilo_source_up{instance=~"$instance"}'),
    ("target-job-rule", (*TARGET, "expr"), 'orchex_kilo_source_up{job="$job", instance=~"$instance"}'),
    ("target-job-rule", (*TARGET, "expr"), f'{UP} and on (instance) up{{instance=~"$instance"}}'),
    ("target-instance-rule", (*TARGET, "expr"), 'orchex_kilo_source_up{job=~"$job"}'),
    ("target-instance-rule", (*TARGET, "expr"), 'orchex_kilo_source_up{job=~"$job", instance=~"$job"}'),
    ("target-counter-agg-rule", (*TARGET, "expr"), f"sum({POLLS})"),
    ("target-counter-agg-rule", (*TARGET, "expr"), f"max_over_time({POLLS}[$__rate_interval])"),
    ("target-counter-agg-rule", (*TARGET, "expr"), f"cicd_pipeline_run_duration_seconds_count{{{CHOSEN}}}"),
    ("uneditable-dashboard", ("editable",), True),
    ("uneditable-dashboard", ("editable",), None),
]
IN_ANY_PANEL = [
    ("panel-datasource-rule", ("datasource",), {"type": "prometheus", "uid": "abc"}),
    ("panel-datasource-rule", ("datasource",), None),
    ("panel-title-description-rule", ("title",), " "),
    ("panel-title-description-rule", ("description",), None),
    ("panel-units-rule", ("fieldConfig", "defaults", "unit"), None),
    ("panel-units-rule", ("fieldConfig", "defaults", "unit"), "second"),
    (
        "panel-units-rule",
        ("fieldConfig", "overrides"),
        [{"matcher": {"id": "byName", "options": "Age"}, "properties": [{"id": "unit", "value": "sec"}]}],
    ),
    ("panel-no-targets-rule", ("targets",), None),
    ("panel-no-targets-rule", ("targets",), []),
    ("target-promql-rule", ("targets", 0, "expr"), f"sum({UP}"),
    ("target-promql-rule", ("targets", 0, "expr"), ""),
    ("target-promql-rule", ("targets", 0, "expr"), f"rate({POLLS}[$__rate])"),
    ("target-promql-rule", ("targets", 0, "expr"), 'orchex_kilo_source_up{job=~"$jobs"}'),
]


BROKEN = MISTAKES + [(rule, (*of_kind(kind), *path), value) for kind in KINDS for rule, path, value in IN_ANY_PANEL]


@pytest.mark.parametrize(("rule", "path", "value"), BROKEN)
def test_every_rule_finds_what_breaks_it(rule: str, path: tuple, value: object) -> None:
    assert rule in {finding.rule for finding in found(mistaken(*path, value=value))}


def test_every_rule_is_tried() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


@pytest.mark.parametrize("rate", ["rate", "irate", "increase"])
def test_rates_over_grafanas_interval_are_right(rate: str) -> None:
    assert found(mistaken(*TARGET, "expr", value=f"{rate}({POLLS}[$__rate_interval])")) == []


def test_a_number_as_of_now_may_be_of_the_time_that_is_shown() -> None:
    target = {"datasource": SOURCE, "expr": f"increase({POLLS}[$__range])", "instant": True, "range": False}
    assert found(mistaken(*TARGET, value=target)) == []


def test_what_is_folded_in_a_row_is_looked_at_too() -> None:
    folded = {"type": "stat", "title": "Folded", "id": 99}
    board = mistaken("panels", 0, "panels", value=[folded])
    assert {finding.rule for finding in found(board) if finding.place == "Folded"} == {
        "panel-datasource-rule",
        "panel-title-description-rule",
        "panel-units-rule",
        "panel-no-targets-rule",
    }
