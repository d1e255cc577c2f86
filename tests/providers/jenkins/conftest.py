"""The small Jenkins that the provider's tests ask."""

from collections.abc import Iterator

import pytest

from tests.support.jenkins import Controller, Source
from tests.support.replay import Server


@pytest.fixture
def controller() -> Controller:
    return Controller()


@pytest.fixture
def server(controller: Controller) -> Iterator[Server]:
    with Server(controller) as running:
        yield running


@pytest.fixture
def jenkins(server: Server) -> Source:
    return Source(server)
