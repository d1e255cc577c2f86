"""Where mirrors are kept in the provider's tests; each test file makes its own repositories."""

from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
