"""Panels of one house style, as builders of Grafana's own SDK. It knows no metric.

Every panel says what it shows, what is wanted and what to do (`About`), which unit it has, and what it means when
there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any, Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.query import Query
from dashboards.style import PLAIN, Colour, Limits, Words

DATASOURCE = options.DataSourceRef(type_val="prometheus", uid="${datasource}")
NOTHING = "–"
"""What a cell of a table says that has no value."""
WHOLE = 24
"""Columns of Grafana's grid."""
HALF, THIRD = WHOLE // 2, WHOLE // 3
PANELS_HEIGHT = 8


@dataclass(frozen=True, slots=True)
class About:
    """The three parts of a panel's description, each a sentence or two."""

    meaning: str
    target: str
    action: str

    def __str__(self) -> str:
        return f"{self.meaning}\n\n**Target:** {self.target}\n\n**What to do:** {self.action}"


@dataclass(frozen=True, slots=True)
class Look:
    """What all kinds of panels have in common. `runbooks` are names of alerts, `empty` says what no data means."""

    title: str
    about: About
    unit: str
    empty: str
    width: int = HALF
    height: int = PANELS_HEIGHT
    runbooks: tuple[str, ...] = ()
    limits: Limits = PLAIN
    words: list[models.ValueMapping] = field(default_factory=list)
    decimals: int | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, of a label or of a query's value (`Value #A`). Those without one are hidden."""

    title: str
    unit: str = "string"
    words: Words | None = None
    width: int | None = None
    link: str = ""
    """A URL, which may hold `${__value.text}`."""
    limits: Limits | None = None
    """Colours the text by the value."""
    coded: Words | None = None
    """The words of the numbers that `query.coded` gives."""
    decimals: int | None = None
    filled: bool = False
    """The colour fills the cell."""
    empty: str = NOTHING
    """What a cell says that has no value."""


class PanelBuilder(Protocol):
    """The part of the SDK's builders that all kinds of panels share."""

    def build(self) -> models.Panel: ...
    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def unit(self, unit: str) -> Self: ...
    def no_value(self, no_value: str) -> Self: ...
    def span(self, w: int) -> Self: ...
    def height(self, h: int) -> Self: ...
    def datasource(self, datasource: options.DataSourceRef) -> Self: ...
    def with_target(self, target: Any) -> Self: ...
    def links(self, links: Any) -> Self: ...
    def thresholds(self, thresholds: Any) -> Self: ...
    def mappings(self, mappings: list[models.ValueMapping]) -> Self: ...
    def decimals(self, decimals: float) -> Self: ...
    def min(self, min_val: float) -> Self: ...
    def max(self, max_val: float) -> Self: ...


Kind = TypeVar("Kind", bound=PanelBuilder)


def number(
    look: Look, *queries: Query, coloured: bool = True, limits: Mapping[str, Limits] | None = None
) -> PanelBuilder:
    """One number or word, big, as of now; several when there are several series. `limits` by legend go before the
    look's."""
    panel = _figure().text_mode(options.BigValueTextMode.AUTO)
    panel = panel.color_mode(options.BigValueColorMode.VALUE if coloured else options.BigValueColorMode.NONE)
    for name, own in (limits or {}).items():
        panel = panel.override_by_name(name, _overrides({"thresholds": own.built().build()}))
    return _dressed(panel, look, map(_as_of_now, queries))


def judged(look: Look, value: Query, state: Query, words: Words) -> PanelBuilder:
    """One number, big, as of now, and its state in words; `state` gives their codes."""
    panel = _figure().text_mode(options.BigValueTextMode.VALUE).color_mode(options.BigValueColorMode.VALUE)
    panel = panel.override_by_query("B", _overrides({"mappings": words.codes(), "unit": "none"}))
    return _dressed(panel, look, map(_as_of_now, (value, state)))


def _figure() -> stat.Panel:
    panel = stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel.graph_mode(options.BigValueGraphMode.NONE)


def lines(
    look: Look,
    *queries: Query,
    stacked: bool = False,
    limited: bool = False,
    colours: Mapping[str, Colour] | None = None,
    every: str = "",
) -> PanelBuilder:
    """Through time. `limited` draws the limits as lines; `colours` are those of series by their legend.

    `every` is the least time between two values, and so about the least `query.RATE`: for what happens now and then.
    Such values are points, and lines join them.
    """
    panel = _graph().fill_opacity(40 if stacked else 8)
    if every:
        panel = panel.interval(every).show_points(options.VisibilityMode.ALWAYS).span_nulls(True)
    legend = common.VizLegendOptions().display_mode(options.LegendDisplayMode.TABLE)
    panel = panel.legend(
        legend.placement(options.LegendPlacement.BOTTOM).show_legend(True).calcs(["lastNotNull", "min", "max"])
    )
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))
    if limited:
        panel = panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(options.GraphThresholdsStyleMode.DASHED)
        )
    for name, colour in (colours or {}).items():
        panel = panel.override_by_name(name, _overrides({"color": {"mode": "fixed", "fixedColor": colour.value}}))
    return _dressed(panel, look, map(_through_time, queries))


