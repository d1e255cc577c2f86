"""What Buildbot's data API answers, and what its words mean. Pure, but for a warning in the log.

https://docs.buildbot.net/latest/developer/raml/index.html lists the fields. It knows nothing of
requests, marks, or the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, model_validator

from exporter.errors import BadPayload
from exporter.model import Repository, Result, Unreadable
from exporter.providers.base import Payload, When, parse
from exporter.providers.common.origin import repository_at
from exporter.providers.common.words import newer_word

RESULTS = {
    0: Result.SUCCESS,
    1: Result.SUCCESS,  # with warnings
    2: Result.FAILURE,
    3: Result.SKIP,
    4: Result.ERROR,  # an exception in Buildbot or its configuration
    5: Result.ERROR,  # retry: the worker was lost; the same request is built again as another build
    6: Result.CANCELLATION,
}

P = TypeVar("P", bound=Payload)

Id = Annotated[int, Field(strict=True, ge=0, lt=10**18)]


class Build(Payload):
    """One of `/builds`. `results` is a number, or a word newer than us."""

    buildid: Id
    builderid: Id
    buildrequestid: Id | None = None
    started_at: When
    complete: bool
    complete_at: When | None = None
    results: int | str | None = None
    properties: Mapping[str, Any] | None = None

    @model_validator(mode="after")
    def _end(self) -> Build:
        if self.complete and self.complete_at is None:
            raise ValueError("complete without a complete_at")
        return self

    @property
    def identity(self) -> str:
        return f"{self.buildid}@{self.started_at:.0f}"

    def text(self, name: str) -> str:
        """The property `name`, which the API gives as a pair of value and origin; "" without one."""
        pair = (self.properties or {}).get(name)
        value = pair[0] if isinstance(pair, list) and pair else None
        return value if isinstance(value, str) else ""


class Submission(Payload):
    """One of `/buildrequests`, for when it was submitted."""

    buildrequestid: Id
    submitted_at: When


class Waiting(Payload):
    """One of `/buildrequests`, for where it belongs."""

    buildrequestid: Id
    builderid: Id
    buildsetid: Id


class Builder(Payload):
    builderid: Id
    name: str


class SourceStamp(Payload):
    repository: str | None = None
    project: str | None = None


class Buildset(Payload):
    bsid: Id
    sourcestamps: tuple[SourceStamp, ...] = ()


def parse_list(data: Any, key: str, where: str) -> list[Any]:
    """The items of a collection, unread. BadPayload when the answer is not one."""
    items = data.get(key) if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise BadPayload(f"{where}: {key}: a list was expected; is this the address of a Buildbot master?")
    return items


def parse_items(items: Iterable[Any], model: type[P], name: Callable[[Any], str]) -> tuple[list[P], list[Unreadable]]:
    """Each item as `model`, and those that are not like it."""
    good, bad = [], []
    for item in items:
        try:
            good.append(parse(model, item, name(item)))
        except BadPayload as error:
            bad.append(Unreadable(name(item), error.reason, str(error)))
    return good, bad


def named(kind: str, key: str) -> Callable[[Any], str]:
    """Names an item of `kind` by its `key`: `build 12`."""

    def name(item: Any) -> str:
        number = item.get(key) if isinstance(item, dict) else None
        return f"{kind} {number}" if isinstance(number, int) else f"a {kind} without {key}"

    return name


def parse_result(code: int | str | None) -> Result:
    """Buildbot's number in our words; what we do not know is `unknown`, and logged once."""
    result = RESULTS.get(code) if isinstance(code, int) else None
    if result is None and code is not None:
        newer_word("Buildbot", "build result", str(code))
    return result or Result.UNKNOWN


def parse_origin(buildset: Buildset, owner: str) -> Repository:
    """As Buildbot does for a build's properties: more than one source stamp name no repository."""
    if len(buildset.sourcestamps) != 1:
        return Repository(owner, "")
    stamp = buildset.sourcestamps[0]
    return repository_at(stamp.repository or "", owner, stamp.project or "")
