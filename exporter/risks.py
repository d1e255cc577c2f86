"""The risk register: documented likelihood and impact, and the likelihood that live signals show.

Pure. The rule is one for all: see `assess`; each signal states its own two thresholds. Likelihood,
impact and matrix are documented, mitigations are those of the migration overview's "Risk Mitigation
Overview"; signals and their thresholds are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from exporter.kpis.ratios import Share
from exporter.kpis.verdict import Verdict
from exporter.migration.schedule import TOLERANCE, Schedule


class Band(IntEnum):
    """Of likelihood (below 5%, 5–15%, 15–30%, 30–50%, above 50%) and of impact."""

    VERY_LOW = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    VERY_HIGH = 5


class Level(IntEnum):
    """What the matrix makes of likelihood and impact."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERY_HIGH = 4
    CRITICAL = 5


class Pressure(IntEnum):
    """What a signal says: by how many bands the likelihood moves."""

    CALM = -1
    ELEVATED = 1
    SEVERE = 2


@dataclass(frozen=True, slots=True)
class Signals:
    """What the signals are read from."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    schedule: Schedule | None = None
    bridge_burn: float | None = None
    """How fast both bridges' error budget burns: the failed share of the last hour ÷ the documented 1%."""
    adoption_gap: float | None = None
    """Planned minus migrated share of repositories; above 0 is behind plan."""
    training_gap: float | None = None
    """Planned minus completed training; above 0 is behind plan."""
    rolled_back: Share = field(default_factory=Share)
    """Repositories that were rolled back ÷ repositories that use either tool."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A number that is bad when it is high. `words` says what it is; None: not known."""

    key: str
    words: str
    elevated: float
    severe: float
    measure: Callable[[Signals], float | None]

    def pressure(self, value: float) -> Pressure:
        """At a threshold counts as beyond it, whatever the last binary digits of a difference are."""
        value = round(value, 9)
        if value >= self.severe:
            return Pressure.SEVERE
        return Pressure.ELEVATED if value >= self.elevated else Pressure.CALM


@dataclass(frozen=True, slots=True)
class Risk:
    """A documented risk. `mitigation` is the document's own words."""

    key: str
    title: str
    likelihood: Band
    impact: Band
    mitigation: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A risk as it stands. `driver` is the signal that moved the likelihood; None: nothing is known,
    and the likelihood is the documented one. `values` are the signals that are known."""

    risk: Risk
    likelihood: Band
    level: Level
    documented_level: Level
    driver: str | None
    values: Mapping[str, float] = field(default_factory=dict)


Formula: TypeAlias = Callable[[float, float], float | None]
"""Of a criterion's value and its target."""


def _criterion(key: str, formula: Formula) -> Callable[[Signals], float | None]:
    """What `formula` makes of a criterion's fresh value; an old value says nothing of now."""

    def measure(signals: Signals) -> float | None:
        verdict = signals.verdicts.get(key)
        if verdict is None or verdict.met is None or verdict.value is None:
            return None
        return formula(verdict.value, verdict.target)

    return measure


def _of_target(value: float, target: float) -> float | None:
    """value ÷ target; None for a target that nothing can be a share of."""
    return value / target if target > 0 else None


def _short_of_target(value: float, target: float) -> float:
    return target - value


def _growth(reduction: float, _: float) -> float:
    """A reduction with its sign turned: above 0 is more than before the migration."""
    return 0.0 - reduction


def _slip(signals: Signals) -> float | None:
    """Before the start nothing can be late, and nothing is proven on time."""
    schedule = signals.schedule
    return None if schedule is None or schedule.current is None else schedule.slip_ratio


