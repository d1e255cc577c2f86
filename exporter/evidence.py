"""What a repository's default branch shows of its migration.

Two pure steps, the same for every git host: `to_read` says which files matter, `judge` reads them.
Every path and pattern can be configured (`evidence:`), because organisations rename things. Paths
are shell patterns (`*` also matches `/`); run patterns are regular expressions without regard to case.

This module knows the documented evidence; it knows no host and makes no request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from exporter.model import Evidence, Workflow


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class EvidenceRules(BaseModel):
    """Which paths and words are evidence; the defaults are the documented ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    legacy_configs: tuple[str, ...] = ("ORCHEX.config.json", "kilo.config.json")
    """Configurations of the separate tools; one whose `integration.enabled` is true is integrated."""
    integrated_configs: tuple[str, ...] = ("ORCHEX-kilo.config.json",)
    """Integrated configurations."""
    ci_definitions: tuple[str, ...] = (
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
        ".gitea/workflows/*.y*ml",
        ".forgejo/workflows/*.y*ml",
        ".gitlab-ci.yml",
        "Jenkinsfile",
    )
    """CI definitions, which are read for what they run."""
    integrated_run: Pattern = r"\bORCHEX\s+analyze\b[^\n]*--governance-check\b"
    """What a CI definition runs that makes it the integrated workflow."""
    legacy_runs: tuple[Pattern, ...] = (r"\bORCHEX\s+analyze\b", r"\bkilo\s+compliance\b")
    """What it runs, all of it, that makes it the separate tools' workflow."""
    integrated_names: tuple[str, ...] = ("*integrated-quality.y*ml",)
    """CI definitions that were the integrated workflow, for runs whose definition is gone."""
    legacy_names: tuple[str, ...] = ("*separate-systems.y*ml",)
    """CI definitions that were the separate tools' workflow, for runs whose definition is gone."""
    backups: tuple[str, ...] = ("*.backup.json", "*.backup.yml", "migration-backup/*")
    """Backups: migrated with a way back."""
    template_paths: tuple[str, ...] = (".kilo/templates/*",)
    """Files that are KILO templates."""
    template_keys: tuple[str, ...] = ("templates", "kilo.templates")
    """Keys of a configuration that name KILO templates when they are not empty."""
    template_uses: Pattern = r"\bkilo\s+template\b|\bkilo-templates/"
    """What a CI definition runs or names when it uses a KILO template."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The evidence, and which kind of workflow each CI definition is, by path."""

    evidence: Evidence
    workflows: Mapping[str, Workflow]


def to_read(paths: Iterable[str], rules: EvidenceRules) -> list[str]:
    """Those of a branch's `paths` whose text `judge` needs, sorted."""
    wanted = (*rules.legacy_configs, *rules.integrated_configs, *rules.ci_definitions)
    return sorted({path for path in paths if _matches(path, wanted) and not _matches(path, rules.backups)})


def judge(paths: Iterable[str], texts: Mapping[str, str], rules: EvidenceRules) -> Judgement:
    """What `paths` (all files of the branch) and `texts` (of those `to_read`) show.

    A configuration that is not valid JSON still counts as there; it names no template and no
    integration.
    """
    every = list(paths)
    configs = {path: _config(text) for path, text in texts.items() if not _matches(path, rules.ci_definitions)}
    pipelines = {path: _joined(text) for path, text in texts.items() if _matches(path, rules.ci_definitions)}
    workflows = {path: _workflow(text, rules) for path, text in pipelines.items()}
    integrated = {
        path for path, config in configs.items() if _matches(path, rules.integrated_configs) or _is_integrated(config)
    }
    evidence = Evidence(
        legacy_config=any(_matches(path, rules.legacy_configs) for path in configs.keys() - integrated),
        integrated_config=bool(integrated),
        legacy_workflow=Workflow.LEGACY in workflows.values(),
        integrated_workflow=Workflow.INTEGRATED in workflows.values(),
        backup=any(_matches(path, rules.backups) for path in every),
        template=any(_matches(path, rules.template_paths) for path in every)
        or any(_dig(config, key) for config in configs.values() for key in rules.template_keys)
        or any(re.search(rules.template_uses, text, re.IGNORECASE) for text in pipelines.values()),
    )
    return Judgement(evidence, workflows)


def workflow_of(path: str, known: Mapping[str, Workflow], rules: EvidenceRules) -> Workflow:
    """Which workflow a run of the definition at `path` executed.

    `known` is what the definitions were judged to be while they were there; one that was never seen,
    because it had gone before, is known by its documented name.
    """
    if path in known:
        return known[path]
    if _matches(path, rules.integrated_names):
        return Workflow.INTEGRATED
    return Workflow.LEGACY if _matches(path, rules.legacy_names) else Workflow.OTHER


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _config(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_integrated(config: Any) -> bool:
    return _dig(config, "integration.enabled") is True


def _dig(config: Any, path: str) -> Any:
    """The value at a dotted path of nested objects, or None."""
    for key in path.split("."):
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _joined(text: str) -> str:
    """A CI definition without comments, with continued lines joined: one command, one line.

    A `#` begins a comment after white space only; `//` (Jenkinsfile) only where a line begins, because
    Bazel's targets look the same.
    """
    code = re.sub(r"(?m)^\s*//.*$|(^|[ \t])#.*$", "", text)
    return re.sub(r"\\\s*\n\s*", " ", code)


def _workflow(text: str, rules: EvidenceRules) -> Workflow:
    if re.search(rules.integrated_run, text, re.IGNORECASE):
        return Workflow.INTEGRATED
    if all(re.search(pattern, text, re.IGNORECASE) for pattern in rules.legacy_runs):
        return Workflow.LEGACY
    return Workflow.OTHER
