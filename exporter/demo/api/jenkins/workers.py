"""The machines and their executors. Agents come as they are needed, as those of a cloud do; one has been lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.demo.api.jenkins.builds import Build
from exporter.demo.api.jenkins.export import Bean, Exported, Model, Plain, fixed, plain, read

EXECUTORS, AGENTS = 4, 3
"""Of each agent, and how many agents there are at least."""
LOST = "agent-lost"
_EXECUTOR = "hudson.model.Executor"
_ONE_OFF = "hudson.model.OneOffExecutor"
_EXECUTED = ("currentExecutable", "idle", "likelyStuck", "number", "progress")
_EXECUTORS = Model(_EXECUTOR, plain(*_EXECUTED))
_ONE_OFFS = Model(_ONE_OFF, plain(*_EXECUTED))
_STEPS = Model(
    "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable",
    plain("displayName", "estimatedDuration", "fullDisplayName", "number", "timestamp", "url"),
)
_LABEL = Model("hudson.model.labels.LabelAtom", plain("name", visibility=2))
_LOAD = Model("hudson.model.Label$1")
_CAUSE = Model("hudson.slaves.OfflineCause$ChannelTermination", plain("timestamp"))
_COMPUTER = Model(
    "hudson.model.Computer",
    [
        Exported("assignedLabels", lambda node: [Plain(_LABEL, {"name": node.label})], declared=_LABEL.name),
        fixed("description", ""),
        read("display_name", "displayName"),
        read("executors", declared=_EXECUTOR),
        Exported("icon", lambda node: f"symbol-computer{'-offline' if node.offline else ''}"),
        Exported("iconClassName", lambda node: f"symbol-computer{'-offline' if node.offline else ''}"),
        read("idle"),
        fixed("jnlpAgent", value=False),
        fixed("launchSupported", value=True),
        fixed("loadStatistics", Plain(_LOAD)),
        fixed("manualLaunchAllowed", value=True),
        Exported("monitorData", lambda _: {}, inline=True),
        read("count", "numExecutors"),
        read("offline"),
        Exported("offlineCause", lambda node: Plain(_CAUSE, {"timestamp": 0}) if node.offline else None),
        Exported("offlineCauseReason", lambda node: "Connection was broken" if node.offline else ""),
        read("one_offs", "oneOffExecutors", declared=_ONE_OFF),
        fixed("temporarilyOffline", value=False),
    ],
    Model("hudson.model.Actionable", [fixed("actions", [])]),
)
_BUILT_IN = _COMPUTER.child("hudson.model.Hudson$MasterComputer")
_AGENT = Model("hudson.slaves.SlaveComputer", [fixed("absoluteRemotePath", None)], _COMPUTER)
_SET = Model(
    "hudson.model.ComputerSet",
    [
        read("busy", "busyExecutors"),
        Exported("computer", lambda nodes: nodes.computers, inline=True),
        fixed("displayName", "Nodes"),
        read("total", "totalExecutors"),
    ],
)
BUILT_IN = "Built-In Node"


@dataclass(frozen=True, slots=True)
class Computer(Bean):
    """A machine. `steps` are the pipelines whose steps it executes, `pipelines` those that run on it as a whole."""

    kind: Model
    display_name: str
    label: str
    count: int
    now: float
    steps: Sequence[Build] = ()
    pipelines: Sequence[Build] = ()
    offline: bool = False

    @property
    def model(self) -> Model:
        return self.kind

    @property
    def idle(self) -> bool:
        return not self.steps and not self.pipelines

    @property
    def executors(self) -> list[Plain]:
        """A machine that is lost has none."""
        if self.offline:
            return []
        busy = [_busy(_EXECUTORS, number, build, _step(build), self.now) for number, build in enumerate(self.steps)]
        return [*busy, *(_free(number) for number in range(len(busy), self.count))]

    @property
    def one_offs(self) -> list[Plain]:
        return [_busy(_ONE_OFFS, -1, build, _if_seen(build, build), self.now) for build in self.pipelines]


@dataclass(frozen=True, slots=True)
class ComputerSet(Bean):
    """All machines. Executors of machines that are lost do not count."""

    computers: Sequence[Computer]

    @property
    def model(self) -> Model:
        return _SET

    @property
    def total(self) -> int:
        return sum(each.count for each in self.computers if not each.offline)

    @property
    def busy(self) -> int:
        return sum(len(each.steps) for each in self.computers)

    def computer(self, name: str) -> Computer | None:
        """By its name; the controller's own has names of its own in addresses."""
        wanted = BUILT_IN if name in ("(built-in)", "(master)") else name
        found = {each.display_name: each for each in self.computers}
        return found.get(wanted) if wanted == BUILT_IN or name != BUILT_IN else None


def computers(running: Sequence[Build], now: float) -> ComputerSet:
    """The machines that execute these builds, at the Unix second `now`."""
    agents = max(AGENTS, -(-len(running) // EXECUTORS))
    spread = [running[number::agents] for number in range(agents)]
    online = [Computer(_AGENT, f"agent-{n}", f"agent-{n}", EXECUTORS, now, each) for n, each in enumerate(spread, 1)]
    lost = Computer(_AGENT, LOST, LOST, EXECUTORS, now, offline=True)
    return ComputerSet([Computer(_BUILT_IN, BUILT_IN, "built-in", 0, now, (), running), *online, lost])


def _free(number: int) -> Plain:
    told = {"currentExecutable": None, "idle": True, "likelyStuck": False, "number": number, "progress": -1}
    return Plain(_EXECUTORS, told)


def _busy(kind: Model, number: int, build: Build, executes: Any, now: float) -> Plain:
    usual = build.estimated_duration
    spent = now * 1000 - build.timestamp
    progress = min(99, round(100 * spent / usual)) if usual > 0 else -1
    stuck = usual > 0 and spent > 10 * usual
    told = {"currentExecutable": executes, "idle": False, "likelyStuck": stuck}
    return Plain(kind, told | {"number": number, "progress": progress})


def _step(build: Build) -> Bean | None:
    named = f"part of {build.full_display_name}"
    told: dict[str, Any] = {"displayName": named, "fullDisplayName": named, "number": build.number, "url": build.url}
    return _if_seen(build, Plain(_STEPS, told | {"estimatedDuration": -1, "timestamp": build.timestamp}))


def _if_seen(build: Build, shown: Bean) -> Bean | None:
    """Nobody is told what it is whose job he may not read."""
    return shown if build.job.visible else None
