"""The six phases with their exit criteria, each stated once, with the document's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.kpis.verdict import Verdict
from exporter.migration.progress import Progress
from exporter.model import Attestation, Component, Phase, Reading


class Holding(StrEnum):
    """Whether an exit criterion holds."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """What exit criteria are checked against."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    attestations: Mapping[tuple[Phase, str], Attestation] = field(default_factory=dict)
    up: Mapping[Component, bool] = field(default_factory=dict)
    """The required components as they were last seen; one that was not seen lately is absent."""
    required: frozenset[Component] = frozenset(Component)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, and by what: a value, a name with a date, or what would tell it."""

    holding: Holding
    because: str


@dataclass(frozen=True, slots=True)
class ExitCriterion:
    """`check` computes it; None: only people know, and attest it in a scorecard file."""

    key: str
    words: str
    """The document's own."""
    check: Callable[[Situation], Finding] | None = None


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    phase: Phase
    title: str
    objective: str
    exit_criteria: tuple[ExitCriterion, ...]


PHASES: tuple[PhaseSpec, ...] = ()
