"""The risk register: the document typed once more, each signal at its thresholds, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.kpis.criteria import Category, Comparison, Criterion, Tier
from exporter.kpis.measure import Absence, Missing
from exporter.kpis.quantities import Unit
from exporter.kpis.ratios import Share
from exporter.kpis.verdict import State, Verdict
from exporter.migration.plan import Period, Plan, Size
from exporter.migration.schedule import Schedule
from exporter.model import Phase
from exporter.risks import RISKS, Band, Level, Pressure, Signals, assess, level

RISK = {risk.key: risk for risk in RISKS}
DOCUMENTED = {
    "bridge_failure": ("Integration bridge failure", "medium", "high"),
    "performance_degradation": ("Performance degradation", "medium", "high"),
    "adoption_resistance": ("User adoption resistance", "high", "medium"),
    "configuration_conflicts": ("Configuration conflicts", "medium", "medium"),
    "timeline_delays": ("Timeline delays", "high", "low"),
    "training_shortage": ("Training resource shortage", "low", "medium"),
    "documentation_gaps": ("Documentation gaps", "low", "low"),
    "support_burden": ("Support burden", "low", "low"),
    "compliance_issues": ("Compliance issues", "low", "low"),
}
MITIGATION = {
    "bridge_failure": "Circuit breakers, parallel systems, comprehensive testing",
    "performance_degradation": "Performance benchmarking, caching, gradual rollout",
    "adoption_resistance": "Training programs, pilot validation, change champions",
    "configuration_conflicts": "Validation tools, backup procedures, gradual migration",
    "timeline_delays": "Realistic planning, progress monitoring, contingency buffers",
    "training_shortage": "Train-the-trainer programs, self-paced materials",
    "documentation_gaps": "Comprehensive documentation, regular updates",
    "support_burden": "Help desk preparation, knowledge base development",
    "compliance_issues": "Regulatory review, audit preparation",
}
MATRIX = """
very low  | low    | low    | low       | low       | medium
low       | low    | low    | medium    | medium    | high
medium    | low    | medium | high      | high      | very high
high      | medium | high   | high      | very high | critical
very high | high   | high   | very high | critical  | critical
"""


def word(value: Band | Level) -> str:
    return value.name.lower().replace("_", " ")


def verdicts(key: str, value: float | None, target: float, *, met: bool | None = True) -> dict[str, Verdict]:
    state = State.MET if met is not None else State.STALE
    criterion = Criterion(
        key,
        key,
        Tier.CRITERION,
        Category.TECHNICAL,
        Comparison.BELOW,
        target,
        Unit.RATIO,
        0.0,
        "",
        "",
        lambda _: Missing(Absence.NO_SOURCE, ""),
        (),
    )
    return {key: Verdict(criterion, target, 0.0, "", state, value, met)}


def judged(key: str, value: float, target: float) -> Signals:
    return Signals(verdicts(key, value, target))


def behind(slip: float, current: Phase | None = Phase.PILOT) -> Signals:
    """A schedule that is late by `slip` of the 1000 seconds that it plans."""
    plan = Plan(0.0, Size.SMALL, {Phase.ADOPTION: Period(600.0, 1000.0)})
    return Signals(schedule=Schedule(plan, current, {}, slip * 1000))


def test_the_register_is_the_documented_one() -> None:
    found = {risk.key: (risk.title, word(risk.likelihood), word(risk.impact)) for risk in RISKS}
    assert found == DOCUMENTED
    assert {risk.key: risk.mitigation for risk in RISKS} == MITIGATION


def test_keys_of_risks_and_signals_are_unique_and_every_risk_has_a_signal() -> None:
    signals = [signal.key for risk in RISKS for signal in risk.signals]
    assert len(RISK) == len(RISKS)
    assert len(set(signals)) == len(signals)
    assert all(risk.signals for risk in RISKS)


@pytest.mark.parametrize("signal", [s for risk in RISKS for s in risk.signals], ids=lambda signal: signal.key)
def test_severe_is_worse_than_elevated(signal) -> None:
    assert signal.elevated < signal.severe


def test_the_matrix_is_the_documented_one() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in MATRIX.strip().splitlines()]
    found = [[word(likelihood), *(word(level(likelihood, impact)) for impact in Band)] for likelihood in Band]
    assert found == rows


CALM, ELEVATED, SEVERE = Pressure


@pytest.mark.parametrize(
    ("risk", "signals", "driver", "value", "pressure"),
    [
        ("bridge_failure", Signals(bridge_burn=0.0), "bridge_burn", 0.0, CALM),
        ("bridge_failure", Signals(bridge_burn=0.99), "bridge_burn", 0.99, CALM),
        ("bridge_failure", Signals(bridge_burn=1.0), "bridge_burn", 1.0, ELEVATED),
        ("bridge_failure", Signals(bridge_burn=9.99), "bridge_burn", 9.99, ELEVATED),
        ("bridge_failure", Signals(bridge_burn=10.0), "bridge_burn", 10.0, SEVERE),
        ("performance_degradation", judged("performance_impact", -0.2, 0.1), "performance_impact", -2.0, CALM),
        ("performance_degradation", judged("performance_impact", 0.049, 0.1), "performance_impact", 0.49, CALM),
        ("performance_degradation", judged("performance_impact", 0.05, 0.1), "performance_impact", 0.5, ELEVATED),
        ("performance_degradation", judged("performance_impact", 0.1, 0.1), "performance_impact", 1.0, SEVERE),
        ("performance_degradation", judged("performance_impact", 0.1, 0.2), "performance_impact", 0.5, ELEVATED),
        ("performance_degradation", judged("bridge_latency", 0.395, 0.5), "bridge_latency", 0.79, CALM),
        ("performance_degradation", judged("bridge_latency", 0.4, 0.5), "bridge_latency", 0.8, ELEVATED),
        ("performance_degradation", judged("bridge_latency", 0.5, 0.5), "bridge_latency", 1.0, SEVERE),
        ("adoption_resistance", Signals(adoption_gap=-0.3), "adoption_gap", -0.3, CALM),
        ("adoption_resistance", Signals(adoption_gap=0.9 - 0.8), "adoption_gap", 0.1, ELEVATED),
        ("adoption_resistance", Signals(adoption_gap=0.25), "adoption_gap", 0.25, SEVERE),
        ("adoption_resistance", judged("user_satisfaction", 0.85, 0.85), "dissatisfaction", 0.0, CALM),
        ("adoption_resistance", judged("user_satisfaction", 0.84, 0.85), "dissatisfaction", 0.01, ELEVATED),
        ("adoption_resistance", judged("user_satisfaction", 0.7, 0.85), "dissatisfaction", 0.15, SEVERE),
        ("configuration_conflicts", Signals(rolled_back=Share(0, 50)), "rolled_back", 0.0, CALM),
        ("configuration_conflicts", Signals(rolled_back=Share(1, 100)), "rolled_back", 0.01, ELEVATED),
        ("configuration_conflicts", Signals(rolled_back=Share(1, 20)), "rolled_back", 0.05, SEVERE),
        ("timeline_delays", behind(-0.5), "schedule_slip", -0.5, CALM),
        ("timeline_delays", behind(0.099), "schedule_slip", 0.099, CALM),
        ("timeline_delays", behind(0.1), "schedule_slip", 0.1, ELEVATED),
        ("timeline_delays", behind(0.25), "schedule_slip", 0.25, SEVERE),
        ("training_shortage", Signals(training_gap=0.04), "training_gap", 0.04, CALM),
        ("training_shortage", Signals(training_gap=0.05), "training_gap", 0.05, ELEVATED),
        ("training_shortage", Signals(training_gap=0.2), "training_gap", 0.2, SEVERE),
        ("documentation_gaps", judged("time_to_proficiency", 14.0, 14.0), "time_to_proficiency", 1.0, CALM),
        ("documentation_gaps", judged("time_to_proficiency", 14.14, 14.0), "time_to_proficiency", 1.01, ELEVATED),
        ("documentation_gaps", judged("time_to_proficiency", 21.0, 14.0), "time_to_proficiency", 1.5, SEVERE),
        ("support_burden", judged("support_ticket_reduction", 0.1, 0.5), "support_ticket_growth", -0.1, CALM),
        ("support_burden", judged("support_ticket_reduction", -0.05, 0.5), "support_ticket_growth", 0.05, ELEVATED),
        ("support_burden", judged("support_ticket_reduction", -0.25, 0.5), "support_ticket_growth", 0.25, SEVERE),
        (
            "compliance_issues",
            judged("compliance_violation_reduction", -0.04, 0.6),
            "compliance_violation_growth",
            0.04,
            CALM,
        ),
        (
            "compliance_issues",
            judged("compliance_violation_reduction", -0.05, 0.6),
            "compliance_violation_growth",
            0.05,
            ELEVATED,
        ),
        (
            "compliance_issues",
            judged("compliance_violation_reduction", -0.25, 0.6),
            "compliance_violation_growth",
            0.25,
            SEVERE,
        ),
        ("compliance_issues", judged("security_incident_reduction", 0.4, 0.4), "security_incident_growth", -0.4, CALM),
        (
            "compliance_issues",
            judged("security_incident_reduction", -0.06, 0.4),
            "security_incident_growth",
            0.06,
            ELEVATED,
        ),
        (
            "compliance_issues",
            judged("security_incident_reduction", -1.0, 0.4),
            "security_incident_growth",
            1.0,
            SEVERE,
        ),
    ],
)
def test_a_signal_moves_the_likelihood_by_its_pressure(risk, signals, driver, value, pressure) -> None:
    found = assess(RISK[risk], signals)
    assert found.driver == driver
    assert found.values == {driver: pytest.approx(value)}
    assert found.likelihood == max(1, min(5, RISK[risk].likelihood + pressure))
    assert found.level is level(found.likelihood, RISK[risk].impact)


@pytest.mark.parametrize(
    ("risk", "signals", "likelihood", "now", "documented"),
    [
        ("bridge_failure", Signals(bridge_burn=12.0), Band.VERY_HIGH, Level.CRITICAL, Level.HIGH),
        ("bridge_failure", Signals(bridge_burn=0.1), Band.LOW, Level.MEDIUM, Level.HIGH),
        ("adoption_resistance", Signals(adoption_gap=0.4), Band.VERY_HIGH, Level.VERY_HIGH, Level.HIGH),
        ("timeline_delays", behind(0.0), Band.MEDIUM, Level.MEDIUM, Level.HIGH),
        ("training_shortage", Signals(training_gap=0.0), Band.VERY_LOW, Level.LOW, Level.MEDIUM),
        ("training_shortage", Signals(training_gap=0.5), Band.HIGH, Level.HIGH, Level.MEDIUM),
        ("support_burden", judged("support_ticket_reduction", 0.6, 0.5), Band.VERY_LOW, Level.LOW, Level.LOW),
        ("support_burden", judged("support_ticket_reduction", -0.1, 0.5), Band.MEDIUM, Level.MEDIUM, Level.LOW),
    ],
)
def test_level_by_hand(risk, signals, likelihood, now, documented) -> None:
    found = assess(RISK[risk], signals)
    assert (found.likelihood, found.level, found.documented_level) == (likelihood, now, documented)


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param(Signals(), id="nothing at all"),
        pytest.param(Signals(verdicts("bridge_latency", None, 0.5, met=None)), id="no value"),
        pytest.param(Signals(verdicts("bridge_latency", 9.0, 0.5, met=None)), id="a stale value"),
        pytest.param(judged("performance_impact", 0.3, 0.0), id="a target of which nothing is a share"),
        pytest.param(behind(0.5, current=None), id="a migration that has not begun"),
        pytest.param(Signals(rolled_back=Share(0, 0, 7)), id="only repositories that could not be read"),
    ],
)
def test_what_is_not_known_moves_nothing(signals: Signals) -> None:
    for risk in RISKS:
        found = assess(risk, signals)
        assert (found.likelihood, found.level) == (risk.likelihood, found.documented_level)
        assert (found.driver, found.values) == (None, {})


def test_the_worst_signal_drives_and_the_first_of_equals() -> None:
    fine = verdicts("performance_impact", 0.0, 0.1)
    slow = verdicts("bridge_latency", 0.6, 0.5)
    assert assess(RISK["performance_degradation"], Signals({**fine, **slow})).driver == "bridge_latency"
    both = Signals({**slow, **verdicts("performance_impact", 0.3, 0.1)})
    assert assess(RISK["performance_degradation"], both).driver == "performance_impact"
    assert set(assess(RISK["performance_degradation"], both).values) == {"performance_impact", "bridge_latency"}


NUMBERS = st.none() | st.floats(-20, 20)
CRITERIA = st.sampled_from(
    [
        "performance_impact",
        "bridge_latency",
        "user_satisfaction",
        "time_to_proficiency",
        "support_ticket_reduction",
        "compliance_violation_reduction",
        "security_incident_reduction",
    ]
)


@st.composite
def situations(draw) -> Signals:
    values = draw(st.dictionaries(CRITERIA, st.floats(-20, 20)))
    known = {k: v for key, value in values.items() for k, v in verdicts(key, value, 0.5).items()}
    part = draw(st.integers(0, 9))
    slip = draw(NUMBERS)
    return Signals(
        verdicts=known,
        schedule=None if slip is None else behind(slip).schedule,
        bridge_burn=draw(NUMBERS),
        adoption_gap=draw(NUMBERS),
        training_gap=draw(NUMBERS),
        rolled_back=Share(part, draw(st.sampled_from([0, 10]))),
    )


@given(situations())
def test_likelihood_stays_within_the_bands_and_level_is_the_matrix_s(signals: Signals) -> None:
    for risk in RISKS:
        found = assess(risk, signals)
        assert found.likelihood in Band
        assert found.level is level(found.likelihood, risk.impact)
        assert abs(found.likelihood - risk.likelihood) <= Pressure.SEVERE
        assert (found.driver is None) == (not found.values)


@given(st.sampled_from(Band), st.sampled_from(Band), st.sampled_from(Band))
def test_more_likely_or_graver_is_never_a_lower_level(one: Band, other: Band, fixed: Band) -> None:
    low, high = sorted((one, other))
    assert level(low, fixed) <= level(high, fixed)
    assert level(fixed, low) <= level(fixed, high)


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_a_worse_signal_never_lowers_the_risk(one: float, other: float) -> None:
    low, high = sorted((one, other))
    calmer, worse = (assess(RISK["bridge_failure"], Signals(bridge_burn=burn)) for burn in (low, high))
    assert calmer.likelihood <= worse.likelihood
    assert calmer.level <= worse.level
