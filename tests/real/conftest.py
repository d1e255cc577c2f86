"""Tests against other people's programs, which are collected only where somebody says where one is."""

from pathlib import Path

import pytest

OPTIONS = {
    "test_gitea.py": ("--gitea", "a Gitea binary"),
    "test_grafana_types.py": ("--grafana-types", "a folder with TypeScript and Grafana's types"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, (option, what) in OPTIONS.items():
        parser.addoption(option, type=Path, default=None, help=f"{what}, for tests/real/{name}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without its option a file is not there: nothing is skipped, and nothing seems to be tested."""
    option, _ = OPTIONS.get(collection_path.name, ("", ""))
    return True if option and config.getoption(option, None) is None else None
