"""Killed at any moment, the ledger has each poll whole or not at all."""

import random
import subprocess
import sys
import time

from exporter.answers import Operations
from exporter.ledger import Ledger
from exporter.model import Component
from exporter.totals import Family
from tests.ledger import crash
from tests.ledger.facts import NOW, sums

KILLS = 10


def poll_and_kill(url, after):
    """Lets a process poll until `after` seconds beyond its start, and kills it (SIGKILL)."""
    command = (sys.executable, "-m", "tests.ledger.crash", url)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as polling:
        opened = polling.stdout.readline()
        time.sleep(after)  # the moment is the experiment, nothing is waited for
        polling.kill()
        faults = polling.stderr.read()
    assert (opened, faults, polling.returncode) == ("open\n", "", -9)


def check(ledger):
    """Everything must be as the marks say; gives the number of polls that were kept."""
    polls = int(ledger.marks("acme").get("poll", "0"))
    view = ledger.view("acme")
    assert sum(ledger.run_results(0).values()) == polls * 3
    if polls:
        runs = [run for poll in range(1, polls + 1) for run in crash.runs_of(poll)]
        changes = [crash.change(str(poll), merged=NOW + poll) for poll in range(1, polls + 1)]
        expected = sums(*runs, *changes)
        assert {family: view.totals[family] for family in expected} == expected
        assert view.last_success_at == NOW + polls
        assert view.totals[Family.BRIDGE_OPERATIONS] == {("k2a",): (polls - 1) * 2}
        assert sum_of(ledger) == Operations((polls - 1) * 2, polls - 1)
        assert [(span.begin, span.end) for span in ledger.spans(0)] == [(NOW + 1, NOW + polls)]
    return polls


def sum_of(ledger):
    return ledger.operations(0).get(Component.K2A, Operations())


def test_a_kill_at_any_moment_leaves_whole_polls(url):
    moments = random.Random(7)
    kept = [0]
    for _ in range(KILLS):
        poll_and_kill(url, moments.uniform(0, 0.08))
        with Ledger.open(url) as ledger:
            with ledger._database.writing("source acme"):
                pass  # a server ends the dead client's last transaction by itself: only then is it quiet
            kept.append(check(ledger))
    assert kept == sorted(kept)
    assert kept[-1] > KILLS
