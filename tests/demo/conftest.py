"""An organisation that stands still, served on loopback, and one's way to ask it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer

Ask = Callable[..., requests.Response]


@pytest.fixture(scope="package")
def frozen() -> Organisation:
    """Eight minutes after its start; the clock is the wall's, since clients sign with it."""
    organisation = Organisation(seed=7, start=time.time() - 480)
    organisation.advance(time.time())
    organisation.freeze()
    return organisation


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
