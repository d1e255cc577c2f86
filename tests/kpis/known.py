"""What is known in the worked examples: short ways to write it down."""

from exporter.answers import RepositoryView
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.inputs import Baseline, Inputs, Level, Seen
from exporter.kpis.verdict import Aim, Verdict, judge
from exporter.model import Component, Reading, Repository, Stage

NOW = 1_800_000_000.0
MINUTE, DAY = 60.0, 86400.0
WINDOW = 30 * DAY
K2A, A2K = Component.K2A, Component.A2K
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
SEEN = dict.fromkeys(Seen, NOW - MINUTE)


def known(**facts: object) -> Inputs:
    """Every kind of observation was made a minute ago; the rest is as given."""
    return Inputs(NOW, **{"seen_at": SEEN, **facts})


def verdict(key: str, inputs: Inputs) -> Verdict:
    return judge(BY_KEY[key], Aim(), inputs)


def reading(quantity: str, value: float, coverage: float | None = None) -> dict[str, Reading]:
    return {quantity: Reading(quantity, value, NOW - DAY, coverage)}


def baseline(level: Level, value: float) -> dict[Level, Baseline]:
    return {level: Baseline(value)}


def view(name: str, **facts: object) -> RepositoryView:
    return RepositoryView(Repository("acme", name), **{"stage": Stage.LEGACY, "template": False, **facts})


def views(count: int, **facts: object) -> tuple[RepositoryView, ...]:
    return tuple(view(f"{facts}-{number}", **facts) for number in range(count))


UNREADABLE = {"stage": Stage.UNKNOWN, "template": None}
