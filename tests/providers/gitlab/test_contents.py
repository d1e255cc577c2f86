"""GitLab evidence: read when it may have changed, never guessed from what could not be read."""

from __future__ import annotations

import pytest

from exporter.errors import BadPayload
from exporter.evidence import EvidenceRules
from exporter.model import Evidence, Facts, Repository
from exporter.providers.gitlab.api import Target
from exporter.providers.gitlab.contents import parse_tree, rules_for
from tests.support.gitlab import INTEGRATED, LEGACY, MINUTE, NOW, Hub, Project, Source
from tests.support.replay import Answer, Request, Server

CI = ".gitlab-ci.yml"
MIGRATED = {"ORCHEX-kilo.config.json": "{}", CI: INTEGRATED}
INTEGRATED_EVIDENCE = Evidence(integrated_config=True, integrated_workflow=True)
LARGE = {f"src/{number:04}.py": "" for number in range(500)}


@pytest.fixture
def project(hub: Hub) -> Project:
    return hub.add(files=dict(MIGRATED))


def evidence(facts: Facts) -> Evidence | None:
    (state,) = facts.repositories
    return state.evidence


class TestWhenItIsRead:
    def test_once_while_nothing_is_pushed(self, project: Project, source: Source) -> None:
        assert evidence(source.poll(NOW)) == INTEGRATED_EVIDENCE
        assert source.poll(NOW + MINUTE).repositories == ()
        assert source.asked("/repository/") == ["GET /api/v4/projects/1/repository/branches/main"]

    def test_a_push_that_touches_no_evidence_costs_the_tree(self, project: Project, source: Source) -> None:
        source.poll(NOW)
        project.push(**{"src__main.py": "print()"})
        assert source.poll(NOW + MINUTE).repositories == ()
        assert (len(source.asked("/tree")), source.asked("/blobs")) == (1, [])
        source.poll(NOW + 2 * MINUTE)
        assert source.asked("/tree") == []

    def test_changed_evidence_is_told(self, project: Project, source: Source) -> None:
        source.poll(NOW)
        project.push(**{CI: LEGACY, "kilo.config.json": "{}"})
        found = evidence(source.poll(NOW + MINUTE))
        assert found == Evidence(legacy_config=True, integrated_config=True, legacy_workflow=True)

    def test_evidence_by_paths_alone_is_told(self, project: Project, source: Source) -> None:
        source.poll(NOW)
        project.push(**{"deep__down__kilo.config.backup.json": "{}"})
        found = evidence(source.poll(NOW + MINUTE))
        assert found is not None
        assert found.backup

    def test_other_rules_are_asked_at_once(self, project: Project, server: Server, source: Source) -> None:
        source.poll(NOW)
        other = Source(server, evidence={"integrated_configs": ["nothing.json"]})
        other.marks = source.marks
        assert evidence(other.poll(NOW)) == Evidence(integrated_workflow=True)

    def test_another_default_branch_is_read(self, project: Project, source: Source) -> None:
        source.poll(NOW)
        project.branch = "trunk"
        project.push(**{CI: LEGACY})
        assert evidence(source.poll(NOW)) == Evidence(integrated_config=True, legacy_workflow=True)


class TestEmpty:
    def test_a_repository_without_a_commit_uses_neither_tool(self, hub: Hub, source: Source) -> None:
        hub.add(files={})
        facts = source.poll(NOW)
        assert (evidence(facts), facts.unreadable) == (Evidence(), ())
        assert source.asked("/repository/") == source.asked("/merge_requests") == []
        assert source.poll(NOW).repositories == ()

    def test_its_first_push_is_seen(self, hub: Hub, source: Source) -> None:
        project = hub.add(files={})
        source.poll(NOW)
        project.push(**MIGRATED)
        assert evidence(source.poll(NOW)) == INTEGRATED_EVIDENCE

    def test_a_hidden_default_branch_is_no_empty_repository(self, hub: Hub, source: Source) -> None:
        hub.add(more={"default_branch": None, "empty_repo": False})
        facts = source.poll(NOW)
        assert evidence(facts) is None
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", "forbidden")]
        assert "Reporter" in facts.unreadable[0].detail


