"""The migration of one repository: which stage its evidence means. Pure, from the documented table."""

from __future__ import annotations

from exporter.model import Evidence, Stage


def stage_of(evidence: Evidence | None, *, integrated_before: bool) -> Stage:
    """The stage that `evidence` shows.

    Integrated needs both the integrated configuration and the integrated workflow. What was
    integrated once and is not now is rolled back, whatever remains of it. Evidence that could not
    be read (None) is `unknown`, never "not migrated".
    """
    if evidence is None:
        return Stage.UNKNOWN
    if evidence.integrated_config and evidence.integrated_workflow:
        return Stage.INTEGRATED
    if integrated_before:
        return Stage.ROLLED_BACK
    if evidence.integrated_config or evidence.integrated_workflow:
        return Stage.PARTIAL
    if evidence.legacy_config or evidence.legacy_workflow:
        return Stage.LEGACY
    return Stage.NONE
