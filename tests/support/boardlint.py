"""The rules of Grafana's dashboard-linter, each under the name that it has there, for every kind of panel.

A rule is a function of a board: what it finds, with the place. It knows no metric. The linter looks at seven kinds of
panels and passes over the others; here all that ask are looked at, and what a rule is about is taken at its word:
counters are also the lines of histograms and summaries, and `increase` is a rate.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import promql_parser as promql
from grafana_foundation_sdk.models import units

from tests.support.grafana import RANGE, RATE_INTERVAL, ROW, Dashboard, Panel, Target, nodes
from tests.support.promtool import duration

Said = Iterator[tuple[str, str]]
"""The place, which is a panel's or variable's name or nothing, and what is wrong."""
Rule = Callable[[Dashboard], Said]

SOURCE = "datasource"
SOURCE_LABEL = "Data source"
PROMETHEUS = "prometheus"
LOKI = "loki"
ON_TIME_RANGE = 2
ANY = ".+"
ASKED = re.compile(r"(?P<function>[a-z_]+)\((?P<given>.*)\)", re.DOTALL)
FUNCTIONS = ("label_names", "label_values", "metrics", "query_result")
COUNTED = ("_total", "_bucket", "_count", "_sum")
RATES = ("rate", "irate", "increase")
FIXED = re.compile(r"\[(?!\$__auto\])[^]]*\]")
UNITS = {value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str)}


@dataclass(frozen=True)
class Finding:
    rule: str
    board: str
    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.board}: {self.rule}: {self.place}: {self.said}"


@dataclass(frozen=True)
class Exclusion:
    """What a rule finds that is meant so, as it says it."""

    rule: str
    said: tuple[str, ...]
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.rule == self.rule and finding.said in self.said


def lint(board: Dashboard, rules: Mapping[str, Rule]) -> list[Finding]:
    return [Finding(name, str(board), place, said) for name, rule in rules.items() for place, said in rule(board)]


def template_datasource(board: Dashboard) -> Said:
    """There is one variable for the data source, of Prometheus, under the name by which all ask for it."""
    found = [each for each in board.variables if each.kind == SOURCE]
    if len(found) != 1:
        yield "", f"{len(found)} variables choose a data source"
    for each in found:
        if (each.name, each.data.get("label"), each.query) != (SOURCE, SOURCE_LABEL, PROMETHEUS):
            yield each.name, f"is not called {SOURCE}, labelled {SOURCE_LABEL} and of {PROMETHEUS}"


def template_job(board: Dashboard) -> Said:
    yield from _chosen(board, "job")


def template_instance(board: Dashboard) -> Said:
    yield from _chosen(board, "instance")


def _chosen(board: Dashboard, name: str) -> Said:
    """A label that the reader chooses values of: several, or any."""
    variable = board.variable(name)
    if variable is None:
        yield name, "there is no such variable"
        return
    wanted = {"type": "query", "label": name.capitalize(), "multi": True, "includeAll": True, "allValue": ANY}
    for key, value in wanted.items():
        if variable.data.get(key) != value:
            yield name, f"its {key} is not {value}"


def template_label_promql(board: Dashboard) -> Said:
    """What a variable asks for is a function of PromQL's metadata, over selectors that can be read."""
    for variable in board.variables:
        if variable.kind != "query":
            continue
        asked = ASKED.fullmatch(variable.query)
        if asked is None or asked["function"] not in FUNCTIONS:
            yield variable.name, f"asks for what Grafana does not know: {variable.query}"
            continue
        selector = asked["given"].rpartition(",")[0] if asked["function"] == "label_values" else asked["given"]
        if fault := _unreadable(board, selector or "up"):
            yield variable.name, fault


def template_on_time_change_reload(board: Dashboard) -> Said:
    for variable in board.variables:
        if variable.kind == "query" and variable.data.get("refresh") != ON_TIME_RANGE:
            yield variable.name, "keeps values of a time that is not shown"


def panel_datasource(board: Dashboard) -> Said:
    """Whatever asks, asks the data source that the reader chose: panels, targets, variables, annotations."""
    asking = [(str(panel), panel.data.get("datasource")) for panel in board.asking]
    asking += [(str(panel), target.source) for panel, target in board.targets]
    asking += [(each.name, each.data.get("datasource")) for each in board.variables if each.kind == "query"]
    asking += [(each["name"], each.get("datasource")) for each in board.annotations]
    for place, source in asking:
        if source != {"type": PROMETHEUS, "uid": f"${{{SOURCE}}}"}:
            yield place, f"asks {source}"


def panel_title_description(board: Dashboard) -> Said:
    """A row has a title alone."""
    for panel in board.panels:
        if not panel.title.strip():
            yield str(panel), "has no title"
        if panel.kind != ROW and not panel.description.strip():
            yield str(panel), "has no description"


