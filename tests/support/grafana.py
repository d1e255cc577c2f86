"""A dashboard's JSON as data: panels, targets and variables, and its expressions with the variables put in.

It knows no metric.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import promql_parser as promql

from alerts.terms import RUNBOOKS
from dashboards.__main__ import BOARDS

Data = dict[str, Any]

ROW = "row"
SILENT = (ROW, "text")
"""Kinds of panels that ask nothing."""
VARIABLE = re.compile(r"\$(?P<plain>[A-Za-z_]\w*)|\$\{(?P<braced>[^}]+)\}|\[\[(?P<old>\w+)\]\]")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
RATE_INTERVAL = "8011s"
RANGE = "8017s"
GLOBALS: Mapping[str, str] = {
    "__rate_interval": RATE_INTERVAL,
    "__range": RANGE,
    "__range_s": "8017",
    "__range_ms": "8017000",
    "__interval": "8039s",
    "__interval_ms": "8039000",
    "__from": "1753000000000",
    "__to": "1753008017000",
}
"""What Grafana itself puts in: here each another time, which nobody would write, so that it is known again."""


@dataclass(frozen=True)
class Target:
    data: Data

    @property
    def expr(self) -> str:
        return self.data.get("expr", "")

    @property
    def legend(self) -> str:
        return self.data.get("legendFormat", "")

    @property
    def ref(self) -> str:
        return self.data.get("refId", "")

    @property
    def source(self) -> Data:
        return self.data.get("datasource") or {}

    @property
    def as_table(self) -> bool:
        return self.data.get("format") == "table"

    @property
    def as_of_now(self) -> bool:
        return bool(self.data.get("instant")) and not self.data.get("range")


@dataclass(frozen=True)
class Override:
    """What differs for one column or line, by its name."""

    data: Data

    @property
    def name(self) -> str:
        return self.data["matcher"].get("options", "")

    @property
    def properties(self) -> dict[str, Any]:
        return {each["id"]: each.get("value") for each in self.data["properties"]}


@dataclass(frozen=True)
class Panel:
    data: Data

    def __str__(self) -> str:
        return self.title or f"panel {self.data.get('id')}"

    @property
    def title(self) -> str:
        return self.data.get("title", "")

    @property
    def kind(self) -> str:
        return self.data["type"]

    @property
    def asks(self) -> bool:
        return self.kind not in SILENT

    @property
    def description(self) -> str:
        return self.data.get("description", "")

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Left and upper edge, width and height, in Grafana's grid."""
        grid = self.data["gridPos"]
        return grid["x"], grid["y"], grid["w"], grid["h"]

    @property
    def targets(self) -> list[Target]:
        return [Target(each) for each in self.data.get("targets") or []]

    @property
    def defaults(self) -> Data:
        return self.data.get("fieldConfig", {}).get("defaults", {})

    @property
    def overrides(self) -> list[Override]:
        return [Override(each) for each in self.data.get("fieldConfig", {}).get("overrides", [])]

    @property
    def unit(self) -> str:
        return self.defaults.get("unit", "")

    @property
    def links(self) -> list[Data]:
        return self.data.get("links") or []

    def transformation(self, kind: str) -> Data:
        """Its options; empty where there is none of this kind."""
        found = [each["options"] for each in self.data.get("transformations") or [] if each["id"] == kind]
        return found[0] if found else {}


@dataclass(frozen=True)
class Variable:
    data: Data

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def kind(self) -> str:
        return self.data["type"]

    @property
    def query(self) -> str:
        return self.data.get("query", "")

    @property
    def sample(self) -> str:
        """A value that it could have."""
        if self.kind == "query":
            return self.data.get("allValue") or ".+"
        return self.query.split(",")[0]


@dataclass(frozen=True)
class Dashboard:
    data: Data

    def __str__(self) -> str:
        return str(self.data.get("uid"))

    @cached_property
    def panels(self) -> list[Panel]:
        """All of them, also rows and what is folded in them."""
        return list(_unfolded(self.data["panels"]))

    @property
    def asking(self) -> list[Panel]:
        return [panel for panel in self.panels if panel.asks]

    @property
    def targets(self) -> list[tuple[Panel, Target]]:
        return [(panel, target) for panel in self.panels for target in panel.targets]

    @property
    def variables(self) -> list[Variable]:
        return [Variable(each) for each in self.data.get("templating", {}).get("list", [])]

    def variable(self, name: str) -> Variable | None:
        return next((each for each in self.variables if each.name == name), None)

    @property
    def annotations(self) -> list[Data]:
        return self.data.get("annotations", {}).get("list", [])

    @cached_property
    def values(self) -> dict[str, str]:
        """A value for each variable that can stand in an expression."""
        return {**GLOBALS, **{each.name: each.sample for each in self.variables}}

    def expanded(self, text: str) -> str:
        """With a value for every variable outside of strings, where PromQL could not be read otherwise.

        ValueError where there is no such variable, inside of strings too.
        """
        unknown = {name for name in variables_in(text) if name not in self.values}
        if unknown:
            raise ValueError(f"there is no variable {', '.join(sorted(unknown))}")
        pieces: list[str] = []
        end = 0
        for string in STRING.finditer(text):
            pieces += [self._filled(text[end : string.start()]), string[0]]
            end = string.end()
        return "".join([*pieces, self._filled(text[end:])])

    def parsed(self, text: str) -> promql.Expr:
        """ValueError where it is no PromQL."""
        return promql.parse(self.expanded(text))

    def _filled(self, text: str) -> str:
        return filled(text, self.values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """With its value for every variable, wherever it stands. KeyError where there is none."""
    return VARIABLE.sub(lambda found: values[_name(found)], text)


def variables_in(text: str) -> set[str]:
    """The variables that a text names; `$1` is none, but a group of a regular expression."""
    return {_name(found) for found in VARIABLE.finditer(text)}


def nodes(tree: promql.Expr, above: tuple[promql.Expr, ...] = ()) -> Iterator[tuple[promql.Expr, list[promql.Expr]]]:
    """Every part of an expression, with the parts that it is in: the nearest last, without parentheses."""
    yield tree, [node for node in above if not isinstance(node, promql.ParenExpr)]
    for child in _children(tree):
        yield from nodes(child, (*above, tree))


@cache
def built() -> tuple[Dashboard, ...]:
    """The house's boards, as they are written."""
    return tuple(Dashboard(json.loads(board.text(RUNBOOKS))) for board in BOARDS)


def _unfolded(panels: Iterable[Data]) -> Iterator[Panel]:
    for data in panels:
        yield Panel(data)
        yield from _unfolded(data.get("panels") or [])


def _name(found: re.Match[str]) -> str:
    """Without a format: `${job:regex}`."""
    return (found["plain"] or found["braced"] or found["old"]).split(":")[0]


def _children(node: promql.Expr) -> list[promql.Expr]:
    match node:
        case promql.MatrixSelector():
            return [node.vector_selector]
        case promql.AggregateExpr():
            return [node.expr, *([node.param] if node.param is not None else [])]
        case promql.BinaryExpr():
            return [node.lhs, node.rhs]
        case promql.Call():
            return list(node.args)
        case promql.ParenExpr() | promql.SubqueryExpr() | promql.UnaryExpr():
            return [node.expr]
        case _:
            return []
