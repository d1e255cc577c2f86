"""An organisation that stands still, served on loopback, and one's way to ask it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from exporter.demo.organisation import Organisation
from exporter.demo.repository import Repository
from exporter.demo.server import DemoServer

Ask = Callable[..., requests.Response]


@pytest.fixture(scope="package")
def frozen() -> Organisation:
    """Eight minutes after its start; the clock is the wall's, since clients sign with it."""
    now = int(time.time())
    organisation = Organisation(seed=7, start=now - 480)
    organisation.advance(now)
    organisation.freeze()
    return organisation


@pytest.fixture(scope="package")
def lively(frozen: Organisation) -> Repository:
    """The repository in which most pull requests were merged."""
    readable = [each for each in frozen.repositories.values() if each.plan.branch == "main" and not each.unreadable]
    return max(readable, key=lambda each: sum(pull.merged_at is not None for pull in each.pulls))


@pytest.fixture(scope="package")
def server(frozen: Organisation) -> Iterator[DemoServer]:
    with DemoServer(frozen, time.time) as running:
        yield running


@pytest.fixture(scope="package")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


@pytest.fixture
def github(server: DemoServer, session: requests.Session) -> Ask:
    """Asks the GitHub-shaped host for a path, with the demo's token unless told otherwise."""

    def ask(path: str, *, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else server.addresses.github + path
        usual = {"Authorization": f"Bearer {server.tokens.github}"}
        return session.get(url, params=params, headers=usual | (headers or {}), timeout=10)

    return ask
