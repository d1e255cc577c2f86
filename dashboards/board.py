"""What a dashboard is, and how it stands in a file that Grafana loads: its classic schema, without any server's ids.

The same board always makes the same text. It knows no metric.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import dashboard as models

from dashboards.panel import DATASOURCE, PanelBuilder
from dashboards.query import told

TAG = "orchex-kilo"
"""All boards have it, and so find one another."""
ANCHOR = "orchex_kilo_exporter_series"
"""A family that every exporter always has: its job and instance are what can be chosen."""
FINEST = "60s"
"""Between two looks at the alerts that fired."""
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading, as they flow from left to right."""

    title: str
    panels: tuple[PanelBuilder, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen beside job and instance: the values that `query` gives of a label."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Board:
    """`uid` begins with the tag and stays for ever: links lead to it. `days` is how far back it looks."""

    uid: str
    title: str
    about: str
    days: int
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.uid.removeprefix(TAG + '-')}.json"

    def data(self, runbooks: str) -> Data:
        """As Grafana's JSON; `runbooks` is where the alerts' runbooks are published."""
        made: Data = _seen(json.loads(json.dumps(self._built(runbooks).build(), cls=JSONEncoder)))
        for number, panel in enumerate(made["panels"], 1):
            panel["id"] = number
        return made

    def text(self, runbooks: str) -> str:
        return json.dumps(self.data(runbooks), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def _built(self, runbooks: str) -> builders.Dashboard:
        board = builders.Dashboard(self.title).uid(self.uid).description(self.about).tags([TAG]).readonly()
        board = board.time(f"now-{self.days}d", "now").timezone("browser").refresh("1m").version(1)
        board = board.tooltip(models.DashboardCursorSync.CROSSHAIR).annotation(_firing())
        board = board.link(_others()).variables(list(_variables(runbooks, self.choices)))
        for row in self.rows:
            board = board.with_row(builders.Row(row.title))
            for panel in row.panels:
                board = board.with_panel(cast("Builder[models.Panel]", panel))
        return board


def _seen(data: Any) -> Any:
    """Without the SDK's default that hides links and annotations in a menu, which no older Grafana knows."""
    if isinstance(data, dict):
        return {key: _seen(value) for key, value in data.items() if (key, value) != ("placement", "inControlsMenu")}
    return [_seen(value) for value in data] if isinstance(data, list) else data


def _others() -> builders.DashboardLink:
    """Every other board, with the time and the choices that the reader has made."""
    link = builders.DashboardLink("Boards").type(models.DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).include_vars(True).keep_time(True)


def _firing() -> builders.AnnotationQuery:
    """When an alert fired that somebody hears of. Older Grafanas read `expr` and `step`, newer ones only `target`."""
    expr = told('alertstate="firing"')
    target = prometheus.Dataquery().ref_id("Anno").expr(expr).range().interval(FINEST).datasource(DATASOURCE)
    query = builders.AnnotationQuery().name("Alerts firing").datasource(DATASOURCE).enable(True).icon_color("red")
    query = query.expr(expr).step(FINEST).target(cast("Builder[Dataquery]", target))
    return query.title_format("{{alertname}} ({{severity}})").text_format("{{what}}")


def _variables(runbooks: str, choices: Iterable[Choice]) -> Iterator[Any]:
    yield builders.DatasourceVariable("datasource").label("Data source").type("prometheus")
    yield _chosen("job", f"label_values({ANCHOR}, job)")
    yield _chosen("instance", f'label_values({ANCHOR}{{job=~"$job"}}, instance)')
    for choice in choices:
        yield _chosen(choice.label, choice.query)
    yield builders.ConstantVariable("runbooks").label("Runbooks").value(runbooks)


def _chosen(label: str, query: str) -> builders.QueryVariable:
    """All of them, until the reader chooses some."""
    variable = builders.QueryVariable(label).label(label.capitalize()).query(query).definition(query)
    variable = variable.datasource(DATASOURCE).refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
    variable = variable.sort(models.VariableSort.ALPHABETICAL_ASC).multi(True).include_all(True).all_value(".+")
    return variable.current(models.VariableOption(selected=True, text=["All"], value=["$__all"]))
