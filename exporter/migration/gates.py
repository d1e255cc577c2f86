"""The gate at the end of each phase: open, blocked, or not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from exporter.migration.findings import Finding, Holding, Situation, attested
from exporter.migration.phases import ExitCriterion, PhaseSpec
from exporter.model import Phase


class GateState(StrEnum):
    OPEN = "open"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Gate:
    """A phase's exit criteria by key, in the document's order."""

    phase: Phase
    findings: Mapping[str, Finding]

    @property
    def blockers(self) -> tuple[str, ...]:
        """The exit criteria that do not hold."""
        return tuple(key for key, finding in self.findings.items() if finding.holding is Holding.UNMET)

    @property
    def state(self) -> GateState:
        """Blocked when any criterion does not hold, else unknown when any is not known."""
        if self.blockers:
            return GateState.BLOCKED
        unknown = any(finding.holding is Holding.UNKNOWN for finding in self.findings.values())
        return GateState.UNKNOWN if unknown else GateState.OPEN


def gate(spec: PhaseSpec, situation: Situation) -> Gate:
    """Every exit criterion of the phase, computed or attested."""
    return Gate(spec.phase, {each.key: _found(spec.phase, each, situation) for each in spec.exit_criteria})


def _found(phase: Phase, criterion: ExitCriterion, situation: Situation) -> Finding:
    """What is computed wins; people are asked only where nothing tells it."""
    if criterion.check is None:
        return attested(situation, phase, criterion.key)
    computed = criterion.check(situation)
    if computed.holding is not Holding.UNKNOWN or not criterion.otherwise_attested:
        return computed
    said = attested(situation, phase, criterion.key)
    return replace(said, because=f"{computed.because}, or {said.because}") if said.holding is computed.holding else said
