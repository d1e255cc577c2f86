"""Serves the organisation's APIs on loopback, in threads, on one port.

    /orchex/v1/…    ORCHEX, and the bridges' status at /orchex/v1/bridges/status
    /kilo/…         KILO
    /gitlab/…       the GitLab-shaped host, its API below /gitlab/api/v4
    /gitea/…        the Gitea-shaped host, its API below /gitea/api/v1
    /jenkins/…      the Jenkins-shaped CI of what lies on plain git
    /git/…          plain git: real bare repositories behind git's own http-backend
    /api/v3/…       the GitHub-shaped host, as GitHub Enterprise Server has it
    /…              the same host, as api.github.com has it

It knows sockets and time; it moves the organisation to the clock's time before every answer.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from exporter.demo.api.answers import Limit, Refused
from exporter.demo.api.git.host import GitServer
from exporter.demo.api.gitea.host import GiteaHost
from exporter.demo.api.github.gate import Gate
from exporter.demo.api.github.host import GitHubHost
from exporter.demo.api.github.names import ENTERPRISE
from exporter.demo.api.github.replies import refusal
from exporter.demo.api.gitlab.host import GitLabHost
from exporter.demo.api.jenkins.host import JenkinsApi
from exporter.demo.api.kilo import KiloApi
from exporter.demo.api.orchex import OrchexApi
from exporter.demo.api.people import PeopleApi
from exporter.demo.hosts import Host
from exporter.demo.organisation import Organisation

Page = Callable[[Request], Response]
PEOPLE, GITLAB, GITEA, JENKINS, GIT = "/people/v1", "/gitlab", "/gitea", "/jenkins", "/git"
PATIENCE = 30.0
DEMO_LIMIT = 1_000_000
"""Requests an hour: the demo polls far more often than anybody would poll the real ones."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets of the demo, which protect nothing."""

    orchex: str = "demo-orchex-token"
    kilo: str = "demo-kilo-key"
    github: str = "demo-github-token"
    people: str = "demo-people-token"
    gitlab: str = "glpat-demo-gitlab-token"
    gitea: str = "demo-gitea-token"
    jenkins: str = "demo-jenkins-token"
    """The API token of the user `demo`."""
    git: str = "demo-git-token"
    """The password of the user `demo`."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base addresses without a slash at the end. `github` is the Enterprise one, `github_root` the other; those of
    GitLab and Gitea are the instances'. A repository NAME of plain git is at `git`/acme/NAME.git."""

    orchex: str
    kilo: str
    bridges: str
    github: str
    github_root: str
    people: str
    gitlab: str
    gitea: str
    jenkins: str
    git: str

    @classmethod
    def on(cls, root: str) -> Addresses:
        orchex = f"{root}/orchex/v1"
        bridges, github = f"{orchex}/bridges/status", f"{root}{ENTERPRISE}"
        others = (f"{root}{path}" for path in (PEOPLE, GITLAB, GITEA, JENKINS, GIT))
        return cls(orchex, f"{root}/kilo", bridges, github, root, *others)


class DemoServer:
    """All APIs of one organisation. `clock` gives Unix seconds.

    For tests: `requests` counts what was asked by path; `faults` is asked first and may answer
    instead (it may also wait, in a thread of its own); `gate` knows who may ask GitHub.
    """

    def __init__(
        self,
        organisation: Organisation,
        clock: Callable[[], float],
        *,
        tokens: Tokens | None = None,
        github_limit: int = DEMO_LIMIT,
        orchex_limit: int = DEMO_LIMIT,
    ) -> None:
        self.tokens = tokens or Tokens()
        self.gate = Gate(self.tokens.github, github_limit)
        self.requests: Counter[str] = Counter()
        self.faults: Callable[[Request], Response | None] | None = None
        self._organisation = organisation
        self._clock = clock
        self._github = GitHubHost(organisation, self.gate, clock)
        self._orchex = OrchexApi(organisation, self.tokens.orchex, Limit(orchex_limit), clock)
        self._kilo = KiloApi(organisation, self.tokens.kilo)
        self._people = PeopleApi(organisation, self.tokens.people)
        on = organisation.on
        self._gitlab = GitLabHost(on(Host.GITLAB), self.tokens.gitlab, Limit(DEMO_LIMIT), clock)
        self._gitea = GiteaHost(on(Host.GITEA), self.tokens.gitea)
        self._jenkins = JenkinsApi(on(Host.GIT), self.tokens.jenkins, clock)
        plain = on(Host.GIT)
        self._git = GitServer(plain, self.tokens.git, lambda: organisation.advance(clock()), organisation.lock)
        self._running: _Running | None = None

    @property
    def addresses(self) -> Addresses:
        """Where it is served. RuntimeError when it is not."""
        if self._running is None:
            raise RuntimeError("the demo's server is not running; call start() first")
        return Addresses.on(self._running.root)

    def start(self) -> Addresses:
        """Serves on an ephemeral port of 127.0.0.1 until `stop`."""
        self._running = _Running(self._application())
        return self.addresses

    def stop(self) -> None:
        """Ends the server and its thread; harmless when it does not run."""
        running, self._running = self._running, None
        if running:
            running.stop()
        self._git.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _application(self) -> Starlette:
        github = self._routes(self._github.pages())
        for_app = self._answering(self._github.token_page)
        github.append(Route("/app/installations/{installation:int}/access_tokens", for_app, methods=["POST"]))
        github.append(Route("/{path:path}", self._answering(_nothing)))
        return Starlette(
            routes=[
                Mount("/orchex/v1", routes=self._routes(self._orchex.pages())),
                Mount("/kilo", routes=self._routes(self._kilo.pages())),
                Mount(PEOPLE, routes=self._routes(self._people.pages())),
                Mount(GITLAB, routes=self._routes(self._gitlab.pages())),
                Mount(GITEA, routes=self._routes(self._gitea.pages())),
                Mount(JENKINS, routes=self._routes(self._jenkins.pages())),
                Mount(GIT, routes=self._git.routes()),
                Mount(ENTERPRISE, routes=github),
                *github,
            ]
        )

    def _routes(self, pages: Mapping[str, Page]) -> list[Route | Mount]:
        return [Route(path, self._answering(page), methods=["GET"]) for path, page in pages.items()]

    def _answering(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Pages are quick and run in the server's one thread; only faults may wait."""

        async def answer(request: Request) -> Response:
            self.requests[request.url.path] += 1
            instead = await run_in_threadpool(self.faults, request) if self.faults else None
            if instead is not None:
                return instead
            self._organisation.advance(self._clock())
            with self._organisation.lock:
                return page(request)

        return answer


def _nothing(_: Request) -> Response:
    return refusal(Refused(404, "Not Found"))


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class _Running:
    """A server in a thread of its own."""

    def __init__(self, application: Starlette) -> None:
        # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        options = uvicorn.Config(
            application,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(options)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="demo", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(PATIENCE):
            raise RuntimeError(f"the demo's server did not start within {PATIENCE:g} s")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._socket.close()
