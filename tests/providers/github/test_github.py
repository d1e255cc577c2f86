"""GitHub as a whole: what is in scope, what ends a poll, and what a poll costs."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import BadPayload, Reason
from exporter.evidence import EvidenceRules
from exporter.model import Evidence, Facts, Repository
from exporter.providers.base import Capability, Since
from exporter.providers.common.items import distinct, unreadable
from exporter.providers.common.selection import Selection
from exporter.providers.github import GitHub
from exporter.providers.github.repositories import parse_listing
from tests.support.github import DAY, HOUR, INTEGRATED, MINUTE, NOW, Hub, Source
from tests.support.replay import Answer, Request, Server

ALL = Selection(("*",), (), include_archived=False, include_forks=False)


def scope(facts: Facts) -> list[str]:
    assert facts.scope is not None
    return sorted(map(str, facts.scope))


class TestConfiguration:
    def test_the_defaults(self) -> None:
        github = GitHub.model_validate({"kind": "github", "owner": "acme"})
        assert (github.at("orgs"), github.interval) == ("https://api.github.com/orgs", 60)
        assert (github.lookback, github.history, github.evidence) == (DAY, 7 * DAY, EvidenceRules())
        assert (github.repositories, github.exclude) == (("*",), ())
        assert (github.include_archived, github.include_forks) == (False, False)
        assert github.vcs_provider_name == "github"
        assert github.capabilities == {Capability.RUNS, Capability.REPOSITORIES, Capability.CHANGES}

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"owner": ""}, "owner"),
            ({"owner": "acme/api"}, "owner"),
            ({"history": "1h"}, "history must be at least as long as lookback"),
            ({"lookback": "soon"}, "not a duration"),
            ({"token": "a", "token_file": "b"}, "give token or token_file, not both"),
            ({"repos": ["*"]}, "Extra inputs are not permitted"),
            ({"evidence": {"integrated_run": "("}}, "not a regular expression"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            GitHub.model_validate({"kind": "github", "owner": "acme", **more})


class TestRequests:
    def test_each_names_the_version_the_format_and_the_token(self, hub: Hub, server: Server) -> None:
        hub.add("a")
        Source(server, token="t").poll(NOW)
        assert len(server.requests) == 4
        for request in server.requests:
            assert request.headers["accept"] == "application/vnd.github+json"
            assert request.headers["x-github-api-version"] == "2022-11-28"
            assert request.headers["authorization"] == "Bearer t"

    @pytest.mark.parametrize("path", ["/api/v3", "/api/v3/"])
    def test_an_enterprise_server_has_its_api_below_a_path(self, hub: Hub, server: Server, path: str) -> None:
        hub.prefix = "/api/v3"
        hub.add("a").ran(1, NOW - HOUR)
        source = Source(server, path)
        assert scope(source.poll(NOW)) == ["acme/a"]
        assert set(source.runs) == {("1", 1)}
        assert {request.path[:8] for request in server.requests} == {"/api/v3/"}

    def test_names_are_quoted(self, hub: Hub, server: Server) -> None:
        hub.add("a?b#c")
        source = Source(server)
        assert source.poll(NOW).unreadable == ()
        assert len(source.asked("/repos/acme/a%3Fb%23c/")) == 3


class TestScope:
    def test_patterns_choose(self, hub: Hub, server: Server) -> None:
        for name in ("api", "api-archive", "Web", "docs"):
            hub.add(name)
        source = Source(server, repositories=["api*", "web"], exclude=["*-archive"])
        assert scope(source.poll(NOW)) == ["acme/Web", "acme/api"]
        assert source.asked("/repos/acme/docs") == []

    def test_archived_and_forked_ones_are_chosen_on_request(self, hub: Hub, server: Server) -> None:
        hub.add("a", archived=True)
        hub.add("f", fork=True)
        assert scope(Source(server).poll(NOW)) == []
        assert scope(Source(server, include_archived=True).poll(NOW)) == ["acme/a"]
        assert scope(Source(server, include_forks=True).poll(NOW)) == ["acme/f"]

    def test_a_user_is_found_and_remembered(self, hub: Hub, server: Server) -> None:
        hub.owner_kind = "users"
        hub.add("a")
        source = Source(server)
        assert scope(source.poll(NOW)) == ["acme/a"]
        assert len(source.asked("/orgs/")) == 1
        source.poll(NOW)
        assert source.asked("/orgs/") == []
        hub.owner_kind = "orgs"
        assert scope(source.poll(NOW)) == ["acme/a"], "a user can become an organisation"

    def test_an_owner_that_is_neither_names_the_remedy(self, hub: Hub, server: Server) -> None:
        hub.owner_kind = "nothing"
        source = Source(server)
        source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is Reason.NOT_FOUND
        assert str(source.error).endswith("check `owner`")

    def test_who_comes_back_is_told_anew_but_not_counted_anew(self, hub: Hub, server: Server) -> None:
        repo = hub.add("a", files={".github/workflows/ci.yml": INTEGRATED})
        repo.ran(1, NOW - 3 * DAY)
        repo.start(2, NOW - HOUR)
        source = Source(server)
        source.poll(NOW)
        repo.archived = True
        assert scope(source.poll(NOW + HOUR)) == []
        repo.archived = False
        source.told.clear()
        facts = source.poll(NOW + 2 * HOUR)
        assert [state.evidence for state in facts.repositories] == [Evidence(integrated_workflow=True)]
        assert facts.active[0].executing == 1
        assert source.told == [], "the first run is older than the lookback; the ledger knows it for ever"

    def test_a_malformed_entry_stays_in_scope_by_its_name(self) -> None:
        entries = [
            {"name": "a", "owner": {"login": "Acme"}, "pushed_at": "soon"},
            {"name": "b"},
            {"name": "a-old", "fork": 7},
        ]
        chosen = Selection(("*",), ("*-old",), include_archived=False, include_forks=False)
        listing = parse_listing(entries, "http://x", "acme", chosen)
        assert listing.scope == {Repository("Acme", "a"), Repository("acme", "b")}
        assert [one.item for one in listing.unreadable] == ["Acme/a"]
        assert [state.evidence for state in listing.states] == [None]
        assert [str(target.repository) for target in listing.targets] == ["acme/b"]

    def test_an_entry_without_a_name_leaves_the_scope_unknown(self) -> None:
        listing = parse_listing([{"name": "a"}, {"id": 7}, None], "http://x", "acme", ALL)
        assert listing.scope is None
        assert [one.item for one in listing.unreadable] == ["repository 2 of acme", "repository 3 of acme"]

    def test_a_malformed_entry_is_read_anew_when_it_is_mended(self, hub: Hub, server: Server) -> None:
        repo = hub.add("a", files={".github/workflows/ci.yml": INTEGRATED})
        source = Source(server)
        source.poll(NOW)
        repo.archived = "perhaps"  # type: ignore[assignment]  # as a broken host would say it
        assert [state.evidence for state in source.poll(NOW).repositories] == [None]
        repo.archived = False
        assert [state.evidence for state in source.poll(NOW).repositories] == [Evidence(integrated_workflow=True)]

    @pytest.mark.parametrize("body", [{}, None, "x"])
    def test_a_listing_that_is_no_list_ends_the_poll(self, hub: Hub, server: Server, body: object) -> None:
        hub.broken["/orgs/acme/repos"] = Answer.of_json(body)
        source = Source(server)
        source.poll(NOW)
        assert isinstance(source.error, BadPayload)

    def test_a_next_page_on_another_host_is_not_asked(self, hub: Hub, server: Server) -> None:
        hub.add("a")
        link = {"Link": '<http://elsewhere.invalid/runs?page=2>; rel="next"'}
        hub.broken["/repos/acme/a/actions/runs"] = Answer(200, link, b'{"workflow_runs": []}')
        facts = Source(server, token="t").poll(NOW)
        assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/a", "bad_payload")]
        assert "another host" in facts.unreadable[0].detail


class TestCutShort:
    def test_a_poll_goes_on_where_the_last_one_was_cut(self, hub: Hub, server: Server) -> None:
        for name in "abcd":
            hub.add(name).ran(1, NOW - HOUR)
        left = [9]

        def limited(request: Request) -> Answer:
            left[0] -= 1
            return hub(request) if left[0] >= 0 else Answer(429, {"Retry-After": "60"})

        server.answer = limited
        source = Source(server)
        facts = source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is Reason.RATE_LIMITED
        assert [str(run.repository) for run in facts.runs] == ["acme/a", "acme/b"], "what was read is kept"
        assert len(facts.scope or ()) == 4
        left[0] = 99
        facts = source.poll(NOW + MINUTE)
        assert [str(run.repository) for run in facts.runs] == ["acme/c", "acme/d"]
        assert source.asked("/actions/")[0].startswith("GET /repos/acme/c/")
        source.poll(NOW + 2 * MINUTE)
        assert source.asked("/actions/")[0].startswith("GET /repos/acme/a/"), "a whole poll begins at the beginning"

    @pytest.mark.parametrize(("status", "reason"), [(401, Reason.UNAUTHORIZED), (429, Reason.RATE_LIMITED)])
    @pytest.mark.parametrize(
        "path", ["git/trees/main", "actions/runs", "pulls", "pulls/1/commits", "actions/runs/2/attempts/1"]
    )
    def test_troubles_of_the_source_end_the_poll_wherever_they_show(
        self, hub: Hub, server: Server, path: str, status: int, reason: Reason
    ) -> None:
        repo = hub.add("a")
        repo.merge(1, NOW - HOUR)
        repo.ran(2, NOW - HOUR)
        repo.rerun(2, NOW)
        hub.broken[f"/repos/acme/a/{path}"] = Answer(status)
        source = Source(server)
        facts = source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is reason
        assert facts.unreadable == ()

    def test_the_first_step_is_the_scope_and_then_each_repository_whole(self, hub: Hub, server: Server) -> None:
        for name in "ab":
            repo = hub.add(name)
            repo.ran(1, NOW - HOUR)
            repo.merge(1, NOW - HOUR)
        provider = GitHub.model_validate({"kind": "github", "url": server.url, "owner": "acme"})
        with provider.connect(time.monotonic() + 20, provider.auth()) as http:
            steps = list(provider.fetch(http, Since(NOW)))
        assert steps[0].scope == {Repository("acme", "a"), Repository("acme", "b")}
        for step, name in zip(steps[1:3], "ab", strict=True):
            told = [*step.repositories, *step.runs, *step.active, *step.changes]
            assert [fact.repository.name for fact in told] == [name] * 4


class TestCost:
    """The formula in the provider's docstring, counted."""

    def fill(self, hub: Hub, count: int) -> None:
        for number in range(count):
            repo = hub.add(f"r{number:03}", files={".github/workflows/ci.yml": INTEGRATED, "kilo.config.json": "{}"})
            repo.ran(1, NOW - HOUR)
            repo.merge(1, NOW - HOUR)

    def test_the_first_poll(self, hub: Hub, server: Server) -> None:
        self.fill(hub, 12)
        source = Source(server)
        source.poll(NOW)
        tree_and_files, runs, merges, commits = 1 + 2, 1, 1, 1
        assert source.outcomes == {"billed": 1 + 12 * (tree_and_files + runs + merges + commits)}

    @pytest.mark.parametrize("count", [3, 120])
    def test_an_unchanged_organisation_costs_the_listing_and_304s(self, hub: Hub, server: Server, count: int) -> None:
        for number in range(count):
            hub.add(f"r{number}")
        source = Source(server)
        source.poll(NOW)
        for later in (MINUTE, 2 * MINUTE, 20 * DAY):
            source.poll(NOW + later)
            assert source.outcomes == {"billed": math.ceil(count / 100), "not_modified": 2 * count}

    def test_open_runs_change_nothing_about_that(self, hub: Hub, server: Server) -> None:
        hub.add("a").start(1, NOW - HOUR)
        source = Source(server)
        source.poll(NOW)
        source.poll(NOW + DAY)
        assert source.outcomes == {"billed": 1, "not_modified": 2}

    def test_a_changed_repository_costs_what_changed(self, hub: Hub, server: Server) -> None:
        self.fill(hub, 10)
        source = Source(server)
        source.poll(NOW)
        changed = hub.repos["r004"]
        changed.ran(2, NOW)
        source.poll(NOW + MINUTE)
        assert source.outcomes == {"billed": 1 + 1, "not_modified": 2 * 10 - 1}
        changed.merge(2, NOW + MINUTE)
        source.poll(NOW + 2 * MINUTE)
        assert source.outcomes == {"billed": 1 + 1 + 1, "not_modified": 2 * 10 - 1}
        changed.push(NOW + 2 * MINUTE, **{"kilo.config.json": "{ }"})
        source.poll(NOW + 3 * MINUTE)
        assert source.outcomes == {"billed": 1 + 1 + 2, "not_modified": 2 * 10}
        source.poll(NOW + 4 * MINUTE)
        assert source.outcomes == {"billed": 1, "not_modified": 2 * 10}


def test_one_trouble_is_told_once_an_item_and_reason() -> None:
    first, second = unreadable("a", BadPayload("one")), unreadable("a", BadPayload("two"))
    other = unreadable("b", BadPayload("three"))
    assert distinct([first, other, second]) == (first, other)
