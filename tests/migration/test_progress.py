"""The migrated share, the pilot's and each team's: worked examples by hand, and what must always hold."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.answers import RepositoryView
from exporter.kpis.ratios import Share, template_adoption, workflow_adoption
from exporter.migration.progress import (
    UNASSIGNED,
    Team,
    by_team,
    matches,
    migrated,
    pilot,
    remaining,
    team_progress,
)
from exporter.model import Repository, Result, Stage, Workflow

LEGACY, INTEGRATED, UNKNOWN, NONE = Stage.LEGACY, Stage.INTEGRATED, Stage.UNKNOWN, Stage.NONE


def view(
    name: str,
    stage: Stage = INTEGRATED,
    workflow: Workflow | None = Workflow.INTEGRATED,
    result: Result | None = Result.SUCCESS,
    owner: str = "acme",
    *,
    template: bool | None = True,
    active_at: float | None = 1.0,
    workflow_at: float = 1.0,
    source: str = "here",
) -> RepositoryView:
    return RepositoryView(Repository(owner, name), stage, template, active_at, workflow, workflow_at, result, source)


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        pytest.param([], Share(), id="no repository: not known"),
        pytest.param([NONE, UNKNOWN], Share(0, 0, 1), id="none that uses a tool: not known"),
        pytest.param([LEGACY], Share(0, 1), id="known to be 0"),
        pytest.param([INTEGRATED, LEGACY, Stage.PARTIAL, Stage.ROLLED_BACK], Share(1, 4), id="every stage that uses"),
        pytest.param([INTEGRATED, LEGACY, NONE, NONE], Share(1, 2), id="nothing to migrate is in no ratio"),
        pytest.param([INTEGRATED, LEGACY, UNKNOWN, UNKNOWN], Share(1, 2, 2), id="half the scope unreadable"),
    ],
)
def test_the_migrated_share(stages: list[Stage], expected: Share) -> None:
    assert migrated(view(str(number), stage) for number, stage in enumerate(stages)) == expected


@pytest.mark.parametrize(
    ("repository", "pattern", "expected"),
    [
        (Repository("acme", "shop"), "shop", True),
        (Repository("acme", "shop"), "sh*", True),
        (Repository("acme", "shop"), "acme/*", True),
        (Repository("acme", "shop"), "acme/sh?p", True),
        (Repository("acme", "shop"), "[rs]hop", True),
        (Repository("acme", "shop"), "hop", False),
        (Repository("acme", "shop"), "SHOP", False),
        (Repository("acme", "shop"), "acme", False),
        (Repository("acme/front", "web"), "acme/*", True),
        (Repository("", "builder"), "build*", True),
    ],
)
def test_a_pattern_is_of_the_name_or_of_owner_and_name(repository: Repository, pattern: str, *, expected: bool) -> None:
    assert matches(repository, pattern) is expected


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        pytest.param([], Share(), id="no pilot: not known"),
        pytest.param([view("pilot-a")], Share(1, 1), id="integrated and green"),
        pytest.param([view("pilot-a", result=Result.FAILURE)], Share(0, 1), id="integrated and red"),
        pytest.param([view("pilot-a", workflow=Workflow.LEGACY)], Share(0, 1), id="green by the legacy workflow"),
        pytest.param([view("pilot-a", workflow=None, result=None)], Share(0, 1), id="no run yet"),
        pytest.param([view("pilot-a", Stage.ROLLED_BACK)], Share(0, 1), id="rolled back after a green run"),
        pytest.param([view("pilot-a", UNKNOWN)], Share(0, 0, 1), id="could not be read"),
        pytest.param([view("pilot-a"), view("pilot-docs", NONE)], Share(1, 1), id="nothing to migrate"),
        pytest.param([view("pilot-a"), view("shop", LEGACY), view("canary")], Share(2, 2), id="others are no pilots"),
    ],
)
def test_the_pilot_s_share(views: list[RepositoryView], expected: Share) -> None:
    assert pilot(views, ["pilot-*", "acme/canary"]) == expected


def test_without_patterns_there_is_no_pilot() -> None:
    assert pilot([view("shop")], []).ratio is None


def teams_of(views: Iterable[RepositoryView], patterns: dict[str, str], since: float = 0.0) -> tuple[Team, ...]:
    return tuple(team_progress(by_team(views, patterns), since))


def test_teams_come_by_name_and_the_rest_last() -> None:
    views = [
        view("pay-api"),
        view("pay-web", LEGACY, Workflow.LEGACY, template=False),
        view("pay-core", UNKNOWN, template=None),
        view("web", active_at=None),
        view("tool", NONE, None, template=False),
        view("attic", LEGACY, template=False),
    ]
    teams = teams_of(views, {"pay-core": "core", "pay-*": "payments", "web": "core", "never-*": "absent"})
    nobody = dict.fromkeys(Stage, 0)
    assert teams == (
        Team("core", {**nobody, INTEGRATED: 1, UNKNOWN: 1}, Share(1, 1, 1), Share(1, 1, 1), Share(1, 1)),
        Team("payments", {**nobody, INTEGRATED: 1, LEGACY: 1}, Share(1, 2), Share(1, 2), Share(1, 2)),
        Team(UNASSIGNED, {**nobody, NONE: 1, LEGACY: 1}, Share(0, 1), Share(0, 2), Share(1, 2)),
    )


def test_a_team_s_workflow_adoption_looks_as_far_back_as_it_is_told() -> None:
    """As the organisation's: what was active before counts no more."""
    views = [view("shop", active_at=100.0, workflow_at=40.0), view("web", active_at=50.0, workflow_at=50.0)]
    for since, expected in ((0.0, Share(2, 2)), (50.0, Share(1, 2)), (50.5, Share(0, 1)), (100.5, Share())):
        (team,) = teams_of(views, {"*": "everyone"}, since)
        assert team.workflow_adoption == workflow_adoption(views, since) == expected