class TestLarge:
    def test_the_folders_that_matter_are_asked_for(self, hub: Hub, source: Source) -> None:
        there = {".kilo/templates/a.yml": "", "kilo.config.json": "{}", "zzz/kilo.config.backup.json": "{}"}
        hub.add(files={**LARGE, **MIGRATED, **there})
        assert evidence(source.poll(NOW)) == Evidence(
            legacy_config=True, integrated_config=True, integrated_workflow=True, template=True
        )
        walked = [one for one in source.asked("/tree") if "path=" in one or "recursive" not in one]
        assert [one.partition("path=")[2] for one in walked] == ["", ".kilo", ".kilo/templates&recursive=true"]

    def test_backups_are_seen_in_their_folder_and_the_root(self, hub: Hub, source: Source) -> None:
        project = hub.add(files={**LARGE, "migration-backup/x": ""})
        found = evidence(source.poll(NOW))
        assert found is not None
        assert found.backup
        project.files.pop("migration-backup/x")
        assert evidence(source.poll(NOW)) == Evidence()
        project.push(**{"zzz.backup.yml": ""})
        found = evidence(source.poll(NOW))
        assert found is not None
        assert found.backup

    def test_a_folder_that_cannot_be_read_proves_nothing(self, hub: Hub, source: Source) -> None:
        hub.add(files={**LARGE, **MIGRATED})

        def failing(request: Request) -> Answer:
            one_folder = request.path.endswith("/tree") and ("recursive", "true") not in request.query
            return Answer(500) if one_folder else hub(request)

        source.server.answer = failing
        facts = source.poll(NOW)
        assert (evidence(facts), [one.reason for one in facts.unreadable]) == (None, ["server_error"])


class TestTroubles:
    @pytest.mark.parametrize("path", ["branches/main", "tree"])
    @pytest.mark.parametrize(("status", "reason"), [(403, "forbidden"), (404, "not_found"), (500, "server_error")])
    def test_what_cannot_be_read_is_unknown_and_read_anew(
        self, hub: Hub, project: Project, source: Source, path: str, status: int, reason: str
    ) -> None:
        source.poll(NOW)
        project.push(**{"kilo.config.json": "{}"})
        hub.broken[f"/api/v4/projects/1/repository/{path}"] = Answer(status)
        facts = source.poll(NOW)
        assert evidence(facts) is None
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", reason)]
        hub.broken.clear()
        found = evidence(source.poll(NOW))
        assert found is not None
        assert found.legacy_config

    def test_what_a_definition_was_outlives_a_failed_reading(self, hub: Hub, project: Project, source: Source) -> None:
        source.poll(NOW)
        hub.broken["/api/v4/projects/1/repository/branches/main"] = Answer(500)
        source.poll(NOW)
        project.ran(1, NOW)
        assert [run.workflow.value for run in source.poll(NOW + MINUTE).runs] == ["integrated"]


class TestRules:
    @pytest.mark.parametrize(
        ("definition", "added"),
        [
            ("ci/main.yml", ["ci/main.yml"]),
            ("ci/[x].yml", ["ci/[[]x].yml"]),
            (".gitlab-ci.yml@acme/ci", []),
            ("https://ci.example/main.yml", []),
        ],
    )
    def test_the_projects_own_definition_is_read(self, definition: str, added: list[str]) -> None:
        target = Target(Repository("acme", "a"), 1, "http://x", definition=definition)
        usual = EvidenceRules()
        assert rules_for(target, usual).ci_definitions == (*usual.ci_definitions, *added)


class TestParsing:
    @pytest.mark.parametrize("data", [{}, None, [{"path": "a", "type": "blob"}], [7]])
    def test_a_malformed_tree_is_no_tree(self, data: object) -> None:
        with pytest.raises(BadPayload, match="here"):
            parse_tree(data, "here")
