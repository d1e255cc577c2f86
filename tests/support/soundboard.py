"""A small board with nothing wrong in it, and what becomes of it by one mistake: each check must find its own."""

import copy
from typing import Any

from tests.support.grafana import Dashboard, Data

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
CHOSEN = 'job=~"$job", instance=~"$instance"'
EXPR = f"max by (source) (orchex_kilo_source_up{{{CHOSEN}}})"
TEXT = "Whether it answered.\n\n**Target:** none documented; 1 is normal\n\n**What to do:** Read its last error."
KINDS = ("stat", "timeseries", "state-timeline", "table", "bargauge", "gauge", "heatmap", "barchart", "status-history")
"""Those that ask something; each has a panel."""
WIDTH, HEIGHT = 8, 5
FIRST = ("panels", 1)
TARGET = (*FIRST, "targets", 0)
SHOWN = (*FIRST, "fieldConfig", "defaults")


def _query(name: str, query: str) -> Data:
    return {
        "allValue": ".+",
        "datasource": SOURCE,
        "includeAll": True,
        "label": name.capitalize(),
        "multi": True,
        "name": name,
        "query": query,
        "refresh": 2,
        "type": "query",
    }


def _annotation(expr: str) -> Data:
    target = {"datasource": SOURCE, "expr": expr, "refId": "Anno"}
    return {"datasource": SOURCE, "expr": expr, "name": "Alerts", "target": target, "titleFormat": "{{alertname}}"}


def _panel(kind: str, number: int) -> Data:
    return {
        "datasource": SOURCE,
        "description": TEXT,
        "fieldConfig": {"defaults": {"noValue": "No source is polled", "unit": "none"}, "overrides": []},
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": number % 3 * WIDTH, "y": 1 + number // 3 * HEIGHT},
        "id": number + 2,
        "links": [{"title": "Runbook", "type": "link", "url": "${runbooks}/OrchexKiloSourceFailing.md"}],
        "targets": [{"datasource": SOURCE, "expr": EXPR, "legendFormat": "{{source}}", "range": True, "refId": "A"}],
        "title": f"Sources, {kind}",
        "type": kind,
    }


def _table(panel: Data) -> Data:
    """Two queries, joined by their label, of which each column has a title."""
    age = f"time() - max by (source) (orchex_kilo_source_last_success_timestamp_seconds{{{CHOSEN}}})"
    asked = {"datasource": SOURCE, "format": "table", "instant": True}
    titles = {"source": "Source", "Value #A": "Up", "Value #B": "Age"}
    return {
        **panel,
        "options": {"sortBy": [{"desc": True, "displayName": "Age"}]},
        "targets": [{**asked, "expr": EXPR, "refId": "A"}, {**asked, "expr": age, "refId": "B"}],
        "transformations": [
            {"id": "joinByField", "options": {"byField": "source", "mode": "outer"}},
            {"id": "filterFieldsByName", "options": {"include": {"names": list(titles)}}},
            {"id": "organize", "options": {"indexByName": {"source": 0}, "renameByName": titles}},
        ],
        "fieldConfig": {
            "defaults": panel["fieldConfig"]["defaults"],
            "overrides": [
                {"matcher": {"id": "byName", "options": "Age"}, "properties": [{"id": "unit", "value": "s"}]}
            ],
        },
    }


def sound() -> Data:
    """A row, and a panel of every kind."""
    panels = [_panel(kind, number) for number, kind in enumerate(KINDS)]
    row = {"gridPos": {"h": 1, "w": 24, "x": 0, "y": 0}, "id": 1, "panels": [], "title": "Sources", "type": "row"}
    return {
        "annotations": {"list": [_annotation('ALERTS{job=~"$job|", alertstate="firing"}')]},
        "description": "Which sources answer?",
        "editable": False,
        "links": [
            {"includeVars": True, "keepTime": True, "tags": ["orchex-kilo"], "title": "Boards", "type": "dashboards"}
        ],
        "panels": [row, *(_table(panel) if panel["type"] == "table" else panel for panel in panels)],
        "schemaVersion": 42,
        "tags": ["orchex-kilo"],
        "templating": {
            "list": [
                {"label": "Data source", "name": "datasource", "query": "prometheus", "type": "datasource"},
                _query("job", "label_values(orchex_kilo_exporter_series, job)"),
                _query("instance", 'label_values(orchex_kilo_exporter_series{job=~"$job"}, instance)'),
                {"name": "runbooks", "query": "https://runbooks.example", "type": "constant"},
            ]
        },
        "time": {"from": "now-7d", "to": "now"},
        "title": "ORCHEX-KILO / Sources",
        "uid": "orchex-kilo-sources",
        "version": 1,
    }


def of_kind(kind: str) -> tuple[str, int]:
    """Where the panel of a kind stands."""
    return ("panels", 1 + KINDS.index(kind))


def mistaken(*path: Any, value: Any) -> Dashboard:
    """With another value at a place; None takes away what stands there."""
    data = copy.deepcopy(sound())
    *way, last = path
    place: Any = data
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return Dashboard(data)
