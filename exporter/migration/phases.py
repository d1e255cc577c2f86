"""The six phases with their exit criteria, each stated once, with the document's words."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.kpis.criteria import Comparison
from exporter.migration import findings
from exporter.migration.findings import Check, Finding, Holding, Situation
from exporter.migration.plan import COMPLETE, EXPANDED
from exporter.model import Phase

__all__ = ["ATTESTABLE", "PHASES", "PILOT_SUCCESS", "ExitCriterion", "Finding", "Holding", "PhaseSpec", "Situation"]

STABLE = ("uptime", "error_rate", "bridge_success")
PERFORMANCE = "performance_impact"
PILOT_SUCCESS = 0.95
"""The share of the pilot that is to be integrated and green."""
NO_REPOSITORY = "add a source whose repositories use either tool and can be read"
NO_PILOT = "name repositories that use either tool, and can be read, in migration.pilot"


@dataclass(frozen=True, slots=True)
class ExitCriterion:
    """`check` computes it; None: only people know, and attest it in a scorecard file.

    With `otherwise_attested` people may also attest what no source tells.
    """

    key: str
    words: str
    """The document's own."""
    check: Check | None = None
    otherwise_attested: bool = False

    @property
    def attestable(self) -> bool:
        return self.check is None or self.otherwise_attested


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    phase: Phase
    title: str
    objective: str
    exit_criteria: tuple[ExitCriterion, ...]


PHASES: tuple[PhaseSpec, ...] = (
    PhaseSpec(
        Phase.ASSESSMENT,
        "Assessment",
        "Evaluate current KILO usage and identify integration opportunities",
        (
            ExitCriterion(
                "checklist_complete",
                "100% assessment checklist completion",
                findings.reading("assessment_checklist", Comparison.AT_LEAST, 1.0),
            ),
            ExitCriterion("plan_approved", "Stakeholder approval of migration plan"),
            ExitCriterion(
                "integration_points_identified",
                "Clear identification of high-value integration points",
            ),
        ),
    ),
    PhaseSpec(
        Phase.PREPARATION,
        "Preparation",
        "Set up integration infrastructure and team readiness",
        (
            ExitCriterion(
                "infrastructure_operational",
                "Integration infrastructure operational",
                findings.components_up,
            ),
            ExitCriterion(
                "training_completed",
                "Team training completion >90%",
                findings.targets_met("training_completion"),
            ),
            ExitCriterion("pilot_environment_validated", "Pilot environment validated"),
        ),
    ),
    PhaseSpec(
        Phase.PILOT,
        "Pilot Migration",
        "Test integration with small-scale implementation",
        (
            ExitCriterion(
                "pilot_success",
                "95% pilot success rate",
                findings.repositories(lambda progress: progress.pilot, PILOT_SUCCESS, NO_PILOT),
            ),
            ExitCriterion(
                "positive_feedback",
                "Positive team feedback (>80% satisfaction)",
                findings.value("user_satisfaction", Comparison.ABOVE, 0.8),
            ),
            ExitCriterion(
                "no_critical_issues",
                "No critical issues identified",
                findings.reading("critical_issues", Comparison.AT_MOST, 0),
                otherwise_attested=True,
            ),
            ExitCriterion("clear_path", "Clear path for expansion"),
        ),
    ),
    PhaseSpec(
        Phase.EXPANSION,
        "Expansion",
        "Gradually migrate additional teams and repositories",
        (
            ExitCriterion(
                "migrated",
                "80% migration completion",
                findings.repositories(lambda progress: progress.migrated, EXPANDED, NO_REPOSITORY),
            ),
            ExitCriterion("stability_maintained", "System stability maintained", findings.targets_met(*STABLE)),
            ExitCriterion(
                "productivity_preserved",
                "Team productivity preserved",
                findings.value("cycle_time_reduction", Comparison.AT_LEAST, 0.0),
            ),
        ),
    ),
    PhaseSpec(
        Phase.ADOPTION,
        "Full Adoption",
        "Complete migration and optimize integrated system",
        (
            ExitCriterion(
                "migrated_fully",
                "100% target migration achieved",
                findings.repositories(lambda progress: progress.migrated, COMPLETE, NO_REPOSITORY),
            ),
            ExitCriterion("legacy_decommissioned", "Legacy systems safely decommissioned"),
            ExitCriterion("performance_targets_met", "Performance targets met", findings.targets_met(PERFORMANCE)),
            ExitCriterion("satisfaction", "User satisfaction >85%", findings.targets_met("user_satisfaction")),
        ),
    ),
    PhaseSpec(
        Phase.OPTIMIZATION,
        "Optimization",
        "Continuously improve and customize integrated system",
        (
            ExitCriterion(
                "performance_targets_exceeded",
                "Performance targets exceeded",
                findings.targets_exceeded(*STABLE, PERFORMANCE),
            ),
            ExitCriterion("custom_workflows", "Custom workflows operational"),
            ExitCriterion("user_adoption", "User adoption >90%", findings.targets_met("workflow_adoption")),
            ExitCriterion("continuous_improvement", "Continuous improvement established"),
        ),
    ),
)

ATTESTABLE: frozenset[tuple[Phase, str]] = frozenset(
    (spec.phase, criterion.key) for spec in PHASES for criterion in spec.exit_criteria if criterion.attestable
)
"""What a scorecard file may attest."""
