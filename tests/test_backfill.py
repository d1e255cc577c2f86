"""The level before the migration: measured once, whatever is cut, limited or unreadable on the way."""

import io
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import HttpUrl
from rich.console import Console

from exporter.answers import CycleEnd, MeasuredBaseline, Median
from exporter.backfill import BackfillError, Window, already, described, measure
from exporter.backfill.reporter import Lines, Progress
from exporter.backfill.terminal import reporting
from exporter.backfill.words import duration
from exporter.errors import RateLimited, TimedOut, Unauthorized, Unreachable
from exporter.ledger import Ledger
from exporter.model import ActiveRuns, Facts, Repository, Result, Unreadable, Workflow
from exporter.providers.base import Capability, HttpProvider
from exporter.providers.buildbot import Buildbot
from exporter.providers.github import GitHub
from exporter.providers.kilo import Kilo
from tests.support import facts, github
from tests.support.clock import Clock
from tests.support.exporter import run, running
from tests.support.facts import DAY, HOUR, MINUTE, SHOP, WEB
from tests.support.replay import Answer, Manner, Server
from tests.support.scripted import Scripted
from tests.support.waiting import until

START = datetime(2025, 6, 2, tzinfo=UTC).timestamp()
WINDOW = Window(START - 7 * DAY, START)
OTHER = Window(START - 14 * DAY, START)
SCOPE = frozenset({SHOP, WEB})


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


