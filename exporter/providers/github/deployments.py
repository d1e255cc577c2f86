"""Deployments of the default branch to the environments that mean production.

Each environment's deployments are listed newest first, by ETag, down to shortly before the newest one
seen last time. How one fares stands in its statuses, which are asked for until one of them is final:
`success`, at whose moment it deployed, or an end without it. An `inactive` one was followed by another,
and counts if it succeeded before. One that has not ended is remembered and asked for again, by ETag:
at every poll in its first hour, later each time that its age has grown by a twentieth, and given up
after the 30 days for which an approval may be waited for, and some. Of a deployment, GitHub tells the
ref that it was asked for by: only the default branch's name counts, no tag and no commit.

It knows deployments and their statuses; which changes they deploy, the ledger finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from exporter.errors import NotFound
from exporter.http import Http, Reply
from exporter.model import Deployment, Facts, Moment, Seconds, Unreadable
from exporter.providers.base import Payload, Since, When
from exporter.providers.common.changes import REMEMBERED
from exporter.providers.common.items import ITEM_ERRORS, field_of, parse_each, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.common.words import newer_word
from exporter.providers.github import changes
from exporter.providers.github.api import PER_PAGE, Target

OVERLAP: Seconds = 300.0
OFTEN: Seconds = 3600.0
GIVEN_UP: Seconds = 35 * 86400.0
ASKED_AT_MOST = 20
SUCCESS = "success"
ENDED = frozenset({"failure", "error", "inactive"})
OPEN = frozenset({"queued", "pending", "in_progress", "waiting"})


class DeploymentPayload(Payload):
    id: int
    ref: str | None = None
    created_at: When


class StatusPayload(Payload):
    state: str
    created_at: When


class OpenDeployment(Mark):
    """One that has not ended. `asked_at` is None before its statuses were read for the first time."""

    begun_at: Moment
    asked_at: Moment | None = None
    etag: str | None = None

    def due_at(self) -> Moment:
        """When to ask for its statuses; 0.0: at every poll."""
        if self.asked_at is None or self.asked_at - self.begun_at <= OFTEN:
            return 0.0
        return self.asked_at + 0.05 * (self.asked_at - self.begun_at)


class EnvironmentMark(Mark):
    """`up_to` is the newest beginning that was seen; `settled` are those since shortly before it that have ended."""

    etag: str | None = None
    up_to: Moment
    open: dict[int, OpenDeployment] = Field(default_factory=dict)
    settled: dict[int, Moment] = Field(default_factory=dict)


class DeploymentsMark(Mark):
    environments: dict[str, EnvironmentMark] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the statuses of one deployment say: that it succeeded at a moment, or ended without, or neither yet."""

    succeeded_at: Moment | None = None
    ended: bool = False


def mark_name(target: Target) -> str:
    return f"deployments:{target.repository}"


def read_deployments(
    http: Http, target: Target, environments: tuple[str, ...], since: Since, history: Seconds
) -> Facts:
    """The deployments that have succeeded since the last reading, with the mark; nothing when nothing changed."""
    mark = read_mark(DeploymentsMark, since.get(mark_name(target))) or DeploymentsMark()
    known_before = since.get(changes.mark_name(target)) is not None
    first = max(history, REMEMBERED) if known_before else history
    facts: list[Facts] = []
    after: dict[str, EnvironmentMark] = {}
    for name in environments:
        before = mark.environments.get(name)
        reading = _Reading(http, target, name, since.now, before or EnvironmentMark(up_to=since.now - first))
        facts.append(reading.read())
        after[name] = reading.mark
    marks = {} if after == mark.environments else {mark_name(target): _text(after)}
    return Facts.merged([*facts, Facts(marks=marks)])


def _text(environments: dict[str, EnvironmentMark]) -> str:
    return DeploymentsMark(environments=environments).model_dump_json(exclude_defaults=True)


