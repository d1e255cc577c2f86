"""What Jenkins' remote API answers, and what its words mean. Pure, but for a warning in the log.

https://www.jenkins.io/doc/book/using/remote-access-api/ describes it; what an object exports, its class says
(`@Exported`). It knows nothing of requests, marks, or the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import Field, model_validator

from exporter.errors import BadPayload
from exporter.model import Moment, Result, Seconds, Workers
from exporter.providers.base import Payload, parse_moment
from exporter.providers.common.words import newer_word

RESULTS = {
    "SUCCESS": Result.SUCCESS,
    "UNSTABLE": Result.FAILURE,  # it was built, and its tests fail
    "FAILURE": Result.FAILURE,
    "ABORTED": Result.CANCELLATION,  # by a person, or by a limit of time: Jenkins does not tell them apart
    "NOT_BUILT": Result.SKIP,
}
PRIMARY = "jenkins.scm.api.metadata.PrimaryInstanceMetadataAction"
"""Marks a project's primary branch. Where Jenkins shows it as an empty object, as it does what exports nothing,
the branch's name decides."""
MULTIBRANCH = "MultiBranchProject"
PARTS = ("$PlaceholderTask", ".MatrixConfiguration", ".MavenModule")
"""Tasks in the queue that are parts of a build which has begun: a step of a pipeline, a cell of a matrix."""

BUILD = (
    "number,timestamp,queueId,building,result,duration,"
    "actions[_class,queuingDurationMillis,remoteUrls,lastBuiltRevision[branch[name]]]"
)
"""The part of a build that is asked for, as `tree=` writes it."""
_LONGEST_WAIT = 1e11

Id = Annotated[int, Field(strict=True, ge=0, lt=10**18)]
Millis = Annotated[float, Field(strict=True)]


def window(tree: str, begin: int, end: int) -> str:
    """`tree` of the elements from `begin` on, without the one at `end`."""
    return f"{tree}{{{begin},{end}}}"


class Stamp(Payload):
    """A build as far as it is told from others: by its number, and by when it began (milliseconds)."""

    number: Id
    timestamp: Annotated[int, Field(strict=True, ge=0, lt=10**18)]

    @property
    def identity(self) -> str:
        """A job that is deleted and made anew counts from 1 again: the number alone is not enough."""
        return f"{self.number}@{self.timestamp}"

    @property
    def begun_at(self) -> Moment:
        return self.timestamp / 1000


class LastBuild(Stamp):
    """The newest build of a job, as the list of jobs shows it."""

    building: bool | None = None


class Build(Stamp):
    """A build. `result` may be told while it is building: it can still get worse."""

    building: bool | None = None
    result: str | None = None
    duration: Millis | None = None
    queue_id: int | None = Field(None, alias="queueId")
    actions: tuple[Any, ...] | None = None

    @model_validator(mode="after")
    def _believable(self) -> Build:
        parse_moment(self.begun_at)
        if self.final:
            if self.duration is None:
                raise ValueError("ended without a duration")
            parse_moment(self.finished_at)
        return self

    @property
    def final(self) -> bool:
        return not self.building and self.result is not None

    @property
    def finished_at(self) -> Moment:
        return self.begun_at + max(0.0, self.duration or 0.0) / 1000

    @property
    def waited(self) -> Seconds | None:
        """How long it stood in the queue, where the metrics plugin says so."""
        told = (one.get("queuingDurationMillis") for one in _actions(self.actions))
        numbers = (float(each) for each in told if isinstance(each, int | float))
        return next((each / 1000 for each in numbers if 0 <= each < _LONGEST_WAIT), None)

    @property
    def checkouts(self) -> tuple[Checkout, ...]:
        """What the git plugin checked out, in the order of doing so: shared libraries mostly come first."""
        return tuple(checkout for one in _actions(self.actions) for checkout in _checkout(one))


