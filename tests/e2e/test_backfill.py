"""`backfill` as a process on the simulated organisation, against the organisation's own journal."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml

from exporter.answers import Median
from exporter.backfill import described
from exporter.demo.config import configuration
from exporter.demo.hosts import ON_GITHUB, Spread, over_all
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.ledger import Ledger
from tests.support.exporter import run, running

DAY = 86400.0
SYSTEMS = ("orchex", "kilo", "bridges")
AGO, LENGTH = 7, 14
"""Days since the migration's start, and of the window before it; both lie in the organisation's history."""


class Past:
    """An organisation that stands still, with four weeks behind it."""

    def __init__(self, spread: Spread = ON_GITHUB) -> None:
        self.organisation = Organisation(start=time.time() - 60, history_days=28, spread=spread)
        self.organisation.freeze()
        self.server = DemoServer(self.organisation, time.time)
        self.start: date = datetime.now(UTC).date() - timedelta(days=AGO)
        self.end = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC).timestamp()
        self.begin = self.end - LENGTH * DAY

    def configuration(self, folder: Path) -> dict[str, Any]:
        ledger = f"sqlite:///{folder}/ledger.db"
        made = configuration(self.organisation, self.server.addresses, ledger, folder, self.server.tokens)
        hosts = {name: source for name, source in made["sources"].items() if name not in SYSTEMS}
        return {**made, "sources": hosts, "migration": {"start": self.start, "size": "small"}}

    def command(self, folder: Path) -> tuple[str, ...]:
        file = folder / "config.yml"
        file.write_text(yaml.safe_dump(self.configuration(folder)))
        return "backfill", f"--config.file={file}", f"--since={LENGTH}d"

    def readable(self, events: list[Any]) -> list[Any]:
        """Those of the window, in repositories that may be read."""
        repositories = self.organisation.repositories
        return [e for e in events if self.begin <= e.at < self.end and not repositories[e.repository].unreadable]

    def runs(self) -> Median:
        """Of the legacy workflow's attempts that ended well."""
        ended = self.readable(self.organisation.journal.finished)
        good = [each for each in ended if (each.workflow, each.result) == ("legacy", "success")]
        return Median(median(e.at - e.started_at for e in good), len(good), len({e.repository for e in good}))

    def changes(self) -> Median:
        got_in = self.readable(self.organisation.journal.merged)
        times = [each.at - each.first_commit_at for each in got_in]
        return Median(median(times), len(got_in), len({each.repository for each in got_in}))


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    past = Past()
    with past.server:
        yield past


def measured(past: Past, folder: Path) -> str:
    """What the ledger holds, which must be what the journal says; in words."""
    with Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
        baseline = ledger.baseline()
    assert (baseline.begin, baseline.end) == (past.begin, past.end)
    assert (baseline.runs, baseline.changes) == (past.runs(), past.changes())
    return described(baseline)


def test_it_measures_what_the_organisation_knows(past: Past, tmp_path: Path) -> None:
    done = run(*past.command(tmp_path), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == measured(past, tmp_path) + "\n"
    assert done.stderr.startswith("acme: reading its history\n")
    assert re.search(r"^acme: done, (\d+) of \1 repositories, [\d,]+ runs, [\d,]+ changes$", done.stderr, re.MULTILINE)
    assert "forbidden" in done.stderr, "one repository may not be read, and that is said"
    again = run(*past.command(tmp_path), folder=tmp_path)
    assert again.stdout.startswith(f"already measured on {datetime.now(UTC).date()}: {measured(past, tmp_path)}")


def test_it_measures_the_same_organisation_on_all_hosts(tmp_path: Path) -> None:
    past = Past(over_all)
    with past.server:
        done = run(*past.command(tmp_path), folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout == measured(past, tmp_path) + "\n"
    for source in ("acme", "git", "gitea", "gitlab", "jenkins"):
        assert f"{source}: done, " in done.stderr


def killed_at_request(past: Past, folder: Path, number: int) -> None:
    """Runs the command until it waits for the answer to its request of this number; then SIGKILL."""
    reached, killed, asked = threading.Event(), threading.Event(), iter(range(1, 10**9))

    def hold(_: object) -> None:
        if next(asked) == number:
            reached.set()
            killed.wait(30)

    past.server.faults = hold
    with running(folder, *past.command(folder)) as process:
        assert reached.wait(30), f"it asks {number} times; it said:\n{process.log}"
        process.process.kill()
        process.process.wait()
    past.server.faults = None
    killed.set()


def test_killed_in_the_middle_it_goes_on_where_it_was(past: Past, tmp_path: Path) -> None:
    past.server.requests.clear()
    for number in (30, 150, 150):
        killed_at_request(past, tmp_path, number)
    done = run(*past.command(tmp_path), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("going on with the backfill that was begun on ")
    assert done.stdout == measured(past, tmp_path) + "\n"
    commits = {path: times for path, times in past.server.requests.items() if path.endswith("/commits")}
    twice = {path.split("/pulls/")[0] for path, times in commits.items() if times > 1}
    assert len(twice) <= 3, "only the repositories in which it was killed were read again"