class Backfill:
    """A backfill with a clock that moves when it sleeps, and all that it said."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = Clock(START + DAY)
        self.sleeps: list[float] = []
        self.lines: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.clock.advance(seconds)

    def of(self, source, window: Window = WINDOW, until: CycleEnd = CycleEnd.MERGED) -> MeasuredBaseline:
        reporter = Lines(self.lines.append, self.clock)
        sources = source if isinstance(source, dict) else {"acme": source}
        return measure(self.ledger, sources, window, reporter, self.clock, self.sleep, until)

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)


@pytest.fixture
def backfill(ledger: Ledger) -> Backfill:
    return Backfill(ledger)


def build(number: int, seconds: float, repository: Repository = SHOP, ended: float = START - HOUR):
    return facts.run(
        str(number),
        repository=repository,
        workflow=Workflow.LEGACY,
        ended=ended,
        created_at=ended - seconds,
        started_at=ended - seconds,
    )


def merge(number: int, seconds: float, repository: Repository = SHOP, merged: float = START - HOUR):
    return facts.change(
        str(number), repository=repository, merged=merged, first_commit_at=merged - seconds, opened_at=merged - 60
    )


STEPS = [
    Facts(scope=SCOPE, marks={"scope": "2"}),
    Facts(runs=(build(1, 100), build(2, 300)), changes=(merge(1, 2 * HOUR),), marks={"cursor": "shop"}),
    Facts(
        runs=(build(3, 200, WEB),), changes=(merge(1, 4 * HOUR, WEB), merge(2, 6 * HOUR, WEB)), marks={"cursor": "web"}
    ),
    Facts(marks={"cursor": ""}),
]
LEVELS = (Median(200, 3, 2), Median(4 * HOUR, 3, 2))


def test_the_medians_of_the_window_are_frozen(backfill: Backfill) -> None:
    outside = Facts(
        runs=(build(8, 9000, ended=START), build(9, 9000, ended=WINDOW.begin - 1)),
        changes=(merge(8, 1, merged=START), merge(9, 1, merged=WINDOW.begin - 1)),
    )
    measured = backfill.of(Scripted().then(*STEPS, outside))
    assert measured == MeasuredBaseline(WINDOW.begin, WINDOW.end, backfill.clock(), *LEVELS)
    assert backfill.ledger.baseline() == measured
    assert backfill.lines == ["acme: reading its history", "acme: done, 2 of 2 repositories, 3 runs, 3 changes"]


def test_the_polls_know_nothing_of_it(backfill: Backfill) -> None:
    backfill.of(Scripted().then(*STEPS))
    assert backfill.ledger.marks("acme") == {}
    assert backfill.ledger.view("acme").totals == {}


def test_only_sources_that_tell_runs_or_changes_take_part(backfill: Backfill) -> None:
    class Probing(Scripted):
        capabilities = frozenset({Capability.PROBES, Capability.REPOSITORIES, Capability.READINGS})

    class Merging(Scripted):
        capabilities = frozenset({Capability.CHANGES})

    kilo, acme, forge = Probing(), Scripted().then(*STEPS), Merging().then(Facts(changes=(merge(7, HOUR),)))
    assert backfill.of({"kilo": kilo, "acme": acme, "forge": forge}).changes.count == 4
    assert kilo.seen == []


def test_without_such_a_source_the_remedy_is_told(backfill: Backfill) -> None:
    with pytest.raises(BackfillError, match="no source tells runs or changes; add a git host or a CI system"):
        backfill.of({})


@pytest.mark.parametrize("told", range(len(STEPS) + 1))
def test_a_backfill_that_was_cut_after_any_step_comes_to_the_same_baseline(backfill: Backfill, told: int) -> None:
    source = Scripted().then(*STEPS[:told], KeyboardInterrupt()).then(*STEPS[told:])
    with pytest.raises(KeyboardInterrupt):
        backfill.of(source)
    assert backfill.ledger.baseline() is None
    backfill.clock.advance(DAY)
    measured = backfill.of(source)
    assert (measured.runs, measured.changes) == LEVELS
    assert source.seen[1].marks == {key: mark for step in STEPS[:told] for key, mark in step.marks.items()}
    assert backfill.said("going on with the backfill that was begun on 2025-06-03") == (told > 0)
    assert backfill.lines[-1].startswith("acme: done, ")
    assert backfill.lines[-1].endswith("3 runs, 3 changes")


@pytest.mark.parametrize("told", range(len(STEPS)))
def test_a_step_that_is_cut_while_it_is_kept_is_told_again(backfill: Backfill, monkeypatch, told: int) -> None:
    left = iter(range(told))
    sample = Ledger.sample

    def cut(self, *given, **named):
        if next(left, None) is None:
            raise KeyboardInterrupt
        sample(self, *given, **named)

    source = Scripted().then(*STEPS).then(*STEPS[told:])
    monkeypatch.setattr(Ledger, "sample", cut)
    with pytest.raises(KeyboardInterrupt):
        backfill.of(source)
    monkeypatch.undo()
    measured = backfill.of(source)
    assert (measured.runs, measured.changes) == LEVELS


def test_what_is_told_twice_counts_once(backfill: Backfill) -> None:
    measured = backfill.of(Scripted().then(*STEPS, *STEPS))
    assert (measured.runs, measured.changes) == LEVELS


def test_a_rate_limit_is_waited_for_exactly_and_the_marks_lead_on(backfill: Backfill) -> None:
    retry_at = backfill.clock() + 754.5
    source = (
        Scripted().then(*STEPS[:2], RateLimited("https://acme: too many requests (403)", retry_at)).then(*STEPS[2:])
    )
    assert backfill.of(source).runs == LEVELS[0]
    assert backfill.sleeps == [754.5]
    assert source.seen[1].now == retry_at
    assert source.seen[1].marks == {"scope": "2", "cursor": "shop"}
    at = datetime.fromtimestamp(retry_at, UTC).astimezone()
    assert f"waiting until {at:%H:%M} for acme's rate limit" in backfill.lines


def test_a_rate_limit_that_never_leaves_room_for_a_step_ends_it(backfill: Backfill) -> None:
    source = Scripted()
    for wait in range(1, 9):
        source.then(STEPS[0], RateLimited("https://acme: too many requests (429)", backfill.clock() + 100 * wait))
    with pytest.raises(BackfillError, match=r"source acme failed: rate_limited: .* run it again to go on"):
        backfill.of(source)
    assert len(source.seen) == 4
    assert backfill.ledger.baseline() is None


def test_what_passes_is_tried_three_times_with_growing_pauses(backfill: Backfill) -> None:
    source = Scripted().then(Unreachable("https://acme: refused")).then(TimedOut("late")).then(TimedOut("late"))
    assert backfill.of(source.then(*STEPS)).runs == LEVELS[0]
    assert backfill.sleeps == [5, 30, 120]
    assert "acme: https://acme: refused; trying again in 5 s" in backfill.lines


def test_a_fourth_time_ends_it_with_the_source_and_the_remedy(backfill: Backfill) -> None:
    source = Scripted()
    for _ in range(4):
        source.then(Unreachable("https://acme: refused"))
    with pytest.raises(BackfillError) as ended:
        backfill.of(source)
    assert str(ended.value) == "source acme failed: unreachable: https://acme: refused; run it again to go on"


def test_each_step_forward_begins_the_count_anew(backfill: Backfill) -> None:
    source, late = Scripted(), TimedOut("late")
    for step in STEPS:
        source.then(late).then(late).then(step, late)
    assert backfill.of(source).runs == LEVELS[0]
    assert len(backfill.sleeps) == 12


def test_what_lasts_ends_it_at_once(backfill: Backfill) -> None:
    source = Scripted().then(STEPS[0], Unauthorized("https://acme: 401")).then(*STEPS)
    with pytest.raises(BackfillError, match="source acme failed: unauthorized: https://acme: 401; run it again"):
        backfill.of(source)
    assert backfill.sleeps == []
    assert backfill.of(source).runs == LEVELS[0]


class Asking(HttpProvider):
    """Asks for one page a repository."""

    capabilities = frozenset({Capability.RUNS})
    kind: str = "asking"

    def fetch(self, http, since):
        for number in range(5):
            http.get(self.at(f"{number}"))
            yield Facts(runs=(build(number, 60),), marks={"cursor": str(number)})


def test_the_last_tenth_of_a_rate_limit_is_left_to_the_exporter(backfill: Backfill) -> None:
    resets = [backfill.clock() + HOUR, backfill.clock() + 2 * HOUR]
    remaining = iter([(10, resets[0]), (9, resets[0]), (99, resets[1]), (9, resets[1]), (9, resets[1])])
    asked_at: list[float] = []

    def answer(_) -> Answer:
        left, reset_at = next(remaining)
        asked_at.append(backfill.clock())
        limits = {
            "X-RateLimit-Limit": "100",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{reset_at:.0f}",
        }
        return Answer(200, limits, b"{}")

    begun = backfill.clock()
    with Server(answer) as server:
        backfill.of(Asking(url=HttpUrl(server.url)))
    assert [moment - begun for moment in asked_at] == [0, 0, HOUR, HOUR, 2 * HOUR]
    assert backfill.sleeps == [HOUR, HOUR], "and not after the last request"


@pytest.mark.parametrize("reset", [{}, {"X-RateLimit-Reset": "4000000000"}])
def test_a_reset_that_cannot_be_waited_for_is_not(backfill: Backfill, reset: dict[str, str]) -> None:
    limits = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "1", **reset}
    with Server(lambda _: Answer(200, limits, b"{}")) as server:
        assert backfill.of(Asking(url=HttpUrl(server.url))).runs.count == 5
    assert backfill.sleeps == []


def test_unreadable_items_are_listed_at_the_end(backfill: Backfill) -> None:
    items = tuple(Unreadable(f"acme/r{number}", "forbidden", "https://acme: 403") for number in range(12))
    backfill.of(Scripted().then(Facts(unreadable=items), Facts(unreadable=items[:1]), *STEPS))
    head, *listed, last = backfill.lines[2:]
    assert head == "not in the baseline, because unreadable: 12"
    assert listed == [f"  acme/r{number}: forbidden: https://acme: 403" for number in range(10)]
    assert last == "  and 2 more"


def test_nothing_found_freezes_nothing(backfill: Backfill) -> None:
    with pytest.raises(BackfillError) as ended:
        backfill.of(Scripted().then(Facts(scope=SCOPE, active=(ActiveRuns(SHOP),))))
    what = "no source has a successful run of the legacy workflow or a change from 2025-05-26 to 2025-06-02"
    assert str(ended.value).startswith(f"{what}; give a longer --since, or the levels themselves")
    assert backfill.ledger.baseline() is None


@pytest.mark.parametrize("workflow", Workflow)
@pytest.mark.parametrize("result", Result)
def test_what_is_counted_is_what_is_frozen(backfill: Backfill, workflow: Workflow, result: Result) -> None:
    source = Scripted().then(Facts(runs=(replace(build(1, 100), workflow=workflow, result=result),)))
    if (workflow, result) == (Workflow.LEGACY, Result.SUCCESS):
        assert backfill.of(source).runs == Median(100, 1, 1)
    else:
        with pytest.raises(BackfillError, match="no source has a successful run"):
            backfill.of(source)
        assert backfill.lines[-1] == "acme: done, 0 runs, 0 changes"


def test_an_empty_history_leaves_an_earlier_baseline_alone(backfill: Backfill) -> None:
    before = backfill.of(Scripted().then(*STEPS))
    with pytest.raises(BackfillError):
        backfill.of(Scripted().then(Facts(scope=SCOPE)))
    assert backfill.ledger.baseline() == before


def cut(backfill: Backfill, *steps: Facts, window: Window = WINDOW) -> None:
    with suppress(KeyboardInterrupt):
        backfill.of(Scripted().then(*steps, KeyboardInterrupt()), window)


def test_an_unfinished_one_of_another_window_is_forgotten(backfill: Backfill) -> None:
    cut(backfill, Facts(runs=(build(9, 9000),), marks={"cursor": "shop"}), window=OTHER)
    source = Scripted().then(*STEPS)
    assert backfill.of(source).runs == LEVELS[0]
    assert source.seen[0].marks == {}
    assert "an unfinished backfill of another window, other sources or other cycles is forgotten" in backfill.lines


def test_an_unfinished_one_of_other_cycles_is_forgotten(backfill: Backfill) -> None:
    cut(backfill, Facts(changes=(merge(9, 9000),), marks={"cursor": "shop"}))
    step = Facts(changes=(merge(1, 2 * HOUR),), deployments=(facts.deployment(ended=START - MINUTE),))
    source = Scripted().then(step)
    measured = backfill.of(source, until=CycleEnd.DEPLOYED)
    assert source.seen[0].marks == {}
    assert (measured.until, measured.changes) == (CycleEnd.DEPLOYED, Median(3 * HOUR - MINUTE, 1, 1))


def test_until_deployment_only_what_was_deployed_in_time_counts(backfill: Backfill) -> None:
    other = facts.deployment(repository=WEB, ended=START + HOUR)
    step = Facts(changes=(merge(1, HOUR), merge(1, HOUR, WEB)), deployments=(other,), marks={"cursor": "shop"})
    with pytest.raises(BackfillError, match="or a change that was deployed"):
        backfill.of(Scripted().then(step), until=CycleEnd.DEPLOYED)
    assert backfill.said("0 changes")
    goes_on = Scripted().then(Facts(changes=(merge(1, HOUR),), deployments=(facts.deployment(ended=START - 60),)))
    assert backfill.of(goes_on, until=CycleEnd.DEPLOYED).changes == Median(2 * HOUR - 60, 1, 1)
    assert goes_on.seen[0].marks == {"cursor": "shop"}


def test_an_unfinished_one_of_other_sources_is_forgotten(backfill: Backfill) -> None:
    cut(backfill, Facts(runs=(build(9, 9000),), marks={"cursor": "shop"}))
    sources = {"acme": Scripted().then(*STEPS), "second": Scripted()}
    assert backfill.of(sources).runs == LEVELS[0]
    assert sources["acme"].seen[0].marks == {}


@pytest.mark.parametrize("note", ["", "{}", "[1, 2]", '["a", 1, 2, "acme"]'])
def test_one_whose_note_cannot_be_read_is_forgotten(backfill: Backfill, note: str) -> None:
    marks = {"cursor": "shop", "backfill:window": note}
    backfill.ledger.sample("acme", Facts(runs=(build(9, 9000),), marks=marks), begin=OTHER.begin, end=OTHER.end)
    assert backfill.of(Scripted().then(*STEPS)).runs == LEVELS[0]


def test_one_of_sources_that_are_gone_is_forgotten(backfill: Backfill) -> None:
    cut(backfill, Facts(runs=(build(9, 9000),), marks={"cursor": "shop"}))
    assert backfill.of({"renamed": Scripted().then(*STEPS)}).runs == LEVELS[0]


def test_measuring_anew_begins_at_the_beginning_and_can_itself_be_cut(backfill: Backfill) -> None:
    backfill.of(Scripted().then(Facts(runs=(build(9, 9000),), marks={"cursor": "shop"})))
    backfill.clock.advance(DAY)
    source = Scripted().then(*STEPS[:2], KeyboardInterrupt()).then(*STEPS[2:])
    with pytest.raises(KeyboardInterrupt):
        backfill.of(source)
    assert backfill.of(source).runs == LEVELS[0]
    assert source.seen[0].marks == {}
    assert source.seen[1].get("cursor") == "shop"
    assert not backfill.said("forgotten")


def test_a_source_is_asked_for_the_window_and_a_day_before_it(backfill: Backfill) -> None:
    asked: list[float] = []

    class Historic(Scripted):
        history: float = 60.0

        def fetch(self, http, since):
            asked.append(since.now - self.history)
            yield from STEPS

    backfill.of(Historic())
    assert asked == [WINDOW.begin - DAY]


@pytest.mark.parametrize(
    "source",
    [GitHub(kind="github", owner="acme", interval=5), Buildbot(kind="buildbot", url=HttpUrl("http://ci"), interval=5)],
)
def test_a_source_with_a_history_reaches_as_far_as_it_is_told(source) -> None:
    assert source.reaching(90 * DAY) == source.model_copy(update={"history": 90 * DAY})


def test_a_source_without_one_stays_as_it_is() -> None:
    kilo = Kilo(kind="kilo", url=HttpUrl("http://kilo"))
    assert kilo.reaching(90 * DAY) is kilo


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (4.25, "4.2 s"),
        (89.6, "90 s"),
        (90, "1.5 min"),
        (252, "4.2 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (30 * HOUR, "30 h"),
        (72 * HOUR, "3 d"),
        (100.4 * DAY, "100 d"),
    ],
)
def test_a_duration_has_two_digits(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_baseline_in_words() -> None:
    begin, end = (datetime(2026, month, day, tzinfo=UTC).timestamp() for month, day in ((6, 9), (9, 7)))
    whole = MeasuredBaseline(begin, end, end + DAY, Median(252, 3120, 34), Median(30 * HOUR, 412, 31))
    words = (
        "baseline of 2026-06-09 to 2026-09-07: pipeline run 4.2 min (3,120 runs of 34 repositories), "
        "cycle time 30 h (412 changes of 31 repositories)"
    )
    assert described(whole) == words
    assert already(whole) == f"already measured on 2026-09-08: {words}; --again measures anew"
    half = MeasuredBaseline(begin, end, end, None, Median(30 * HOUR, 412, 31), CycleEnd.DEPLOYED)
    assert "pipeline run unknown (no runs), cycle time until deployment 30 h" in described(half)


def test_plain_lines_come_every_ten_seconds_at_most() -> None:
    clock, lines = Clock(), []
    reporter = Lines(lines.append, clock)
    reporter.began("acme")
    for runs in range(25):
        clock.advance(1)
        reporter.moved("acme", Progress(runs, 34, runs * 100, 5))
    reporter.ended("acme", Progress(34, 34, 3120, 412))
    assert lines == [
        "acme: reading its history",
        "acme: 9 of 34 repositories, 900 runs, 5 changes",
        "acme: 19 of 34 repositories, 1,900 runs, 5 changes",
        "acme: done, 34 of 34 repositories, 3,120 runs, 412 changes",
    ]


def test_a_source_that_does_not_tell_its_repositories_tells_runs_alone() -> None:
    assert str(Progress(runs=420, changes=31)) == "420 runs, 31 changes"


def test_a_terminal_shows_bars_and_keeps_what_was_said() -> None:
    shown = io.StringIO()
    with reporting(Console(file=shown, force_terminal=True, width=120)) as reporter:
        reporter.began("acme")
        reporter.moved("acme", Progress(17, 34, 420, 31))
        reporter.said("acme/[red]shop[/red]: forbidden")
        reporter.ended("acme", Progress(34, 34, 3120, 412))
        reporter.began("ci")
        reporter.moved("ci", Progress(runs=7))
        reporter.ended("ci", Progress(runs=9))
    assert "acme/[red]shop[/red]: forbidden" in shown.getvalue()
    last = shown.getvalue().rpartition("acme")[2]
    assert "34 of 34 repositories, 3,120 runs, 412 changes" in last
    assert "9 runs, 0 changes" in last


def test_elsewhere_there_are_lines_of_any_length() -> None:
    shown = io.StringIO()
    with reporting(Console(file=shown, width=40)) as reporter:
        reporter.said("a line " * 20)
    assert shown.getvalue() == "a line " * 20 + "\n"


def configuration(folder: Path, url: str, start: str | None = "2026-01-01") -> str:
    given = {
        "ledger": {"url": f"sqlite:///{folder}/ledger.db"},
        "sources": {"ci": {"kind": "buildbot", "url": url}},
        **({"migration": {"start": start, "size": "small"}} if start else {}),
    }
    file = folder / "given.yml"
    file.write_text(yaml.safe_dump(given))
    return f"--config.file={file}"


def test_a_backfill_without_a_start_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    done = run("backfill", configuration(tmp_path, "http://127.0.0.1:9", None), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("migration.start: missing; ")


def test_a_start_that_is_to_come_is_refused(tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    done = run("backfill", configuration(tmp_path, "http://127.0.0.1:9", tomorrow), folder=tmp_path)
    assert done.returncode == 2
    assert f"migration.start: {tomorrow} lies in the future: " in done.stderr
    assert f"run backfill on {tomorrow} or later" in done.stderr


@pytest.mark.parametrize("since", ["soon", "0d", "-3d", "7", "3651d", "9" * 400 + "d"])
def test_a_length_that_is_none_is_refused(tmp_path: Path, since: str) -> None:
    done = run("backfill", configuration(tmp_path, "http://127.0.0.1:9"), f"--since={since}", folder=tmp_path)
    assert done.returncode == 2
    assert "Invalid value for '--since'" in done.stderr


def test_a_source_that_refuses_us_is_exit_code_1(tmp_path: Path) -> None:
    with Server(lambda _: Answer(401)) as server:
        done = run("backfill", configuration(tmp_path, server.url), folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"source ci failed: unauthorized: {server.url}/api/v2/builds: 401")
    assert last.endswith("run it again to go on")


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    with Server(lambda _: Answer(manner=Manner.HOLD)) as server:
        given = configuration(tmp_path, server.url)
        with running(tmp_path, "backfill", given) as process:
            until(lambda: server.requests, f"the source is asked; it said:\n{process.log}")
            assert process.stop(signal.SIGINT) == 130
            assert process.log.splitlines()[-1] == "stopped; run it again to go on"
            assert "Traceback" not in process.log


def test_what_is_measured_is_not_measured_again(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        words = described(Backfill(ledger).of(Scripted().then(*STEPS)))
    done = run("backfill", configuration(tmp_path, "http://127.0.0.1:9"), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"already measured on 2025-06-03: {words}; --again measures anew\n"


def test_the_configuration_says_what_ends_the_cycles_that_are_measured(tmp_path: Path) -> None:
    hub = github.Hub()
    repo = hub.add("a")
    repo.merge(1, START - DAY)
    repo.deployed(1, START - DAY + HOUR)
    file = tmp_path / "given.yml"
    with Server(hub) as server:
        host = {"kind": "github", "url": server.url, "owner": "acme", "environments": ["production"]}
        for until, words in (("deployed", "cycle time until deployment 3 h (1"), ("merged", "cycle time 2 h (1")):
            migration = {"start": "2025-06-02", "size": "small", "cycle_time_until": until}
            ledger = {"url": f"sqlite:///{tmp_path}/ledger.db"}
            file.write_text(yaml.safe_dump({"ledger": ledger, "sources": {"acme": host}, "migration": migration}))
            done = run("backfill", f"--config.file={file}", "--again", folder=tmp_path)
            assert done.returncode == 0, done.stderr
            assert words in done.stdout
