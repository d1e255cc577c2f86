"""Figures, side by side: `make bench`. Each pair is timed in turn, and the ratio of the medians is printed.

Nothing here can fail for being slow: machines differ. What must hold is counted in the tests.
"""

import gzip
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from exporter import exposition
from exporter.answers import RepositoryView, SourceView
from exporter.ledger import Ledger
from exporter.model import Facts, Repository, Result, Stage
from exporter.snapshot import Snapshot, Source
from exporter.totals import Family
from exporter.web.negotiation import choose
from tests.support import facts, world

NOW = world.NOW
ROUNDS = 5
REPOSITORIES = 10_000


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(title: str, first: tuple[str, Callable[[], object]], second: tuple[str, Callable[[], object]]) -> None:
    """Times both in turn, after one round that does not count."""
    pairs = [(timed(first[1]), timed(second[1])) for _ in range(ROUNDS + 1)][1:]
    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{title}\n  {first[0]:<34}{one * 1000:10.2f} ms\n  {second[0]:<34}{other * 1000:10.2f} ms")
    print(f"  ratio {one / other:.3f}\n")


def large() -> Snapshot:
    """Ten thousand repositories: about a hundred thousand series."""
    names = [f"service-{number:05}" for number in range(REPOSITORIES)]
    results = (Result.SUCCESS, Result.FAILURE, Result.ERROR)
    runs = {("acme", name, "ci", result): 5.0 for name in names for result in results}
    changes = {("acme", name): 3.0 for name in names}
    view = SourceView(
        NOW,
        tuple(RepositoryView(Repository("acme", name), Stage.LEGACY, template=False) for name in names),
        {
            Family.RUNS: runs,
            Family.RUN_SECONDS: runs,
            Family.CHANGES: changes,
            Family.LEAD_SECONDS: changes,
        },
    )
    return Snapshot(NOW, {"acme": Source(world.health("acme", "github"), "github", view)})


def scrapes() -> None:
    snapshot = large()
    made = exposition.render(snapshot)
    series = sum(not line.startswith(b"#") for line in made.text.splitlines())
    print(f"An exposition of {series} series, {len(made.text)} bytes, {len(made.text_gzip)} compressed\n")
    compare(
        "A scrape: copy what was rendered before, or render then",
        ("copy", lambda: bytes(bytearray(choose(made, "", "gzip").content))),
        ("render", lambda: exposition.render(snapshot)),
    )
    compare(
        "Compression of the text",
        ("level 1, as published", lambda: gzip.compress(made.text, 1)),
        ("level 9, prometheus_client's own", lambda: gzip.compress(made.text, 9)),
    )


def ledger() -> None:
    polled = Facts(
        runs=tuple(
            facts.run(str(number), repository=Repository("acme", f"service-{number % 100}")) for number in range(10_000)
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        ledgers = iter(range(ROUNDS + 1))

        def fresh() -> None:
            with Ledger.open(f"sqlite:///{Path(folder)}/{next(ledgers)}.db") as opened:
                opened.record("acme", polled, at=NOW, gap=60, succeeded=True)

        with Ledger.open(f"sqlite:///{Path(folder)}/known.db") as known:
            known.record("acme", polled, at=NOW, gap=60, succeeded=True)
            compare(
                "10,000 runs into a SQLite ledger",
                ("new to it (opening included)", fresh),
                ("known to it", lambda: known.record("acme", polled, at=NOW, gap=60, succeeded=True)),
            )


if __name__ == "__main__":
    scrapes()
    ledger()
