"""What a branch's files show: which are read, and what they mean."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter.evidence import EvidenceRules, Judgement, judge, to_read, workflow_of
from exporter.model import Evidence, Workflow

RULES = EvidenceRules()
INTEGRATED = ".github/workflows/integrated-quality.yml"
SEPARATE = ".github/workflows/separate-systems.yml"


def judged(texts: dict[str, str], *others: str, rules: EvidenceRules = RULES) -> Judgement:
    """As a host judges: of all paths only those that are `to_read` come with their text."""
    paths = [*texts, *others]
    return judge(paths, {path: texts[path] for path in to_read(paths, rules) if path in texts}, rules)


def shown(texts: dict[str, str], *others: str, rules: EvidenceRules = RULES) -> Evidence:
    return judged(texts, *others, rules=rules).evidence


def workflow(text: str, path: str = INTEGRATED) -> Workflow:
    return judged({path: text}).workflows[path]


def test_an_empty_branch_shows_nothing() -> None:
    assert judged({}) == Judgement(Evidence(), {})


def test_only_configurations_and_ci_definitions_are_read() -> None:
    paths = [
        "README.md",
        "kilo.config.json",
        "ORCHEX.config.json",
        "ORCHEX-kilo.config.json",
        "docs/kilo.config.json",
        ".github/workflows/b.yaml",
        ".github/workflows/a.yml",
        ".github/dependabot.yml",
        ".gitlab-ci.yml",
        "Jenkinsfile",
        "ORCHEX.config.backup.json",
        ".github/workflows/old.backup.yml",
        "migration-backup/kilo.config.json",
        ".gitea/workflows/c.yaml",
        ".forgejo/workflows/d.yml",
    ]
    assert to_read(paths, RULES) == [
        ".forgejo/workflows/d.yml",
        ".gitea/workflows/c.yaml",
        ".github/workflows/a.yml",
        ".github/workflows/b.yaml",
        ".gitlab-ci.yml",
        "Jenkinsfile",
        "ORCHEX-kilo.config.json",
        "ORCHEX.config.json",
        "kilo.config.json",
    ]


@pytest.mark.parametrize("path", ["ORCHEX.config.json", "kilo.config.json"])
def test_a_separate_configuration_is_legacy(path: str) -> None:
    assert shown({path: "{}"}) == Evidence(legacy_config=True)


def test_a_common_configuration_is_integrated() -> None:
    assert shown({"ORCHEX-kilo.config.json": "{}"}) == Evidence(integrated_config=True)


@pytest.mark.parametrize(
    ("config", "integrated"),
    [
        ({"integration": {"enabled": True}}, True),
        ({"integration": {"enabled": False}}, False),
        ({"integration": {"enabled": "true"}}, False),
        ({"integration": {"enabled": 1}}, False),
        ({"integration": True}, False),
        ({"integration": None}, False),
        ([], False),
        ("integration.enabled", False),
        (None, False),
    ],
)
def test_orchexs_configuration_is_integrated_when_its_integration_is_enabled(config: Any, integrated: bool) -> None:  # noqa: FBT001  # a column of the table
    evidence = shown({"ORCHEX.config.json": json.dumps(config)})
    assert evidence == Evidence(integrated_config=integrated, legacy_config=not integrated)


def test_one_configuration_can_be_integrated_beside_a_legacy_one() -> None:
    texts = {"ORCHEX.config.json": '{"integration": {"enabled": true}}', "kilo.config.json": "{}"}
    assert shown(texts) == Evidence(integrated_config=True, legacy_config=True)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\ufeff{}", "{'integration': {'enabled': True}}"])
def test_a_broken_configuration_is_there_and_says_nothing(text: str) -> None:
    assert shown({"ORCHEX.config.json": text}) == Evidence(legacy_config=True)
    assert shown({"ORCHEX-kilo.config.json": text}) == Evidence(integrated_config=True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("run: ORCHEX analyze src --governance-check", Workflow.INTEGRATED),
        ("run: orchex analyze --depth 3 --governance-check --json", Workflow.INTEGRATED),
        ("run: npx ORCHEX  analyze . --governance-check=strict", Workflow.INTEGRATED),
        ("run: |\n  ORCHEX analyze \\\n    --format json \\\n    --governance-check\n", Workflow.INTEGRATED),
        ("run: ORCHEX analyze . \\\r\n  --governance-check\r\n", Workflow.INTEGRATED),
        ("- run: ORCHEX analyze\n- run: kilo compliance check", Workflow.LEGACY),
        ("- run: kilo compliance\n- run: ORCHEX analyze", Workflow.LEGACY),
        ("run: ORCHEX analyze --governance-check\nrun: kilo compliance", Workflow.INTEGRATED),
        ("run: ORCHEX analyze", Workflow.OTHER),
        ("run: kilo compliance", Workflow.OTHER),
        ("run: ORCHEX analyze\nrun: other --governance-check", Workflow.OTHER),
        ("run: ORCHEX refactor --governance-check", Workflow.OTHER),
        ("run: MYORCHEX analyze --governance-check", Workflow.OTHER),
        ("run: ORCHEX analyze --governance-checks-off", Workflow.OTHER),
        ("# run: ORCHEX analyze --governance-check", Workflow.OTHER),
        ("  # ORCHEX analyze\n  # kilo compliance", Workflow.OTHER),
        ("run: make  # was: ORCHEX analyze --governance-check", Workflow.OTHER),
        ("    // sh 'ORCHEX analyze --governance-check'", Workflow.OTHER),
        ("run: bazel test //... && ORCHEX analyze --governance-check", Workflow.INTEGRATED),
        ("run: ORCHEX analyze src#main --governance-check", Workflow.INTEGRATED),
        ("", Workflow.OTHER),
    ],
)
def test_a_ci_definition_is_known_by_what_it_runs(text: str, kind: Workflow) -> None:
    assert workflow(text) is kind


def test_every_definition_is_judged_by_itself() -> None:
    judgement = judged(
        {
            INTEGRATED: "run: ORCHEX analyze --governance-check",
            SEPARATE: "run: ORCHEX analyze\nrun: kilo compliance",
            ".gitlab-ci.yml": "script: make",
        }
    )
    assert judgement.workflows == {
        INTEGRATED: Workflow.INTEGRATED,
        SEPARATE: Workflow.LEGACY,
        ".gitlab-ci.yml": Workflow.OTHER,
    }
    assert judgement.evidence == Evidence(integrated_workflow=True, legacy_workflow=True)


def test_legacy_runs_in_two_definitions_are_no_legacy_workflow() -> None:
    """As the document has it: one definition that runs both, separately."""
    assert not shown({SEPARATE: "run: ORCHEX analyze", ".gitlab-ci.yml": "kilo compliance"}).legacy_workflow


@pytest.mark.parametrize(
    "path", ["ORCHEX.config.backup.json", "ci/integrated.backup.yml", "migration-backup/x", "migration-backup/a/b"]
)
def test_a_backup_is_a_way_back_and_nothing_else(path: str) -> None:
    assert shown({path: '{"integration": {"enabled": true}, "templates": ["a"]}'}) == Evidence(backup=True)


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        ({}, [".kilo/templates/cicd/pipeline.yml"]),
        ({"kilo.config.json": '{"templates": ["cicd"]}'}, []),
        ({"ORCHEX-kilo.config.json": '{"kilo": {"templates": {"db": "v1"}}}'}, []),
        ({".gitlab-ci.yml": "script: kilo template apply cicd"}, []),
        ({INTEGRATED: "uses: acme/kilo-templates/cicd@v1"}, []),
    ],
)
def test_a_template_is_used(texts: dict[str, str], others: list[str]) -> None:
    assert shown(texts, *others).template


@pytest.mark.parametrize(
    "texts",
    [
        {"kilo.config.json": '{"templates": []}'},
        {"kilo.config.json": '{"kilo": "templates"}'},
        {"kilo.config.json": "templates"},
        {".gitlab-ci.yml": "# kilo template apply"},
    ],
)
def test_a_template_is_not_used(texts: dict[str, str]) -> None:
    assert not shown(texts).template


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (INTEGRATED, Workflow.INTEGRATED),
        ("ci/integrated-quality.yaml", Workflow.INTEGRATED),
        (SEPARATE, Workflow.LEGACY),
        (".github/workflows/test.yml", Workflow.OTHER),
    ],
)
def test_a_definition_that_has_gone_is_known_by_its_name(path: str, kind: Workflow) -> None:
    assert workflow_of(path, {}, RULES) is kind


@pytest.mark.parametrize("kind", list(Workflow))
def test_what_a_definition_ran_says_more_than_its_name(kind: Workflow) -> None:
    assert workflow_of(INTEGRATED, {INTEGRATED: kind}, RULES) is kind
    assert workflow_of(SEPARATE, {SEPARATE: kind, INTEGRATED: Workflow.OTHER}, RULES) is kind


def test_every_path_and_pattern_can_be_renamed() -> None:
    rules = EvidenceRules(
        legacy_configs=("conf/old.json",),
        integrated_configs=("conf/new.json",),
        ci_definitions=("ci/*.groovy",),
        integrated_run=r"quality-gate --all",
        legacy_runs=(r"gate-one", r"gate-two"),
        backups=("*.orig",),
        template_paths=("shared/*",),
        template_keys=("blueprint",),
        template_uses=r"from-blueprint",
    )
    texts = {
        "conf/old.json": "{}",
        "conf/new.json": '{"blueprint": "x"}',
        "ci/a.groovy": "quality-gate --all",
        "ci/b.groovy": "gate-two; gate-one",
        "a.orig": "",
    }
    assert shown(texts, rules=rules) == Evidence(*[True] * 6)
    assert shown({"ORCHEX.config.json": "{}", SEPARATE: "ORCHEX analyze; kilo compliance"}, rules=rules) == Evidence()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (SEPARATE, Workflow.OTHER),
        (INTEGRATED, Workflow.INTEGRATED),
        ("old/separate-systems.yaml", Workflow.LEGACY),
        ("deploy.yml", Workflow.OTHER),
    ],
)
def test_a_run_s_workflow_is_what_its_definition_was_or_what_its_name_says(path: str, expected: Workflow) -> None:
    assert workflow_of(path, {SEPARATE: Workflow.OTHER}, EvidenceRules()) is expected


def test_a_pattern_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(ValidationError, match=r"integrated_run\n.*not a regular expression: unterminated"):
        EvidenceRules(integrated_run="[a-")
    with pytest.raises(ValidationError, match=r"legacy_runs\.1"):
        EvidenceRules(legacy_runs=("a", "(b"))
    with pytest.raises(ValidationError, match=r"legacy_config\n.*Extra inputs"):
        EvidenceRules.model_validate({"legacy_config": ["a"]})


paths = st.sampled_from(
    [
        "ORCHEX.config.json",
        "kilo.config.json",
        "ORCHEX-kilo.config.json",
        INTEGRATED,
        SEPARATE,
        "Jenkinsfile",
        "migration-backup/x",
        ".kilo/templates/a",
        "README.md",
    ]
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(paths, st.text(max_size=60)))
def test_any_text_can_be_judged(texts: dict[str, str]) -> None:
    judgement = judged(texts)
    assert set(judgement.workflows) == set(texts) & {INTEGRATED, SEPARATE, "Jenkinsfile"}
    assert judgement.evidence.integrated_config >= ("ORCHEX-kilo.config.json" in texts)
