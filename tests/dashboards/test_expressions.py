"""What boards ask for exists: metrics, labels, their values, and the columns and legends that are made of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import promql_parser as promql
import pytest

from exporter.exposition import EXTRA_FAMILIES
from exporter.kpis.catalogue import CRITERIA
from exporter.metrics import FAMILIES
from exporter.migration.forecast import GOALS
from exporter.model import Result, RunState, Workflow
from exporter.providers import AnyProvider
from exporter.risks import RISKS
from tests.support import promtool as tool
from tests.support.boardlint import ASKED
from tests.support.grafana import Dashboard, Panel, Target, built
from tests.support.promtool import selectors
from tests.support.soundboard import CHOSEN, FIRST, TARGET, mistaken, of_kind, sound
from tests.support.vocabulary import Exposed, Vocabulary, exposed, family_of

GOLDEN = Path(__file__).parents[1] / "golden" / "metrics.prom"
BOARDS = built()
each_board = pytest.mark.parametrize("board", BOARDS, ids=str)
RULES = tool.shipped()
WORDS = Vocabulary.of(RULES)
TIME = "Time"
LEGEND = re.compile(r"\{\{ ?(\w+) ?\}\}")


def expressions(board: Dashboard) -> Iterator[tuple[str, str]]:
    """Of panels, variables and annotations, each with where it stands."""
    for panel, target in board.targets:
        yield str(panel), target.expr
    for variable in board.variables:
        asked = ASKED.fullmatch(variable.query) if variable.kind == "query" else None
        if asked:
            selector, _, label = asked["given"].rpartition(",")
            yield variable.name, f"max by ({label.strip()}) ({selector})"
    for annotation in board.annotations:
        yield annotation["name"], annotation["expr"]
        yield annotation["name"], annotation["target"]["expr"]


def unknown(board: Dashboard) -> Iterator[str]:
    """Metrics and labels that there are not."""
    for place, expr in expressions(board):
        yield from (f"{place}: {fault}" for fault in WORDS.faults(board.expanded(expr)))


@each_board
def test_every_metric_and_label_exists(board: Dashboard) -> None:
    assert list(unknown(board)) == []


SPELT = {
    "cicd_pipeline_result": set(Result),
    "cicd_pipeline_run_state": set(RunState),
    "workflow": set(Workflow),
    "kind": {get_args(each.model_fields["kind"].annotation)[0] for each in get_args(get_args(AnyProvider)[0])},
    "kpi": {criterion.key for criterion in CRITERIA},
    "signal": {signal.key for risk in RISKS for signal in risk.signals},
    "goal": {f"{goal:g}" for goal in GOALS},
}
"""Labels whose words are not all in the golden exposition."""


def published() -> dict[tuple[str, str], set[str]]:
    """The values that a label of a metric can have, where they are known."""
    found: dict[tuple[str, str], set[str]] = {}
    series = list(exposed(GOLDEN.read_text()))
    series += [Exposed(rule.name, rule.labels) for rule in RULES if not rule.alerts]
    alerts = [{"alertname": rule.name, "alertstate": "firing", **rule.labels} for rule in RULES if rule.alerts]
    series += [Exposed(name, labels) for name in ("ALERTS", "ALERTS_FOR_STATE") for labels in alerts]
    for each in series:
        for label, value in each.labels.items():
            found.setdefault((each.name, label), set(SPELT.get(label, ()))).add(value)
    return found


PUBLISHED = published()


def nothing(board: Dashboard) -> Iterator[str]:
    """Matchers that no value fits, whatever the reader chose: a state, window or key that is misspelt."""
    for place, expr in expressions(board):
        for selector in selectors(board.expanded(expr)):
            for each in selector.matchers.matchers:
                values = PUBLISHED.get((str(selector.name), each.name), set())
                if values and "$" not in each.value and not all(map(values.__contains__, _alternatives(each))):
                    yield f"{place}: {selector.name} has no {each.name} of {each.value}"


def _alternatives(matcher: promql.Matcher) -> list[str]:
    """The words that a matcher names; none where it is a pattern."""
    if matcher.op in (promql.MatchOp.Equal, promql.MatchOp.NotEqual):
        return [matcher.value]
    return [word for word in matcher.value.split("|") if re.fullmatch(r"\w+", word)]


@each_board
def test_every_value_that_is_asked_for_is_one_that_is_given(board: Dashboard) -> None:
    assert list(nothing(board)) == []


def result(board: Dashboard, target: Target) -> frozenset[str]:
    return WORDS.result(board.expanded(target.expr))


def wrong_names(board: Dashboard) -> Iterator[str]:
    """Legends and links that name a label which the series have not."""
    for panel, target in board.targets:
        for label in LEGEND.findall(target.legend):
            if label not in result(board, target):
                yield f"{panel}: its legend names {label}"
    for annotation in board.annotations:
        has = WORDS.result(board.expanded(annotation["expr"]))
        shown = annotation.get("titleFormat", "") + annotation.get("textFormat", "")
        yield from (f"{annotation['name']}: names {label}" for label in LEGEND.findall(shown) if label not in has)


@each_board
def test_legends_name_labels_that_the_series_have(board: Dashboard) -> None:
    assert list(wrong_names(board)) == []


def alike(board: Dashboard) -> Iterator[str]:
    """Lines of one name: what tells the series apart is in no legend, or two targets have the same one."""
    for panel in board.asking:
        fixed = [target.legend for target in panel.targets if not target.as_table]
        if len(set(fixed)) < len(fixed):
            yield f"{panel}: legends {fixed}"
        for target in panel.targets:
            if not target.as_table and target.legend != "__auto":
                hidden = result(board, target) - set(LEGEND.findall(target.legend)) - _of_one_value(board, target)
                yield from (f"{panel}: no legend tells the {label}" for label in sorted(hidden))


def _of_one_value(board: Dashboard, target: Target) -> set[str]:
    """Labels that have one value in every selector which names them."""
    found: dict[str, set[str]] = {}
    for selector in selectors(board.expanded(target.expr)):
        for each in selector.matchers.matchers:
            single = each.op == promql.MatchOp.Equal or not re.search(r"[|.*+$]", each.value)
            found.setdefault(each.name, set()).add(each.value if single else "several")
    return {label for label, values in found.items() if len(values) == 1 and "several" not in values}


@each_board
def test_every_line_has_a_name_of_its_own(board: Dashboard) -> None:
    assert list(alike(board)) == []


def fields(board: Dashboard, panel: Panel) -> dict[str, int]:
    """The columns that a table begins with, and in how many of its queries each is."""
    found: dict[str, int] = {}
    for target in panel.targets:
        value = f"Value #{target.ref}" if len(panel.targets) > 1 else "Value"
        for name in (TIME, value, *result(board, target)):
            found[name] = found.get(name, 0) + 1
    return found


def wrong_columns(board: Dashboard) -> Iterator[str]:
    """Tables whose transformations or overrides name columns that there are not, or that there are twice."""
    for panel in board.asking:
        if panel.kind != "table":
            continue
        has = fields(board, panel)
        by = panel.transformation("joinByField").get("byField")
        kept = panel.transformation("filterFieldsByName").get("include", {}).get("names", [])
        organised = panel.transformation("organize")
        titles = organised.get("renameByName", {})
        sorted_by = [each["field"] for each in panel.transformation("sortBy").get("sort", [])]
        named = {*kept, *titles, *organised.get("indexByName", {}), *sorted_by, *([by] if by else [])}
        yield from (f"{panel}: there is no column {name}" for name in sorted(named - has.keys()))
        if len(panel.targets) > 1:
            if has.get(by) != len(panel.targets):
                yield f"{panel}: not all queries have {by}, by which they are joined"
            twice = {name for name, count in has.items() if count > 1} - {by, TIME}
            yield from (f"{panel}: several queries have the column {name}" for name in sorted(twice))
        if not kept or len(set(titles.values())) < len(titles) or set(titles) != set(kept):
            yield f"{panel}: columns {kept} are called {titles}"
        shown = {*titles.values(), *(each.get("displayName") for each in panel.data["options"].get("sortBy", []))}
        yield from (
            f"{panel}: there is no column {name} to override"
            for name in [each.name for each in panel.overrides if each.data["matcher"]["id"] == "byName"]
            if name not in shown
        )
        yield from (
            f"{panel}: sorted by {each.get('displayName')}"
            for each in panel.data["options"].get("sortBy", [])
            if each.get("displayName") not in titles.values()
        )


@each_board
def test_tables_have_the_columns_that_they_name(board: Dashboard) -> None:
    assert list(wrong_columns(board)) == []


def wrong_overrides(board: Dashboard) -> Iterator[str]:
    """Lines that are made to look different by a name or a query that there is not."""
    for panel in board.asking:
        if panel.kind == "table":
            continue
        names = {target.legend for target in panel.targets}
        refs = {target.ref for target in panel.targets}
        for each in panel.overrides:
            known = {"byName": names, "byFrameRefID": refs}[each.data["matcher"]["id"]]
            if each.name not in known and not any(_could_be(each.name, legend) for legend in names):
                yield f"{panel}: nothing is called {each.name}"


def _could_be(name: str, legend: str) -> bool:
    """Whether a legend with labels could read so."""
    return "{{" in legend and re.fullmatch(".+".join(map(re.escape, LEGEND.split(legend)[::2])), name) is not None


@each_board
def test_what_looks_different_is_there(board: Dashboard) -> None:
    assert list(wrong_overrides(board)) == []


CHECKS = (unknown, nothing, wrong_names, alike, wrong_columns, wrong_overrides)
"""Each finds what is wrong on a board."""
TABLE = of_kind("table")
ANNOTATION = ("annotations", "list", 0)
UP = f"max by (source) (orchex_kilo_source_up{{{CHOSEN}}})"
BY_KIND = UP.replace("(source)", "(source, kind)")
OVERRIDES = [{"matcher": {"id": "byName", "options": "kilos"}, "properties": []}]
OVERRIDDEN = {
    **sound()["panels"][1],
    "fieldConfig": {"overrides": OVERRIDES},
    "targets": [{"expr": UP, "legendFormat": "source {{source}}", "refId": "A"}],
}


def found(board: Dashboard) -> set[str]:
    return {check.__name__ for check in CHECKS if list(check(board))}


def test_a_sound_board_asks_for_what_exists() -> None:
    assert found(Dashboard(sound())) == set()


@pytest.mark.parametrize(
    ("check", "path", "value"),
    [
        (unknown, (*TARGET, "expr"), "max by (source) (orchex_kilo_sources_up)"),
        (unknown, (*TARGET, "expr"), "max by (source) (sum by (kind) (orchex_kilo_source_up))"),
        (unknown, (*TARGET, "expr"), 'max by (source) (slo:sli_error:ratio_rate1h{source="kilo"})'),
        (unknown, ("templating", "list", 1, "query"), "label_values(orchex_kilo_series, job)"),
        (unknown, ("templating", "list", 1, "query"), "label_values(orchex_kilo_exporter_series, jobs)"),
        (unknown, (*ANNOTATION, "expr"), 'ALERTS{alert="OrchexKiloBridgeDown"}'),
        (unknown, (*ANNOTATION, "target", "expr"), 'ALERT{alertname="OrchexKiloBridgeDown"}'),
        (nothing, (*TARGET, "expr"), 'max by (source) (orchex_kilo_source_up{kind="bitbucket"})'),
        (nothing, (*TARGET, "expr"), 'max by (source) (orchex_kilo_source_up{kind=~"git|subversion"})'),
        (nothing, (*TARGET, "expr"), 'max(orchex_kilo_uptime_ratio{window="31d"})'),
        (nothing, (*ANNOTATION, "expr"), 'ALERTS{alertname="OrchexKiloBridgesDown"}'),
        (wrong_names, (*TARGET, "legendFormat"), "{{source}} {{kind}}"),
        (wrong_names, (*ANNOTATION, "titleFormat"), "{{alert}}"),
        (alike, (*TARGET, "legendFormat"), ""),
        (alike, (*TARGET, "expr"), BY_KIND),
        (alike, (*FIRST, "targets"), [{"expr": UP, "legendFormat": "{{source}}", "refId": ref} for ref in "AB"]),
        (wrong_columns, (*TABLE, "targets", 0, "expr"), UP.replace("(source)", "(kind)")),
        (wrong_columns, (*TABLE, "targets"), [{"expr": BY_KIND, "format": "table", "refId": ref} for ref in "AB"]),
        (wrong_columns, (*TABLE, "transformations", 0, "options", "byField"), "sources"),
        (wrong_columns, (*TABLE, "transformations", 1, "options", "include", "names", 1), "Value"),
        (wrong_columns, (*TABLE, "transformations", 2, "options", "renameByName", "Value #A"), "Age"),
        (wrong_columns, (*TABLE, "transformations", 2, "options", "indexByName"), {"Value #C": 1}),
        (wrong_columns, (*TABLE, "fieldConfig", "overrides", 0, "matcher", "options"), "Since"),
        (wrong_columns, (*TABLE, "options", "sortBy", 0, "displayName"), "Since"),
        (wrong_overrides, FIRST, OVERRIDDEN),
    ],
)
def test_what_does_not_exist_is_found(check: Callable, path: tuple, value: object) -> None:
    assert check.__name__ in found(mistaken(*path, value=value))


def test_families_that_no_rule_and_no_board_uses_are_told(record_property) -> None:
    """That is no fault: an organisation may ask for them. They are told after the tests."""
    declared = [family.name for family in FAMILIES + EXTRA_FAMILIES]
    asked = [expr for board in BOARDS for _, each in expressions(board) for expr in [board.expanded(each)]]
    asked += [rule.expr for rule in RULES]
    used = {family_of(str(selector.name)) for expr in asked for selector in selectors(expr)}
    unused = [name for name in declared if name not in used]
    told = f"Families that no rule and no board uses ({len(unused)} of {len(declared)}): {', '.join(unused)}"
    record_property("told", told)
    assert used & set(declared)
