"""The document's criteria, phases, sizes and risks, typed once more: the tests' own truth."""

TWELVE = [
    ("uptime", "technical", ">", 0.999, "System uptime >99.9%"),
    ("performance_impact", "technical", "<", 0.10, "Performance impact <10% degradation"),
    ("error_rate", "technical", "<", 0.01, "Error rates <1%"),
    ("bridge_success", "technical", ">", 0.99, "Integration bridge success >99%"),
    ("cycle_time_reduction", "business", ">", 0.30, "Development cycle time reduction >30%"),
    ("compliance_violation_reduction", "business", ">", 0.60, "Compliance violation reduction >60%"),
    ("template_adoption", "business", ">", 0.80, "Template adoption >80%"),
    ("cost_savings", "business", ">", 0.15, "Cost savings >15%"),
    ("training_completion", "user", ">", 0.90, "Training completion >90%"),
    ("user_satisfaction", "user", ">", 0.85, "User satisfaction >85%"),
    ("workflow_adoption", "user", ">", 0.90, "Workflow adoption >90%"),
    ("support_ticket_reduction", "user", ">", 0.50, "Support ticket reduction >50%"),
]
"""Key, category, comparison, target, and the document's words."""
PHASES = {
    "assessment": "Assessment",
    "preparation": "Preparation",
    "pilot": "Pilot Migration",
    "expansion": "Expansion",
    "adoption": "Full Adoption",
    "optimization": "Optimization",
}
SIZES = ("small", "medium", "large")
RISKS = {
    "bridge_failure": "Integration bridge failure",
    "performance_degradation": "Performance degradation",
    "adoption_resistance": "User adoption resistance",
    "configuration_conflicts": "Configuration conflicts",
    "timeline_delays": "Timeline delays",
    "training_shortage": "Training resource shortage",
    "documentation_gaps": "Documentation gaps",
    "support_burden": "Support burden",
    "compliance_issues": "Compliance issues",
}
_TARGETS = {key: (comparison, target) for key, _, comparison, target, _ in TWELVE}


def met(key: str, value: float) -> bool:
    """Whether a value meets the documented target, as the document compares."""
    comparison, target = _TARGETS[key]
    return value > target if comparison == ">" else value < target
