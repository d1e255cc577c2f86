"""What the exporter asks GitHub is what GitHub's published description knows.

githubkit's methods are generated from that description: its client, called with the same parameters,
must send the same requests, to the letter.
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed

from exporter.demo.config import configuration
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.providers.base import Since
from exporter.providers.github import GitHub as Provider

Asked = tuple[str, str, frozenset[tuple[str, str]]]
"""Method, path below the host's base, and query."""
REPO = r"/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)"


def methods(kit: GitHub[Any]) -> dict[str, Callable[..., object]]:
    """The description's operations that the exporter uses, by the shape of their path."""
    rest = kit.rest
    return {
        r"/orgs/(?P<org>[^/]+)/repos": rest.repos.list_for_org,
        rf"{REPO}/git/trees/(?P<tree_sha>[^/]+)": rest.git.get_tree,
        rf"{REPO}/git/blobs/(?P<file_sha>[^/]+)": rest.git.get_blob,
        rf"{REPO}/actions/runs": rest.actions.list_workflow_runs_for_repo,
        rf"{REPO}/actions/runs/(?P<run_id>\d+)/attempts/(?P<attempt_number>\d+)": rest.actions.get_workflow_run_attempt,
        rf"{REPO}/deployments": rest.repos.list_deployments,
        rf"{REPO}/deployments/(?P<deployment_id>\d+)/statuses": rest.repos.list_deployment_statuses,
        rf"{REPO}/pulls": rest.pulls.list,
        rf"{REPO}/pulls/(?P<pull_number>\d+)/commits": rest.pulls.list_commits,
    }


@pytest.fixture
def heard(server: DemoServer):
    """What the host was asked, in order."""
    requests: list[Asked] = []

    def listen(request: Any) -> None:
        path = request.url.path.removeprefix("/api/v3")
        requests.append((request.method, path, frozenset(request.query_params.items())))

    server.faults = listen
    yield requests
    server.faults = None


def asked_by_the_exporter(server: DemoServer, frozen: Organisation, heard: list[Asked]) -> set[Asked]:
    made = configuration(frozen, server.addresses, "sqlite:///unused.db", Path("unused"), server.tokens)
    source = made["sources"]["acme"]
    provider = Provider.model_validate(source)
    with provider.connect(time.monotonic() + 60, provider.auth()) as http:
        list(provider.fetch(http, Since(time.time())))
    asked = set(heard)
    heard.clear()
    return asked


def spoken(value: str) -> object:
    return {"true": True, "false": False}.get(value, int(value) if value.isdecimal() else value)


def test_githubkit_asks_the_same(server: DemoServer, frozen: Organisation, heard: list[Asked]) -> None:
    kit = GitHub(
        TokenAuthStrategy(server.tokens.github), base_url=server.addresses.github, http_cache=False, auto_retry=False
    )
    shapes = methods(kit)
    used = set()
    for asked in asked_by_the_exporter(server, frozen, heard):
        method, path, query = asked
        shape, found = next(((shape, match) for shape in shapes if (match := re.fullmatch(shape, path))), (None, None))
        assert shape is not None, f"{method} {path} is no operation of the description"
        assert found is not None
        if shape in used and "git" in shape:
            continue  # hundreds of them, all alike
        used.add(shape)
        parts = {name: spoken(unquote(value)) for name, value in found.groupdict().items()}
        with suppress(RequestFailed):
            shapes[shape](**parts, **{name: spoken(value) for name, value in query})
        assert heard.pop() == asked
    assert used == set(shapes)
