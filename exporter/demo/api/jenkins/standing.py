"""What a job's builds say of it as a whole: colour, weather, how long it takes, and its newest build of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from exporter.demo.api.jenkins.export import Model, Plain, plain

if TYPE_CHECKING:
    from exporter.demo.api.jenkins.builds import Build

GOOD = ("SUCCESS", "UNSTABLE")
_COLOURS = {"SUCCESS": "blue", "UNSTABLE": "yellow", "FAILURE": "red", "ABORTED": "aborted", "NOT_BUILT": "notbuilt"}
_ESTIMATED_FROM = 3
HEALTH = Model("hudson.model.HealthReport", plain("description", "iconClassName", "iconUrl", "score", visibility=2))
_WEATHER = ((80, "80plus"), (60, "60to79"), (40, "40to59"), (20, "20to39"), (-1, "00to19"))
_CONCLUSIVE = (*GOOD, "FAILURE")
_RECENT = 5
PERMALINKS: dict[str, Callable[[Build], bool]] = {
    "lastBuild": lambda _: True,
    "lastCompletedBuild": lambda build: not build.building,
    "lastFailedBuild": lambda build: build.result == "FAILURE",
    "lastStableBuild": lambda build: build.result == "SUCCESS",
    "lastSuccessfulBuild": lambda build: build.result in GOOD,
    "lastUnstableBuild": lambda build: build.result == "UNSTABLE",
    "lastUnsuccessfulBuild": lambda build: not build.building and build.result != "SUCCESS",
}
"""Which build each of them is the newest of."""


def estimate(builds: Sequence[Build]) -> int:
    """How long the next one will take in milliseconds, from the newest that went through, or else that failed.

    `builds` are a job's, oldest first, here and below; -1 where nothing is known.
    """
    newest = list(islice((build for build in reversed(builds) if not build.building), 2 * _ESTIMATED_FROM))
    known = [build for build in newest if build.result in GOOD]
    known += [build for build in newest if build.result == "FAILURE"]
    lengths = [build.duration for build in known[:_ESTIMATED_FROM]]
    return round(sum(lengths) / len(lengths)) if lengths else -1


def colour(builds: Sequence[Build]) -> str:
    """A job's ball: the newest result, and whether something runs."""
    done = next((build.result for build in reversed(builds) if not build.building), None)
    still = _COLOURS[done] if done else "notbuilt"
    return f"{still}_anime" if builds and builds[-1].building else still


def health(builds: Sequence[Build]) -> list[Plain]:
    """The share of the newest five builds that did not fail; nothing where none tells."""
    recent = list(islice((build.result for build in reversed(builds) if build.result in _CONCLUSIVE), _RECENT))
    if not recent:
        return []
    failed = recent.count("FAILURE")
    score = 100 * (len(recent) - failed) // len(recent)
    picture = next(name for above, name in _WEATHER if score > above)
    words = {0: "No recent builds failed.", len(recent): "All recent builds failed."}
    told = words.get(failed, f"{failed} out of the last {len(recent)} builds failed.")
    said = {"description": f"Build stability: {told}", "score": score}
    return [Plain(HEALTH, said | {"iconClassName": f"icon-health-{picture}", "iconUrl": f"health-{picture}.png"})]
