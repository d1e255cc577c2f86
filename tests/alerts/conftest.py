"""What all tests of rules share: the promtool that runs them, and what the rules may name."""

import pytest

from tests.support import promtool as tool
from tests.support.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def promtool(request: pytest.FixtureRequest) -> str:
    """The program, or another one that `--promtool` names."""
    return str(request.config.getoption("--promtool"))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(tool.shipped())
