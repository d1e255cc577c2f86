"""The small Gitea that the provider's tests ask; a test file may give `repo` other contents."""

from collections.abc import Iterator

import pytest

from tests.support.gitea import Hub, Repo, Source
from tests.support.replay import Server


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def repo(hub: Hub) -> Repo:
    return hub.add("a")


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    with Server(hub) as running:
        yield running


@pytest.fixture
def source(server: Server) -> Source:
    return Source(server.url, server)
