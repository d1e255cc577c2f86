"""Boards are what Grafana's schema says, key by key, and hold nothing that its SDK would lose."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.boardschema import faults, lost, schema
from tests.support.grafana import Dashboard, Data, built

each_board = pytest.mark.parametrize("board", built(), ids=str)
Place = tuple[Any, ...]


def mixed() -> Data:
    """A board of ours with one panel of each kind that any of them has."""
    kinds = {panel.kind: panel.data for board in built() for panel in board.panels}
    return {**built()[0].data, "panels": list(kinds.values())}


MIXED = mixed()


@each_board
def test_a_board_is_as_the_schema_says(board: Dashboard) -> None:
    assert faults(board.data) == []


@each_board
def test_nothing_is_lost_when_it_is_read_and_written_again(board: Dashboard) -> None:
    assert lost(board.data) == []


def places(data: Any, way: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value in a board, with the way to it."""
    yield way, data
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from places(value, (*way, step))


def changed(way: Place, value: Any) -> Data:
    data = copy.deepcopy(MIXED)
    place = data
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return data


def free(way: Place) -> bool:
    """Whether the SDK leaves open what stands there: options of transformations, and names that are data."""
    return "transformations" in way or way[-2:] == ("matcher", "options") or "mappings" in way[:-1]


def samples(fit: Callable[[Any], bool]) -> dict[str, Place]:
    """One place of every sort, told by its keys."""
    return {
        ".".join(str(step) for step in way if not isinstance(step, int)): way
        for way, value in places(MIXED)
        if way and not free(way) and fit(value)
    }


def test_a_key_that_is_misspelt_is_found_wherever_it_stands() -> None:
    objects = samples(lambda value: isinstance(value, dict))
    assert len(objects) > 20
    assert [name for name, way in objects.items() if not faults(changed((*way, "mispelt"), 1))] == []


def test_a_value_of_another_type_is_found_wherever_it_stands() -> None:
    """A list of what nothing is made of."""
    values = samples(lambda value: not isinstance(value, dict))
    assert len(values) > 50
    assert [name for name, way in values.items() if not faults(changed(way, [{"another": "type"}]))] == []


@pytest.mark.parametrize(
    "name",
    [
        "panels.type",
        "panels.repeatDirection",
        "panels.targets.format",
        "panels.fieldConfig.defaults.thresholds.mode",
        "templating.list.type",
        "templating.list.refresh",
    ],
)
def test_a_word_that_is_in_no_enum_is_found(name: str) -> None:
    way = samples(lambda value: isinstance(value, str | int))[name]
    assert faults(changed(way, "tabel"))


@pytest.mark.parametrize("key", ["schemaVersion", "templating", "annotations"])
def test_a_key_that_has_to_be_there_is_missed(key: str) -> None:
    without = {name: value for name, value in MIXED.items() if name != key}
    assert faults(without) == [f"{key}: Field required"]


@pytest.mark.parametrize("way", [("links", 0), ("annotations", "list", 0)])
def test_what_only_the_newest_grafana_knows_is_found(way: Place) -> None:
    assert faults(changed((*way, "placement"), "inControlsMenu"))


def test_what_the_sdk_does_not_know_is_lost() -> None:
    assert lost({**MIXED, "mispelt": 1}) == ["board.mispelt: 1 became 'nothing'"]


def test_the_models_are_a_json_schema_that_knows_every_key() -> None:
    """Objects without keys of their own are left open by the SDK."""
    written = schema().model_json_schema()
    assert json.dumps(written)
    objects = {name: each for name, each in written["$defs"].items() if each.get("properties")}
    assert len(objects) > 100
    assert [name for name, each in objects.items() if each.get("additionalProperties") is not False] == []