def trend(look: Look, value: Query, target: Query) -> PanelBuilder:
    """A value through time, coloured by the limits, and its target as a dashed line."""
    panel = _graph().fill_opacity(0).gradient_mode(options.GraphGradientMode.SCHEME)
    panel = panel.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.THRESHOLDS))
    legend = common.VizLegendOptions().display_mode(options.LegendDisplayMode.LIST)
    panel = panel.legend(legend.placement(options.LegendPlacement.BOTTOM).show_legend(True).calcs(["lastNotNull"]))
    dashed = {
        "color": {"mode": "fixed", "fixedColor": Colour.QUIET.value},
        "custom.gradientMode": "none",
        "custom.lineStyle": {"fill": "dash", "dash": [8, 8]},
        "custom.lineWidth": 1,
    }
    return _dressed(
        panel.override_by_name(target.legend, _overrides(dashed)), look, map(_through_time, (value, target))
    )


def _graph() -> timeseries.Panel:
    panel = timeseries.Panel().line_width(2).show_points(options.VisibilityMode.NEVER)
    panel = panel.span_nulls(False)  # a gap is what was not known
    return panel.tooltip(common.VizTooltipOptions().mode(options.TooltipDisplayMode.MULTI))


def states(look: Look, *queries: Query) -> PanelBuilder:
    """States through time, a line a thing, in words."""
    panel = statetimeline.Panel().merge_values(True).show_value(options.VisibilityMode.AUTO)
    panel = panel.row_height(0.8).fill_opacity(70)
    panel = panel.legend(common.VizLegendOptions().show_legend(False))
    return _dressed(panel, look, map(_through_time, queries))


def bars(look: Look, query: Query) -> PanelBuilder:
    """A bar for each series, as of now."""
    panel = bargauge.Panel().orientation(options.VizOrientation.HORIZONTAL)
    panel = panel.display_mode(options.BarGaugeDisplayMode.BASIC).show_unfilled(True)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _dressed(panel, look, [_as_of_now(query)])


def rows(
    look: Look,
    exprs: Sequence[str],
    columns: Mapping[str, Column],
    *,
    by: str = "",
    descending: str = "",
    ordered: str = "",
) -> PanelBuilder:
    """A table as of now. Several expressions are joined `by` a label; `columns` in their order, by field.

    The value of the first one is `Value #A`, or `Value` when it is the only one. Rows are `descending` by a column's
    title, or `ordered` by a field that holds numbers and need not be shown.
    """
    panel = table.Panel().cell_height(options.TableCellHeight.SM)
    steps: dict[str, Any] = {}
    if len(exprs) > 1:
        steps["joinByField"] = {"byField": by, "mode": "outer"}
    if ordered:
        steps["sortBy"] = {"fields": {}, "sort": [{"field": ordered}]}
    steps["filterFieldsByName"] = {"include": {"names": list(columns)}}
    steps["organize"] = {
        "indexByName": {name: position for position, name in enumerate(columns)},
        "renameByName": {name: column.title for name, column in columns.items()},
    }
    for kind, given in steps.items():
        panel = panel.with_transformation(models.DataTransformerConfig(id_val=kind, options=given))
    if descending:
        panel = panel.sort_by([common.TableSortByFieldState().display_name(descending).desc(True)])
    for column in columns.values():
        panel = panel.override_by_name(column.title, _properties(column))
    return _dressed(panel, look, map(_as_rows, exprs))


def _properties(column: Column) -> list[models.DynamicConfigValue]:
    found: dict[str, Any] = {"unit": column.unit, "noValue": column.empty}
    if column.words:
        found["mappings"] = column.words.labels()
    if column.coded:
        found["mappings"] = column.coded.codes()
    if column.limits:
        found["thresholds"] = column.limits.built().build()
    if column.words or column.coded or column.limits:
        filled = {"type": "color-background", "mode": "basic"}
        found["custom.cellOptions"] = filled if column.filled else {"type": "color-text"}
    if column.width:
        found["custom.width"] = column.width
    if column.link:
        found["links"] = [{"title": "Open", "url": column.link}]
    if column.decimals is not None:
        found["decimals"] = column.decimals
    return _overrides(found)


def _overrides(found: Mapping[str, Any]) -> list[models.DynamicConfigValue]:
    return [models.DynamicConfigValue(id_val=name, value=value) for name, value in found.items()]


def _dressed(panel: Kind, look: Look, targets: Iterable[prometheus.Dataquery]) -> Kind:
    panel = panel.title(look.title).description(str(look.about)).unit(look.unit).no_value(look.empty)
    panel = panel.span(look.width).height(look.height).datasource(DATASOURCE).thresholds(look.limits.built())
    if look.words:
        panel = panel.mappings(look.words)
    if look.decimals is not None:
        panel = panel.decimals(look.decimals)
    if look.least is not None:
        panel = panel.min(look.least)
    if look.most is not None:
        panel = panel.max(look.most)
    if look.runbooks:
        panel = panel.links([_runbook(name) for name in look.runbooks])
    for place, target in enumerate(targets):
        panel = panel.with_target(target.ref_id(ascii_uppercase[place]))
    return panel


def _runbook(alert: str) -> builders.DashboardLink:
    link = builders.DashboardLink(f"Runbook {alert}").type(models.DashboardLinkType.LINK)
    return link.url(f"${{runbooks}}/{alert}.md").target_blank(True)


def _through_time(query: Query) -> prometheus.Dataquery:
    return _asking(query).range()


def _as_of_now(query: Query) -> prometheus.Dataquery:
    return _asking(query).instant().format(PromQueryFormat.TIME_SERIES)


def _as_rows(expr: str) -> prometheus.Dataquery:
    return _asking(Query(expr)).instant().format(PromQueryFormat.TABLE)


def _asking(query: Query) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query.expr).legend_format(query.legend).datasource(DATASOURCE)
