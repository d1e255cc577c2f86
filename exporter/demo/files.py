"""The files of a repository, as its standing leaves them. Pure texts: it knows no history and no API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exporter.demo.catalogue import OWNER, Plan, Standing

Files = dict[str, str]

CI = ".github/workflows/ci.yml"
NIGHTLY = ".github/workflows/nightly.yml"
INTEGRATED = ".github/workflows/integrated-quality.yml"
SEPARATE = ".github/workflows/separate-systems.yml"


class Template(StrEnum):
    """How a repository uses a KILO template, if it does."""

    NO = ""
    FOLDER = "folder"
    CONFIG = "config"
    PIPELINE = "pipeline"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a team likes to do it: where the integration is configured, and which step comes first."""

    embedded: bool = False
    """The integration stands in ORCHEX.config.json instead of a file of its own."""
    workflow_first: bool = False
    """Partial then means an integrated workflow beside a legacy configuration."""
    template: Template = Template.NO
    """What the repository uses once it is partial or integrated."""
    early_template: bool = False
    """It used a template already with the separate tools."""


def workflow_name(path: str) -> str:
    return {CI: "CI", NIGHTLY: "Nightly", INTEGRATED: "Integrated quality", SEPARATE: "Separate systems"}[path]


def tool_workflow(standing: Standing, habits: Habits) -> str | None:
    """The path of the workflow in which the tools run; None where neither tool is used."""
    if standing is Standing.NONE:
        return None
    integrated = standing is Standing.INTEGRATED or (standing is Standing.PARTIAL and habits.workflow_first)
    return INTEGRATED if integrated else SEPARATE


def template_used(standing: Standing, habits: Habits) -> Template:
    if standing in (Standing.PARTIAL, Standing.INTEGRATED):
        return habits.template
    return Template.FOLDER if standing is Standing.LEGACY and habits.early_template else Template.NO


def files(plan: Plan, standing: Standing, habits: Habits, message: str) -> Files:
    """All files of the default branch after the commit `message`."""
    template = template_used(standing, habits)
    present = _sources(plan, message) | _configs(plan, standing, habits, template)
    tool = tool_workflow(standing, habits)
    if tool:
        present[tool] = _tool_pipeline(plan, tool, template)
    if standing is Standing.ROLLED_BACK:
        present["migration-backup/README.md"] = "Restored from these after the rollback; kept for 90 days.\n"
        present["migration-backup/integrated-quality.backup.yml"] = _tool_pipeline(plan, INTEGRATED, Template.NO)
    if tool == INTEGRATED:
        present["migration-backup/separate-systems.backup.yml"] = _tool_pipeline(plan, SEPARATE, Template.NO)
    if template is Template.FOLDER:
        present[".kilo/templates/cicd/quality.yml"] = "template: cicd/quality\nversion: 2\nstages: [lint, test, scan]\n"
    return dict(sorted(present.items()))


def _sources(plan: Plan, message: str) -> Files:
    return {
        "README.md": f"# {plan.name}\n\nOwned by the {plan.team} team ({plan.language}).\n",
        "CHANGES.md": f"Last change: {message}\n",
        ".github/CODEOWNERS": f"* @{OWNER}/{plan.team}\n",
        CI: _pipeline("CI", plan, "[push, pull_request]", "make check"),
        NIGHTLY: _pipeline("Nightly", plan, "{schedule: [{cron: '17 2 * * *'}]}", "make nightly"),
    }


def _configs(plan: Plan, standing: Standing, habits: Habits, template: Template) -> Files:
    if standing is Standing.NONE:
        return {}
    chosen = {"templates": ["cicd/quality", "logging/structured"]} if template is Template.CONFIG else {}
    orchex = {"project": plan.name, "agents": ["analyzer", "reviewer"], "analysis": {"depth": "standard"}}
    kilo = {"project": plan.name, "policies": ["security/baseline", "structure/service"], **chosen}
    legacy = {"ORCHEX.config.json": _json(orchex), "kilo.config.json": _json(kilo)}
    if standing in (Standing.LEGACY, Standing.ROLLED_BACK) or (standing is Standing.PARTIAL and habits.workflow_first):
        return legacy
    backups = {name.replace(".json", ".backup.json"): text for name, text in legacy.items()}
    bridges = {"k2a": {"enabled": True}, "a2k": {"enabled": True}}
    if habits.embedded:
        return backups | {
            "ORCHEX.config.json": _json(orchex | {"integration": {"enabled": True, "bridges": bridges}} | chosen)
        }
    return backups | {"ORCHEX-kilo.config.json": _json({"orchex": orchex, "kilo": kilo, "bridges": bridges})}


def _tool_pipeline(plan: Plan, path: str, template: Template) -> str:
    first = ("kilo template apply cicd/quality",) if template is Template.PIPELINE else ()
    analysis = "|\n          ORCHEX analyze src/ \\\n            --governance-check --fail-on high"
    separate = ("ORCHEX analyze --format json src/", "kilo compliance check .")
    commands = separate if path == SEPARATE else (analysis,)
    return _pipeline(workflow_name(path), plan, "[push, pull_request]", *first, *commands)


def _pipeline(name: str, plan: Plan, on: str, *commands: str) -> str:
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return (
        f"name: {name}\n"
        f"on: {on}\n"
        "jobs:\n"
        f"  {plan.team}:\n"
        "    runs-on: ubuntu-latest\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        f"{steps}"
    )


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
