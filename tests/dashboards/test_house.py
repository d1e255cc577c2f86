"""Our own rules for dashboards: our boards keep them, and each of the rules finds what breaks it."""

import re

import pytest

from tests.support.boardhouse import LONG, RULES, SHORT
from tests.support.boardlint import lint
from tests.support.grafana import Dashboard, built
from tests.support.soundboard import CHOSEN, FIRST, HEIGHT, SHOWN, TARGET, TEXT, WIDTH, mistaken, sound

BOARDS = built()
each_board = pytest.mark.parametrize("board", BOARDS, ids=str)
FOR_LEADS = {"orchex-kilo-migration-scorecard", "orchex-kilo-phases-and-gates", "orchex-kilo-risks"}
FIRST_GRID = (*FIRST, "gridPos")
RATE = f"sum(rate(orchex_kilo_source_polls_total{{{CHOSEN}}}[$__rate_interval]))"
MEANING, WANTED, ACTION = TEXT.split("\n\n")


@each_board
def test_the_boards_keep_every_rule(board: Dashboard) -> None:
    assert list(map(str, lint(board, RULES))) == []


def test_a_sound_board_breaks_none() -> None:
    assert lint(Dashboard(sound()), RULES) == []


BROKEN = [
    ("uid", ("uid",), None),
    ("uid", ("uid",), "sources"),
    ("uid", ("uid",), "orchex-kilo-" + "sources" * 5),
    ("uid", ("tags",), ["sources"]),
    ("of-no-server", ("id",), 7),
    ("of-no-server", ("__inputs",), []),
    ("of-no-server", ("version",), 12),
    ("schema", ("schemaVersion",), 39),
    ("schema", ("elements",), {}),
    ("unique-ids", (*FIRST, "id"), 3),
    ("unique-ids", (*FIRST, "id"), None),
    ("unique-titles", (*FIRST, "title"), "Sources, table"),
    ("unique-titles", (*FIRST, "title"), "Sources"),
    ("unique-refs", (*TARGET, "refId"), ""),
    ("unique-refs", (*FIRST, "targets"), [sound()["panels"][1]["targets"][0]] * 2),
    ("columns", (*FIRST_GRID, "w"), 25),
    ("columns", (*FIRST_GRID, "x"), -1),
    ("no-overlap", (*FIRST_GRID, "w"), WIDTH + 1),
    ("no-overlap", (*FIRST_GRID, "h"), HEIGHT + 1),
    ("filled-lines", (*FIRST_GRID, "w"), WIDTH - 1),
    ("filled-lines", (*FIRST_GRID, "h"), HEIGHT - 1),
    ("filled-lines", FIRST, None),
    ("filled-lines", ("panels", 0), None),
    ("rows", ("panels", 0), None),
    ("rows", ("panels", len(sound()["panels"]) - 1, "type"), "row"),
    ("descriptions", (*FIRST, "description"), MEANING),
    ("descriptions", (*FIRST, "description"), f"{MEANING}\n\n{ACTION}\n\n{WANTED}"),
    ("descriptions", (*FIRST, "description"), TEXT.removesuffix(".")),
    ("descriptions", (*FIRST, "description"), f"{MEANING.removesuffix('.')}\n\n{WANTED}\n\n{ACTION}"),
    ("descriptions", (*FIRST, "description"), f"{MEANING}\n\n{WANTED}. Or less\n\n{ACTION}"),
    ("no-data", (*SHOWN, "noValue"), None),
    ("no-data", (*SHOWN, "noValue"), "–"),
    ("titles", ("title",), "Sources"),
    ("titles", ("description",), ""),
    ("titles", (*FIRST, "title"), "sources"),
    ("titles", (*FIRST, "title"), "Sources."),
    ("runbooks", (*FIRST, "links", 0, "url"), "${runbooks}/OrchexKiloNothing.md"),
    ("runbooks", (*FIRST, "links", 0, "url"), "https://runbooks.example/OrchexKiloSourceFailing.md"),
    ("other-boards", ("links",), None),
    ("other-boards", ("links", 0, "tags"), ["sources"]),
    ("other-boards", ("links", 0, "keepTime"), False),
    ("time", ("time",), {"from": "now-1h", "to": "now"}),
    ("time", ("time",), None),
]


@pytest.mark.parametrize(("rule", "path", "value"), BROKEN)
def test_every_rule_finds_what_breaks_it(rule: str, path: tuple, value: object) -> None:
    assert rule in {finding.rule for finding in lint(mistaken(*path, value=value), RULES)}


def test_what_is_counted_through_90_days_is_found() -> None:
    board = mistaken(*TARGET, "expr", value=RATE)
    assert lint(board, RULES) == []
    for_leads = Dashboard({**board.data, "time": {"from": "now-90d", "to": "now"}})
    assert {finding.rule for finding in lint(for_leads, RULES)} == {"long-windows"}


def test_every_rule_is_tried() -> None:
    assert {rule for rule, *_ in BROKEN} | {"long-windows"} == set(RULES)


@each_board
def test_boards_for_leads_look_back_far_and_the_others_a_week(board: Dashboard) -> None:
    days = LONG if str(board) in FOR_LEADS else SHORT
    assert board.data["time"]["from"] == f"now-{days}d"


def test_uids_and_titles_differ() -> None:
    for key in ("uid", "title"):
        found = [board.data[key] for board in BOARDS]
        assert len(set(found)) == len(found)


@each_board
def test_boards_that_a_text_sends_the_reader_to_exist(board: Dashboard) -> None:
    names = tuple(each.data["title"].partition(" / ")[2] for each in BOARDS)
    for panel in board.panels:
        sent = re.findall(r"\b[Bb]oard ([A-Z].*?)(?=[.;]|$)", panel.description, re.MULTILINE)
        assert [to for to in sent if not to.startswith(names)] == [], str(panel)


@each_board
def test_boards_that_are_linked_by_uid_exist(board: Dashboard) -> None:
    uids = {str(each) for each in BOARDS}
    assert set(re.findall(r"/d/([\w-]+)", str(board.data))) <= uids
