"""The gate at the end of each phase: open, blocked, or not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exporter.migration.phases import Finding, Holding, PhaseSpec, Situation
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
    raise NotImplementedError
