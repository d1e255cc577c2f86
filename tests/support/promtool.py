"""promtool, and the rule files and unit tests that it runs, as values. It knows no metric."""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import promql_parser
import yaml

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "alerts"
Data = dict[str, Any]
THRIFT = {"GOMAXPROCS": "1", "GOGC": "800"}
"""A third less work for Go: there are other processes to keep the processors busy, and memory is plenty."""


@dataclass(frozen=True)
class Rule:
    """A rule as it stands in a file, and its place there."""

    file: str
    group: str
    place: int
    data: Data

    def __str__(self) -> str:
        return " ".join((self.name, *self.labels.values()))

    @property
    def name(self) -> str:
        return self.data["alert"] if self.alerts else self.data["record"]

    @property
    def alerts(self) -> bool:
        """Whether it alerts; if not, it records."""
        return "alert" in self.data

    @property
    def expr(self) -> str:
        return self.data["expr"]

    @property
    def labels(self) -> dict[str, str]:
        return self.data.get("labels", {})

    @property
    def severity(self) -> str:
        return self.labels["severity"]

    @property
    def annotations(self) -> dict[str, str]:
        return self.data["annotations"]


@dataclass(frozen=True)
class Case:
    """A test group. Its name says which alert it tries, and of which kind it is: `ALERT[ SEVERITY]: KIND`."""

    file: str
    data: Data

    def __str__(self) -> str:
        return f"{self.file}: {self.data.get('name', 'a group without a name')}"

    @cached_property
    def _title(self) -> re.Match[str] | None:
        return re.fullmatch(r"([\w:]+)(?: (page|ticket|none))?: (.+)", self.data.get("name", ""))

    @property
    def named(self) -> bool:
        return self._title is not None

    @property
    def subject(self) -> str:
        return self._title[1]

    @property
    def severity(self) -> str | None:
        """Of the alert that it tries; None where there is only one of the name."""
        return self._title[2]

    @property
    def kind(self) -> str:
        return self._title[3]

    @property
    def alert_tests(self) -> list[Data]:
        return self.data.get("alert_rule_test", [])

    @property
    def queries(self) -> list[Data]:
        return self.data.get("promql_expr_test", [])

    def tries(self, rule: Rule) -> bool:
        return self.named and self.subject == rule.name and self.severity in (None, rule.severity)

    def sightings(self, rule: Rule) -> list[tuple[timedelta, bool]]:
        """When it looks at the alert, and whether it expects it to fire."""
        told = [
            (moment(test), any(_of(alert.get("exp_labels", {}), rule) for alert in test.get("exp_alerts") or []))
            for test in self.alert_tests
            if test["alertname"] == rule.name
        ]
        asked = [
            (moment(query), any(_of(_labels(each), rule) for each in query.get("exp_samples") or []))
            for query in self.queries
            if _asks(query["expr"], rule)
        ]
        return sorted(told + asked)


@dataclass(frozen=True)
class Suite:
    """A file of unit tests."""

    path: Path
    data: Data

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def cases(self) -> list[Case]:
        return [Case(self.name, each) for each in self.data["tests"]]

    @cached_property
    def rules(self) -> list[Rule]:
        return [rule for file in self.data["rule_files"] for rule in read_rules(self.path.parent / file)]

    def settings(self) -> Data:
        """What it says of all its cases."""
        return {key: value for key, value in self.data.items() if key not in ("rule_files", "tests")}


def read_rules(path: Path) -> list[Rule]:
    groups = _load(path).get("groups") or []
    return [
        Rule(path.stem, group["name"], place, rule)
        for group in groups
        for place, rule in enumerate(group.get("rules") or [])
    ]


def rule_files() -> list[Path]:
    return sorted((ALERTS / "rules").glob("*.yml"))


def shipped() -> list[Rule]:
    """Every rule of every built file."""
    return [rule for path in rule_files() for rule in read_rules(path)]


def suite_files() -> list[Path]:
    return sorted((ALERTS / "tests").glob("*.yml"))


def read_suite(path: Path) -> Suite:
    return Suite(path, _load(path))


def suites() -> list[Suite]:
    return [read_suite(path) for path in suite_files()]


def cases() -> list[Case]:
    return [case for suite in suites() for case in suite.cases]


def run(promtool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """With all that it says in the order in which it says it."""
    return subprocess.run(
        [promtool, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **THRIFT},
        text=True,
        check=False,
    )


def verdicts(promtool: str, files: Sequence[Path]) -> dict[Path, str]:
    """What promtool, 2.x or 3.x, says of each file of unit tests: `SUCCESS`, or what is wrong."""
    said = run(promtool, "test", "rules", *files).stdout
    found = re.split(r"^(?:Unit Testing:  |Processing test file: )(.+)$", said, flags=re.MULTILINE)
    texts = dict(zip(found[1::2], found[2::2], strict=True))
    return {path: texts[str(path)].strip() for path in files}


def rule_file(rules: Iterable[Rule]) -> str:
    """A rule file of these, in their groups. JSON is YAML that is quickly written."""
    groups: dict[str, list[Data]] = {}
    for rule in rules:
        groups.setdefault(rule.group, []).append(rule.data)
    return json.dumps({"groups": [{"name": name, "rules": found} for name, found in groups.items()]})


def moment(test: Data) -> timedelta:
    """A test's `eval_time`."""
    return duration(str(test.get("eval_time", 0)))


def duration(text: str) -> timedelta:
    """Nothing at all is known to promtool, but not to the parser."""
    return timedelta() if text in ("0", "0s", "0m") else promql_parser.parse_duration(text)


def selectors(expression: str) -> Iterator[promql_parser.VectorSelector]:
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return iter(found)


def in_turn(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Those that read nothing which any of them records, then those that read theirs, and so on."""
    turns: list[list[Rule]] = []
    left = list(rules)
    while left:
        missing = {rule.name for rule in left}
        ready = [rule for rule in left if not missing & {each.name for each in selectors(rule.expr)}]
        assert ready, f"these rest on one another: {missing}"
        turns.append(ready)
        left = [rule for rule in left if rule not in ready]
    return turns


def fits(matcher: promql_parser.Matcher, value: str) -> bool:
    """Whether a label with this value is selected."""
    if matcher.op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.NotEqual):
        return (value == matcher.value) == (matcher.op == promql_parser.MatchOp.Equal)
    return (re.fullmatch(matcher.value, value) is not None) == (matcher.op == promql_parser.MatchOp.Re)


def _firing(rule: Rule) -> dict[str, str]:
    """The labels by which it is known in `ALERTS`."""
    return {"alertname": rule.name, "alertstate": "firing", **rule.labels}


def _of(labels: dict[str, str], rule: Rule) -> bool:
    """Whether these may be the labels of the firing alert: none of them says otherwise."""
    known = _firing(rule)
    return all(labels.get(label, value) == value for label, value in known.items())


def _labels(sample: Data) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="([^"]*)"', sample["labels"]))


def _asks(expression: str, rule: Rule) -> bool:
    """Whether a query looks for this alert among those that fire."""
    known = _firing(rule)
    return any(
        all(fits(each, known[each.name]) for each in selector.matchers.matchers if each.name in known)
        for selector in selectors(expression)
        if selector.name == "ALERTS"
    )


def _load(path: Path) -> Data:
    """All scalars are text, as promtool reads them: to YAML `0x20` is a number."""
    return yaml.load(path.read_text(), Loader=yaml.CBaseLoader)
