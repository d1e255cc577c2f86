"""An organisation that stands still, served on loopback, and one's way to ask it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from exporter.demo.hosts import Host, all_on
from exporter.demo.organisation import Organisation
from exporter.demo.repository import Repository
from exporter.demo.server import DemoServer
from tests.support.organisation import standing

Ask = Callable[..., requests.Response]


@pytest.fixture(scope="package")
def frozen() -> Organisation:
    """Eight minutes after its start; the clock is the wall's, since clients sign with it."""
    return standing()


@pytest.fixture(scope="package")
def lively(frozen: Organisation) -> Repository:
    """The repository in which most pull requests were merged."""
    readable = [each for each in frozen.repositories.values() if each.plan.branch == "main" and not each.unreadable]
    return max(readable, key=lambda each: sum(pull.merged_at is not None for pull in each.pulls))


@pytest.fixture(scope="package")
def deployer(frozen: Organisation) -> Repository:
    """The repository that was deployed most often."""
    readable = [each for each in frozen.repositories.values() if not each.unreadable]
    return max(readable, key=lambda each: len(each.deployments))


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


@pytest.fixture(scope="package")
def gitea_acme() -> Organisation:
    """The same with all repositories on Gitea."""
    return standing(all_on(Host.GITEA))


@pytest.fixture(scope="package")
def gitea_server(gitea_acme: Organisation) -> Iterator[DemoServer]:
    with DemoServer(gitea_acme, time.time) as running:
        yield running


@pytest.fixture
def gitea(gitea_server: DemoServer, session: requests.Session) -> Ask:
    """Asks the Gitea-shaped host's API for a path, with the demo's token unless told otherwise."""

    def ask(path: str, *, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else f"{gitea_server.addresses.gitea}/api/v1{path}"
        usual = {"Authorization": f"token {gitea_server.tokens.gitea}"}
        return session.get(url, params=params, headers=usual if headers is None else headers, timeout=10)

    return ask


@pytest.fixture(scope="package")
def on_git() -> Organisation:
    """An organisation that stands still, all of it on plain git, which Jenkins builds."""
    return standing(all_on(Host.GIT))


@pytest.fixture(scope="package")
def jenkins_server(on_git: Organisation) -> Iterator[DemoServer]:
    with DemoServer(on_git, time.time) as running:
        yield running


@pytest.fixture
def ask_jenkins(jenkins_server: DemoServer, session: requests.Session) -> Ask:
    """Asks Jenkins for a path, as the user `demo` unless told otherwise."""
    usual = ("demo", jenkins_server.tokens.jenkins)

    def ask(path: str, *, auth: tuple[str, str] | None = usual, **params: Any) -> requests.Response:
        return session.get(jenkins_server.addresses.jenkins + path, params=params, auth=auth, timeout=30)

    return ask


@pytest.fixture(scope="package")
def gitlab_acme() -> Organisation:
    """An organisation that stands still, all of it on GitLab."""
    return standing(all_on(Host.GITLAB))


@pytest.fixture(scope="package")
def gitlab_server(gitlab_acme: Organisation) -> Iterator[DemoServer]:
    with DemoServer(gitlab_acme, time.time) as running:
        yield running


@pytest.fixture
def gitlab_host(gitlab_server: DemoServer, session: requests.Session) -> Ask:
    """Asks the GitLab-shaped host's API for a path, with the demo's token unless told otherwise."""

    def ask(path: str, /, *, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else f"{gitlab_server.addresses.gitlab}/api/v4{path}"
        usual = {"PRIVATE-TOKEN": gitlab_server.tokens.gitlab}
        return session.get(url, params=params, headers=usual if headers is None else headers, timeout=10)

    return ask


@pytest.fixture(scope="package")
def merging(gitlab_acme: Organisation) -> Repository:
    """The repository on GitLab in which most merge requests were merged."""
    readable = [each for each in gitlab_acme.repositories.values() if not each.unreadable]
    return max(readable, key=lambda each: sum(pull.merged_at is not None for pull in each.pulls))


@pytest.fixture(scope="package")
def shipping(gitlab_acme: Organisation) -> Repository:
    """The repository on GitLab that was deployed most often."""
    readable = [each for each in gitlab_acme.repositories.values() if not each.unreadable]
    return max(readable, key=lambda each: len(each.deployments))