def test_the_first_pattern_that_matches_wins() -> None:
    both = {"acme/*": "everyone", "shop": "shop"}
    assert list(by_team([view("shop")], both)) == ["everyone"]
    assert list(by_team([view("shop")], dict(reversed(both.items())))) == ["shop"]


def test_without_repositories_there_are_no_teams() -> None:
    assert by_team([], {"*": "everyone"}) == {}


def test_without_configured_teams_nobody_is_in_one() -> None:
    assert teams_of([view("shop")], {}) == ()
    assert [(left.team, left.view.repository.name) for left in remaining(by_team([view("shop", LEGACY)], {}))] == [
        (None, "shop")
    ]


def test_what_remains_comes_by_team_and_name() -> None:
    views = [
        view("web", LEGACY),
        view("attic", Stage.ROLLED_BACK),
        view("pay-web", UNKNOWN, template=None),
        view("pay-api", Stage.PARTIAL),
        view("pay-core", INTEGRATED),
        view("pay-docs", NONE),
        view("pay-api", LEGACY, source="other"),
        view("pay-zero", LEGACY, owner="Acme"),
    ]
    found = list(remaining(by_team(views, {"pay-*": "payments", "web": "zoo"})))
    assert [(left.team, str(left.view.repository), left.view.stage, left.view.source) for left in found] == [
        ("payments", "Acme/pay-zero", LEGACY, "here"),
        ("payments", "acme/pay-api", Stage.PARTIAL, "here"),
        ("payments", "acme/pay-api", LEGACY, "other"),
        ("payments", "acme/pay-web", UNKNOWN, "here"),
        ("zoo", "acme/web", LEGACY, "here"),
        (UNASSIGNED, "acme/attic", Stage.ROLLED_BACK, "here"),
    ]


views = st.builds(
    view,
    name=st.sampled_from(["pilot-a", "pilot-b", "pay-api", "web", "tool"]),
    stage=st.sampled_from(Stage),
    workflow=st.sampled_from([None, *Workflow]),
    result=st.sampled_from([None, *Result]),
    owner=st.sampled_from(["acme", "acme/front", ""]),
)
TEAMS = {"pay-*": "payments", "acme/front/*": "front", "web": "core"}


@given(every=st.lists(views, max_size=12, unique_by=lambda one: one.repository), data=st.data())
def test_the_order_of_repositories_never_matters(every: list[RepositoryView], data: st.DataObject) -> None:
    other = data.draw(st.permutations(every))
    assert migrated(other) == migrated(every)
    assert pilot(other, ["pilot-*"]) == pilot(every, ["pilot-*"])
    assert teams_of(other, TEAMS) == teams_of(every, TEAMS)
    left = [list(remaining(by_team(some, TEAMS))) for some in (every, other)]
    assert left[0] == left[1]


@given(every=st.lists(views, max_size=12), unread=views.map(lambda one: view(one.repository.name, UNKNOWN)))
def test_an_unreadable_repository_changes_the_coverage_alone(
    every: list[RepositoryView], unread: RepositoryView
) -> None:
    for share in (migrated, lambda some: pilot(some, ["*"])):
        before, after = share(every), share([*every, unread])
        assert (after.part, after.whole, after.unknown) == (before.part, before.whole, before.unknown + 1)
        assert 0 <= before.part <= before.whole


@given(every=st.lists(views, max_size=12))
def test_teams_add_up_to_all_repositories(every: list[RepositoryView]) -> None:
    teams = teams_of(every, TEAMS)
    assert sum(sum(team.stages.values()) for team in teams) == len(every)
    for whole, shares in (
        (migrated(every), [team.migrated for team in teams]),
        (template_adoption(every), [team.template_adoption for team in teams]),
        (workflow_adoption(every, 0.0), [team.workflow_adoption for team in teams]),
    ):
        added = Share(*(sum(getattr(share, part) for share in shares) for part in ("part", "whole", "unknown")))
        assert added == whole


@given(every=st.lists(views, max_size=12), teams=st.sampled_from([TEAMS, {}]))
def test_what_remains_is_what_is_neither_integrated_nor_without_a_tool(
    every: list[RepositoryView], teams: dict[str, str]
) -> None:
    left = [each.view for each in remaining(by_team(every, teams))]
    whole = migrated(every)
    assert len(left) == whole.whole - whole.part + whole.unknown
    assert all(each in every and each.stage not in (INTEGRATED, NONE) for each in left)
