"""The house's own rules for dashboards: identity, layout, texts and links. In the form of `boardlint`'s; no metric."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise

import promql_parser as promql

from tests.support.boardlint import RATES, Rule, Said
from tests.support.grafana import ROW, Dashboard, Data, Panel, nodes
from tests.support.promtool import ALERTS

TAG = "orchex-kilo"
LONGEST_UID = 40
SCHEMA = 42
WHOLE = 24
SHORT, LONG = 7, 90
PARTS = re.compile(r"(?P<meaning>.+)\n\n\*\*Target:\*\* (?P<target>.+)\n\n\*\*What to do:\*\* (?P<action>.+)")
RUNBOOK = re.compile(r"\$\{runbooks\}/(?P<name>[^/]+)\.md")
SOME_VALUE = "${__value.text}"


def parts(panel: Panel) -> Mapping[str, str]:
    """Of its description; empty where it has not all three."""
    found = PARTS.fullmatch(panel.description)
    return found.groupdict() if found else {}


def _uid(board: Dashboard) -> Said:
    uid = board.data.get("uid") or ""
    if not re.fullmatch(rf"{TAG}(-[a-z]+)+", uid) or len(uid) > LONGEST_UID:
        yield "", f"the uid {uid!r} is none of ours, or too long for Grafana"
    if TAG not in board.data.get("tags", []):
        yield "", "it has not the tag by which boards find one another"


def _of_no_server(board: Dashboard) -> Said:
    """What one Grafana has given it would clash in another."""
    for key in ("id", "__inputs", "__requires", "__elements", "iteration", "gnetId"):
        if board.data.get(key) is not None:
            yield "", f"it has {key}"
    if board.data.get("version") != 1:
        yield "", "its version changes though its content does not"


def _schema(board: Dashboard) -> Said:
    """The newest of the classic ones, which every Grafana since 10 loads."""
    if board.data.get("schemaVersion") != SCHEMA:
        yield "", f"its schema is {board.data.get('schemaVersion')}"
    for key in ("elements", "layout", "spec", "apiVersion", "kind"):
        if key in board.data:
            yield "", f"{key} is of a newer schema"


def _unique_ids(board: Dashboard) -> Said:
    ids = [panel.data.get("id") for panel in board.panels]
    yield from (("", f"{count} panels have the id {id_}") for id_, count in _twice(ids))
    yield from ((str(panel), "has no id") for panel in board.panels if panel.data.get("id") is None)


def _unique_titles(board: Dashboard) -> Said:
    yield from ((title, f"{count} panels have it") for title, count in _twice(panel.title for panel in board.panels))


def _unique_refs(board: Dashboard) -> Said:
    for panel in board.asking:
        refs = [target.ref for target in panel.targets]
        if _twice(refs) or not all(refs):
            yield str(panel), f"its targets are called {refs}"


def _twice(found: Iterable[object]) -> list[tuple[object, int]]:
    return [(each, count) for each, count in Counter(found).items() if count > 1]


def _columns(board: Dashboard) -> Said:
    for panel in board.panels:
        x, y, width, height = panel.place
        if x < 0 or y < 0 or width < 1 or height < 1 or x + width > WHOLE:
            yield str(panel), f"{panel.place} is not within the {WHOLE} columns"


def _no_overlap(board: Dashboard) -> Said:
    for one, other in combinations(board.panels, 2):
        (x, y, width, height), (x2, y2, width2, height2) = one.place, other.place
        if x < x2 + width2 and x2 < x + width and y < y2 + height2 and y2 < y + height:
            yield str(one), f"lies over {other}"


def _filled(board: Dashboard) -> Said:
    """Lines from the left edge to the right one, of one height, one below the other."""
    lines: dict[int, list[Panel]] = {}
    for panel in sorted(board.panels, key=lambda panel: panel.place):
        lines.setdefault(panel.place[1], []).append(panel)
    below = 0
    for top in sorted(lines):
        edges = [0, *(edge for x, _, width, _ in (each.place for each in lines[top]) for edge in (x, x + width)), WHOLE]
        if any(left != right for left, right in zip(edges[::2], edges[1::2], strict=True)):
            yield str(lines[top][0]), f"its line is not filled: {edges}"
        heights = {each.place[3] for each in lines[top]}
        if len(heights) > 1:
            yield str(lines[top][0]), f"its line has the heights {sorted(heights)}"
        if top != below:
            yield str(lines[top][0]), f"its line begins at {top} and not at {below}"
        below = top + max(heights)


def _in_rows(board: Dashboard) -> Said:
    """Each panel stands under a heading, and each heading over a panel."""
    kinds = [panel.kind for panel in board.panels]
    if kinds[:1] != [ROW]:
        yield "", "it begins without a heading"
    if (ROW, ROW) in pairwise([*kinds, ROW]):
        yield "", "a heading has nothing below it"


def _described(board: Dashboard) -> Said:
    """What it means, what is wanted, what to do: the first and the last in whole sentences."""
    for panel in board.panels:
        if panel.kind == ROW:
            continue
        found = parts(panel)
        if not found:
            yield str(panel), f"does not say meaning, target and what to do: {panel.description!r}"
        for part in ("meaning", "action") if found else ():
            if not found[part].endswith((".", "?")):
                yield str(panel), f"its {part} ends in the middle: {found[part]!r}"
        if found and (". " in found["target"]) != found["target"].endswith("."):
            yield str(panel), f"its target is neither a phrase nor sentences: {found['target']!r}"


def _empty(board: Dashboard) -> Said:
    for panel in board.asking:
        text = panel.defaults.get("noValue", "")
        if not re.search(r"\w+ \w+", text) or text.endswith("."):
            yield str(panel), f"does not say what no data means: {text!r}"


def _titles(board: Dashboard) -> Said:
    if not re.fullmatch(r"ORCHEX-KILO / [A-Z].+[^.]", board.data.get("title", "")):
        yield "", f"its title is {board.data.get('title')!r}"
    if not board.data.get("description", "").endswith((".", "?")):
        yield "", f"its description ends in the middle: {board.data.get('description')!r}"
    for panel in board.panels:
        if not re.fullmatch(r"[A-Z0-9].*[^.:]", panel.title):
            yield str(panel), "its title is no title"


def _runbooks(board: Dashboard) -> Said:
    """Links of panels and of values lead to a page that exists, or to the one that a value names."""
    for panel in board.panels:
        links = panel.links + [link for each in panel.overrides for link in each.properties.get("links", [])]
        for link in links:
            url = link.get("url", "")
            found = RUNBOOK.fullmatch(url)
            if "runbook" in f"{link['title']}{url}".lower() and not (found and _is_there(found["name"])):
                yield str(panel), f"leads to {url}, where nothing is"


def _is_there(name: str) -> bool:
    return name == SOME_VALUE or (ALERTS / "runbooks" / f"{name}.md").is_file()


def _other_boards(board: Dashboard) -> Said:
    """A menu of all that have the tag, which keeps the time and what was chosen."""
    wanted = {"type": "dashboards", "tags": [TAG], "includeVars": True, "keepTime": True}
    if not any(_has(link, wanted) for link in board.data.get("links") or []):
        yield "", "it leads to no other board"


def _has(data: Data, wanted: Data) -> bool:
    return all(data.get(key) == value for key, value in wanted.items())


def _time(board: Dashboard) -> Said:
    if board.data.get("time") not in [{"from": f"now-{days}d", "to": "now"} for days in (SHORT, LONG)]:
        yield "", f"it shows {board.data.get('time')}"


def _long_windows(board: Dashboard) -> Said:
    """Over 90 days, to count anew at each point takes long, and what Prometheus has forgotten is gone."""
    if board.data.get("time", {}).get("from") != f"now-{LONG}d":
        return
    for panel, target in board.targets:
        called = {node.func.name for node, _ in _read(board, target.expr) if isinstance(node, promql.Call)}
        if not target.as_of_now and called & set(RATES):
            yield str(panel), f"counts through {LONG} days: {target.expr}"


def _read(board: Dashboard, expr: str) -> Iterator[tuple[promql.Expr, list[promql.Expr]]]:
    return nodes(board.parsed(expr))


RULES: Mapping[str, Rule] = {
    "uid": _uid,
    "of-no-server": _of_no_server,
    "schema": _schema,
    "unique-ids": _unique_ids,
    "unique-titles": _unique_titles,
    "unique-refs": _unique_refs,
    "columns": _columns,
    "no-overlap": _no_overlap,
    "filled-lines": _filled,
    "rows": _in_rows,
    "descriptions": _described,
    "no-data": _empty,
    "titles": _titles,
    "runbooks": _runbooks,
    "other-boards": _other_boards,
    "time": _time,
    "long-windows": _long_windows,
}
