"""What plugins and core hang onto builds: causes, what was checked out, the time in the queue, changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from exporter.demo.api.jenkins.export import ALWAYS, Model, Plain, plain
from exporter.demo.api.jenkins.histories import Built, job_of
from exporter.demo.api.jenkins.people import USER_CLASS, User
from exporter.demo.catalogue import Person
from exporter.demo.launches import Launch
from exporter.demo.repository import Repository
from exporter.demo.run import Run

_CAUSE = Model("hudson.model.Cause", plain("shortDescription", visibility=3))
_CAUSES = Model("hudson.model.CauseAction", plain("causes", visibility=2))
_TIMER = _CAUSE.child("hudson.triggers.TimerTrigger$TimerTriggerCause")
_INDEXING = _CAUSE.child("jenkins.branch.BranchIndexingCause")
_USER_ID = Model("hudson.model.Cause$UserIdCause", plain("userId", "userName", visibility=3), _CAUSE)

_REVISION, _BRANCH = "hudson.plugins.git.Revision", "hudson.plugins.git.Branch"
_GIT_BRANCH = Model(_BRANCH, plain("SHA1", "name", visibility=ALWAYS))
_GIT_REVISION = Model(
    _REVISION, [*plain("SHA1", visibility=ALWAYS), *plain("branch", visibility=ALWAYS, declared=_BRANCH)]
)
_GIT_BUILD = Model(
    "hudson.plugins.git.util.Build",
    [
        *plain("buildNumber", "buildResult", visibility=ALWAYS),
        *plain("marked", "revision", visibility=ALWAYS, declared=_REVISION),
    ],
)
_BUILD_DATA = Model(
    "hudson.plugins.git.util.BuildData",
    [
        *plain("buildsByBranchName", "remoteUrls", "scmName", visibility=ALWAYS),
        *plain("lastBuiltRevision", visibility=ALWAYS, declared=_REVISION),
    ],
)
_TIME_IN_QUEUE = Model(
    "jenkins.metrics.impl.TimeInQueueAction",
    [
        *plain("queuingDurationMillis", "queuingTimeMillis", "totalDurationMillis"),
        *plain("blockedDurationMillis", "buildableDurationMillis", "waitingDurationMillis", visibility=2),
        *plain("blockedTimeMillis", "buildableTimeMillis", "waitingTimeMillis", visibility=2),
        *plain("buildingDurationMillis", "executingTimeMillis", visibility=2),
        *plain("executorUtilization", "subTaskCount", visibility=2),
    ],
)
_ENTRY = Model("hudson.scm.ChangeLogSet$Entry", plain("affectedPaths", "commitId", "timestamp", visibility=ALWAYS))
_CHANGE = Model(
    "hudson.plugins.git.GitChangeSet",
    [
        *plain("authorEmail", "comment", "date", "id", "msg", "paths", visibility=ALWAYS),
        *plain("author", visibility=ALWAYS, declared=USER_CLASS),
    ],
    _ENTRY,
)
_CHANGES = Model("hudson.plugins.git.GitChangeSetList", plain("items", "kind", visibility=ALWAYS))


def causes(launch: Launch) -> Plain:
    """Why it was asked for: a schedule, somebody who starts anew, or the look at the repository's branches."""
    if launch.attempt.number > 1:
        by = launch.attempt.actor
        said = {"shortDescription": f"Started by user {by.name}", "userId": by.login, "userName": by.name}
        return Plain(_CAUSES, {"causes": [Plain(_USER_ID, said)]})
    if launch.run.event == "schedule":
        return Plain(_CAUSES, {"causes": [Plain(_TIMER, {"shortDescription": "Started by timer"})]})
    return Plain(_CAUSES, {"causes": [Plain(_INDEXING, {"shortDescription": "Branch indexing"})]})


def build_data(built: Built, remote: str) -> Plain:
    """What the git plugin says of a checkout from the address `remote`."""
    run = built.launch.run
    name = job_of(run)
    revision = Plain(_GIT_REVISION, {"SHA1": run.sha, "branch": [Plain(_GIT_BRANCH, {"SHA1": run.sha, "name": name})]})
    build = {"buildNumber": built.number, "buildResult": None, "marked": revision, "revision": revision}
    branches = {name: Plain(_GIT_BUILD, build)}
    said = {"buildsByBranchName": branches, "lastBuiltRevision": revision, "remoteUrls": [remote], "scmName": ""}
    return Plain(_BUILD_DATA, said)


def time_in_queue(launch: Launch, duration: int) -> Plain:
    """What the metrics plugin says; `duration` in milliseconds, 0 while it runs."""
    attempt = launch.attempt
    queued = ((attempt.started_at or attempt.requested_at) - attempt.requested_at) * 1000
    waits = {f"{why}{kind}Millis": 0 for why in ("blocked", "waiting") for kind in ("Duration", "Time")}
    waits |= dict.fromkeys(("buildableDurationMillis", "buildableTimeMillis"), queued)
    waits |= dict.fromkeys(("queuingDurationMillis", "queuingTimeMillis"), queued)
    spent: dict[str, Any] = {"buildingDurationMillis": duration, "executingTimeMillis": duration}
    spent |= {"totalDurationMillis": queued + duration, "executorUtilization": 1.0, "subTaskCount": 0}
    return Plain(_TIME_IN_QUEUE, waits | spent)


def change_sets(launch: Launch, repository: Repository, base: str) -> list[Plain]:
    """What is new since the build before: the commit, unless somebody or a schedule builds the same once more."""
    run = launch.run
    if launch.attempt.number > 1 or run.event == "schedule":
        return []
    committed, author = _committed_at(run, repository), run.attempts[0].actor
    said = {
        "affectedPaths": ["CHANGES.md"],
        "commitId": run.sha,
        "timestamp": committed * 1000,
        "author": _user(base, author),
        "authorEmail": author.email,
        "comment": f"{run.title}\n",
        "date": datetime.fromtimestamp(committed, UTC).strftime("%Y-%m-%d %H:%M:%S +0000"),
        "id": run.sha,
        "msg": run.title,
        "paths": [],
    }
    return [Plain(_CHANGES, {"items": [Plain(_CHANGE, said)], "kind": "git"})]


def culprits(launch: Launch, base: str) -> list[User]:
    """Whose changes are in it."""
    new = launch.attempt.number == 1 and launch.run.event != "schedule"
    return [_user(base, launch.run.attempts[0].actor)] if new else []


def _user(base: str, person: Person) -> User:
    return User(base, person.login, person.name)


def _committed_at(run: Run, repository: Repository) -> int:
    pull = repository.pull(run.pull or 0)
    return pull.commits[-1].at if pull else run.created_at
