"""What Jenkins' words mean, and what of an answer may be anything."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import BadPayload
from exporter.model import Result, Workers
from exporter.providers.common.words import newer_word
from exporter.providers.jenkins.api import (
    Checkout,
    Computers,
    Waiting,
    parse_list,
    parse_result,
    path_in,
    path_to,
)
from tests.support.jenkins import NOW, build


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("SUCCESS", Result.SUCCESS),
        ("UNSTABLE", Result.FAILURE),
        ("FAILURE", Result.FAILURE),
        ("ABORTED", Result.CANCELLATION),
        ("NOT_BUILT", Result.SKIP),
    ],
)
def test_every_result_has_one_of_our_words(word: str, result: Result) -> None:
    assert parse_result(word) is result


def test_a_newer_result_is_unknown_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    newer_word.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [parse_result(word) for word in ("PAUSED", "PAUSED", None)] == [Result.UNKNOWN] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "Jenkins reports a build result that is newer than this exporter: 'PAUSED'"
    ]


def test_a_result_is_final_once_the_build_has_ended() -> None:
    assert build().final
    assert not build(building=True).final, "it can still get worse"
    assert not build(result=None).final


def test_a_build_ends_after_its_duration_and_never_before_it_began() -> None:
    assert build().finished_at == NOW + 1.5
    assert build(duration=-5).finished_at == NOW


@pytest.mark.parametrize("wrong", [{"timestamp": 5}, {"duration": None}, {"duration": 1e18}, {"number": "7"}])
def test_what_cannot_be_a_build_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build(**wrong)


def test_the_time_in_the_queue_is_told_by_the_metrics_plugin_alone() -> None:
    assert build(actions=[{}, {"queuingDurationMillis": 2500}]).waited == 2.5
    assert build(actions=[{}, None, 3, {"queuingDurationMillis": "x"}]).waited is None
    assert build(actions=[{"queuingDurationMillis": -1}, {"queuingDurationMillis": 1e18}]).waited is None
    assert build(actions=None).waited is None


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("main", "main"),
        ("refs/remotes/origin/main", "main"),
        ("refs/remotes/upstream/feature/x", "feature/x"),
        ("origin/main", "main"),
        ("refs/heads/main", "main"),
        ("feature/x", "feature/x"),
        ("detached", ""),
        (None, ""),
    ],
)
def test_a_branch_is_called_as_its_repository_calls_it(name: str | None, branch: str) -> None:
    action = {"remoteUrls": ["https://git.example/a/b"], "lastBuiltRevision": {"branch": [{"name": name}]}}
    assert build(actions=[action]).checkouts == (Checkout("https://git.example/a/b", branch),)


@pytest.mark.parametrize(
    "action",
    [
        {"remoteUrls": []},
        {"remoteUrls": [None]},
        {"remoteUrls": "https://git.example/a/b"},
        {"lastBuiltRevision": {"branch": [{"name": "main"}]}},
    ],
)
def test_without_an_address_nothing_was_checked_out(action: dict[str, Any]) -> None:
    assert build(actions=[action]).checkouts == ()


@pytest.mark.parametrize("revision", [None, {}, {"branch": None}, {"branch": []}, {"branch": [None]}, "x"])
def test_a_checkout_may_be_of_no_branch(revision: Any) -> None:
    checkouts = build(actions=[{"remoteUrls": ["/srv/a.git"], "lastBuiltRevision": revision}]).checkouts
    assert checkouts == (Checkout("/srv/a.git", ""),)


def test_addresses_and_names_are_each_others_inverse() -> None:
    path = ("acme corp", "shop", "feature%2Fx", "ä")
    assert path_to(path) == "job/acme%20corp/job/shop/job/feature%252Fx/job/%C3%A4/"
    assert path_in("https://ci.example/jenkins/" + path_to(path)) == path
    assert path_in("https://ci.example/") == ()
    assert path_in("https://ci.example/job/matrix/os=linux/") == ("matrix",)


@pytest.mark.parametrize("kind", ["a.b.ExecutorStepExecution$PlaceholderTask", "hudson.matrix.MatrixConfiguration"])
def test_a_part_of_a_build_is_no_run_that_waits(kind: str) -> None:
    assert Waiting.model_validate({"id": 1, "task": {"_class": kind}}).part_of_a_build
    assert not Waiting.model_validate({"id": 1, "task": {"_class": "hudson.model.FreeStyleProject"}}).part_of_a_build
    assert not Waiting.model_validate({"id": 1}).part_of_a_build


def test_executors_of_computers_that_are_offline_are_offline() -> None:
    computers = {
        "busyExecutors": 3,
        "totalExecutors": 8,
        "computer": [{"numExecutors": 8, "offline": False}, {"numExecutors": 4, "offline": True}],
    }
    assert Computers.model_validate(computers).workers == Workers(available=5, busy=3, offline=4)


def test_fewer_executors_than_are_busy_leave_none() -> None:
    """An agent whose executors are reduced lets those that are busy end their builds."""
    workers = Computers.model_validate({"busyExecutors": 3, "totalExecutors": 2}).workers
    assert workers == Workers(available=0, busy=3, offline=0)


@pytest.mark.parametrize("data", [None, [], {}, {"jobs": None}, {"jobs": {}}])
def test_what_is_no_list_is_no_jenkins(data: Any) -> None:
    with pytest.raises(BadPayload, match=r"x: jobs: a list was expected; is this the address of a Jenkins\?"):
        parse_list(data, "jobs", "x")
