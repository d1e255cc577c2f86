"""What the rules are built for: whose targets, which scrape job, where the runbooks lie, how long an hour is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.kpis.catalogue import DOCUMENTED
from exporter.kpis.criteria import Criterion
from exporter.model import Seconds

MINUTE: Seconds = 60
HOUR: Seconds = 60 * MINUTE
DAY: Seconds = 24 * HOUR

CRITERIA: Mapping[str, Criterion] = {criterion.key: criterion for criterion in DOCUMENTED}

JOB = "orchex-kilo"
RUNBOOKS = "https://runbooks.example/orchex-kilo-exporter"

_UNITS = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", 1), ("ms", 0.001))


@dataclass(frozen=True, slots=True)
class Terms:
    """`scale` shortens or lengthens every time in rules and routes alike; 1 is for use, less for trying them out."""

    scale: float = 1.0
    job: str = JOB
    """The `job_name` under which Prometheus scrapes the exporter."""
    runbooks: str = RUNBOOKS
    """Where the folder `alerts/runbooks` is published."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """Targets by criterion that differ from the documented ones."""

    def span(self, seconds: Seconds) -> str:
        """A duration in PromQL and in rule files: the scaled time, in the largest unit that divides it."""
        milliseconds = max(1, round(seconds * self.scale * 1000))
        unit, size = next((u, s) for u, s in _UNITS if milliseconds % round(s * 1000) == 0)
        return f"{milliseconds // round(size * 1000)}{unit}"

    def seconds(self, seconds: Seconds) -> str:
        """The scaled time as a number in PromQL, in seconds."""
        return number(seconds * self.scale)

    def target(self, kpi: str) -> float:
        """The target in force of one of the documented twelve."""
        return self.targets.get(kpi, CRITERIA[kpi].target)


def number(value: float) -> str:
    """A literal in PromQL, without what binary arithmetic adds in its last digits."""
    return f"{value:.12g}"
