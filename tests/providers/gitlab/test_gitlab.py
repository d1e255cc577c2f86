"""GitLab as a whole: what is in scope, what ends a poll, and what a poll costs."""

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
from exporter.providers.common.listing import Entries
from exporter.providers.common.selection import Selection
from exporter.providers.gitlab import GitLab
from exporter.providers.gitlab.projects import parse_listing
from tests.support.gitlab import DAY, HOUR, INTEGRATED, MINUTE, NOW, Hub, Source
from tests.support.replay import Answer, Request, Server

CI = ".gitlab-ci.yml"
LISTING = "/api/v4/groups/acme/projects"


def scope(facts: Facts) -> list[str]:
    assert facts.scope is not None
    return sorted(map(str, facts.scope))


class TestConfiguration:
    def test_the_defaults(self) -> None:
        gitlab = GitLab.model_validate({"kind": "gitlab", "group": "acme/web"})
        assert (gitlab.base, gitlab.interval) == ("https://gitlab.com/api/v4", 60)
        assert (gitlab.history, gitlab.evidence, gitlab.token_type) == (7 * DAY, EvidenceRules(), "private")
        assert (gitlab.integrated_pipelines, gitlab.legacy_pipelines, gitlab.environments) == ((), (), ())
        assert gitlab.vcs_provider_name == "gitlab"
        assert gitlab.capabilities == {Capability.RUNS, Capability.REPOSITORIES, Capability.CHANGES}

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"group": ""}, "group"),
            ({"group": "/acme"}, "group"),
            ({"group": "acme web"}, "group"),
            ({"token_type": "deploy"}, "token_type"),
            ({"url": "https://git.example/api/v4/"}, "leave away /api/v4"),
            ({"environments": [""]}, "environments"),
            ({"owner": "acme"}, "Extra inputs are not permitted"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            GitLab.model_validate({"kind": "gitlab", "group": "acme", **more})


class TestRequests:
    @pytest.mark.parametrize(
        ("kind", "header", "value"),
        [("private", "private-token", "t"), ("job", "job-token", "t"), ("oauth", "authorization", "Bearer t")],
    )
    def test_each_carries_the_token_as_its_kind_wants_it(
        self, hub: Hub, server: Server, kind: str, header: str, value: str
    ) -> None:
        hub.add()
        Source(server, token="t", token_type=kind).poll(NOW)
        assert len(server.requests) == 5
        assert {request.headers.get(header) for request in server.requests} == {value}
        others = {"private-token", "job-token", "authorization"} - {header}
        assert not [request for request in server.requests if others & request.headers.keys()]

    @pytest.mark.parametrize("path", ["/gitlab", "/gitlab/"])
    def test_an_instance_may_lie_below_a_path(self, hub: Hub, server: Server, path: str) -> None:
        hub.prefix = "/gitlab"
        hub.add().ran(1, NOW - HOUR)
        source = Source(server, path)
        assert scope(source.poll(NOW)) == ["acme/a"]
        assert source.told == [("1", 1, "success")]
        assert {request.path[:15] for request in server.requests} == {"/gitlab/api/v4/"}

    def test_names_are_quoted(self, hub: Hub, server: Server) -> None:
        hub.group = "acme/web team"
        hub.add(branch="feature/a?b")
        source = Source(server)
        source.provider = source.provider.model_copy(update={"group": "acme/web team"})
        assert source.poll(NOW).unreadable == ()
        assert source.asked("/groups/acme%2Fweb%20team/projects")
        assert source.asked("/repository/branches/feature%2Fa%3Fb")


class TestScope:
    def test_the_owner_of_a_project_is_the_full_path_of_its_group(self, hub: Hub, source: Source) -> None:
        hub.add("acme/web/shop")
        assert source.poll(NOW).scope == {Repository("acme/web", "shop")}

    def test_patterns_choose_by_the_path_and_by_the_full_path(self, hub: Hub, server: Server) -> None:
        for path in ("acme/api", "acme/web/shop", "acme/web/Docs", "acme/web/shop-old", "acme/ops/x"):
            hub.add(path)
        source = Source(server, repositories=["api", "acme/web/*"], exclude=["*-old", "acme/*/docs"])
        assert scope(source.poll(NOW)) == ["acme/api", "acme/web/shop"]
        assert source.asked("/projects/5/") == []

    @pytest.mark.parametrize(
        ("more", "config"),
        [
            ({"archived": True}, "include_archived"),
            ({"forked_from_project": {"id": 7}}, "include_forks"),
        ],
    )
    def test_archived_and_forked_ones_are_chosen_on_request(
        self, hub: Hub, server: Server, more: dict[str, Any], config: str
    ) -> None:
        hub.add(more=more)
        assert scope(Source(server).poll(NOW)) == []
        assert scope(Source(server, **{config: True}).poll(NOW)) == ["acme/a"]

    @pytest.mark.parametrize("field", ["marked_for_deletion_at", "marked_for_deletion_on"])
    def test_one_that_waits_for_its_deletion_is_gone(self, hub: Hub, server: Server, field: str) -> None:
        hub.add(more={field: "2026-01-09"})
        assert scope(Source(server, include_archived=True).poll(NOW)) == []

    def test_a_user_is_found_and_remembered(self, hub: Hub, source: Source) -> None:
        hub.owner_kind = "users"
        hub.add()
        assert scope(source.poll(NOW)) == ["acme/a"]
        assert len(source.asked("/groups/")) == 1
        source.poll(NOW)
        assert source.asked("/groups/") == []
        hub.owner_kind = "groups"
        assert scope(source.poll(NOW)) == ["acme/a"], "a group can take over a user's name"

    def test_a_group_that_is_neither_names_the_remedy(self, hub: Hub, source: Source) -> None:
        hub.owner_kind = "nothing"
        source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is Reason.NOT_FOUND
        assert str(source.error).endswith("check `group`")

    def test_who_comes_back_is_told_anew_but_not_counted_anew(self, hub: Hub, source: Source) -> None:
        project = hub.add(files={CI: INTEGRATED})
        project.ran(1, NOW - 3 * DAY)
        project.start(2, NOW - HOUR)
        source.poll(NOW)
        project.more["archived"] = True
        assert scope(source.poll(NOW + HOUR)) == []
        project.more["archived"] = False
        source.told.clear()
        facts = source.poll(NOW + 2 * HOUR)
        assert [state.evidence for state in facts.repositories] == [Evidence(integrated_workflow=True)]
        assert facts.active[0].executing == 1
        assert source.told == []

    def test_a_list_that_moves_while_it_is_paged_leaves_the_scope_unknown(self, hub: Hub, server: Server) -> None:
        for path in ("acme/a", "acme/b", "acme/c"):
            hub.add(path)
        hub.page_size = 2

        def moving(request: Request) -> Answer:
            answer = hub(request)
            if request.path == LISTING:
                hub.projects.pop("acme/a", None)
            return answer

        server.answer = moving
        source = Source(server)
        facts = source.poll(NOW)
        assert facts.scope is None, "c moved to the first page and was not seen, which says nothing about it"
        assert scope(source.poll(NOW)) == ["acme/b", "acme/c"]

    def test_a_malformed_entry_stays_in_scope_by_its_path(self) -> None:
        entries = [
            {"id": 1, "path_with_namespace": "acme/a", "archived": "perhaps"},
            {"id": 2, "path_with_namespace": "acme/b"},
            {"id": "x", "path_with_namespace": "acme/a-old"},
        ]
        listing = parse_listing(Entries(entries, "project", "acme"), "http://x", Selection(exclude=("*-old",)))
        assert listing.scope == {Repository("acme", "a"), Repository("acme", "b")}
        assert [one.item for one in listing.unreadable] == ["acme/a"]
        assert [state.evidence for state in listing.states] == [None]
        assert [str(target.repository) for target in listing.targets] == ["acme/b"]

    def test_an_entry_without_a_path_leaves_the_scope_unknown(self) -> None:
        entries = [{"id": 1, "path_with_namespace": "acme/a"}, {"id": 7}, None]
        listing = parse_listing(Entries(entries, "project", "acme"), "http://x", Selection())
        assert listing.scope is None
        assert [one.item for one in listing.unreadable] == ["project 2 of acme", "project 3 of acme"]

    @pytest.mark.parametrize("body", [{}, None, "x"])
    def test_a_listing_that_is_no_list_ends_the_poll(self, hub: Hub, source: Source, body: object) -> None:
        hub.broken[LISTING] = Answer.of_json(body)
        source.poll(NOW)
        assert isinstance(source.error, BadPayload)


class TestFeatures:
    @pytest.mark.parametrize(
        ("feature", "silent"),
        [
            ("builds", ["/pipelines", "/deployments"]),
            ("merge_requests", ["/merge_requests"]),
            ("repository", ["/branches", "/tree"]),
            ("environments", ["/deployments"]),
        ],
    )
    def test_what_is_switched_off_is_not_asked_for_and_no_trouble(
        self, hub: Hub, server: Server, feature: str, silent: list[str]
    ) -> None:
        hub.add(more={f"{feature}_access_level": "disabled"})
        source = Source(server, environments=["production"])
        facts = source.poll(NOW)
        lists = ["/branches", "/tree", "/pipelines", "/merge_requests", "/deployments"]
        assert [part for part in lists if not source.asked(part)] == silent
        assert facts.unreadable == ()

    def test_a_repository_that_is_switched_off_is_not_called_unmigrated(self, hub: Hub, source: Source) -> None:
        project = hub.add(files={CI: INTEGRATED})
        source.poll(NOW)
        project.more["repository_access_level"] = "disabled"
        assert [state.evidence for state in source.poll(NOW).repositories] == [None]
        project.more.clear()
        assert [state.evidence for state in source.poll(NOW).repositories] == [Evidence(integrated_workflow=True)]


class TestCutShort:
    def test_a_poll_goes_on_where_the_last_one_was_cut(self, hub: Hub, server: Server) -> None:
        for name in "abcd":
            hub.add(f"acme/{name}").ran(1, NOW - HOUR)
        left = [1 + 2 * 5 + 2]

        def limited(request: Request) -> Answer:
            left[0] -= 1
            return hub(request) if left[0] >= 0 else Answer(429, {"Retry-After": "60"}, b"Retry later")

        server.answer = limited
        source = Source(server)
        facts = source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is Reason.RATE_LIMITED
        assert [str(run.repository) for run in facts.runs] == ["acme/a", "acme/b"], "what was read is kept"
        left[0] = 99
        facts = source.poll(NOW + MINUTE)
        assert [str(run.repository) for run in facts.runs] == ["acme/c", "acme/d"]
        source.poll(NOW + 2 * MINUTE)
        assert source.asked("/pipelines")[0].startswith("GET /api/v4/projects/1/"), (
            "a whole one begins at the beginning"
        )

    @pytest.mark.parametrize(("status", "reason"), [(401, Reason.UNAUTHORIZED), (429, Reason.RATE_LIMITED)])
    @pytest.mark.parametrize(
        "path",
        [
            "repository/branches/main",
            "repository/tree",
            "pipelines",
            "pipelines/2",
            "pipelines/2/jobs",
            "merge_requests",
            "merge_requests/1/commits",
            "deployments",
        ],
    )
    def test_troubles_of_the_source_end_the_poll_wherever_they_show(
        self, hub: Hub, server: Server, path: str, status: int, reason: Reason
    ) -> None:
        project = hub.add()
        project.merge(1, NOW - HOUR)
        project.failed(2, NOW - HOUR, "script_failure")
        hub.broken[f"/api/v4/projects/1/{path}"] = Answer(status)
        source = Source(server, environments=["production"])
        facts = source.poll(NOW)
        assert source.error is not None
        assert source.error.reason is reason
        assert facts.unreadable == ()

    def test_the_first_step_is_the_scope_and_then_each_project_whole(self, hub: Hub, server: Server) -> None:
        for name in "ab":
            project = hub.add(f"acme/{name}")
            project.ran(1, NOW - HOUR)
            project.merge(1, NOW - HOUR)
        provider = GitLab.model_validate({"kind": "gitlab", "url": server.url, "group": "acme"})
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
            project = hub.add(f"acme/r{number:03}", files={CI: INTEGRATED, "kilo.config.json": "{}"})
            project.ran(1, NOW - HOUR)
            project.failed(2, NOW - HOUR, "script_failure")
            project.merge(1, NOW - HOUR)

    def test_the_first_poll(self, hub: Hub, source: Source) -> None:
        self.fill(hub, 12)
        source.poll(NOW)
        lists, tree_and_files, ended, failed, commits = 3, 1 + 2, 2, 1, 1
        assert source.outcomes == {"billed": 1 + 12 * (lists + tree_and_files + ended + failed + commits)}

    @pytest.mark.parametrize(("count", "environments"), [(3, []), (3, ["production", "live"]), (120, [])])
    def test_an_unchanged_group_costs_the_listing_and_its_lists(
        self, hub: Hub, server: Server, count: int, environments: list[str]
    ) -> None:
        for number in range(count):
            hub.add(f"acme/r{number:03}")
        hub.projects["acme/r001"].ran(1, NOW - HOUR)
        hub.projects["acme/r002"].merge(1, NOW - HOUR)
        source = Source(server, environments=environments)
        source.poll(NOW)
        for later in (MINUTE, 20 * DAY):
            source.poll(NOW + later)
            assert source.outcomes == {"billed": math.ceil(count / 100) + (3 + len(environments)) * count}

    def test_an_open_pipeline_is_asked_for_as_it_grows_older(self, hub: Hub, source: Source) -> None:
        project = hub.add()
        project.start(1, NOW - HOUR)
        source.poll(NOW)
        source.poll(NOW + 12 * HOUR)
        assert source.outcomes == {"billed": 4}, "while the list shows it, there is nothing to ask"
        project.ran(2, NOW - 20 * MINUTE)
        source.marks.clear()
        source.poll(NOW)
        asked = []
        for minute in range(1, 61):
            source.poll(NOW + minute * MINUTE)
            asked += [minute] * (source.outcomes["billed"] - 4)
        assert asked == [10, 20, 30, 40, 50]
        source.poll(NOW + 3 * DAY)
        for hour in range(1, 25):
            source.poll(NOW + 3 * DAY + hour * HOUR)
            asked += [hour] * (source.outcomes["billed"] - 4)
        assert asked[5:] == [8, 17], "an age of three days grows by a tenth in seven hours and a bit"

    def test_a_changed_project_costs_what_changed(self, hub: Hub, source: Source) -> None:
        self.fill(hub, 10)
        source.poll(NOW)
        changed = hub.projects["acme/r004"]
        usual = 1 + 3 * 10
        changed.ran(3, NOW)
        source.poll(NOW + MINUTE)
        assert source.outcomes == {"billed": usual + 1}
        changed.failed(4, NOW + MINUTE, "script_failure")
        source.poll(NOW + 2 * MINUTE)
        assert source.outcomes == {"billed": usual + 2}
        changed.merge(2, NOW + 2 * MINUTE, commits=101)
        source.poll(NOW + 3 * MINUTE)
        assert source.outcomes == {"billed": usual + 2}
        changed.push(**{"src__main.py": "print()"})
        source.poll(NOW + 4 * MINUTE)
        assert source.outcomes == {"billed": usual + 1}
        changed.push(**{"kilo.config.json": "{ }"})
        source.poll(NOW + 5 * MINUTE)
        assert source.outcomes == {"billed": usual + 1 + 2}
        source.poll(NOW + 6 * MINUTE)
        assert source.outcomes == {"billed": usual}

    def test_a_large_tree_costs_five_pages_and_the_folders(self, hub: Hub, source: Source) -> None:
        large = {f"src/{number:04}.py": "" for number in range(600)}
        hub.add(files={**large, CI: INTEGRATED, ".kilo/templates/a.yml": "", ".kilo/b.yml": ""})
        source.poll(NOW)
        root, kilo, templates, files = 1, 1, 1, 1
        assert source.outcomes == {"billed": 1 + 3 + 5 + root + kilo + templates + files}
