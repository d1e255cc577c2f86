"""GitHub evidence: read when it may have changed, never guessed from what could not be read."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pytest

from exporter.errors import BadPayload
from exporter.model import Evidence, Facts, Workflow
from exporter.providers.github.contents import parse_tree
from tests.support.github import HOUR, INTEGRATED, LEGACY, MINUTE, NOW, Hub, Repo, Source
from tests.support.replay import Answer

CI = ".github/workflows/ci.yml"
MIGRATED = {"ORCHEX-kilo.config.json": "{}", CI: INTEGRATED}
INTEGRATED_EVIDENCE = Evidence(integrated_config=True, integrated_workflow=True)


@pytest.fixture
def repo(hub: Hub) -> Repo:
    return hub.add("a", files=dict(MIGRATED))


def evidence(facts: Facts) -> Evidence | None:
    (state,) = facts.repositories
    return state.evidence


class TestWhenItIsRead:
    def test_once_while_nothing_is_pushed(self, repo: Repo, source: Source) -> None:
        assert evidence(source.poll(NOW)) == INTEGRATED_EVIDENCE
        assert source.poll(NOW + MINUTE).repositories == ()
        assert source.asked("/git/") == []

    def test_a_push_to_another_branch_costs_a_304(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.push(NOW)
        assert source.poll(NOW + MINUTE).repositories == ()
        assert len(source.asked("/git/")) == 1
        assert source.outcomes == {"billed": 1, "not_modified": 3}
        source.poll(NOW + 2 * MINUTE)
        assert source.asked("/git/") == []

    def test_a_push_that_touches_no_evidence_costs_the_tree(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.push(NOW, **{"src__main.py": "print()"})
        assert source.poll(NOW + MINUTE).repositories == ()
        assert len(source.asked("/git/")) == 1

    def test_changed_evidence_is_told(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.push(NOW, **{CI: LEGACY, "kilo.config.json": "{}"})
        found = evidence(source.poll(NOW + MINUTE))
        assert found == Evidence(legacy_config=True, integrated_config=True, legacy_workflow=True)

    def test_evidence_by_paths_alone_is_told(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.push(NOW, **{"migration-backup__x": "", ".kilo__templates__cicd.yml": ""})
        found = evidence(source.poll(NOW + MINUTE))
        assert found == Evidence(integrated_config=True, integrated_workflow=True, backup=True, template=True)

    def test_another_default_branch_is_read(self, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        repo.branch = "release/2.0"
        repo.files = {CI: LEGACY}
        assert evidence(source.poll(NOW + MINUTE)) == Evidence(legacy_workflow=True)
        (asked,) = (request for request in source.server.requests if "/git/trees" in request.path)
        assert str(asked) == "GET /repos/acme/a/git/trees/release%2F2.0?recursive=1"
        assert "if-none-match" not in asked.headers, "an ETag belongs to one address"

    def test_other_rules_are_applied_to_all(self, hub: Hub, repo: Repo, source: Source) -> None:
        source.poll(NOW)
        other = Source(source.server, evidence={"integrated_configs": ["nothing.json"]})
        other.marks = source.marks
        assert evidence(other.poll(NOW + MINUTE)) == Evidence(integrated_workflow=True)


class TestWhatCannotBeRead:
    def test_an_empty_repository_shows_nothing(self, repo: Repo, source: Source) -> None:
        repo.files.clear()
        facts = source.poll(NOW)
        assert (evidence(facts), facts.unreadable) == (Evidence(), ())

    @pytest.mark.parametrize("changed", [True, False], ids=["a file", "the tree"])
    def test_it_is_unknown_and_told_again_when_it_can_be(
        self, hub: Hub, repo: Repo, source: Source, *, changed: bool
    ) -> None:
        source.poll(NOW)
        repo.push(NOW, **({CI: INTEGRATED + "  # changed"} if changed else {}))
        sha = hashlib.sha1(repo.files[CI].encode(), usedforsecurity=False).hexdigest()
        hub.broken[f"/repos/acme/a/git/{f'blobs/{sha}' if changed else 'trees/main'}"] = Answer(403)
        repo.ran(1, NOW - HOUR)
        facts = source.poll(NOW + MINUTE)
        assert evidence(facts) is None
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", "forbidden")]
        assert facts.runs[0].workflow is Workflow.INTEGRATED, "the kind of its runs is still that of last time"
        hub.broken.clear()
        assert evidence(source.poll(NOW + 2 * MINUTE)) == INTEGRATED_EVIDENCE, (
            "the same as before, and told all the same"
        )

    def test_a_repository_that_refuses_everything_is_one_trouble(self, hub: Hub, repo: Repo, source: Source) -> None:
        for path in ("git/trees/main", "actions/runs", "pulls"):
            hub.broken[f"/repos/acme/a/{path}"] = Answer(404)
        assert [(one.item, one.reason) for one in source.poll(NOW).unreadable] == [("acme/a", "not_found")]

    def test_a_conflict_elsewhere_is_no_empty_repository(self, hub: Hub, repo: Repo, source: Source) -> None:
        hub.broken["/repos/acme/a/git/trees/main"] = Answer(422)
        facts = source.poll(NOW)
        assert evidence(facts) is None
        assert facts.unreadable[0].reason == "rejected"


class TestTruncated:
    def test_the_folders_that_matter_are_asked_for(self, repo: Repo, source: Source) -> None:
        repo.files.update({f"aaa/{number}": "" for number in range(20)} | {".kilo/templates/deep/x.yml": "t"})
        repo.truncate = 1
        found = evidence(source.poll(NOW))
        assert found == Evidence(integrated_config=True, integrated_workflow=True, template=True)
        assert [unquote(request).split("/git/trees/")[1] for request in source.asked("/git/trees")] == [
            "main?recursive=1",
            "main",
            "tree:.github",
            "tree:.github/workflows?recursive=1",
            "tree:.kilo",
            "tree:.kilo/templates?recursive=1",
        ]

    def test_what_a_cut_list_shows_counts(self, repo: Repo, source: Source) -> None:
        repo.files["a/kilo.config.backup.json"] = "{}"
        repo.truncate = 3
        found = evidence(source.poll(NOW))
        assert found is not None
        assert found.backup


class TestParsing:
    @pytest.mark.parametrize("data", [{}, [], {"tree": None}, {"tree": [{"path": "x", "type": "blob"}]}])
    def test_a_malformed_entry_spoils_the_tree(self, data: object) -> None:
        with pytest.raises(BadPayload, match="the place"):
            parse_tree(data, "the place")
