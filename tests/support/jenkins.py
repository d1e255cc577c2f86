"""A small Jenkins for tests: jobs and builds that the test changes, answered over real sockets.

Like Jenkins it answers what `tree=` asks for and nothing else, with ranges; `builds` shows the newest hundred,
`allBuilds` all. It knows nothing of the exporter, except for
`build` and `Source`, which polls it as the exporter would.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from exporter.model import Facts, Run
from exporter.providers.jenkins import Jenkins
from exporter.providers.jenkins.api import Build
from tests.support.polling import Polling
from tests.support.replay import Answer, Request, Server

NOW = 1_768_046_400.0  # 2026-01-10T12:00:00Z
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
MULTIBRANCH = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
PRIMARY = "jenkins.scm.api.metadata.PrimaryInstanceMetadataAction"
Tree = dict[str, tuple["Tree", slice]]


@dataclass
class Job:
    """A job with its builds, newest first, each as the payload that shows it."""

    name: str
    nature: str = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
    title: str = ""
    repository: str = "https://git.example/acme/shop.git"
    actions: list[Any] = field(default_factory=list)
    builds: list[Any] = field(default_factory=list)

    def start(self, at: float, number: int = 0, **more: Any) -> dict[str, Any]:
        """A new build, under the next number."""
        number = number or (self.builds[0]["number"] + 1 if self.builds else 1)
        git = {"_class": "hudson.plugins.git.util.BuildData", "remoteUrls": [self.repository]}
        stamp = {"number": number, "timestamp": round(at * 1000), "queueId": number + 1000}
        self.builds.insert(0, {**stamp, "building": True, "result": None, "duration": 0, "actions": [{}, git], **more})
        return self.builds[0]

    def ran(self, at: float, result: str = "SUCCESS", number: int = 0, **more: Any) -> dict[str, Any]:
        """A build that took a minute."""
        return self.end(self.start(at, number, **more), result)

    def end(self, build: dict[str, Any], result: str = "SUCCESS") -> dict[str, Any]:
        build.update(building=False, result=result, duration=60000)
        return build

    def data(self) -> dict[str, Any]:
        about = {"_class": self.nature, "name": self.name, "displayName": self.title or self.name}
        last = self.builds[0] if self.builds else None
        some = {"builds": self.builds[:100], "allBuilds": self.builds, "lastBuild": last}
        return {**about, "actions": self.actions, **some}


@dataclass
class Folder:
    """A folder, or a multibranch project, with what is in it."""

    name: str = ""
    nature: str = "com.cloudbees.hudson.plugins.folder.Folder"
    title: str = ""
    children: dict[str, Job | Folder] = field(default_factory=dict)

    def folder(self, *names: str, **more: Any) -> Folder:
        """The folder below this one; those on the way are made."""
        here = self
        for name in names:
            child = here.children.setdefault(name, Folder(name, **(more if name == names[-1] else {})))
            assert isinstance(child, Folder)
            here = child
        return here

    def project(self, *names: str, title: str = "") -> Folder:
        return self.folder(*names, nature=MULTIBRANCH, title=title)

    def job(self, name: str, **more: Any) -> Job:
        job = Job(name, **more)
        self.children[name] = job
        return job

    def data(self) -> dict[str, Any]:
        jobs = [child.data() for _, child in sorted(self.children.items(), key=lambda pair: pair[0].lower())]
        title = self.title or self.name
        return {"_class": self.nature, "name": self.name, "displayName": title, "actions": [], "jobs": jobs}


@dataclass
class Controller:
    """The host. `broken` answers instead for a path."""

    top: Folder = field(default_factory=lambda: Folder(nature="hudson.model.Hudson"))
    queue: list[Any] = field(default_factory=list)
    computers: dict[str, Any] = field(
        default_factory=lambda: {
            "busyExecutors": 1,
            "totalExecutors": 4,
            "computer": [{"numExecutors": 4, "offline": False}, {"numExecutors": 2, "offline": True}],
        }
    )
    broken: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        if request.path in self.broken:
            return self.broken[request.path]
        found = self._found(request.path.removesuffix("api/json"))
        if found is None:
            return Answer(404, {"Content-Type": "text/html"}, b"<html>Not Found</html>")
        return Answer.of_json(shown(found, tree_of(dict(request.query)["tree"])))

    def _found(self, path: str) -> Any:
        if path == "/queue/":
            return {"items": self.queue}
        if path == "/computer/":
            return self.computers
        parts = [unquote(part) for part in re.findall(r"[^/]+", path)]
        here: Any = self.top
        while len(parts) > 1 and parts[0] == "job" and isinstance(here, Folder):
            here = here.children.get(parts[1])
            parts = parts[2:]
        if parts and isinstance(here, Job):
            return next((one for one in here.builds if [str(one["number"])] == parts), None)
        return None if parts or here is None else here.data()

    def wait(self, number: int, *names: str, nature: str = "hudson.model.FreeStyleProject") -> None:
        """Puts a task into the queue."""
        url = "https://ci.example/jenkins" + "".join(f"/job/{quote(name, safe='')}" for name in names) + "/"
        self.queue.append({"id": number, "task": {"_class": nature, "name": names[-1], "url": url}})


def tree_of(text: str) -> Tree:
    """`a,b[c]{0,2}` as what is asked for at each level."""
    tokens = re.findall(r"[^][,{}]+|[][,{}]", text)
    tree = _list(tokens)
    assert not tokens, f"left over: {tokens}"
    return tree


def _list(tokens: list[str]) -> Tree:
    tree: Tree = {}
    while True:
        name, children, part = tokens.pop(0), {}, slice(None)
        if tokens[:1] == ["["]:
            tokens.pop(0)
            children = _list(tokens)
            assert tokens.pop(0) == "]"
        if tokens[:1] == ["{"]:
            _, begin, comma, end, close = (tokens.pop(0) for _ in range(5))
            assert (comma, close) == (",", "}")
            part = slice(int(begin), int(end))
        tree[name] = (children, part)
        if tokens[:1] != [","]:
            return tree
        tokens.pop(0)


def shown(value: Any, tree: Tree, part: slice = slice(None)) -> Any:
    if isinstance(value, list):
        return [shown(one, tree) for one in value[part]]
    if not isinstance(value, dict):
        return value
    asked = {name: shown(value[name], *tree[name]) for name in value if name in tree}
    return {"_class": value["_class"], **asked} if "_class" in value else asked


def build(**more: Any) -> Build:
    """A build as the provider reads it: number 7, which took a second and a half."""
    usual = {"number": 7, "timestamp": round(NOW * 1000), "building": False, "result": "SUCCESS", "duration": 1500}
    return Build.model_validate({**usual, **more})


class Source(Polling):
    """`runs` are the runs by repository and id as they were told first, `told` the ids of all that were told."""

    def __init__(self, server: Server, **config: Any) -> None:
        super().__init__(Jenkins.model_validate({"kind": "jenkins", "url": server.url, **config}), server)
        self.runs: dict[tuple[str, str], Run] = {}
        self.told: list[str] = []

    def poll(self, now: float = NOW, time_limit: float = 20.0, steps: int | None = None) -> Facts:
        return super().poll(now, time_limit, steps)

    def heard(self, facts: Facts) -> None:
        for run in facts.runs:
            self.runs.setdefault((str(run.repository), run.run_id), run)
            self.told.append(run.run_id)

    @property
    def news(self) -> list[str]:
        """The last poll's requests, in order, without those of every poll."""
        usual = ("/api/json", "/queue/api/json", "/computer/api/json")
        return [request.path for request in self.server.requests if request.path not in usual]