RISKS: tuple[Risk, ...] = (
    Risk(
        "bridge_failure",
        "Integration bridge failure",
        Band.MEDIUM,
        Band.HIGH,
        "Circuit breakers, parallel systems, comprehensive testing",
        (
            Signal(
                "bridge_burn",
                "failed share of the bridges' operations in the last hour ÷ what the documented target allows",
                elevated=1.0,
                severe=10.0,
                measure=lambda signals: signals.bridge_burn,
            ),
        ),
    ),
    Risk(
        "performance_degradation",
        "Performance degradation",
        Band.MEDIUM,
        Band.HIGH,
        "Performance benchmarking, caching, gradual rollout",
        (
            Signal(
                "performance_impact",
                "performance impact ÷ its target",
                elevated=0.5,
                severe=1.0,
                measure=_criterion("performance_impact", _of_target),
            ),
            Signal(
                "bridge_latency",
                "bridge latency ÷ its target",
                elevated=0.8,
                severe=1.0,
                measure=_criterion("bridge_latency", _of_target),
            ),
        ),
    ),
    Risk(
        "adoption_resistance",
        "User adoption resistance",
        Band.HIGH,
        Band.MEDIUM,
        "Training programs, pilot validation, change champions",
        (
            Signal(
                "adoption_gap",
                "planned − migrated share of repositories",
                elevated=0.1,
                severe=0.25,
                measure=lambda signals: signals.adoption_gap,
            ),
            Signal(
                "dissatisfaction",
                "target of user satisfaction − user satisfaction",
                elevated=0.01,
                severe=0.15,
                measure=_criterion("user_satisfaction", _short_of_target),
            ),
        ),
    ),
    Risk(
        "configuration_conflicts",
        "Configuration conflicts",
        Band.MEDIUM,
        Band.MEDIUM,
        "Validation tools, backup procedures, gradual migration",
        (
            Signal(
                "rolled_back",
                "repositories that were rolled back ÷ repositories that use either tool",
                elevated=0.01,
                severe=0.05,
                measure=lambda signals: signals.rolled_back.ratio,
            ),
        ),
    ),
    Risk(
        "timeline_delays",
        "Timeline delays",
        Band.HIGH,
        Band.LOW,
        "Realistic planning, progress monitoring, contingency buffers",
        (
            Signal(
                "schedule_slip",
                "how late the current phase is ÷ planned time from start to full adoption",
                elevated=TOLERANCE,
                severe=0.25,
                measure=_slip,
            ),
        ),
    ),
    Risk(
        "training_shortage",
        "Training resource shortage",
        Band.LOW,
        Band.MEDIUM,
        "Train-the-trainer programs, self-paced materials",
        (
            Signal(
                "training_gap",
                "planned − completed share of training",
                elevated=0.05,
                severe=0.2,
                measure=lambda signals: signals.training_gap,
            ),
        ),
    ),
    Risk(
        "documentation_gaps",
        "Documentation gaps",
        Band.LOW,
        Band.LOW,
        "Comprehensive documentation, regular updates",
        (
            Signal(
                "time_to_proficiency",
                "time to proficiency ÷ its target",
                elevated=1.01,
                severe=1.5,
                measure=_criterion("time_to_proficiency", _of_target),
            ),
        ),
    ),
    Risk(
        "support_burden",
        "Support burden",
        Band.LOW,
        Band.LOW,
        "Help desk preparation, knowledge base development",
        (
            Signal(
                "support_ticket_growth",
                "support tickets ÷ baseline − 1",
                elevated=0.05,
                severe=0.25,
                measure=_criterion("support_ticket_reduction", _growth),
            ),
        ),
    ),
    Risk(
        "compliance_issues",
        "Compliance issues",
        Band.LOW,
        Band.LOW,
        "Regulatory review, audit preparation",
        (
            Signal(
                "compliance_violation_growth",
                "compliance violations ÷ baseline − 1",
                elevated=0.05,
                severe=0.25,
                measure=_criterion("compliance_violation_reduction", _growth),
            ),
            Signal(
                "security_incident_growth",
                "security incidents ÷ baseline − 1",
                elevated=0.05,
                severe=0.25,
                measure=_criterion("security_incident_reduction", _growth),
            ),
        ),
    ),
)

_MATRIX = (
    (Level.LOW, Level.LOW, Level.LOW, Level.LOW, Level.MEDIUM),
    (Level.LOW, Level.LOW, Level.MEDIUM, Level.MEDIUM, Level.HIGH),
    (Level.LOW, Level.MEDIUM, Level.HIGH, Level.HIGH, Level.VERY_HIGH),
    (Level.MEDIUM, Level.HIGH, Level.HIGH, Level.VERY_HIGH, Level.CRITICAL),
    (Level.HIGH, Level.HIGH, Level.VERY_HIGH, Level.CRITICAL, Level.CRITICAL),
)
"""A row a likelihood, a column an impact, both from very low on."""


def level(likelihood: Band, impact: Band) -> Level:
    """The documented matrix."""
    return _MATRIX[likelihood - 1][impact - 1]


def assess(risk: Risk, signals: Signals) -> Assessed:
    """The documented likelihood, moved by the worst signal that is known.

    Calm lowers it by one band, elevated raises it by one, severe by two; it stays within the bands.
    When no signal is known, it is the documented one.
    """
    measured = {signal: signal.measure(signals) for signal in risk.signals}
    known = {signal: value for signal, value in measured.items() if value is not None}
    pressures = {signal: signal.pressure(value) for signal, value in known.items()}
    driver = max(pressures, key=pressures.__getitem__, default=None)
    likelihood = risk.likelihood if driver is None else _moved(risk.likelihood, pressures[driver])
    return Assessed(
        risk,
        likelihood,
        level(likelihood, risk.impact),
        level(risk.likelihood, risk.impact),
        driver.key if driver else None,
        {signal.key: value for signal, value in known.items()},
    )


def _moved(likelihood: Band, pressure: Pressure) -> Band:
    return Band(min(max(likelihood + pressure, Band.VERY_LOW), Band.VERY_HIGH))