class _Reading:
    """One reading of one environment; `mark` becomes that for the next."""

    def __init__(self, http: Http, target: Target, environment: str, now: Moment, mark: EnvironmentMark) -> None:
        self._http, self._target, self._environment = http, target, environment
        self._now = now
        self._bad: list[Unreadable] = []
        self.mark = mark

    def read(self) -> Facts:
        self._list()
        done = list(self._ended())
        return Facts(deployments=tuple(done), unreadable=tuple(self._bad))

    def _list(self) -> None:
        """Takes in the deployments that are new; all of them are open until their statuses were read."""
        mark, url = self.mark, self._target.at("deployments")
        params: dict[str, str | int] = {"environment": self._environment, "per_page": PER_PAGE}
        reply = self._http.get(url, params, etag=mark.etag)
        if reply.not_modified:
            return
        floor = mark.up_to - OVERLAP
        listed = [one for one in self._listed(self._http.pages_from(reply, url), floor) if one.created_at >= floor]
        known = mark.open.keys() | mark.settled.keys()
        fresh = [one for one in listed if one.id not in known and self._counts(one)]
        newest = max((one.created_at for one in listed), default=0.0)
        self.mark = EnvironmentMark(
            etag=None if self._bad else reply.etag,
            up_to=max(mark.up_to, min(newest, self._now)),  # a date in the future must not hide what comes before it
            open={**mark.open, **{one.id: OpenDeployment(begun_at=one.created_at) for one in fresh}},
            settled=mark.settled,
        )

    def _listed(self, pages: Iterator[Reply], floor: Moment) -> Iterator[DeploymentPayload]:
        for page in pages:
            listed, bad = parse_each(
                DeploymentPayload, page.json(), page.url, lambda one: self._item(field_of(one, "id"))
            )
            self._bad.extend(bad)
            yield from listed
            if any(one.created_at < floor for one in listed):
                return

    def _counts(self, one: DeploymentPayload) -> bool:
        return self._target.is_default((one.ref or "").removeprefix("refs/heads/"))

    def _item(self, number: object) -> str:
        return f"{self._target.repository} deployment {number}"

    def _ended(self) -> Iterator[Deployment]:
        """Asks for the statuses of those that are due, oldest first, and sorts out what has ended."""
        still_open, settled = dict(self.mark.open), dict(self.mark.settled)
        for begun_at, number in sorted(self._due()):
            outcome = self._outcome(number, still_open)
            if outcome.ended:
                del still_open[number]
                settled[number] = begun_at
            if outcome.succeeded_at is not None:
                yield Deployment(self._target.repository, str(number), begun_at, max(begun_at, outcome.succeeded_at))
        self.mark = self.mark.model_copy(
            update={
                "open": {n: one for n, one in still_open.items() if self._now - one.begun_at < GIVEN_UP},
                "settled": {n: begun for n, begun in settled.items() if begun >= self.mark.up_to - OVERLAP},
            }
        )

    def _due(self) -> Iterator[tuple[Moment, int]]:
        """Every young one, and of the old ones those that have waited longest."""
        due = sorted((one.due_at(), one.begun_at, number) for number, one in self.mark.open.items())
        old = [one for one in due if 0.0 < one[0] <= self._now]
        for at, begun_at, number in due:
            if not at or (at, begun_at, number) in old[:ASKED_AT_MOST]:
                yield begun_at, number

    def _outcome(self, number: int, still_open: dict[int, OpenDeployment]) -> Outcome:
        """Reads one's statuses; notes in `still_open` when, and which."""
        known = still_open[number]
        url = self._target.at(f"deployments/{number}/statuses")
        try:
            reply = self._http.get(url, {"per_page": PER_PAGE}, etag=known.etag)
            if reply.not_modified:
                still_open[number] = known.model_copy(update={"asked_at": self._now})
                return Outcome()
            statuses, bad = parse_each(StatusPayload, reply.json(), reply.url, lambda _: self._item(number))
        except NotFound:
            return Outcome(ended=True)  # it was deleted; there is nothing to tell of it any more
        except ITEM_ERRORS as error:
            self._bad.append(unreadable(self._item(number), error))
            return Outcome()
        self._bad.extend(bad)
        etag = None if bad else reply.etag
        still_open[number] = OpenDeployment(begun_at=known.begun_at, asked_at=self._now, etag=etag)
        return outcome_of(statuses)


def outcome_of(statuses: list[StatusPayload]) -> Outcome:
    """The first success counts, whatever came before or after it."""
    succeeded = [status.created_at for status in statuses if status.state == SUCCESS]
    if succeeded:
        return Outcome(min(succeeded), ended=True)
    for status in statuses:
        if status.state not in ENDED | OPEN:
            newer_word("GitHub", "deployment state", status.state)
    return Outcome(ended=any(status.state in ENDED for status in statuses))
