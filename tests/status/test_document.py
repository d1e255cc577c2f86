"""The document: nothing is missing in it, nothing is made up, and it says what its schema says."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings

from exporter.answers import Standing
from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.migration.phases import PHASES
from exporter.migration.plan import TIMELINES, Size
from exporter.model import Phase
from exporter.risks import RISKS
from exporter.scorecard import Scorecard
from exporter.snapshot import Snapshot
from exporter.status.document import document, schema
from exporter.status.shape import Status
from tests.support import statuses, world
from tests.support.schema import faults


@pytest.fixture
def status():
    return document(world.snapshot(), "0.1.0")


@pytest.fixture
def data(status):
    """As a program reads it."""
    return json.loads(status.model_dump_json())


def keys(items, name="key"):
    return [item[name] for item in items]


def test_all_that_is_documented_is_there(data):
    twelve = [each for each in data["criteria"] if each["tier"] == "criterion"]
    assert (len(twelve), len(data["migration"]["phases"]), len(data["migration"]["sizes"])) == (12, 6, 3)
    assert len(data["risks"]) == 9


def test_it_follows_the_catalogues(data):
    assert keys(data["criteria"]) == [criterion.key for criterion in CRITERIA]
    assert keys(data["migration"]["phases"], "phase") == [spec.phase for spec in PHASES]
    assert keys(data["migration"]["sizes"], "size") == list(TIMELINES)
    assert keys(data["risks"]) == [risk.key for risk in RISKS]
    for phase, spec in zip(data["migration"]["phases"], PHASES, strict=True):
        assert keys(phase["gate"]["criteria"]) == [criterion.key for criterion in spec.exit_criteria]


def test_the_summary_counts_the_twelve_alone(status):
    counted = {"met": 5, "at_risk": 1, "missed": 3, "no_data": 2, "stale": 1}
    assert status.summary.model_dump() == {**counted, "ok": False}


def test_without_a_missed_criterion_all_is_ok():
    card = world.scorecard()
    verdicts = {key: replace(each, state=State.NO_DATA) for key, each in card.verdicts.items()}
    assert document(Snapshot(world.NOW, scorecard=replace(card, verdicts=verdicts)), "").summary.ok


def test_a_missed_companion_is_no_reason():
    card = world.scorecard()
    companion = {c.key for c in CRITERIA if c.tier is Tier.COMPANION}
    verdicts = {
        key: replace(each, state=State.MISSED if key in companion else State.MET) for key, each in card.verdicts.items()
    }
    assert document(Snapshot(world.NOW, scorecard=replace(card, verdicts=verdicts)), "").summary.ok


def test_a_criterion_by_hand(data):
    (found,) = (each for each in data["criteria"] if each["key"] == "user_satisfaction")
    assert found == {
        "key": "user_satisfaction",
        "title": "User satisfaction",
        "tier": "criterion",
        "category": "user",
        "value": 0.9,
        "unit": "ratio",
        "comparison": ">",
        "target": 0.8,
        "documented_target": 0.85,
        "margin": 0.02,
        "state": "met",
        "met": True,
        "coverage": 1.0,
        "baseline": None,
        "at": "2025-06-06T15:06:40Z",
        "age_seconds": 777600.0,
        "absence": None,
        "remedy": None,
        "owner": "Training Coordinator",
        "words": "User satisfaction >85%",
        "window": None,
        "trend": [],
    }


def test_what_is_not_known_is_null_and_tells_why(data):
    (found,) = (each for each in data["criteria"] if each["key"] == "cost_savings")
    unknown = ("value", "met", "coverage", "baseline", "at", "age_seconds")
    assert [found[name] for name in unknown] == [None] * len(unknown)
    assert (found["absence"], found["remedy"]) == ("no_baseline", "Give migration.baselines.cost.")


def test_the_schedule_by_hand(data):
    migration = data["migration"]
    names = ("start", "size", "current", "planned_end", "slip_seconds", "on_plan", "planned_ratio")
    assert {name: migration[name] for name in names} == {
        "start": "2025-04-24T03:06:40Z",
        "size": "medium",
        "current": "pilot",
        "planned_end": "2025-09-11T03:06:40Z",
        "slip_seconds": 172800.0,
        "on_plan": True,
        "planned_ratio": 0.5,
    }
    assert migration["slip_ratio"] == pytest.approx(2 / 140)
    assert migration["migrated"] == {"part": 3, "whole": 8, "unknown": 1, "ratio": 0.375}
    assert [size["size"] for size in migration["sizes"] if size["chosen"]] == ["medium"]
    assert migration["phases"][2]["gate"]["blockers"] == ["pilot_success"]
    assert [each["latest"] for each in migration["forecasts"]] == ["2025-08-24T15:06:40Z", None]


def test_a_risk_tells_all_its_signals(data):
    (found,) = (each for each in data["risks"] if each["key"] == "performance_degradation")
    assert (found["likelihood"], found["impact"], found["level"]) == ("high", "high", "very_high")
    assert (found["documented_likelihood"], found["documented_level"]) == ("medium", "high")
    assert [(signal["key"], signal["value"]) for signal in found["signals"]] == [
        ("performance_impact", 0.625),
        ("bridge_latency", 0.25),
    ]


def test_a_source_that_failed(data):
    (found,) = (each for each in data["sources"] if each["name"] == "kilo")
    assert found == {
        "name": "kilo",
        "kind": "kilo",
        "up": False,
        "last_success": None,
        "stale": False,
        "unreadable": 0,
        "error": "timeout",
        "detail": "",
        "interval_seconds": 30.0,
        "max_age_seconds": 300.0,
        "next_poll": None,
        "polls": 4,
        "failures": {"timeout": 2},
    }


def test_a_source_s_next_poll_is_a_moment():
    snapshot = world.snapshot()
    acme = snapshot.sources["acme"]
    due = replace(acme, health=replace(acme.health, next_poll_at=world.NOW + 25.5))
    (found,) = document(replace(snapshot, sources={"acme": due}), "").sources
    assert found.next_poll == datetime(2025, 6, 15, 15, 7, 5, tzinfo=UTC)


def test_a_trend_is_what_was_remembered(data):
    trends = {each["key"]: each["trend"] for each in data["criteria"]}
    assert trends.pop("uptime") == [
        {"at": "2025-06-14T15:06:40Z", "value": 0.9995},
        {"at": "2025-06-15T15:05:39Z", "value": 0.99975},
    ]
    assert set(map(tuple, trends.values())) == {()}


@pytest.mark.parametrize("count", [0, 1, 119, 120, 121, 240, 576, 5000])
def test_a_trend_has_120_points_at_the_most_from_the_first_to_the_last(count):
    known = tuple(Standing(world.NOW - 60 * back, float(back)) for back in reversed(range(count)))
    (criterion,) = (
        each
        for each in document(replace(world.snapshot(), trends={"error_rate": known}), "").criteria
        if each.key == "error_rate"
    )
    found = [point.value for point in criterion.trend]
    assert len(found) == min(count, 120)
    assert found == sorted(set(found), reverse=True)
    assert found[:1] + found[-1:] == [each.value for each in (*known[:1], *known[-1:])]
    steps = {before - after for before, after in pairwise(found)}
    assert not steps or max(steps) - min(steps) <= 1, "every part of it alike"


def test_a_team_s_shares(data):
    assert data["migration"]["teams"] == [
        {
            "team": "web",
            "migrated": {"part": 3, "whole": 4, "unknown": 0, "ratio": 0.75},
            "template_adoption": {"part": 4, "whole": 4, "unknown": 0, "ratio": 1.0},
            "workflow_adoption": {"part": 3, "whole": 3, "unknown": 0, "ratio": 1.0},
        },
        {
            "team": "unassigned",
            "migrated": {"part": 0, "whole": 4, "unknown": 1, "ratio": 0.0},
            "template_adoption": {"part": 1, "whole": 4, "unknown": 1, "ratio": 0.25},
            "workflow_adoption": {"part": 0, "whole": 2, "unknown": 0, "ratio": 0.0},
        },
    ]


def test_the_repositories_that_remain(data):
    remaining = data["migration"]["remaining"]
    assert remaining[0] == {
        "name": "acme/web",
        "source": "acme",
        "team": "web",
        "stage": "legacy",
        "template": True,
        "workflow": "legacy",
    }
    unknown = {"stage": "unknown", "template": None, "workflow": None}
    assert remaining[-1] == {"name": "acme/vault", "source": "acme", "team": "unassigned", **unknown}
    assert Counter(each["team"] for each in remaining) == {"web": 1, "unassigned": 5}


def test_without_a_plan_the_gates_are_there_and_the_dates_are_not():
    card = replace(world.scorecard(), schedule=None, plans={}, planned=None)
    migration = document(Snapshot(world.NOW, scorecard=card), "").migration
    assert [phase.phase for phase in migration.phases] == list(Phase)
    assert [size.size for size in migration.sizes] == list(Size)
    dates = [migration.start, migration.planned_end, *(size.end for size in migration.sizes)]
    dates += [moment for phase in migration.phases for moment in (phase.planned_begin, phase.planned_end)]
    assert set(dates) == {None}
    assert (migration.current, migration.on_plan) == (None, None)


def test_an_empty_snapshot_has_a_document():
    status = document(Snapshot(world.NOW + 0.75, scorecard=Scorecard()), "0.1.0")
    assert status.taken_at == datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
    assert (status.criteria, status.risks, status.sources) == ((), (), ())


def test_a_clock_that_went_back_makes_no_negative_age():
    later = replace(world.snapshot(), taken_at=world.NOW - 3600)
    ages = [each.age_seconds for each in document(later, "").criteria if each.key == "uptime"]
    assert ages == [0.0]


def test_every_field_is_told_however_late_it_came(status):
    assert status.model_dump(exclude_unset=True) == status.model_dump()


def test_what_is_written_is_read_as_it_was(status):
    assert Status.model_validate_json(status.model_dump_json()) == status


def test_fields_of_a_later_exporter_are_passed_over(status, data):
    data["new"] = data["criteria"][0]["new"] = 1
    assert Status.model_validate(data) == status


@given(statuses.with_gaps())
@settings(deadline=None)
def test_whatever_is_not_known_is_written_and_read_as_null(status):
    data = json.loads(status.model_dump_json())
    assert list(faults(data, schema(), schema())) == []
    assert Status.model_validate(data) == status


def test_every_field_is_described_and_always_there():
    found = schema()
    for name, part in {**found["$defs"], "Status": found}.items():
        if "properties" in part:
            assert part["required"] == list(part["properties"]), name
            assert [field for field, told in part["properties"].items() if not told.get("description")] == [], name


def test_the_schema_refuses_what_the_document_never_is(data):
    whole = schema()
    for spoil, fault in (
        (lambda: data.update(schema_version=2), "$.schema_version: 2 is not 1"),
        (lambda: data["summary"].update(met="5"), "$.summary.met: not integer"),
        (lambda: data["risks"][0].update(level=4), "$.risks.0.level: not string"),
        (lambda: data["criteria"][0].pop("value"), "$.criteria.0: value is missing"),
        (lambda: data["criteria"][0].update(state="fine"), "$.criteria.0.state: 'fine' is not one of"),
        (lambda: data["migration"].update(start="yesterday"), "$.migration.start: fits none"),
    ):
        spoil()
        found = list(faults(data, whole, whole))
        assert any(each.startswith(fault) for each in found), (fault, found)


def test_the_strategy_makes_gaps_of_every_kind():
    names = {name for _, name in statuses.gaps()}
    assert {"value", "at", "absence", "start", "expected", "driver", "last_success", "ratio", "deviation"} <= names
    assert {"error_ratio", "rate", "remaining", "response_seconds", "circuit", "team", "workflow", "next_poll"} <= names
