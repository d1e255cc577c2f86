"""The files of a repository, as its standing leaves them. Pure texts: it knows no history and no API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exporter.demo.catalogue import OWNER, Plan, Standing
from exporter.demo.hosts import Host

Files = dict[str, str]

CI = ".github/workflows/ci.yml"
NIGHTLY = ".github/workflows/nightly.yml"
INTEGRATED = ".github/workflows/integrated-quality.yml"
SEPARATE = ".github/workflows/separate-systems.yml"
WORKFLOWS = (CI, NIGHTLY, INTEGRATED, SEPARATE)


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


def pipeline_name(path: str, host: Host) -> str:
    """What the host calls the workflow's pipeline: Gitea tells the name of its file alone."""
    return path.rpartition("/")[2] if host is Host.GITEA else workflow_name(path)


def job_name(path: str) -> str:
    """The workflow in an address: `integrated-quality`."""
    return path.rpartition("/")[2].removesuffix(".yml")


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


def files(plan: Plan, standing: Standing, habits: Habits, message: str, host: Host = Host.GITHUB) -> Files:
    """All files of the default branch after the commit `message`, with CI definitions in the host's way."""
    template = template_used(standing, habits)
    tool = tool_workflow(standing, habits)
    present = _sources(plan, message) | _configs(plan, standing, habits, template)
    present |= _definitions(plan, host, [_CHECK, _NIGHTLY, *([_tools(tool, template)] if tool else [])])
    if standing is Standing.ROLLED_BACK:
        present["migration-backup/README.md"] = "Restored from these after the rollback; kept for 90 days.\n"
        present["migration-backup/integrated-quality.backup.yml"] = _backup(plan, INTEGRATED)
    if tool == INTEGRATED:
        present["migration-backup/separate-systems.backup.yml"] = _backup(plan, SEPARATE)
    if template is Template.FOLDER:
        present[".kilo/templates/cicd/quality.yml"] = "template: cicd/quality\nversion: 2\nstages: [lint, test, scan]\n"
    return dict(sorted(present.items()))


def _sources(plan: Plan, message: str) -> Files:
    return {
        "README.md": f"# {plan.name}\n\nOwned by the {plan.team} team ({plan.language}).\n",
        "CHANGES.md": f"Last change: {message}\n",
        ".github/CODEOWNERS": f"* @{OWNER}/{plan.team}\n",
    }


@dataclass(frozen=True, slots=True)
class _Pipeline:
    """What one workflow runs, whatever the host calls it. A command may have several lines."""

    path: str
    on: str
    commands: tuple[str, ...]


_CHECK = _Pipeline(CI, "[push, pull_request]", ("make check",))
_NIGHTLY = _Pipeline(NIGHTLY, "{schedule: [{cron: '17 2 * * *'}]}", ("make nightly",))


def _tools(path: str, template: Template) -> _Pipeline:
    """The pipeline in which the tools run, separately or together."""
    first = ("kilo template apply cicd/quality",) if template is Template.PIPELINE else ()
    analysis = "ORCHEX analyze src/ \\\n  --governance-check --fail-on high"
    separate = ("ORCHEX analyze --format json src/", "kilo compliance check .")
    return _Pipeline(path, "[push, pull_request]", (*first, *(separate if path == SEPARATE else (analysis,))))


def _backup(plan: Plan, path: str) -> str:
    return _workflow_file(plan, _tools(path, Template.NO))


def _definitions(plan: Plan, host: Host, pipelines: list[_Pipeline]) -> Files:
    """The CI definitions: a file a workflow, or all in one."""
    if host is Host.GITLAB:
        return {".gitlab-ci.yml": "".join(_gitlab_job(pipeline) for pipeline in pipelines)}
    if host is Host.GIT:
        return {"Jenkinsfile": _jenkinsfile(pipelines)}
    folder = {Host.GITHUB: ".github", Host.GITEA: ".gitea"}[host]
    return {each.path.replace(".github", folder, 1): _workflow_file(plan, each) for each in pipelines}


def _workflow_file(plan: Plan, pipeline: _Pipeline) -> str:
    steps = "".join(f"      - run: {_block(command, 10)}\n" for command in pipeline.commands)
    return (
        f"name: {workflow_name(pipeline.path)}\n"
        f"on: {pipeline.on}\n"
        "jobs:\n"
        f"  {plan.team}:\n"
        "    runs-on: ubuntu-latest\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        f"{steps}"
    )


def _gitlab_job(pipeline: _Pipeline) -> str:
    script = "".join(f"    - {_block(command, 6)}\n" for command in pipeline.commands)
    name = workflow_name(pipeline.path)
    return f"{job_name(pipeline.path)}:\n  rules: [{{if: '$PIPELINE == \"{name}\"'}}]\n  script:\n{script}"


def _jenkinsfile(pipelines: list[_Pipeline]) -> str:
    stages = "".join(
        f"        stage('{workflow_name(each.path)}') {{ steps {{ sh '''{command}''' }} }}\n"
        for each in pipelines
        for command in each.commands
    )
    return f"pipeline {{\n    agent any\n    stages {{\n{stages}    }}\n}}\n"


def _block(command: str, indent: int) -> str:
    """A command as a YAML value: as it is, or as a block of lines."""
    if "\n" not in command:
        return command
    return "|\n" + "\n".join(" " * indent + line for line in command.split("\n"))


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


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
