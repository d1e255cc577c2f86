"""Options of the suite, and its order."""

import pytest

LONGEST_FIRST = ("test_journey", "test_kill", "test_demo", "e2e", "faults")
"""Files are given out in order, each to one of the processes: a long one at the end would run alone."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden exposition anew")
    parser.addoption("--rounds", type=int, default=20, help="how often the crash tests kill the exporter")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((place for place, part in enumerate(LONGEST_FIRST) if part in path), len(LONGEST_FIRST))

    items.sort(key=rank)
