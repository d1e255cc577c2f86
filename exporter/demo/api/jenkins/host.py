"""Jenkins' pages: which address shows what of the organisation."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.jenkins import people, replies, workers
from exporter.demo.api.jenkins.builds import Build
from exporter.demo.api.jenkins.export import Bean
from exporter.demo.api.jenkins.items import BranchJob, Item, Top
from exporter.demo.api.jenkins.queue import Queue
from exporter.demo.api.jenkins.standing import PERMALINKS
from exporter.demo.repository import Repository

READ = "hudson.model.Item.Read"


class _Forbidden(Exception):
    """Something is there, but its reader has no permission."""


class JenkinsApi:
    """The pages below its base address, for the repositories that lie on plain git.

    There is one user, `demo`, who may read all but the unreadable. Jenkins knows no rate limit.
    """

    def __init__(self, repositories: Mapping[str, Repository], token: str, clock: Callable[[], float]) -> None:
        self._repositories = repositories
        self._token = token
        self._clock = clock

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        return {"/{path:path}": self.page}

    def page(self, request: Request) -> Response:
        """Any page: for people, or with `/api/json` behind its address for programs."""
        refused = self._refused(request)
        if refused:
            return refused
        steps = [step for step in request.path_params["path"].split("/") if step]
        wanted, api = (steps[:-2], True) if steps[-2:] == ["api", "json"] else (steps, False)
        try:
            found = _found(self._top(request), wanted)
        except _Forbidden:
            return replies.forbidden(people.USER, READ)
        if found is None:
            return replies.not_found()
        return replies.as_json(found, request) if api else replies.page(wanted[-1] if wanted else "Dashboard")

    def _top(self, request: Request) -> Top:
        root = f"{request.url.scheme}://{request.url.netloc}"
        return Top(root, request.scope.get("root_path", ""), self._repositories, self._clock())

    def _refused(self, request: Request) -> Response | None:
        """Why there is no answer, if so. A header of another scheme is no sign of anybody."""
        scheme, _, said = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return replies.sign_in_first(request)
        user, secret = _credentials(said)
        right = user == people.USER and secrets.compare_digest(secret.encode(), self._token.encode())
        return None if right else replies.wrong_password(user)


def _credentials(said: str) -> tuple[str, str]:
    try:
        user, _, secret = base64.b64decode(said.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, secret


def _found(top: Top, steps: list[str]) -> Bean | None:
    """What an address means, by its steps below Jenkins' own."""
    match steps:
        case [] | ["view", "all"]:
            return top if not steps else top.primary_view
        case ["job" | "view", *_]:
            return _of_item(top, steps)
        case ["queue", *rest]:
            return _of_queue(Queue(top.jobs()), rest)
        case ["computer", *rest]:
            return _of_workers(top, rest)
    return _of_people(top.url, steps)


def _of_people(base: str, steps: list[str]) -> Bean | None:
    match steps:
        case ["whoAmI"]:
            return people.who_am_i()
        case ["me"] | ["user", people.USER]:
            return people.me(base)
        case ["crumbIssuer"]:
            return people.crumb_issuer(replies.SESSION)
    return None


def _of_item(owner: Item | Top, steps: list[str]) -> Bean | None:
    """A job, view or build below Jenkins or a folder. Raises _Forbidden."""
    match steps:
        case []:
            return owner
        case ["job", name, *rest]:
            found = owner.item(name)
            if found and not found.readable:
                raise _Forbidden
            return _of_item(found, rest) if found else None
        case ["view", name, *rest] if not isinstance(owner, BranchJob):
            return _of_view(owner, name, rest)
        case [build] if isinstance(owner, BranchJob):
            return _build(owner, build)
    return None


def _of_view(owner: Item | Top, name: str, rest: list[str]) -> Bean | None:
    view = next((each for each in owner.views if each.name == name), None)
    if view is None or not rest:
        return view
    return _of_item(owner, rest)


def _build(job: BranchJob, name: str) -> Build | None:
    if name in PERMALINKS:
        return job.permalink(name)
    return job.build(int(name)) if name.isdecimal() and name.isascii() else None


def _of_queue(queue: Queue, rest: list[str]) -> Bean | None:
    match rest:
        case []:
            return queue
        case ["item", number]:
            return next((item for item in queue.items if str(item.identity) == number), None)
    return None


def _of_workers(top: Top, rest: list[str]) -> Bean | None:
    running = [build for job in top.jobs() for build in job.builds if build.building]
    running.sort(key=lambda build: (build.timestamp, build.queue_id))
    every = workers.computers(running, top.now)
    match rest:
        case []:
            return every
        case [name]:
            return every.computer(name)
    return None
