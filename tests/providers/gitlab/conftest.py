"""The small GitLab that the provider's tests ask; a test file may give `project` other contents."""

from collections.abc import Iterator

import pytest

from tests.support.gitlab import Hub, Project, Source
from tests.support.replay import Server


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def project(hub: Hub) -> Project:
    return hub.add()


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    with Server(hub) as running:
        yield running


@pytest.fixture
def source(server: Server) -> Source:
    return Source(server)
