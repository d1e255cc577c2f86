"""Options of the suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden exposition anew")
    parser.addoption("--rounds", type=int, default=20, help="how often the crash tests kill the exporter")
