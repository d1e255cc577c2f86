"""The facts: what they derive from themselves, and how steps are put together."""

from dataclasses import FrozenInstanceError, fields

import pytest

from exporter.model import (
    ActiveRuns,
    Change,
    Component,
    Facts,
    Health,
    Probe,
    Repository,
    Result,
    Run,
    Unreadable,
    Workflow,
)

HERE = Repository("acme", "shop")


def a_run(created_at: float, started_at: float | None, finished_at: float) -> Run:
    return Run(HERE, "CI", "1", 1, Result.SUCCESS, Workflow.OTHER, True, created_at, started_at, finished_at)  # noqa: FBT003  # a default branch


@pytest.mark.parametrize(
    ("times", "duration", "queued"),
    [
        ((100, 110, 150), 40, 10),
        ((100, None, 150), 50, None),
        ((100, 90, 150), 60, 0),
        ((100, 160, 150), 0, 60),
        ((100, 100, 100), 0, 0),
    ],
)
def test_a_runs_times_are_never_negative(times: tuple[float, ...], duration: float, queued: float | None) -> None:
    run = a_run(*times)
    assert (run.duration, run.queued) == (duration, queued)


def test_a_changes_lead_time_is_first_commit_to_merge() -> None:
    assert Change(HERE, "1", first_commit_at=100, opened_at=150, merged_at=400).lead_time == 300
    assert Change(HERE, "1", first_commit_at=500, opened_at=150, merged_at=400).lead_time == 0


@pytest.mark.parametrize("health", list(Health))
def test_only_healthy_is_up(health: Health) -> None:
    assert Probe(Component.KILO, health).up is (health is Health.HEALTHY)


def test_a_repository_is_written_with_its_owner_if_it_has_one() -> None:
    assert [str(Repository(*names)) for names in (("a", "b"), ("a/b", "c"), ("", "d"))] == ["a/b", "a/b/c", "d"]


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        HERE.name = "other"  # type: ignore[misc]  # that is what is tested


def test_steps_are_merged_in_order() -> None:
    one = Facts(
        probes=(Probe(Component.KILO, Health.HEALTHY),),
        active=(ActiveRuns(HERE, pending=1),),
        scope=frozenset({HERE}),
        marks={"a": "1", "b": "1"},
    )
    two = Facts(probes=(Probe(Component.KILO, Health.DEGRADED),), marks={"b": "2"})
    three = Facts(scope=frozenset(), unreadable=(Unreadable("x", "not_found", ""),))
    merged = Facts.merged([one, two, three])
    assert [probe.health for probe in merged.probes] == ["healthy", "degraded"]
    assert merged.active == one.active
    assert merged.unreadable == three.unreadable
    assert merged.marks == {"a": "1", "b": "2"}
    assert merged.scope == frozenset(), "an empty scope is one: nothing is covered any more"


def test_a_step_that_does_not_know_the_scope_leaves_it() -> None:
    assert Facts.merged([Facts(scope=frozenset({HERE})), Facts()]).scope == {HERE}
    assert Facts.merged([Facts()]).scope is None
    assert Facts.merged([]) == Facts()


def test_every_field_of_facts_is_merged() -> None:
    """A list that is added to Facts and forgotten in `merged` would lose its facts."""
    lists = [one.name for one in fields(Facts) if one.name not in ("scope", "marks")]
    steps = [Facts(**{name: (name,)}) for name in lists]  # type: ignore[arg-type]  # any fact will do
    assert all(getattr(Facts.merged(steps), name) == (name,) for name in lists)
