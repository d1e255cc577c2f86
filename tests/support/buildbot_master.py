"""The `master.cfg` of the tests' Buildbot: builders that end in each way there is, at once or when told to.

Buildbot itself runs this file, in the master's folder; `ports.json` beside it names the ports that the master
listens on, 0 for one that is free.
"""

import json
from pathlib import Path

from buildbot.plugins import schedulers, steps, util, worker
from buildbot.process.buildstep import BuildStep
from buildbot.process.results import WARNINGS

HERE = Path(__file__).resolve().parent
PORTS = json.loads((HERE / "ports.json").read_text())
RELEASE = HERE / "release"


class Raise(BuildStep):
    """A step with a defect: the build ends with an exception."""

    name = "raise"

    async def run(self):
        raise RuntimeError("on purpose")


class Worker(worker.Worker):
    """A worker that is trusted again at once after an exception, and not 10 s later."""

    quarantine_timeout = quarantine_initial_timeout = 0


def shell(script, **kwargs):
    return steps.ShellCommand(command=["sh", "-c", script], logEnviron=False, **kwargs)


HOLD = f'while [ ! -e "{RELEASE}" ] && kill -0 $PPID; do sleep 0.05; done'
STEPS = {
    "shop-integrated": [shell("true")],
    "shop-legacy": [shell(util.Interpolate("test $((%(prop:buildnumber)s %% 2)) = 0"))],  # each odd build fails
    "warning": [shell("exit 3", decodeRC={3: WARNINGS}, warnOnWarnings=True)],
    "exception": [Raise()],
    "skipped": [],
    "held": [shell(HOLD)],
    "collapsing": [shell(HOLD)],
}


def builder(name):
    return util.BuilderConfig(
        name=name,
        workernames=["worker"],
        factory=util.BuildFactory(STEPS[name]),
        collapseRequests=name == "collapsing",
        do_build_if=lambda _: name != "skipped",
    )


BuildmasterConfig = {
    "title": "Tests",
    "buildbotURL": f"http://127.0.0.1:{PORTS['web']}/",
    "buildbotNetUsageData": None,
    "db": {"db_url": "sqlite:///state.sqlite"},
    "protocols": {"pb": {"port": f"tcp:{PORTS['worker']}:interface=127.0.0.1"}},
    "www": {"port": f"tcp:{PORTS['web']}:interface=127.0.0.1", "plugins": {}},
    "workers": [Worker("worker", "password")],
    "builders": [builder(name) for name in STEPS],
    "schedulers": [schedulers.ForceScheduler(name="force", builderNames=list(STEPS))],
}
