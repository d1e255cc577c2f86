"""A client for the tests of HTTP."""

from collections.abc import Iterator

import pytest

from exporter.http import Http
from tests.support.upstream import NOW, at


@pytest.fixture
def client() -> Iterator[Http]:
    with Http(deadline=at(30), now=lambda: NOW) as ready:
        yield ready
