import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.demo import figures, programme
from exporter.demo.programme import PHASES, PROMISES, Programme
from exporter.demo.times import DAY, moment_of

START = moment_of(date(2026, 6, 1))
ACME = Programme(START)
DAYS = st.integers(-30, 200)


@pytest.mark.parametrize(
    ("moment", "day"), [(START - 1, -1), (START, 0), (START + DAY - 1, 0), (START + DAY, 1), (START + 7.5 * DAY, 7)]
)
def test_days_are_counted_from_the_midnight_of_the_start(moment, day):
    assert ACME.day(moment) == day


def test_the_phases_follow_one_another_without_a_gap():
    assert [phase.name for phase in PHASES] == [
        "assessment",
        "preparation",
        "pilot",
        "expansion",
        "adoption",
        "optimization",
    ]
    assert all(later.first == earlier.last + 1 for earlier, later in itertools.pairwise(PHASES))
    assert (PHASES[0].first, PHASES[-1].last) == (0, None)


def test_one_phase_takes_eight_percent_longer_than_planned_and_the_others_are_nearer():
    planned = {"assessment": 21, "preparation": 21, "pilot": 21, "expansion": 42, "adoption": 35}
    late = {p.name: (p.last + 1 - p.first) / planned[p.name] - 1 for p in PHASES if p.last is not None}
    assert max(late, key=lambda name: abs(late[name])) == "expansion"
    assert late["expansion"] == pytest.approx(0.08, abs=0.01)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (-1, {}),
        (0, {"assessment": None}),
        (20, {"assessment": None}),
        (21, {"assessment": 20, "preparation": None}),
        (108, {"assessment": 20, "preparation": 40, "pilot": 62, "expansion": 107, "adoption": None}),
    ],
)
def test_a_phase_has_ended_when_its_last_day_is_over(day, told):
    assert {phase.name: phase.last for phase in ACME.phases(day)} == told


def test_every_promise_is_made_on_the_morning_after_its_phase_at_the_latest():
    phases = {phase.name: phase for phase in PHASES}
    for promise in PROMISES:
        last = phases[promise.phase].last
        assert promise.day >= phases[promise.phase].first
        assert last is None or promise.day <= last + 1
    assert [promise.criterion for promise in ACME.promises(20)] == ["integration_points_identified"]
    assert len(ACME.promises(151)) == 7


def test_the_notes_tell_when_they_last_changed():
    assert programme.notes(0)["assessment_checklist"] == programme.Note("0%", 0, "Dalia Haddad")
    assert programme.notes(9)["assessment_checklist"].value == "48%"
    assert programme.notes(60)["assessment_checklist"] == programme.Note("100%", 18, "Dalia Haddad")
    assert "critical_issues" not in programme.notes(40)
    issues = {day: programme.notes(day)["critical_issues"] for day in (41, 49, 50, 55, 56, 90)}
    assert [(note.value, note.day) for note in issues.values()] == [
        (0, 41),
        (0, 41),
        (1, 50),
        (1, 50),
        (0, 56),
        (0, 56),
    ]


@given(DAYS)
def test_training_and_the_checklist_never_go_back(day):
    assert 0 <= figures.trained(day) <= figures.trained(day + 1) <= figures.LEARNERS
    assert 0 <= programme.checked(day) <= programme.checked(day + 1) <= 1


@given(DAYS)
def test_figures_are_believable_on_any_day(day):
    assert all(0 <= figures.satisfied(wave) <= figures.RESPONSES for wave in figures.wave_days(day))
    assert 30_000 < figures.cost(day) < 60_000
    assert figures.tickets_of_week(day) == sum(figures.tickets(each) for each in range(day - 7, day)) > 0
    assert figures.proficiency_days(day) > 0
    assert -100 < min(figures.score(name, day) for name in figures.SCORES) <= 100


def test_before_the_start_everything_is_as_on_the_first_day():
    assert figures.cost(-40) == figures.cost(0)
    assert figures.tickets_of_week(-14) == figures.tickets_of_week(0) == 59
    assert figures.score("defects", -1) == 0


@pytest.mark.parametrize(("share", "violations"), [(0, 25), (0.5, 16.25), (1, 7.5)])
def test_violations_fall_with_the_migrated_share(share, violations):
    assert figures.violations_a_week(share) == violations
