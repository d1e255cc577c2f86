"""What a rule is, and how it stands in a rule file of Prometheus. It knows no metric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import yaml

from alerts.terms import Terms
from exporter.model import Seconds

Data = dict[str, Any]


class Severity(StrEnum):
    """Who hears of it: `page` wakes somebody, `ticket` waits for office hours, `none` is for machines."""

    PAGE = "page"
    TICKET = "ticket"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule, named `level:metric:operations`."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def data(self, _: Terms) -> Data:
        return _present({"record": self.name, "expr": self.expr, "labels": dict(self.labels)})


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert rule. `lasting` is `for`: how long the expression must hold; `kept` is `keep_firing_for`.

    `summary` fits on a line of a phone; `description` says value, threshold and what it means.
    Its runbook is the page of its name.
    """

    name: str
    expr: str
    severity: Severity
    summary: str
    description: str
    lasting: Seconds = 0
    kept: Seconds = 0
    labels: Mapping[str, str] = field(default_factory=dict)

    def data(self, terms: Terms) -> Data:
        return _present(
            {
                "alert": self.name,
                "expr": self.expr,
                "for": terms.span(self.lasting) if self.lasting else None,
                "keep_firing_for": terms.span(self.kept) if self.kept else None,
                "labels": {"severity": self.severity.value, **self.labels},
                "annotations": {
                    "summary": self.summary,
                    "description": self.description,
                    "runbook_url": f"{terms.runbooks}/{self.name}.md",
                },
            }
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other; `interval` of None is Prometheus' own."""

    name: str
    rules: tuple[Record | Alert, ...]
    interval: Seconds | None = None

    def data(self, terms: Terms) -> Data:
        interval = None if self.interval is None else terms.span(self.interval)
        rules = [rule.data(terms) for rule in self.rules]
        return _present({"name": self.name, "interval": interval, "rules": rules})


def text(groups: Iterable[Group], terms: Terms) -> str:
    """A rule file."""
    return yaml.dump(
        {"groups": [group.data(terms) for group in groups]},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
    )


def _present(data: Data) -> Data:
    """Without what is not given."""
    return {key: value for key, value in data.items() if value not in (None, {})}


class _Dumper(yaml.SafeDumper):
    """Expressions of several lines stay as they are written."""


def _block(dumper: yaml.SafeDumper, string: str) -> yaml.Node:
    style = "|" if "\n" in string else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", string, style=style)


_Dumper.add_representer(str, _block)
