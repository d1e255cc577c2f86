"""Tests against real servers, which are collected only where somebody says where one is."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gitea", type=Path, default=None, help="a Gitea binary, for tests/real/test_gitea.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without its option a file is not there: nothing is skipped, and nothing seems to be tested."""
    return True if collection_path.name == "test_gitea.py" and config.getoption("--gitea", None) is None else None