@dataclass(frozen=True, slots=True)
class Checkout:
    """An address that was checked out, and the branch's name ("" where it has none)."""

    address: str
    branch: str


class Item(Payload):
    """One of `jobs`: a folder where it has `jobs` itself, otherwise a job."""

    name: Annotated[str, Field(min_length=1)]
    nature: str | None = Field(None, alias="_class")
    display_name: str | None = Field(None, alias="displayName")
    actions: tuple[Any, ...] | None = None
    last: LastBuild | None = Field(None, alias="lastBuild")
    jobs: list[Any] | None = None

    @property
    def title(self) -> str:
        return self.display_name or self.name

    @property
    def multibranch(self) -> bool:
        """Whether its jobs are the branches of one repository."""
        return (self.nature or "").endswith(MULTIBRANCH)

    @property
    def primary(self) -> bool:
        return any(one.get("_class") == PRIMARY for one in _actions(self.actions))


class Task(Payload):
    nature: str | None = Field(None, alias="_class")
    url: str | None = None


class Waiting(Payload):
    """One of the queue's `items`; without a task's address it is not known what waits."""

    id: Id
    task: Task | None = None

    @property
    def part_of_a_build(self) -> bool:
        return self.task is not None and (self.task.nature or "").endswith(PARTS)

    @property
    def job(self) -> str:
        """The full name of the job or folder that waits, "" where it is not told."""
        return "/".join(path_in(self.task.url or "")) if self.task else ""


class Computer(Payload):
    executors: Annotated[int, Field(strict=True, ge=0)] = Field(alias="numExecutors")
    offline: bool


class Computers(Payload):
    """Jenkins counts the executors of computers that are online, in all and busy."""

    busy: Annotated[int, Field(strict=True, ge=0)] = Field(alias="busyExecutors")
    total: Annotated[int, Field(strict=True, ge=0)] = Field(alias="totalExecutors")
    computer: tuple[Computer, ...] = ()

    @property
    def workers(self) -> Workers:
        offline = sum(one.executors for one in self.computer if one.offline)
        return Workers(available=max(0, self.total - self.busy), busy=self.busy, offline=offline)


def parse_list(data: Any, key: str, where: str) -> list[Any]:
    """The elements of a list, unread. BadPayload where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise BadPayload(f"{where}: {key}: a list was expected; is this the address of a Jenkins?")
    return found


def parse_result(word: str | None) -> Result:
    """Jenkins' word in ours; what we do not know is `unknown`, and logged once."""
    result = RESULTS.get((word or "").upper())
    if result is None and word:
        newer_word("Jenkins", "build result", word)
    return result or Result.UNKNOWN


def path_to(path: Iterable[str]) -> str:
    """The address of a job or folder below that of its Jenkins."""
    return "".join(f"job/{quote(name, safe='')}/" for name in path)


def path_in(url: str) -> tuple[str, ...]:
    """The names of the folders and the job that an address leads through."""
    return tuple(unquote(name) for name in re.findall(r"/job/([^/?#]+)", url))


def _actions(actions: Iterable[Any] | None) -> Iterator[dict[str, Any]]:
    """Those that say something: what an action does not export is an empty object."""
    return (one for one in actions or () if isinstance(one, dict))


def _checkout(action: dict[str, Any]) -> Iterator[Checkout]:
    addresses = action.get("remoteUrls")
    if isinstance(addresses, list) and addresses and isinstance(addresses[0], str):
        yield Checkout(addresses[0], _branch(action.get("lastBuiltRevision")))


def _branch(revision: Any) -> str:
    """The first branch of a revision, without the name of its remote."""
    branches = revision.get("branch") if isinstance(revision, dict) else None
    first = branches[0] if isinstance(branches, list) and branches else None
    name = first.get("name") if isinstance(first, dict) else None
    if not isinstance(name, str) or name == "detached":
        return ""
    return re.sub(r"^(refs/heads/|refs/remotes/[^/]+/|origin/)", "", name)
