"""Which metrics there are, which labels they have, and what an expression names that there is not.

Labels are followed through an expression as Prometheus does: what an aggregation drops is gone for what is around it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import promql_parser as promql
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition import EXTRA_FAMILIES
from exporter.metrics import FAMILIES
from exporter.metrics.declare import Family, Type
from tests.support.promtool import Rule, fits, in_turn

Labels = frozenset[str]

TARGET = frozenset({"job", "instance"})
"""What Prometheus adds to all that it scrapes."""
OF_PROMETHEUS: Mapping[str, Labels] = {
    "up": TARGET,  # whether the exporter answered: nothing that it publishes can say that it did not
    "scrape_duration_seconds": TARGET,  # how long Prometheus itself waited
}
"""What no family can say."""
OF_THE_PROCESS: Mapping[str, Labels] = {
    sample.name: TARGET
    for metric in ProcessCollector(registry=CollectorRegistry(auto_describe=False)).collect()
    for sample in metric.samples
}
"""What Python's client library adds to every exposition."""
LINES: Mapping[Type, Mapping[str, Labels]] = {
    Type.SUMMARY: {"_count": frozenset(), "_sum": frozenset()},
    Type.HISTOGRAM: {"_bucket": frozenset({"le"}), "_count": frozenset(), "_sum": frozenset()},
}
"""What is appended to the name of a family, and the labels that come with it."""
KEEPS_ALL = ("topk", "bottomk")
SCALARS = ("time", "scalar", "pi")


def of_families(families: Iterable[Family] = FAMILIES + EXTRA_FAMILIES) -> dict[str, Labels]:
    """The labels of every series that the exporter can publish, as Prometheus stores it."""
    return {
        family.name + suffix: TARGET | set(family.labels) | extra
        for family in families
        for suffix, extra in LINES.get(family.type, {"": frozenset()}).items()
    }


def family_of(metric: str) -> str:
    """The name of the family that a series belongs to."""
    names = {family.name + suffix: family.name for family in FAMILIES for suffix in LINES.get(family.type, ("",))}
    return names.get(metric, metric)


@dataclass(frozen=True)
class Vocabulary:
    """Labels by metric."""

    labels: Mapping[str, Labels]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Vocabulary":
        """The exporter's metrics, Prometheus' own, what these rules record, and the alerts that they are."""
        rules = list(rules)
        known = {**of_families(), **OF_PROMETHEUS, **OF_THE_PROCESS}
        for rule in chain.from_iterable(in_turn([rule for rule in rules if not rule.alerts])):
            found = cls(known).result(rule.expr) | set(rule.labels)
            known[rule.name] = known.get(rule.name, frozenset()) | found
        firing = [cls(known).result(rule.expr) | set(rule.labels) for rule in rules if rule.alerts]
        since = frozenset({"alertname"}).union(*firing)
        return cls({**known, "ALERTS": since | {"alertstate"}, "ALERTS_FOR_STATE": since})

    def result(self, expression: str) -> Labels:
        """The labels that the result can have."""
        return _Reading(self.labels).labels(promql.parse(expression)) or frozenset()

    def faults(self, expression: str) -> list[str]:
        """What it names that there is not, a line each."""
        reading = _Reading(self.labels)
        reading.labels(promql.parse(expression))
        return reading.faults


