"""The folders in which evidence may lie, for hosts that cannot show a large tree whole."""

from __future__ import annotations

import re

from exporter.evidence import EvidenceRules


def folders(rules: EvidenceRules) -> list[str]:
    """The folders in which the rules' paths lie, as far as they are named without wildcards."""
    groups = (
        rules.legacy_configs,
        rules.integrated_configs,
        rules.ci_definitions,
        rules.backups,
        rules.template_paths,
    )
    literal = (re.split(r"[*?\[]", pattern, maxsplit=1)[0] for group in groups for pattern in group)
    return sorted({path.rpartition("/")[0] for path in literal if "/" in path} - {""})
