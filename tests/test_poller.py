"""One poll: what is kept, what is said, whatever happens in it."""

import logging
from collections.abc import Iterator

import pytest

from exporter.errors import BadPayload, RateLimited, Reason, TimedOut, Unauthorized
from exporter.ledger import Ledger
from exporter.model import Component, Facts, Health, Probe, Repository, Run, Unreadable
from exporter.poller import Poller
from exporter.totals import Family
from tests.support import facts
from tests.support.clock import Clock
from tests.support.scripted import Scripted

SHOP = Repository("acme", "shop")


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


def run(number: int, clock: Clock) -> Run:
    return facts.run(str(number), ended=clock() - 10)


def runs_in(ledger: Ledger) -> float:
    return ledger.view("s").totals.get(Family.RUNS, {}).get(("acme", "shop", "ci", "success"), 0)


def poller(provider: Scripted, ledger: Ledger, clock: Clock) -> Poller:
    return Poller("s", provider, ledger, now=clock)


def test_a_good_poll_keeps_its_facts_and_marks(ledger: Ledger) -> None:
    clock, provider = Clock(), Scripted()
    provider.then(Facts(runs=(run(1, clock),), marks={"a": "1"}), Facts(runs=(run(2, clock),), marks={"b": "2"})).then()
    polls = poller(provider, ledger, clock)
    assert polls.health.up is None
    health = polls.poll()
    assert (health.up, health.error, health.polls, health.last_success_at) == (True, None, 1, clock())
    assert runs_in(ledger) == 2
    polls.poll()
    assert [since.marks for since in provider.seen] == [{}, {"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BadPayload("x: malformed"), Reason.BAD_PAYLOAD),
        (Unauthorized("x: 401"), Reason.UNAUTHORIZED),
        (TimedOut("x: late"), Reason.TIMEOUT),
    ],
)
def test_a_poll_that_is_cut_keeps_what_it_had_and_is_a_failure(ledger: Ledger, error, reason) -> None:
    clock = Clock()
    provider = Scripted().then().then(Facts(runs=(run(1, clock),), marks={"a": "1"}), error)
    polls = poller(provider, ledger, clock)
    polls.poll()
    before = clock()
    clock.advance(30)
    health = polls.poll()
    assert (health.up, health.error, health.error_detail) == (False, reason, str(error))
    assert (health.last_success_at, health.last_attempt_at) == (before, clock())
    assert health.failures == {reason: 1}
    assert runs_in(ledger) == 1
    assert ledger.marks("s") == {"a": "1"}


def test_a_defect_does_not_end_the_exporter_and_its_text_is_not_shown(ledger: Ledger, caplog) -> None:
    clock = Clock()
    polls = poller(Scripted().then(ZeroDivisionError("token=hunter2")), ledger, clock)
    with caplog.at_level(logging.ERROR):
        health = polls.poll()
    assert (health.error, health.error_detail) == (Reason.INTERNAL, "ZeroDivisionError, see the log")
    assert "defect of the exporter" in caplog.text


def test_a_failure_that_lasts_is_told_once_and_so_is_its_end(ledger: Ledger, caplog) -> None:
    late, wrong = TimedOut("late"), Unauthorized("wrong")
    polls = poller(Scripted().then(late).then(late).then(wrong).then(), ledger, Clock())
    with caplog.at_level(logging.INFO, "exporter.poller"):
        for _ in range(4):
            polls.poll()
    assert [record.getMessage() for record in caplog.records] == [
        "poll failed: late",
        "poll failed: wrong",
        "source reads well again",
    ]


def test_silence_is_an_answer_about_the_components(ledger: Ledger) -> None:
    clock = Clock()
    seen = Facts(probes=(Probe(Component.K2A, Health.HEALTHY),))
    provider = Scripted(probes=(Component.K2A, Component.A2K)).then(seen, TimedOut("late"))
    polls = poller(provider, ledger, clock)
    health = polls.poll()
    assert {probe.component: probe.up for probe in ledger.view("s").probes} == {
        Component.K2A: True,
        Component.A2K: False,
    }
    assert health.probed_at == clock()


def test_wrong_credentials_say_nothing_about_the_components(ledger: Ledger) -> None:
    polls = poller(Scripted(probes=(Component.KILO,)).then(Unauthorized("401")), ledger, Clock())
    assert polls.poll().probed_at is None
    assert ledger.view("s").probes == ()


def test_after_a_rate_limit_nothing_is_asked_until_it_ends(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted().then(RateLimited("too many", clock() + 100)).then()
    polls = poller(provider, ledger, clock)
    polls.poll()
    clock.advance(99)
    held = polls.poll()
    assert (len(provider.seen), held.up, held.error) == (1, False, Reason.RATE_LIMITED)
    clock.advance(1)
    assert polls.poll().up is True
    assert len(provider.seen) == 2


def test_unreadable_items_are_counted_and_do_not_fail_the_poll(ledger: Ledger) -> None:
    items = tuple(Unreadable(f"acme/{n}", "forbidden", "403") for n in range(3))
    health = poller(Scripted().then(Facts(unreadable=items)), ledger, Clock()).poll()
    assert (health.up, health.unreadable) == (True, {"forbidden": 3})


def test_a_ledger_that_cannot_be_written_fails_the_poll_and_loses_nothing(tmp_path) -> None:
    clock = Clock()
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    polls = poller(Scripted().then(Facts(runs=(run(1, clock),), marks={"a": "1"})), ledger, clock)
    ledger.close()
    health = polls.poll()
    assert (health.up, health.error) == (False, Reason.LEDGER)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as again:
        assert (runs_in(again), again.marks("s")) == (0, {})


def test_the_last_success_is_known_after_a_restart(ledger: Ledger) -> None:
    clock = Clock()
    poller(Scripted().then(), ledger, clock).poll()
    assert poller(Scripted(), ledger, clock).health.last_success_at == clock()


def test_the_schedule_tells_what_did_not_take_place(ledger: Ledger) -> None:
    polls = poller(Scripted(), ledger, Clock())
    polls.note_schedule(lag=0.5)
    polls.note_schedule(missed=1)
    polls.note_schedule(coalesced=3)
    assert (polls.health.lag_seconds, polls.health.missed, polls.health.coalesced) == (0.5, 1, 3)
