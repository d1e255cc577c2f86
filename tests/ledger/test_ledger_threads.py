"""Several pollers write while one publisher reads: nothing is lost, doubled, half seen, or waited for."""

import threading
from concurrent.futures import ThreadPoolExecutor

from exporter.ledger import Ledger
from exporter.model import Component, Facts, Result
from exporter.totals import Family
from tests.support.facts import NOW, bridge, probe, run, sums

POLLS = 15


def polls(ledger, source, first=0):
    """Overlapping polls; each leaves one mark and two new runs."""
    for poll in range(first, POLLS):
        runs = tuple(run(f"{number}", ended=NOW + number) for number in range(poll * 2 + 2))
        facts = Facts(runs=runs, bridges=(bridge(events=poll * 3),), probes=(probe(),), marks={"poll": str(poll)})
        ledger.record(source, facts, at=NOW + poll * 30, gap=60, succeeded=True)


def everything():
    return sums(*(run(f"{number}", ended=NOW + number) for number in range(POLLS * 2)))


def runs_only(count):
    return sums(*(run(f"{number}") for number in range(count)))[Family.RUNS]


def test_pollers_of_different_sources_write_at_once(ledger):
    names = ["acme", "bridges", "ci", "kilo", "orchex"]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: polls(ledger, name), names))
    for name in names:
        totals = dict(ledger.view(name).totals)
        assert totals.pop(Family.BRIDGE_OPERATIONS) == {("k2a",): (POLLS - 1) * 3}
        assert totals.pop(Family.BRIDGE_ERRORS, {("k2a",): 0}) == {("k2a",): 0}
        assert totals == everything()
    assert ledger.run_results(0) == {Result.SUCCESS: len(names) * POLLS * 2}
    assert ledger.operations(0)[Component.K2A].total == len(names) * (POLLS - 1) * 3


def test_two_exporters_on_one_ledger_count_no_run_twice(url):
    with Ledger.open(url) as one, Ledger.open(url) as two, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda ledger: polls(ledger, "acme"), [one, two, one, two]))
        totals = one.view("acme").totals
        assert {family: totals[family] for family in everything()} == everything()
        assert one.run_results(0) == {Result.SUCCESS: POLLS * 2}
        spans = one.spans(0)
        assert [(span.begin, span.end) for span in spans] == [(NOW, NOW + (POLLS - 1) * 30)]


def test_a_reader_sees_whole_polls_only(ledger):
    seen = []
    done = threading.Event()

    def read():
        while not done.is_set():
            view = ledger.view("acme")
            runs = sum(view.totals.get(Family.RUNS, {}).values())
            polled = (view.last_success_at - NOW) / 30 + 1 if view.last_success_at is not None else 0
            seen.append((runs, polled))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            polls(ledger, "acme")
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert all(runs == polled * 2 for runs, polled in seen)
    assert len(seen) > 1


def test_a_reader_does_not_wait_for_a_writer(ledger):
    polls(ledger, "acme", first=POLLS - 1)
    before = ledger.view("acme")
    with ledger._database.writing("source acme") as connection, ThreadPoolExecutor(1) as pool:
        connection.exec_driver_sql("DELETE FROM totals")
        connection.exec_driver_sql("DELETE FROM runs")
        assert pool.submit(ledger.view, "acme").result(5) == before
        connection.rollback()
    assert ledger.view("acme") == before


def test_pruning_and_polling_at_once(url):
    with Ledger.open(url, retention=100) as ledger, ThreadPoolExecutor(3) as pool:
        polling = [pool.submit(polls, ledger, name) for name in ("acme", "ci")]
        while not all(poll.done() for poll in polling):
            ledger.prune(NOW + 104)
        for poll in polling:
            poll.result()
        ledger.prune(NOW + POLLS * 30)
        assert ledger.run_results(0) == {}
        for name in ("acme", "ci"):
            # The fifth poll is 120 s after the first: what it finds anew had ended before its retention.
            assert ledger.view(name).totals[Family.RUNS] == runs_only(8)


def test_closing_waits_for_the_write_that_is_under_way(file):
    ledger = Ledger.open(f"sqlite:///{file}")
    with ThreadPoolExecutor(1) as pool:
        with ledger._database.writing("source acme") as connection:
            connection.exec_driver_sql("INSERT INTO marks VALUES ('acme', 'a', '1')")
            closing = pool.submit(ledger.close)
            assert not closing.done()
        closing.result(10)
    with Ledger.open(f"sqlite:///{file}") as again:
        assert again.marks("acme") == {"a": "1"}