def panel_units(board: Dashboard) -> Said:
    """Also where values are shown in words, and of every column that has a unit of its own."""
    for panel in board.asking:
        columns = [each.properties["unit"] for each in panel.overrides if "unit" in each.properties]
        for unit in (panel.unit, *columns):
            if unit not in UNITS:
                yield str(panel), f"{unit!r} is no unit of Grafana's"


def panel_no_targets(board: Dashboard) -> Said:
    for panel in board.asking:
        if not panel.targets:
            yield str(panel), "asks nothing"


def target_logql(board: Dashboard) -> Said:
    """No target asks for logs: the exporter has none, and what no parser here can read is not shipped."""
    for panel, target in board.targets:
        if _of_logs(board, target):
            yield str(panel), f"asks for logs: {target.expr}"


def target_logql_auto(board: Dashboard) -> Said:
    """If one did, its range would be the one that Grafana chooses."""
    for panel, target in board.targets:
        if _of_logs(board, target) and (fixed := FIXED.search(target.expr)):
            yield str(panel), f"its range is fixed: {fixed[0]}"


def _of_logs(board: Dashboard, target: Target) -> bool:
    chosen = board.variable(SOURCE)
    return target.source.get("type") == LOKI or (chosen is not None and chosen.query == LOKI)


def target_promql(board: Dashboard) -> Said:
    for panel, target in board.targets:
        if fault := _unreadable(board, target.expr):
            yield str(panel), fault


def _unreadable(board: Dashboard, expr: str) -> str | None:
    if not expr.strip():
        return "nothing is asked"
    try:
        board.parsed(expr)
    except ValueError as fault:
        return f"{fault}: {expr}"
    return None


def target_rate_interval(board: Dashboard) -> Said:
    """Rates have the interval that suits the width of the graph; numbers as of now may have the time that is shown."""
    for panel, target, node, above in _parts(board):
        called = above[-1].func.name if above and isinstance(above[-1], promql.Call) else ""
        if not isinstance(node, promql.MatrixSelector) or called not in RATES:
            continue
        fit = (RATE_INTERVAL, RANGE) if target.as_of_now else (RATE_INTERVAL,)
        if node.range not in map(duration, fit):
            yield str(panel), f"{called} over a time that is not Grafana's: {target.expr}"


def target_job(board: Dashboard) -> Said:
    yield from _matched(board, "job")


def target_instance(board: Dashboard) -> Said:
    yield from _matched(board, "instance")


def _matched(board: Dashboard, label: str) -> Said:
    """Every selector holds what the reader chose."""
    for panel, _, node, _ in _parts(board):
        if not isinstance(node, promql.VectorSelector):
            continue
        of_label = [each for each in node.matchers.matchers if each.name == label]
        if not any(each.op == promql.MatchOp.Re and each.value == f"${label}" for each in of_label):
            instead = ", ".join(each.value for each in of_label) or "any"
            yield str(panel), f"{node.name} of {instead} as its {label}"


def target_counter_agg(board: Dashboard) -> Said:
    """Counters are shown by how they grow."""
    for panel, _, node, above in _parts(board):
        if isinstance(node, promql.VectorSelector) and str(node.name).endswith(COUNTED) and not _grows(above):
            yield str(panel), f"{node.name} as it stands, which a restart of its counting would change"


def _grows(above: list[promql.Expr]) -> bool:
    match above:
        case [*_, promql.Call() as call, promql.MatrixSelector()]:
            return call.func.name in RATES
        case _:
            return False


def uneditable(board: Dashboard) -> Said:
    if board.data.get("editable") is not False:
        yield "", "can be changed in the browser, and so drift from its code"


def _parts(board: Dashboard) -> Iterator[tuple[Panel, Target, promql.Expr, list[promql.Expr]]]:
    """Of every expression that can be read: `target-promql-rule` tells of the others."""
    for panel, target in board.targets:
        if _unreadable(board, target.expr) is None:
            yield from ((panel, target, node, above) for node, above in nodes(board.parsed(target.expr)))


RULES: Mapping[str, Rule] = {
    "template-datasource-rule": template_datasource,
    "template-job-rule": template_job,
    "template-instance-rule": template_instance,
    "template-label-promql-rule": template_label_promql,
    "template-on-time-change-reload-rule": template_on_time_change_reload,
    "panel-datasource-rule": panel_datasource,
    "panel-title-description-rule": panel_title_description,
    "panel-units-rule": panel_units,
    "panel-no-targets-rule": panel_no_targets,
    "target-logql-rule": target_logql,
    "target-logql-auto-rule": target_logql_auto,
    "target-promql-rule": target_promql,
    "target-rate-interval-rule": target_rate_interval,
    "target-job-rule": target_job,
    "target-instance-rule": target_instance,
    "target-counter-agg-rule": target_counter_agg,
    "uneditable-dashboard": uneditable,
}
