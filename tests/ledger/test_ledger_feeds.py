"""What feeds tell is kept by name until they tell otherwise, or tell of it no more."""

from dataclasses import replace

from exporter.model import Attestation, Facts, Phase, PhaseDates, Reading, TaskReading
from tests.support.facts import DAY, NOW

COST = Reading("cost", 1200.5, NOW - DAY, coverage=0.75, by="billing")
TRAINING = Reading("training_completion", 0.9, NOW)
APPROVED = Attestation(Phase.ASSESSMENT, "plan_approved", holds=True, by="Ada", at=NOW - DAY)
VALIDATED = Attestation(Phase.PREPARATION, "plan_approved", holds=False, by="Ada", at=NOW)
PILOT = PhaseDates(Phase.PILOT, started_at=NOW - DAY)
ALL = frozenset({"cost", "training_completion", "assessment.plan_approved", "preparation.plan_approved", "pilot"})


def record(ledger, source="people", **facts):
    ledger.record(source, Facts(**facts), at=NOW, gap=60.0, succeeded=True)


def told(ledger, source="people"):
    view = ledger.view(source)
    return view.readings, view.attestations, view.phases


def record_all(ledger):
    record(ledger, readings=(TRAINING, COST), attestations=(VALIDATED, APPROVED), phases=(PILOT,), told=ALL)


def test_all_that_is_told_is_kept_as_it_is(ledger):
    record_all(ledger)
    assert told(ledger) == ((COST, TRAINING), (APPROVED, VALIDATED), (PILOT,))
    assert told(ledger, "other") == ((), (), ())


def test_the_last_word_counts_also_of_an_older_time(ledger):
    record_all(ledger)
    corrected = replace(COST, value=900.0, at=NOW - 2 * DAY)
    withdrawn = replace(APPROVED, holds=False, at=NOW - 3 * DAY)
    ended = PhaseDates(Phase.PILOT, ended_at=NOW)
    record(ledger, readings=(corrected,), attestations=(withdrawn,), phases=(ended,), told=ALL)
    assert told(ledger) == ((corrected, TRAINING), (withdrawn, VALIDATED), (ended,))


def test_what_is_told_no_more_is_forgotten(ledger):
    record_all(ledger)
    record(ledger, tasks=(TaskReading("1h", 5, 1),))
    record(ledger, told=frozenset({"training_completion", "preparation.plan_approved"}))
    assert told(ledger) == ((TRAINING,), (VALIDATED,), ())
    record(ledger, told=frozenset())
    assert told(ledger) == ((), (), ())
    assert ledger.view("people").tasks == (TaskReading("1h", 5, 1),)


def test_a_step_that_does_not_know_what_is_told_forgets_nothing(ledger):
    record_all(ledger)
    record(ledger, readings=(replace(COST, value=1.0),))
    assert told(ledger) == ((replace(COST, value=1.0), TRAINING), (APPROVED, VALIDATED), (PILOT,))


def test_sources_forget_apart(ledger):
    record_all(ledger)
    record(ledger, source="billing", readings=(COST,), told=frozenset({"cost"}))
    record(ledger, source="billing", told=frozenset())
    assert told(ledger) == ((COST, TRAINING), (APPROVED, VALIDATED), (PILOT,))