class _Reading:
    """One expression, from its selectors up. None stands for a scalar, which has no labels at all."""

    def __init__(self, known: Mapping[str, Labels]) -> None:
        self._known = known
        self.faults: list[str] = []

    def labels(self, node: promql.Expr) -> Labels | None:
        match node:
            case promql.VectorSelector():
                found = self._selected(node)
            case promql.MatrixSelector():
                found = self._selected(node.vector_selector)
            case promql.ParenExpr() | promql.SubqueryExpr() | promql.UnaryExpr():
                found = self.labels(node.expr)
            case promql.AggregateExpr():
                found = self._aggregated(node)
            case promql.BinaryExpr():
                found = self._combined(node)
            case promql.Call():
                found = self._called(node)
            case _:
                found = None
        return found

    def _selected(self, node: promql.VectorSelector) -> Labels:
        if node.name not in self._known:
            self.faults.append(f"there is no metric {node.name}")
            return frozenset()
        has = self._known[node.name]
        self._among((matcher.name for matcher in node.matchers.matchers), has, node.name)
        return has

    def _aggregated(self, node: promql.AggregateExpr) -> Labels:
        has = self.labels(node.expr) or frozenset()
        if node.modifier is None:
            return has if str(node.op) in KEEPS_ALL else frozenset()
        named = frozenset(node.modifier.labels)
        self._among(named, has, f"what {node.op} aggregates")
        if str(node.op) in KEEPS_ALL:
            return has
        return named if node.modifier.type == promql.AggModifierType.By else has - named

    def _combined(self, node: promql.BinaryExpr) -> Labels | None:
        left, right = self.labels(node.lhs), self.labels(node.rhs)
        if left is None or right is None:
            return right if left is None else left
        operator, matching = str(node.op), node.modifier and node.modifier.matching
        if matching is not None and matching.type == promql.LabelModifierType.Exclude:
            self._among(matching.labels, left | right, f"either side of {operator}")
        elif matching is not None:
            for side, has in (("left", left), ("right", right)):
                self._among(matching.labels, has, f"the {side} side of {operator}")
        elif operator != "or" and left != right:
            alone = ", ".join(sorted(left ^ right))
            self.faults.append(f"the sides of {operator} match on all labels, and only one of them has {alone}")
        return self._matched(node, left, right)

    def _matched(self, node: promql.BinaryExpr, left: Labels, right: Labels) -> Labels:
        operator, modifier = str(node.op), node.modifier
        if operator in ("and", "unless"):
            return left
        if operator == "or":
            return left | right
        brought = frozenset((modifier and modifier.group_labels) or ())
        if modifier is not None and modifier.card == promql.VectorMatchCardinality.ManyToOne:
            self._among(brought, right, "the right side of group_left")
            return left | brought
        if modifier is not None and modifier.card == promql.VectorMatchCardinality.OneToMany:
            self._among(brought, left, "the left side of group_right")
            return right | brought
        if modifier is None or modifier.matching is None:
            return left
        named = frozenset(modifier.matching.labels)
        return named if modifier.matching.type == promql.LabelModifierType.Include else left - named

    def _called(self, node: promql.Call) -> Labels | None:
        given = [self.labels(argument) for argument in node.args]
        name = node.func.name
        if name in SCALARS:
            return None
        if name in ("absent", "absent_over_time"):
            return _stated(node.args[0])
        has = next((labels for labels in given if labels is not None), frozenset())
        if name in ("label_replace", "label_join"):
            return has | {node.args[1].val}
        return has - {"le"} if name == "histogram_quantile" else has

    def _among(self, named: Iterable[str], has: Labels, of: str) -> None:
        self.faults.extend(f"{of} has no label {label}" for label in named if label not in has)


def _stated(node: promql.Expr) -> Labels:
    """What `absent` can tell of a series that is not there."""
    selector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
    matchers = selector.matchers.matchers if isinstance(selector, promql.VectorSelector) else []
    return frozenset(matcher.name for matcher in matchers if matcher.op == promql.MatchOp.Equal)


@dataclass(frozen=True)
class Exposed:
    """A series that is really there."""

    name: str
    labels: Mapping[str, str]

    def fits(self, selector: promql.VectorSelector) -> bool:
        matchers = selector.matchers.matchers
        return selector.name == self.name and all(fits(each, self.labels.get(each.name, "")) for each in matchers)


def exposed(text: str, **target: str) -> Iterator[Exposed]:
    """The series of an exposition, with the labels of the target that it was scraped from."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield Exposed(sample.name, {**sample.labels, **target})
