"""Each criterion by worked examples: values at, above and below the target, and why there is none."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from exporter.answers import CycleEnd, Median, Operations, Slowdown
from exporter.kpis.inputs import Baseline, Events, Inputs, Level, Seen
from exporter.kpis.measure import Absence
from exporter.kpis.ratios import Share, Uptime
from exporter.kpis.verdict import State
from exporter.model import Reading, Workflow
from tests.kpis.known import (
    A2K,
    BY_KEY,
    DAY,
    K2A,
    MINUTE,
    NOW,
    SEEN,
    UNREADABLE,
    WINDOW,
    baseline,
    known,
    reading,
    verdict,
    views,
)

MET, AT_RISK, MISSED = State.MET, State.AT_RISK, State.MISSED
NO_SOURCE, NO_BASELINE, NO_OBSERVATIONS = Absence


class Example(NamedTuple):
    """What is known, and the value, state and coverage that it means."""

    about: str
    inputs: Inputs
    value: float
    state: State
    coverage: float = 1.0


class Lack(NamedTuple):
    """What is known, why that gives no value, and a part of the remedy."""

    about: str
    inputs: Inputs
    absence: Absence
    remedy: str


def without(*kinds: Seen, **facts: object) -> Inputs:
    """These kinds of observation are told by no source."""
    return known(**facts, seen_at={kind: at for kind, at in SEEN.items() if kind not in kinds})


def slower(ratio: float, repositories: int = 2, others: int = 0) -> Inputs:
    return known(slowdown=Slowdown(Median(ratio, 10, repositories), others))


def faster(seconds: float, before: float = 100.0) -> Inputs:
    return known(lead_time=Median(seconds, 10, 2), baselines=baseline(Level.CYCLE_TIME, before))


def measured(until: CycleEnd, wanted: CycleEnd) -> Inputs:
    """Half of a baseline that was measured until one end, while the other is wanted."""
    before = {Level.CYCLE_TIME: Baseline(100.0, NOW - DAY, 7, until)}
    return known(lead_time=Median(50.0, 10, 2), baselines=before, cycle_until=wanted)


def bridges(k2a: tuple[float, float] | None, a2k: tuple[float, float] | None = (0, 0), **facts: object) -> Inputs:
    """Operations and failed ones of each bridge; None: nobody reports it."""
    told = {K2A: k2a, A2K: a2k}
    return known(bridges={bridge: Operations(*done) for bridge, done in told.items() if done is not None}, **facts)


def four(tasks: tuple[float, float], runs: tuple[float, float], bridge: tuple[float, float] = (25, 0)) -> Inputs:
    """All four kinds of operations; those of a bridge are the same for both."""
    return bridges(bridge, bridge, tasks=Operations(*tasks), runs=Operations(*runs))


def events(count: float, days: float = 30, repositories: int = 10, before: float = 0.7) -> Inputs:
    return known(
        violations=Events(count, days * DAY),
        repositories=views(repositories),
        baselines=baseline(Level.VIOLATIONS, before),
    )


def templates(used: int, of: int, unreadable: int = 0) -> Inputs:
    return known(repositories=views(used, template=True) + views(of - used) + views(unreadable, **UNREADABLE))


def workflows(integrated: int, of: int, unreadable: int = 0, at: float = NOW - DAY) -> Inputs:
    ran = {"active_at": at, "workflow_at": at}
    on = views(integrated, workflow=Workflow.INTEGRATED, **ran)
    return known(
        repositories=on + views(of - integrated, workflow=Workflow.LEGACY, **ran) + views(unreadable, **UNREADABLE)
    )


def against(quantity: str, value: float, level: Level, before: float, coverage: float | None = None) -> Inputs:
    return known(readings=reading(quantity, value, coverage), baselines=baseline(level, before))


def tells(quantity: str, value: float, coverage: float | None = None) -> Inputs:
    return known(readings=reading(quantity, value, coverage))


def told(key: str, at: tuple[float, State], narrow: tuple[float, State], good: tuple[float, State]) -> list[Example]:
    """A criterion that only a feed tells: at its target, beside it, and well."""
    shown = [
        Example("exactly at the target", tells(key, at[0]), *at),
        Example("beside it", tells(key, narrow[0]), *narrow),
        Example("well", tells(key, good[0]), *good),
    ]
    return [*shown, Example("half the people were asked", tells(key, good[0], 0.5), *good, 0.5)]


EXAMPLES = {
    "uptime": [
        Example("never down", known(uptime=Uptime(WINDOW)), 1.0, MET),
        Example("exactly the target", known(uptime=Uptime(up=WINDOW * 0.999, down=WINDOW * 0.001)), 0.999, MISSED),
        Example("a thousandth of whole seconds", known(uptime=Uptime(up=999, down=1)), 0.999, MISSED),
        Example("just above", known(uptime=Uptime(up=9991, down=9)), 0.9991, AT_RISK),
        Example("above by the margin", known(uptime=Uptime(up=9993, down=7)), 0.9993, MET),
        Example("down all the time", known(uptime=Uptime(down=5)), 0.0, MISSED),
        Example("half not observed", known(uptime=Uptime(up=WINDOW / 2, unobserved=WINDOW / 2)), 1.0, MET, 0.5),
    ],
    "performance_impact": [
        Example("exactly the target", slower(1.1), 0.1, MISSED),
        Example("just below", slower(1.09), 0.09, AT_RISK),
        Example("below by the margin", slower(1.08), 0.08, MET),
        Example("as before", slower(1.0), 0.0, MET),
        Example("faster is negative", slower(0.75), -0.25, MET),
        Example("twice as slow", slower(2.0), 1.0, MISSED),
        Example("half without a baseline", slower(1.04, 3, others=3), 0.04, MET, 0.5),
    ],
    "error_rate": [
        Example("1 of 100 is the target", four((25, 1), (25, 0)), 0.01, MISSED),
        Example("below by the margin", four((500, 4), (450, 4)), 0.008, MET),
        Example("just below", four((500, 5), (450, 4)), 0.009, AT_RISK),
        Example("nothing failed", four((25, 0), (25, 0)), 0.0, MET),
        Example("one of four did nothing", four((50, 0), (0, 0)), 0.0, MET),
        Example("half of the four", bridges((50, 1), (50, 0)), 0.01, MISSED, 0.5),
        Example("runs only", known(runs=Operations(200, 1)), 0.005, MET, 0.25),
        Example(
            "tasks that no source tells any more do not count",
            without(Seen.TASKS, tasks=Operations(100, 100), runs=Operations(100, 0)),
            0.0,
            MET,
            0.25,
        ),
    ],
    "bridge_success": [
        Example("99 of 100 is the target", bridges((100, 1), (0, 0)), 0.99, MISSED),
        Example("the busier bridge weighs more", bridges((990, 0), (10, 10)), 0.99, MISSED),
        Example("just above", bridges((500, 5), (500, 4)), 0.991, AT_RISK),
        Example("above by the margin", bridges((500, 4), (500, 4)), 0.992, MET),
        Example("nothing failed", bridges((1, 0), (2, 0)), 1.0, MET),
        Example("everything failed", bridges((3, 3), (1, 1)), 0.0, MISSED),
        Example("one of the two is not reported", bridges((10, 0), None), 1.0, MET, 0.5),
    ],
    "bridge_latency": [
        Example("the slower one at the target", known(latencies={K2A: 0.125, A2K: 0.5}), 0.5, MISSED),
        Example("just below", known(latencies={K2A: 0.46, A2K: 0.1}), 0.46, AT_RISK),
        Example("fast", known(latencies={K2A: 0.25, A2K: 0.125}), 0.25, MET),
        Example("one tells none", known(latencies={A2K: 0.25}), 0.25, MET, 0.5),
    ],
    "cycle_time_reduction": [
        Example("70 against 100 is the target", faster(70), 0.3, MISSED),
        Example("just above", faster(68), 0.32, AT_RISK),
        Example("above by the margin", faster(67), 0.33, MET),
        Example("half", faster(43_200, 86_400), 0.5, MET),
        Example("measured until the same end", measured(CycleEnd.DEPLOYED, CycleEnd.DEPLOYED), 0.5, MET),
        Example("given, whatever the end", replace(faster(50), cycle_until=CycleEnd.DEPLOYED), 0.5, MET),
        Example("slower than before", faster(150), -0.5, MISSED),
    ],
    "compliance_violation_reduction": [
        Example("12 in 30 days against 7 a week", events(12), 0.6, MISSED),
        Example("just above", events(11), 0.633333333333, AT_RISK),
        Example("a quarter is left", events(7.5), 0.75, MET),
        Example("none at all", events(0), 1.0, MET),
        Example("more than before", events(60), -1.0, MISSED),
        Example("half of the window", events(6, days=15), 0.6, MISSED, 0.5),
        Example("observed for longer than the window", events(12, days=30.5), 0.606557377049, AT_RISK),
        Example(
            "a feed wins over K2A",
            known(
                readings=reading("violations_per_week", 2.0, 0.75),
                violations=Events(1000, WINDOW),
                repositories=views(10),
                baselines=baseline(Level.VIOLATIONS, 0.5),
            ),
            0.6,
            MISSED,
            0.75,
        ),
        Example(
            "unreadable repositories are in scope",
            known(
                violations=Events(30, WINDOW),
                repositories=views(5) + views(5, **UNREADABLE),
                baselines=baseline(Level.VIOLATIONS, 2.8),
            ),
            0.75,
            MET,
        ),
    ],
    "template_adoption": [
        Example("80 of 100 is the target", templates(80, of=100), 0.8, MISSED),
        Example("just above", templates(81, of=100), 0.81, AT_RISK),
        Example("above by the margin", templates(83, of=100), 0.83, MET),
        Example("none", templates(0, of=3), 0.0, MISSED),
        Example("all that can be read, half of them", templates(3, of=3, unreadable=3), 1.0, MET, 0.5),
    ],
    "cost_savings": [
        Example("85 against 100 is the target", against("cost", 85, Level.COST, 100), 0.15, MISSED),
        Example("above", against("cost", 75, Level.COST, 100, 0.5), 0.25, MET, 0.5),
        Example("dearer", against("cost", 120, Level.COST, 100), -0.2, MISSED),
        Example("ready made", tells("cost_savings", 0.16, 0.75), 0.16, AT_RISK, 0.75),
        Example(
            "ready made wins",
            known(
                readings={**reading("cost_savings", 0.25), **reading("cost", 99)}, baselines=baseline(Level.COST, 100)
            ),
            0.25,
            MET,
        ),
    ],
    "training_completion": told("training_completion", (0.9, MISSED), (0.91, AT_RISK), (0.92, MET)),
    "user_satisfaction": told("user_satisfaction", (0.85, MISSED), (0.86, AT_RISK), (0.87, MET)),
    "workflow_adoption": [
        Example("9 of 10 is the target", workflows(9, of=10), 0.9, MISSED),
        Example("just above", workflows(91, of=100), 0.91, AT_RISK),
        Example("above by the margin", workflows(93, of=100), 0.93, MET),
        Example("none", workflows(0, of=2), 0.0, MISSED),
        Example("at the window's beginning", workflows(2, of=2, at=NOW - WINDOW), 1.0, MET),
        Example("half of the repositories unreadable", workflows(2, of=2, unreadable=2), 1.0, MET, 0.5),
    ],
    "support_ticket_reduction": [
        Example("half is the target", against("tickets_per_week", 20, Level.TICKETS, 40), 0.5, MISSED),
        Example("just above", against("tickets_per_week", 19, Level.TICKETS, 40), 0.525, AT_RISK),
        Example("a quarter is left", against("tickets_per_week", 10, Level.TICKETS, 40, 0.5), 0.75, MET, 0.5),
        Example("no ticket", against("tickets_per_week", 0, Level.TICKETS, 40), 1.0, MET),
        Example("ready made", tells("support_ticket_reduction", 0.6), 0.6, MET),
    ],
    "data_consistency": told("data_consistency", (1.0, MET), (0.9999, MISSED), (1.0, MET)),
    "analysis_speed_increase": told("analysis_speed_increase", (0.2, AT_RISK), (0.19, MISSED), (0.22, MET)),
    "manual_effort_reduction": told("manual_effort_reduction", (0.5, AT_RISK), (0.49, MISSED), (0.55, MET)),
    "maintenance_cost_reduction": told("maintenance_cost_reduction", (0.25, AT_RISK), (0.24, MISSED), (0.27, MET)),
    "security_incident_reduction": told("security_incident_reduction", (0.4, AT_RISK), (0.39, MISSED), (0.45, MET)),
    "time_to_proficiency": told("time_to_proficiency", (14 * DAY, AT_RISK), (14.5 * DAY, MISSED), (13 * DAY, MET)),
    "compliance_score_increase": told("compliance_score_increase", (0.25, AT_RISK), (0.24, MISSED), (0.27, MET)),
    "code_quality_increase": told("code_quality_increase", (0.2, AT_RISK), (0.19, MISSED), (0.22, MET)),
    "defect_reduction": told("defect_reduction", (0.3, AT_RISK), (0.29, MISSED), (0.33, MET)),
    "milestones_on_time": [
        Example("9 of 10 is the target", known(phases_on_time=Share(9, 10)), 0.9, AT_RISK),
        Example("all", known(phases_on_time=Share(2, 2)), 1.0, MET),
        Example("one of two", known(phases_on_time=Share(1, 2)), 0.5, MISSED),
        Example("none", known(phases_on_time=Share(0, 1)), 0.0, MISSED),
    ],
    "phase_duration": [
        Example("exactly ten per cent", known(phase_deviation=0.1), 0.1, AT_RISK),
        Example("on plan", known(phase_deviation=0.0), 0.0, MET),
        Example("a quarter off", known(phase_deviation=0.25), 0.25, MISSED),
    ],
}

ONLY_PEOPLE_KNOW = (
    "training_completion",
    "user_satisfaction",
    "data_consistency",
    "analysis_speed_increase",
    "manual_effort_reduction",
    "maintenance_cost_reduction",
    "security_incident_reduction",
    "time_to_proficiency",
    "compliance_score_increase",
    "code_quality_increase",
    "defect_reduction",
)
LACKS = {
    "uptime": [
        Lack("no source", without(Seen.PROBES, uptime=Uptime(WINDOW)), NO_SOURCE, "add sources"),
        Lack("nothing observed", known(uptime=Uptime(unobserved=WINDOW)), NO_OBSERVATIONS, "every required component"),
    ],
    "performance_impact": [
        Lack("no source", without(Seen.RUNS, slowdown=Slowdown(Median(1.0, 1, 1))), NO_SOURCE, "pipeline runs"),
        Lack("no integrated run", known(), NO_OBSERVATIONS, "integrated run"),
        Lack(
            "no baseline, or one of 0",
            known(slowdown=Slowdown(None, without_baseline=4)),
            NO_BASELINE,
            "give migration.baselines.run_duration above 0, or measure it: orchex-kilo-exporter backfill",
        ),
    ],
    "error_rate": [
        Lack("nobody tells any operations", known(), NO_SOURCE, "the bridges, ORCHEX tasks or pipeline runs"),
        Lack("told by nobody now", without(Seen.RUNS, runs=Operations(5, 0)), NO_SOURCE, "pipeline runs"),
        Lack("no operations", four((0, 0), (0, 0), bridge=(0, 0)), NO_OBSERVATIONS, "none in the window"),
    ],
    "bridge_success": [
        Lack("no source", without(Seen.BRIDGES, bridges={K2A: Operations(5, 0)}), NO_SOURCE, "reports the bridges"),
        Lack("neither is reported", known(), NO_SOURCE, "reports the bridges"),
        Lack("no operations", bridges((0, 0), (0, 0)), NO_OBSERVATIONS, "wait for operations"),
    ],
    "bridge_latency": [
        Lack("no source", without(Seen.BRIDGES, latencies={K2A: 0.1}), NO_SOURCE, "reports the bridges"),
        Lack("neither tells it", bridges((5, 0), (5, 0)), NO_OBSERVATIONS, "avgResponseTime"),
    ],
    "cycle_time_reduction": [
        Lack("no source", without(Seen.CHANGES, lead_time=Median(1, 1, 1)), NO_SOURCE, "merged changes"),
        Lack("no change", known(baselines=baseline(Level.CYCLE_TIME, 100)), NO_OBSERVATIONS, "wait for a change"),
        Lack(
            "no baseline",
            known(lead_time=Median(50, 4, 2)),
            NO_BASELINE,
            "give migration.baselines.cycle_time above 0, or measure it: orchex-kilo-exporter backfill",
        ),
        Lack(
            "nothing was deployed",
            known(cycle_until=CycleEnd.DEPLOYED, baselines=baseline(Level.CYCLE_TIME, 100)),
            NO_OBSERVATIONS,
            "`environments`",
        ),
        Lack(
            "measured until deployment", measured(CycleEnd.DEPLOYED, CycleEnd.MERGED), NO_BASELINE, "backfill --again"
        ),
        Lack("measured until the merge", measured(CycleEnd.MERGED, CycleEnd.DEPLOYED), NO_BASELINE, "backfill --again"),
        Lack("a baseline of 0", faster(50, 0), NO_BASELINE, "migration.baselines.cycle_time"),
        Lack("a baseline below 0", faster(50, -100), NO_BASELINE, "migration.baselines.cycle_time"),
    ],
    "compliance_violation_reduction": [
        Lack("nobody tells it", known(repositories=views(2)), NO_SOURCE, "`violations_per_week`"),
        Lack(
            "repositories from no source",
            without(Seen.REPOSITORIES, violations=Events(1, DAY)),
            NO_SOURCE,
            "for repositories",
        ),
        Lack("K2A was seen once", events(0, days=0), NO_OBSERVATIONS, "second look"),
        Lack("no repositories", events(5, repositories=0), NO_OBSERVATIONS, "lists repositories"),
        Lack(
            "a feed without repositories",
            against("violations_per_week", 5, Level.VIOLATIONS, 1),
            NO_OBSERVATIONS,
            "lists repositories",
        ),
        Lack(
            "no baseline",
            known(violations=Events(5, DAY), repositories=views(2)),
            NO_BASELINE,
            "give migration.baselines.violations_per_repository_week above 0",
        ),
        Lack("a baseline of 0", events(5, before=0), NO_BASELINE, "violations_per_repository_week"),
    ],
    "template_adoption": [
        Lack("no source", without(Seen.REPOSITORIES), NO_SOURCE, "lists repositories"),
        Lack("no repository", known(), NO_OBSERVATIONS, "could be read"),
        Lack("none could be read", templates(0, of=0, unreadable=3), NO_OBSERVATIONS, "could be read"),
    ],
    "cost_savings": [
        Lack("nobody tells it", known(), NO_SOURCE, "`cost_savings`, or `cost` with migration.baselines.cost"),
        Lack("no baseline", tells("cost", 50), NO_BASELINE, "give migration.baselines.cost above 0"),
        Lack("a baseline of 0", against("cost", 50, Level.COST, 0), NO_BASELINE, "migration.baselines.cost"),
    ],
    "workflow_adoption": [
        Lack("no source of repositories", without(Seen.REPOSITORIES), NO_SOURCE, "lists repositories"),
        Lack("no source of runs", without(Seen.RUNS, repositories=views(2)), NO_SOURCE, "their runs"),
        Lack("no run ever", known(repositories=views(2)), NO_OBSERVATIONS, "wait for a run"),
        Lack("no run in the window", workflows(2, of=2, at=NOW - WINDOW - 1), NO_OBSERVATIONS, "wait for a run"),
    ],
    "support_ticket_reduction": [
        Lack("nobody tells it", known(), NO_SOURCE, "`tickets_per_week` with migration.baselines.tickets_per_week"),
        Lack("no baseline", tells("tickets_per_week", 5), NO_BASELINE, "give migration.baselines.tickets_per_week"),
        Lack("a baseline of 0", against("tickets_per_week", 5, Level.TICKETS, 0), NO_BASELINE, "above 0"),
    ],
    "milestones_on_time": [Lack("no phase has ended", known(), NO_OBSERVATIONS, "migration.start")],
    "phase_duration": [Lack("no phase has ended", known(), NO_OBSERVATIONS, "migration.start")],
    **{key: [Lack("nobody tells it", known(), NO_SOURCE, f"`{key}`")] for key in ONLY_PEOPLE_KNOW},
}


def each(table: dict[str, list]) -> list:
    return [pytest.param(key, case, id=f"{key}: {case.about}") for key, cases in table.items() for case in cases]


@pytest.mark.parametrize(("key", "example"), each(EXAMPLES))
def test_a_criterion_is_computed_as_in_the_worked_example(key: str, example: Example) -> None:
    found = verdict(key, example.inputs)
    assert (found.value, found.state, found.coverage) == (example.value, example.state, example.coverage)


@pytest.mark.parametrize(("key", "lack"), each(LACKS))
def test_a_criterion_without_a_value_says_why_and_what_would_bring_one(key: str, lack: Lack) -> None:
    found = verdict(key, lack.inputs)
    assert (found.state, found.value, found.met, found.at) == (State.NO_DATA, None, None, None)
    assert found.absence is lack.absence
    assert lack.remedy in found.remedy
    assert found.coverage == (None if lack.absence is NO_SOURCE else 0.0)


def test_each_criterion_has_examples_with_and_without_a_value() -> None:
    assert EXAMPLES.keys() == LACKS.keys() == BY_KEY.keys()


@pytest.mark.parametrize("key", BY_KEY)
def test_each_criterion_has_examples_exactly_at_its_target_and_with_a_part_of_the_scope(key: str) -> None:
    assert BY_KEY[key].target in {example.value for example in EXAMPLES[key]}
    has_a_scope = key not in ("cycle_time_reduction", "milestones_on_time", "phase_duration")
    assert any(example.coverage < 1 for example in EXAMPLES[key]) is has_a_scope


def test_a_value_is_as_old_as_the_oldest_observation_it_rests_on() -> None:
    seen = {Seen.BRIDGES: NOW - 3, Seen.TASKS: NOW - 9, Seen.RUNS: NOW - 5, Seen.REPOSITORIES: NOW - 7}
    done = known(bridges={K2A: Operations(5)}, runs=Operations(5), repositories=views(1, active_at=NOW), seen_at=seen)
    assert verdict("error_rate", done).at == NOW - 5
    assert verdict("bridge_success", done).at == NOW - 3
    assert verdict("workflow_adoption", done).at == NOW - 7


def test_a_reading_has_its_own_time() -> None:
    old = known(readings={"user_satisfaction": Reading("user_satisfaction", 0.9, NOW - 44 * DAY)})
    assert (verdict("user_satisfaction", old).state, verdict("user_satisfaction", old).at) == (MET, NOW - 44 * DAY)
    older = known(readings={"user_satisfaction": Reading("user_satisfaction", 0.9, NOW - 46 * DAY)})
    assert (verdict("user_satisfaction", older).state, verdict("user_satisfaction", older).value) == (State.STALE, 0.9)


def test_what_was_computed_is_stale_a_day_after_its_sources_last_told_it() -> None:
    quiet = known(bridges={K2A: Operations(5)}, seen_at={Seen.BRIDGES: NOW - DAY - MINUTE})
    assert (verdict("bridge_success", quiet).state, verdict("bridge_success", quiet).value) == (State.STALE, 1.0)


def test_a_reduction_tells_the_baseline_that_it_was_compared_with() -> None:
    assert verdict("cycle_time_reduction", faster(50, 100)).baseline == 100
    assert verdict("cost_savings", against("cost", 75, Level.COST, 100)).baseline == 100
    assert verdict("cost_savings", tells("cost_savings", 0.25)).baseline is None
    slowed = known(slowdown=Slowdown(Median(1.0, 1, 1)), baselines=baseline(Level.RUN_DURATION, 45))
    assert verdict("performance_impact", slowed).baseline == 45
