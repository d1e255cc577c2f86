"""The whole story, lived once: day by day, as somebody sees who looks at every midnight."""

import itertools
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from exporter.demo.catalogue import Standing, is_pilot
from exporter.demo.journey import LASTS, Journey, travelling
from exporter.demo.organisation import Organisation
from exporter.demo.times import DAY, HOUR, WEEK
from exporter.demo.truth import baselines, progress
from exporter.demo.truth.criteria import criteria
from exporter.demo.truth.gates import gates
from exporter.demo.truth.phases import phases, planned_share, slip
from tests.support.documented import TWELVE, met

START = 1_767_139_200  # a midnight


@dataclass
class Story:
    acme: Organisation
    criteria: list[dict] = field(default_factory=list)
    gates: list[dict] = field(default_factory=list)
    phases: list[dict] = field(default_factory=list)
    stages: list[Counter] = field(default_factory=list)
    slips: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def met(self, day: int) -> set[str]:
        value = self.criteria[day]
        return {key for key in value if value[key] is not None and met(key, value[key])}

    def migrated(self, day: int) -> float:
        return self.stages[day]["integrated"] / 33


def moved(story: Story) -> set[str]:
    return {move.repository for move in story.acme.journal.moved}


@pytest.fixture(scope="module")
def story() -> Story:
    begun = time.process_time()
    made = Story(travelling(START))
    polls = []
    for day in range(LASTS // DAY + 1):
        polls.append(START + day * DAY)
        made.acme.advance(polls[-1])
        made.criteria.append(criteria(made.acme, polls))
        made.gates.append(gates(made.acme, polls))
        made.phases.append(phases(made.acme))
        made.stages.append(made.acme.truth.stages())
        made.slips.append(slip(made.acme))
    made.cpu = time.process_time() - begun
    return made


def test_at_the_end_all_twelve_criteria_are_met_and_at_the_start_hardly_any(story):
    assert story.criteria[0].keys() == {key for key, *_ in TWELVE}
    assert story.met(0) <= {"error_rate"}
    assert story.met(1) <= {"uptime", "error_rate", "bridge_success"}
    assert story.met(154) == {key for key, *_ in TWELVE}


def test_at_the_end_every_gate_is_open_and_each_opens_on_the_morning_after_its_phase(story):
    opened = {phase: next(d for d, g in enumerate(story.gates) if g[phase] == "open") for phase in story.gates[0]}
    assert opened == {
        "assessment": 21,
        "preparation": 41,
        "pilot": 63,
        "expansion": 108,
        "adoption": 142,
        "optimization": 151,
    }
    assert set(story.gates[154].values()) == {"open"}
    assert {state for day in story.gates for state in day.values()} == {"open", "blocked", "unknown"}


def test_the_phases_are_lived_through_in_order(story):
    current = [next(name for name, each in day.items() if each.state == "current") for day in story.phases]
    assert [name for name, _ in itertools.groupby(current)] == list(story.phases[0])
    for day in story.phases:
        states = [each.state for each in day.values()]
        assert states == sorted(states, key=["done", "current", "pending"].index)


def test_a_slip_shows(story):
    assert [story.slips[day] / DAY for day in (0, 20, 41, 63, 107, 108, 142, 154)] == [0, 0, -1, 0, 2, 3, 2, 2]


def test_all_repositories_migrate_and_one_goes_back_and_comes_again(story):
    assert story.stages[0] == {"legacy": 33, "none": 3, "unknown": 1}
    assert story.stages[154] == {"integrated": 33, "none": 3, "unknown": 1}
    ways = {name: [m.standing for m in story.acme.journal.moved if m.repository == name] for name in moved(story)}
    assert ways.pop("checkout-web") == ["partial", "integrated", "rolled_back", "integrated"]
    assert len(ways) == 32
    assert all(way == ["partial", "integrated"] for way in ways.values())
    assert [day for day, stages in enumerate(story.stages) if stages["rolled_back"]] == list(range(74, 120))
    assert all(stages["unknown"] == 1 for stages in story.stages)


def test_the_pilot_moves_in_the_pilot_most_in_the_expansion_the_rest_in_the_adoption(story):
    integrated = [move for move in story.acme.journal.moved if move.standing == Standing.INTEGRATED]
    pilot = {move.repository: (move.at - START) // DAY for move in integrated if is_pilot(move.repository)}
    assert len(pilot) == 4
    assert all(41 < day <= 57 for day in pilot.values())
    assert [round(story.migrated(day), 2) for day in (41, 63, 108, 138)] == [0, 0.12, 0.82, 1]
    assert progress.team_shares(story.acme)["labs"] is None
    assert progress.pilot_share(story.acme) == 1


def test_moves_and_incidents_come_at_midnight(story):
    moments = [move.at for move in story.acme.journal.moved] + [at for at, _ in story.acme.health[1:]]
    assert len(moments) > 70
    assert all(moment % DAY == 0 for moment in moments)


def test_an_outage_and_an_error_burst_are_felt_for_thirty_days(story):
    uptime = [day for day in range(1, 155) if "uptime" not in story.met(day)]
    assert uptime == list(range(51, 81))
    burst = [day for day in range(1, 155) if "error_rate" not in story.met(day)]
    assert min(burst) == 75
    assert 100 < max(burst) < 107
    assert "bridge_success" not in story.met(76)


def test_violations_fall_as_repositories_migrate(story):
    values = [story.criteria[day]["compliance_violation_reduction"] for day in (30, 84, 108, 154)]
    assert values == sorted(values)
    assert abs(values[0]) < 0.05
    assert values[-1] > 0.6


def test_integrated_runs_are_a_little_slower_and_changes_much_faster(story):
    last = story.criteria[154]
    assert -0.02 < last["performance_impact"] < 0.09
    assert 0.33 < last["cycle_time_reduction"] < 0.47
    assert 25 * HOUR < baselines.cycle_level(story.acme) < 35 * HOUR


def test_the_history_is_there_to_be_measured_and_ends_at_the_start(story):
    before = [run for run in story.acme.journal.finished if run.at < START]
    assert all(run.workflow != "integrated" for run in before)
    assert min(run.created_at for run in before) > START - 28 * DAY
    assert len(baselines.run_levels(story.acme)) == 33
    assert not [run for run in story.acme.journal.finished if run.created_at < START <= run.at]


def test_the_tempo_is_calm_and_the_bridges_as_busy_as_said(story):
    days = LASTS / DAY
    runs = Counter((run.repository, run.pipeline) for run in story.acme.journal.finished if run.at >= START)
    assert all(days / 2.5 < count < days * 1.2 for count in runs.values() if count > 100)
    merged = Counter(change.repository for change in story.acme.truth.changes() if change.at >= START)
    assert all(3 < days / count < 7 for count in merged.values())
    served = story.acme.bridges["a2k"].tallies.since(START)[0] / 22
    assert served == pytest.approx(20_000, rel=0.02)


def test_it_takes_a_few_seconds_only(story):
    assert story.cpu < 10


def test_it_is_the_same_however_often_it_is_moved():
    at_once, in_steps = travelling(START, repositories=12), travelling(START + 1000, repositories=12)
    at_once.advance(START + 10 * WEEK)
    for hour in range(0, 10 * 168, 5):
        in_steps.advance(START + hour * HOUR)
    in_steps.advance(START + 10 * WEEK)
    assert in_steps.journal == at_once.journal
    assert in_steps.truth.bridge_counts() == at_once.truth.bridge_counts()


@pytest.mark.parametrize("repositories", [1, 3, 12, 90])
def test_smaller_and_larger_organisations_arrive_too(repositories):
    acme = travelling(START, repositories=repositories)
    acme.advance(START + LASTS)
    assert acme.truth.migrated_share() == 1
    assert planned_share(acme) == 1


def test_a_journey_has_its_past_measured_and_the_present_has_not():
    assert Journey().from_the_start
    assert not Organisation(start=START, repositories=2).life.from_the_start
