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
from tests.support.facts import NOW, sums

KILLS = 10


def poll_and_kill(url, polls, after):
    """Lets a process poll until `after` seconds beyond its `polls`th poll, and kills it (SIGKILL).

    Gives the number of the last poll that it said was kept.
    """
    command = (sys.executable, "-m", "tests.ledger.crash", url)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as polling:
        told = [polling.stdout.readline() for _ in range(polls)]
        time.sleep(after)  # the moment is the experiment, nothing is waited for
        polling.kill()
        told += polling.stdout.readlines()
        faults = polling.stderr.read()
    assert (faults, polling.returncode) == ("", -9)
    return int(next(line for line in reversed(told) if line.endswith("\n")))


def check(ledger):
    """Everything must be as the marks say; gives the number of polls that were kept."""
    polls = int(ledger.marks("acme")["poll"])
    view = ledger.view("acme")
    assert sum(ledger.run_results(0).values()) == polls * 3
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
    for _ in range(KILLS):
        told = poll_and_kill(url, moments.randint(1, 4), moments.uniform(0, 0.02))
        with Ledger.open(url) as ledger:
            with ledger._database.writing("source acme"):
                pass  # a server ends the dead client's last transaction by itself: only then is it quiet
            # At most one poll more was kept than it came to say; told but not kept would be a loss.
            assert check(ledger) in (told, told + 1)
