"""States are shown in words: every one that the exporter can publish has a word, and everywhere the same."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

import promql_parser as promql
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboards import style
from dashboards.style import Colour, Words
from tests.support.grafana import Dashboard, Data, Panel, Target, built, nodes

GOLDEN = Path(__file__).parents[1] / "golden" / "metrics.prom"
BOARDS = built()
each_board = pytest.mark.parametrize("board", BOARDS, ids=str)
STATE = "state"
COLOURS = {colour.value for colour in Colour}
Mapped = Mapping[str, Data]
"""What a value or word is shown as."""


def published() -> Mapping[str, set[str]]:
    """The words of every state set: all of them are published, the current one as 1."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(GOLDEN.read_text()):
        for sample in family.samples:
            if STATE in sample.labels:
                found.setdefault(sample.name, set()).add(sample.labels[STATE])
    return found


PUBLISHED = published()
SPELT = [
    {str(word): text for word, (text, _) in each.meaning.items()}
    for each in vars(style).values()
    if isinstance(each, Words)
]


def mappings(panel: Panel) -> list[Mapped]:
    """Of the panel and of each of its columns and targets."""
    all_properties = (panel.defaults, *(each.properties for each in panel.overrides))
    found = [mapping for properties in all_properties for mapping in properties.get("mappings", [])]
    return [mapping["options"] for mapping in found if mapping["type"] == "value"]


def codes(board: Dashboard, target: Target) -> Iterator[tuple[str, dict[str, str]]]:
    """State sets that are made to numbers: the family, and which number is which word.

    A set that is compared is counted, not shown; one with a single word is a condition.
    """
    found: dict[str, dict[str, str]] = {}
    for node, above in nodes(board.parsed(target.expr)):
        word = _state(node)
        counted = any(isinstance(each, promql.BinaryExpr) and _returns_bool(each) for each in above)
        if word is not None and not counted:
            found.setdefault(str(node.name), {})[_factor(above)] = word
    return ((family, numbers) for family, numbers in found.items() if len(set(numbers.values())) > 1)


def _state(node: promql.Expr) -> str | None:
    matchers = node.matchers.matchers if isinstance(node, promql.VectorSelector) else []
    alike = [each.value for each in matchers if each.name == STATE and each.op == promql.MatchOp.Equal]
    return alike[0] if alike else None


def _returns_bool(node: promql.BinaryExpr) -> bool:
    return bool(node.modifier and node.modifier.return_bool)


def _factor(above: list[promql.Expr]) -> str:
    """What the nearest multiplication makes of 1."""
    for node in reversed(above):
        if isinstance(node, promql.BinaryExpr) and str(node.op) == "or":
            break
        if isinstance(node, promql.BinaryExpr) and str(node.op) == "*" and isinstance(node.rhs, promql.NumberLiteral):
            return f"{node.rhs.val:g}"
    return "1"


def faults(board: Dashboard) -> Iterator[str]:
    """States without a word, or with another one than elsewhere."""
    for panel in board.asking:
        shown = mappings(panel)
        for target in panel.targets:
            for family, numbers in codes(board, target):
                if set(numbers.values()) != PUBLISHED[family]:
                    yield f"{panel}: {family} has {PUBLISHED[family]}, {sorted(numbers.values())} are asked for"
                if not any(_spells(each, numbers) for each in shown):
                    yield f"{panel}: {numbers} of {family} have no words, or others"
            for family in _columns_of_states(board, target):
                if not any(PUBLISHED[family] == set(each) for each in shown):
                    yield f"{panel}: the states of {family} have no words"


def _spells(mapped: Mapped, numbers: Mapping[str, str]) -> bool:
    """Whether each number is shown as its word is everywhere."""
    texts = {word: mapped[number]["text"] for number, word in numbers.items() if number in mapped}
    return set(mapped) == set(numbers) and texts in SPELT


def _columns_of_states(board: Dashboard, target: Target) -> set[str]:
    """The families whose label is a column; one with a single word is a condition."""
    tree = board.parsed(target.expr)
    kept = tree.modifier.labels if isinstance(tree, promql.AggregateExpr) and tree.modifier else []
    if not target.as_table or STATE not in kept:
        return set()
    found = [node for node, _ in nodes(tree) if isinstance(node, promql.VectorSelector) and _state(node) is None]
    return {str(node.name) for node in found} & PUBLISHED.keys()


@each_board
def test_every_state_is_shown_in_its_word(board: Dashboard) -> None:
    assert list(faults(board)) == []


@each_board
def test_up_and_down_have_words_wherever_one_of_them_has(board: Dashboard) -> None:
    for panel in board.asking:
        told = [set(each) for each in mappings(panel) if set(each) & {"0"}]
        assert [keys for keys in told if keys != {"0", "1"}] == [], str(panel)


@each_board
def test_words_differ_and_have_a_colour_of_the_house(board: Dashboard) -> None:
    for panel in board.asking:
        for mapped in mappings(panel):
            texts = [shown["text"] for shown in mapped.values()]
            assert sorted(set(texts)) == sorted(texts), str(panel)
            assert {shown["color"] for shown in mapped.values()} <= COLOURS, str(panel)
            assert sorted(shown["index"] for shown in mapped.values()) == list(range(len(mapped))), str(panel)


def test_the_boards_show_states_as_numbers_and_as_columns() -> None:
    """Otherwise nothing would be looked at above."""
    targets = [(board, target) for board in BOARDS for _, target in board.targets]
    assert len([family for board, target in targets for family, _ in codes(board, target)]) > 10
    assert [family for board, target in targets for family in _columns_of_states(board, target)]


def sample() -> tuple[Dashboard, int, str]:
    """A panel whose own mapping is of a state set: its place, and the family."""
    for board in BOARDS:
        for place, data in enumerate(board.data["panels"]):
            panel = Panel(data)
            found = [family for target in panel.targets for family, _ in codes(board, target)]
            if panel.defaults.get("mappings") and found:
                return board, place, found[0]
    raise AssertionError("no board has such a panel")


@pytest.mark.parametrize("mistake", ["a word less", "words exchanged", "no words"])
def test_a_mistake_in_words_is_found(mistake: str) -> None:
    board, place, _ = sample()
    data = copy.deepcopy(board.data)
    defaults = data["panels"][place]["fieldConfig"]["defaults"]
    options = defaults["mappings"][0]["options"]
    if mistake == "a word less":
        del options["1"]
    elif mistake == "words exchanged":
        options["1"], options["2"] = options["2"], options["1"]
    else:
        del defaults["mappings"]
    assert list(faults(Dashboard(data)))


def test_a_state_that_is_not_asked_for_is_found() -> None:
    board, place, family = sample()
    data = copy.deepcopy(board.data)
    for target in data["panels"][place]["targets"]:
        for word in sorted(PUBLISHED[family])[:1]:
            target["expr"] = target["expr"].replace(f'{STATE}="{word}"', f'{STATE}="other"')
    assert list(faults(Dashboard(data)))
