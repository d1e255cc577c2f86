"""What a snapshot is made from: a real ledger's answers, asked for no more often than they can change."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from exporter.answers import CycleEnd
from exporter.errors import Unreachable
from exporter.kpis.inputs import Baseline, Level
from exporter.kpis.measure import Absence
from exporter.kpis.verdict import State
from exporter.ledger import TREND_STEP, Ledger
from exporter.metrics.objectives import performance_impact
from exporter.metrics.repositories import repositories
from exporter.migration.plan import Size, plan
from exporter.model import Component, Facts, Phase, Reading, Stage, Workflow
from exporter.poller import Poller
from exporter.providers.base import Capability
from exporter.scorecard import Wanted
from exporter.surveyor import Policy, Surveyor, mark_of
from tests.support import facts
from tests.support.clock import Clock
from tests.support.facts import DAY, HOUR, INTEGRATED, SHOP
from tests.support.scripted import Scripted

GIVEN = Policy(baselines={Level.RUN_DURATION: Baseline(40.0), Level.CYCLE_TIME: Baseline(4 * HOUR)})


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


class Probing(Scripted):
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.PROBES})


class Site:
    """One source on a ledger, and its surveyor."""

    def __init__(self, ledger: Ledger) -> None:
        self.clock = Clock()
        self.provider = Scripted()
        self.poller = Poller("s", self.provider, ledger, now=self.clock)
        self.surveyor = Surveyor(ledger, self.clock)

    def told(self, **what) -> None:
        self.provider.then(Facts(**what))
        self.poller.poll()

    def verdicts(self, policy: Policy = GIVEN):
        return self.surveyor.survey({"s": self.poller}, policy).scorecard.verdicts

    def impact(self, policy: Policy = GIVEN) -> dict[str, float]:
        """By window, as it is published."""
        snapshot = self.surveyor.survey({"s": self.poller}, policy)
        return {window: value for (window,), value in performance_impact.samples(snapshot)}


def test_medians_are_worked_out_again_only_when_something_new_is_in_them(ledger: Ledger, monkeypatch) -> None:
    site, asked = Site(ledger), list[object]()
    slowdowns = ledger.slowdowns
    monkeypatch.setattr(ledger, "slowdowns", lambda *question: asked.append(question) or slowdowns(*question))
    site.told(runs=(facts.run("1", ended=site.clock()),))
    assert site.verdicts()["performance_impact"].value == 0.5
    site.told()
    site.verdicts()
    assert len(asked) == 1, "a poll without news"
    site.told(runs=(facts.run("2", ended=site.clock(), started_at=site.clock() - 44),))
    assert site.verdicts()["performance_impact"].value == pytest.approx(0.3)
    assert len(asked) == 2
    site.verdicts(Policy(baselines={Level.RUN_DURATION: Baseline(52.0)}))
    assert len(asked) == 3, "another baseline"
    site.clock.advance(HOUR)
    site.verdicts()
    assert len(asked) == 4, "the window has moved on"


def test_the_performance_impact_of_each_window_is_that_of_its_own_runs(ledger: Ledger) -> None:
    site = Site(ledger)
    lasted = {"1": (20 * DAY, 80), "2": (5 * DAY, 30), "3": (5 * DAY, 50), "4": (2 * HOUR, 60), "5": (HOUR / 2, 44)}
    ended = {number: (site.clock() - ago, seconds) for number, (ago, seconds) in lasted.items()}
    site.told(runs=tuple(facts.run(n, ended=at, started_at=at - seconds) for n, (at, seconds) in ended.items()))
    assert site.impact() == {"1h": 0.1, "24h": 0.3, "7d": 0.175, "30d": 0.25}
    assert site.impact()["30d"] == site.verdicts()["performance_impact"].value
    site.clock.advance(HOUR)
    assert site.impact() == {"24h": 0.3, "7d": 0.175, "30d": 0.25}, "the hour has turned"
    assert site.impact(Policy()) == {}, "no baseline"


def test_a_source_that_grew_stale_leaves_it_unknown_whether_the_system_is_up(ledger: Ledger) -> None:
    site = Site(ledger)
    site.provider = site.provider.model_copy(update={"probes": (Component.KILO,)})
    site.poller = Poller("s", site.provider, ledger, now=site.clock)
    policy = Policy(wanted=Wanted(required=frozenset({Component.KILO})))

    def up() -> bool | None:
        return site.surveyor.survey({"s": site.poller}, policy).indicators.system_up

    assert up() is None, "not polled yet"
    site.provider.then(Facts(probes=(facts.probe(Component.KILO),)))
    site.poller.poll()
    assert up() is True
    site.clock.advance(site.provider.stale_after)
    assert up() is True
    site.clock.advance(1)
    assert up() is None
    site.provider.then(Unreachable("nobody answers"))
    site.poller.poll()
    assert up() is False, "silence is an answer"


def test_changes_count_once_their_repository_is_integrated(ledger: Ledger) -> None:
    site = Site(ledger)
    merged = facts.change(merged=site.clock() + 30)
    site.told(repositories=(facts.state(facts.LEGACY),), changes=(facts.change("0", merged=site.clock()),))
    assert site.verdicts()["cycle_time_reduction"].state is State.NO_DATA
    site.told(repositories=(facts.state(INTEGRATED),))
    site.clock.advance(60)
    site.told(changes=(merged,))
    assert site.verdicts()["cycle_time_reduction"].value == 0.5


def test_changes_count_once_they_are_deployed_where_that_ends_their_cycle(ledger: Ledger) -> None:
    site = Site(ledger)
    until = replace(GIVEN, cycle_until=CycleEnd.DEPLOYED)
    change = facts.change(merged=site.clock())
    site.told(repositories=(facts.state(INTEGRATED),), changes=(change,))
    waiting = site.verdicts(until)["cycle_time_reduction"]
    assert (waiting.state, waiting.absence) == (State.NO_DATA, Absence.NO_OBSERVATIONS)
    assert site.verdicts()["cycle_time_reduction"].value == 0.5, "the other end, at once"
    site.clock.advance(HOUR / 2)
    site.told(deployments=(facts.deployment(ended=site.clock() + HOUR / 2),))
    assert site.verdicts(until)["cycle_time_reduction"].value == 0.25
    assert site.verdicts()["cycle_time_reduction"].value == 0.5


def test_a_baseline_that_was_measured_until_another_end_is_none(ledger: Ledger) -> None:
    site = Site(ledger)
    before = site.clock() - 40 * DAY
    ledger.sample("s", Facts(changes=(facts.change(merged=before),)), begin=before, end=before + 1)
    ledger.freeze(begin=before, end=before + 1, at=site.clock())
    merged = facts.change(merged=site.clock() + 1, first_commit_at=site.clock() - HOUR + 1)
    deployed = facts.deployment(ended=site.clock() + 200)
    site.told(repositories=(facts.state(INTEGRATED),))
    site.told(changes=(merged,), deployments=(deployed,))
    assert site.verdicts(Policy())["cycle_time_reduction"].value == 0.5
    other = site.verdicts(Policy(cycle_until=CycleEnd.DEPLOYED))["cycle_time_reduction"]
    assert (other.state, other.absence) == (State.NO_DATA, Absence.NO_BASELINE)
    assert "backfill --again" in other.remedy


def test_what_is_given_wins_over_what_was_measured(ledger: Ledger) -> None:
    site = Site(ledger)
    before = site.clock() - 40 * DAY
    old = facts.run("0", ended=before, started_at=before - 50, workflow=Workflow.LEGACY)
    ledger.sample("s", Facts(runs=(old,)), begin=before - DAY, end=before + DAY)
    ledger.freeze(begin=before - DAY, end=before + DAY, at=site.clock())
    site.told(runs=(facts.run("1", ended=site.clock()),))
    measured = site.verdicts(Policy())["performance_impact"]
    assert (measured.value, measured.baseline) == (pytest.approx(0.2), 50)
    assert site.verdicts()["performance_impact"].value == 0.5


def test_what_a_feed_told_is_a_criterion_and_grows_stale_by_its_own_time(ledger: Ledger) -> None:
    site = Site(ledger)
    reading = Reading("training_completion", 0.95, site.clock() - 40 * DAY, coverage=0.5, by="Inês")
    site.told(readings=(reading,), told=frozenset({"training_completion"}))
    training = site.verdicts()["training_completion"]
    assert (training.state, training.value, training.coverage) == (State.MET, 0.95, 0.5)
    site.provider = site.provider.model_copy(update={"max_age": 365 * DAY})
    site.poller = Poller("s", site.provider, ledger, now=site.clock)
    site.clock.advance(6 * DAY)
    training = site.verdicts()["training_completion"]
    assert (training.state, training.value, training.met) == (State.STALE, 0.95, None)


def test_a_source_that_is_too_old_leaves_its_repositories_unknown(ledger: Ledger) -> None:
    site = Site(ledger)
    site.told(repositories=(facts.state(INTEGRATED),), scope=frozenset({SHOP}))
    assert site.verdicts()["template_adoption"].coverage == 1
    site.clock.advance(site.provider.stale_after + 1)
    adoption = site.verdicts()["template_adoption"]
    assert (adoption.state, adoption.value, adoption.coverage) == (State.NO_DATA, None, 0.0)
    migrated = site.surveyor.survey({"s": site.poller}, GIVEN).scorecard.progress.migrated
    assert (migrated.ratio, migrated.unknown) == (None, 1)


def test_that_a_host_has_no_repository_is_known_once_it_has_answered(ledger: Ledger) -> None:
    site = Site(ledger)

    def published() -> dict[tuple[str, ...], float]:
        return dict(repositories.samples(site.surveyor.survey({"s": site.poller}, GIVEN)))

    assert published() == {}, "never asked"
    site.told(scope=frozenset())
    assert published() == {("s", stage): 0 for stage in Stage}
    site.clock.advance(site.provider.stale_after + 1)
    assert published() == {}, "too long ago"
    site.provider = Probing()
    site.poller = Poller("s", site.provider, ledger, now=site.clock)
    site.told()
    assert published() == {}, "not its to tell"


def test_what_remains_names_its_source_also_when_that_is_too_old(ledger: Ledger) -> None:
    site = Site(ledger)
    site.told(repositories=(facts.state(facts.LEGACY),), scope=frozenset({SHOP}))

    def remaining() -> list[tuple[str, Stage, str | None]]:
        progress = site.surveyor.survey({"s": site.poller}, GIVEN).scorecard.progress
        return [(left.view.source, left.view.stage, left.team) for left in progress.remaining]

    assert remaining() == [("s", Stage.LEGACY, None)]
    site.clock.advance(site.provider.stale_after + 1)
    assert remaining() == [("s", Stage.UNKNOWN, None)]


def test_trends_are_asked_for_no_more_often_than_they_can_have_grown(ledger: Ledger, monkeypatch) -> None:
    site, asked = Site(ledger), list[float]()
    trends = ledger.trends
    monkeypatch.setattr(ledger, "trends", lambda now: asked.append(now) or trends(now))
    site.clock.moment = begun = site.clock() // TREND_STEP * TREND_STEP

    def trend() -> dict[str, list[float]]:
        known = site.surveyor.survey({"s": site.poller}, GIVEN).trends
        return {key: [standing.value for standing in standings] for key, standings in known.items()}

    ledger.stand({"uptime": 0.5}, at=begun - 1)
    assert trend() == {"uptime": [0.5]}
    ledger.stand({"uptime": 0.25}, at=begun)
    site.clock.advance(TREND_STEP - 1)
    site.told()
    assert trend() == {"uptime": [0.5]}
    assert asked == [begun], "still the same step"
    site.clock.advance(1)
    assert trend() == {"uptime": [0.5, 0.25]}
    assert len(asked) == 2
    site.clock.advance(-2 * TREND_STEP)
    assert trend() == {}, "the clock was set back"


def test_gates_that_were_passed_are_those_of_this_migration(ledger: Ledger) -> None:
    site = Site(ledger)
    this, other = (plan(site.clock() - weeks * 7 * DAY, Size.MEDIUM) for weeks in (8, 20))
    passed = site.clock() - DAY
    ledger.reach(mark_of(other), {Phase.ASSESSMENT: passed})
    for made, ended in ((this, None), (other, passed)):
        card = site.surveyor.survey({"s": site.poller}, replace(GIVEN, wanted=Wanted(plan=made))).scorecard
        assert card.schedule is not None
        assert card.schedule.phases[Phase.ASSESSMENT].ended_at == ended


def test_the_history_of_adoption_becomes_a_forecast(ledger: Ledger) -> None:
    site = Site(ledger)
    names = [replace(SHOP, name=f"r{number}") for number in range(40)]
    for day in range(20):
        states = tuple(facts.state(INTEGRATED if n < day else facts.LEGACY, of) for n, of in enumerate(names))
        site.told(repositories=states, scope=frozenset(names))
        site.clock.advance(DAY)
    snapshot = site.surveyor.survey({"s": site.poller}, GIVEN)
    ahead = {forecast.goal: forecast for forecast in snapshot.scorecard.forecasts}
    assert ahead[1.0].expected == pytest.approx(site.clock() + 21 * DAY, abs=3 * DAY)
