"""The files say what the organisation means, by the exporter's own reading of evidence."""

from itertools import product

import pytest
import yaml

from exporter.demo.catalogue import Standing, plans
from exporter.demo.files import Habits, Template, files, template_used, tool_workflow
from exporter.demo.hosts import Host
from exporter.evidence import EvidenceRules, judge
from exporter.migration.stages import stage_of
from exporter.model import Workflow

HABITS = [Habits(*each) for each in product((False, True), (False, True), Template, (False, True))]
PLAN = plans(1)[0]


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("host", Host)
def test_evidence_and_standing_agree_whatever_the_habits_and_the_host(standing, host):
    for habits in HABITS:
        held = files(PLAN, standing, habits, "a message", host)
        judged = judge(held, held, EvidenceRules())
        integrated_before = standing is Standing.ROLLED_BACK
        assert stage_of(judged.evidence, integrated_before=integrated_before) == standing, habits
        assert judged.evidence.template == bool(template_used(standing, habits)), habits


@pytest.mark.parametrize("standing", Standing)
def test_the_tools_workflow_is_judged_as_what_it_is(standing):
    for habits in HABITS:
        held = files(PLAN, standing, habits, "a message")
        path = tool_workflow(standing, habits)
        judged = judge(held, held, EvidenceRules()).workflows
        kinds = {p: w for p, w in judged.items() if w is not Workflow.OTHER}
        expected = {} if path is None else {path: Workflow.INTEGRATED if "integrated" in path else Workflow.LEGACY}
        assert kinds == expected, habits


@pytest.mark.parametrize(("host", "folder"), [(Host.GITHUB, ".github"), (Host.GITEA, ".gitea")])
def test_workflow_files_are_yaml_that_names_itself(host, folder):
    for standing in Standing:
        held = files(PLAN, standing, Habits(template=Template.PIPELINE), "a message", host)
        workflows = [text for path, text in held.items() if path.startswith(f"{folder}/workflows/")]
        assert len(workflows) >= 2
        assert all(yaml.safe_load(text)["name"] for text in workflows)


def test_gitlabs_definition_is_yaml_with_a_job_for_each_workflow():
    held = files(PLAN, Standing.INTEGRATED, Habits(template=Template.PIPELINE), "a message", Host.GITLAB)
    assert set(yaml.safe_load(held[".gitlab-ci.yml"])) == {"ci", "nightly", "integrated-quality"}


def test_going_on_keeps_a_way_back():
    held = files(PLAN, Standing.INTEGRATED, Habits(), "a message")
    assert judge(held, held, EvidenceRules()).evidence.backup
