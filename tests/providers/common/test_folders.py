"""Which folders the rules of evidence name."""

from exporter.evidence import EvidenceRules
from exporter.providers.common.folders import folders


def test_the_folders_of_the_rules() -> None:
    assert folders(EvidenceRules()) == [
        ".forgejo/workflows",
        ".gitea/workflows",
        ".github/workflows",
        ".kilo/templates",
        "migration-backup",
    ]
    assert folders(EvidenceRules(legacy_configs=("conf/[ab].json",), ci_definitions=("ci/*/x.yml",)))[:2] == [
        ".kilo/templates",
        "ci",
    ]
