"""Figures, side by side: `make bench`. Each pair is timed in turn, and the ratio of the medians is printed.

`make bench ARGS=million` asks a ledger of a million runs all that a refresh asks; ARGS may name any parts.

Nothing here can fail for being slow: machines differ. What must hold is counted in the tests.
"""

import gc
import gzip
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter import exposition
from exporter.answers import RepositoryView, SourceView
from exporter.kpis.ratios import WINDOWS
from exporter.ledger import Ledger
from exporter.migration.plan import WEEK, Size, plan
from exporter.model import BRIDGES, Change, Component, Facts, Repository, Result, Run, Stage, Workflow
from exporter.poller import Poller
from exporter.scorecard import Wanted
from exporter.snapshot import Snapshot, Source
from exporter.surveyor import Policy, Surveyor
from exporter.totals import Family
from exporter.web.negotiation import choose
from tests.support import facts, world
from tests.support.scripted import Scripted

NOW = world.NOW
ROUNDS = 5
PAUSE = 0.01
"""Seconds between two scrapes while something else is at work."""
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
        totals={
            Family.RUNS: runs,
            Family.RUN_SECONDS: runs,
            Family.CHANGES: changes,
            Family.LEAD_SECONDS: changes,
        },
    )
    return Snapshot(NOW, {"acme": Source(world.health("acme", "github"), "github", view, hosts=True)})


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


RUNS = 1_000_000
POLLS = 40
KEPT = 35 * facts.DAY
RESULTS = ([Result.SUCCESS, Result.FAILURE, Result.ERROR, Result.CANCELLATION], [85, 10, 3, 2])
SERVICES = [Repository("acme", f"service-{number:05}") for number in range(REPOSITORIES)]
INTEGRATED = frozenset(SERVICES[: REPOSITORIES * 6 // 10])
MEASURED = SERVICES[REPOSITORIES // 10 :]
"""The repositories that have a baseline."""


def run_of(number: int, ended: float, chance: random.Random) -> Run:
    of = chance.choice(SERVICES)
    return facts.run(
        str(number),
        repository=of,
        result=chance.choices(*RESULTS)[0],
        workflow=Workflow.INTEGRATED if of in INTEGRATED else Workflow.LEGACY,
        ended=ended,
        started_at=ended - chance.lognormvariate(5, 0.5),
    )


def change_of(number: int, merged: float, chance: random.Random) -> Change:
    first = merged - chance.lognormvariate(11, 1)
    return facts.change(str(number), repository=chance.choice(SERVICES), merged=merged, first_commit_at=first)


def polls() -> Iterator[tuple[float, Facts]]:
    """A million runs and a change for every five, over 35 days, as polls that each tell their part in order."""
    chance = random.Random(1)
    ends = [NOW - KEPT + (number + 1) * KEPT / RUNS for number in range(RUNS)]
    states = (facts.state(facts.INTEGRATED if of in INTEGRATED else facts.LEGACY, of) for of in SERVICES)
    yield NOW - KEPT, Facts(repositories=tuple(states))
    for poll in range(POLLS):
        mine = range(poll * RUNS // POLLS, (poll + 1) * RUNS // POLLS)
        yield (
            ends[mine[-1]],
            Facts(
                runs=tuple(run_of(number, ends[number], chance) for number in mine),
                changes=tuple(change_of(number, ends[number], chance) for number in mine[::5]),
                bridges=(facts.bridge(events=poll * 1000, errors=poll),),
                probes=(facts.probe(),),
            ),
        )


def fill(opened: Ledger) -> None:
    for at, polled in polls():
        opened.record("acme", polled, at=at, gap=KEPT / POLLS, succeeded=True)
    begin, end = NOW - 2 * KEPT, NOW - KEPT
    before = tuple(facts.run("0", repository=of, workflow=Workflow.LEGACY, ended=begin) for of in MEASURED)
    opened.sample("acme", Facts(runs=before), begin=begin, end=end)
    opened.freeze(begin=begin, end=end, at=NOW)


def answers(opened: Ledger) -> dict[str, Callable[[], object]]:
    """All that one refresh asks of the windows."""
    starts = [NOW - seconds for seconds in WINDOWS.values()]
    longest, among = min(starts), ["acme"]
    return {
        "slowdowns, four windows": lambda: opened.slowdowns(starts, among),
        "lead_time": lambda: opened.lead_time(longest, among),
        "run_results, four windows": lambda: [opened.run_results(since, sources=among) for since in starts],
        "operations, four windows": lambda: [opened.operations(since, among) for since in starts],
        "spans": lambda: opened.spans(longest, among),
        "adoption": lambda: opened.adoption(among),
        "view (only after a poll)": lambda: opened.view("acme"),
    }


def million() -> None:
    """What a refresh asks of a large ledger, answer by answer. It takes minutes to fill."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"sqlite:///{Path(folder)}/ledger.db") as opened:
        print(f"A SQLite ledger of {RUNS:,} runs in {REPOSITORIES:,} repositories")
        print(f"  {'filled in':<34}{timed(lambda: fill(opened)):10.2f} s")
        for title, ask in answers(opened).items():
            tell(title, [timed(ask) for _ in range(ROUNDS)])
        evaluate(opened)


def tell(title: str, times: list[float]) -> None:
    print(f"  {title:<34}{statistics.median(times):10.3f} s")


def evaluate(opened: Ledger) -> None:
    """The whole evaluation, with a plan and a hundred teams, while a thread copies what is published."""
    provider = Scripted(probes=(Component.ORCHEX, *BRIDGES))
    for number in range(ROUNDS):
        provider.then(Facts(runs=(facts.run(f"new-{number}"),)))
    poller = Poller("acme", provider, opened, now=lambda: NOW)
    teams = {f"service-{number:02}*": f"team-{number:02}" for number in range(100)}
    policy = Policy(wanted=Wanted(plan=plan(NOW - 12 * WEEK, Size.LARGE), teams=teams))
    surveyor = Surveyor(opened, lambda: NOW)

    def survey() -> float:
        return timed(lambda: surveyor.survey({"acme": poller}, policy))

    def polled() -> float:
        poller.poll()
        return survey()

    body = exposition.render(world.snapshot(), exposition.NO_CAPS)
    gc.freeze()  # as `serve` does
    with copying(lambda: choose(body, "text/plain", "gzip")) as waits:
        tell("evaluation after a new run", [polled() for _ in range(ROUNDS)])
        tell("evaluation without news", [survey() for _ in range(ROUNDS)])
    print(f"  {'scrapes meanwhile, the slowest of':<34}{max(waits):10.3f} s  ({len(waits):,})")


@contextmanager
def copying(scrape: Callable[[], object]) -> Iterator[list[float]]:
    """Scrapes again and again in a thread; the time from when each was due to its end."""
    ended, waits = threading.Event(), list[float]()

    def scrapes() -> None:
        due = time.perf_counter()
        while not ended.wait(max(0.0, due - time.perf_counter())):
            scrape()
            waits.append(time.perf_counter() - due)
            due = max(due, time.perf_counter()) + PAUSE

    thread = threading.Thread(target=scrapes)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


PARTS: dict[str, Callable[[], None]] = {"scrapes": scrapes, "ledger": ledger, "million": million}
USUAL = ("scrapes", "ledger")


if __name__ == "__main__":
    for part in sys.argv[1:] or USUAL:
        PARTS[part]()
