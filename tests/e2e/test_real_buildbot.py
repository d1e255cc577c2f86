"""What is counted of a real Buildbot equals what Buildbot itself says, in its API and in its database."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.ledger import Ledger
from exporter.model import ActiveRuns, Facts, Repository, Run
from exporter.providers.base import Since
from exporter.providers.buildbot import Buildbot
from exporter.totals import Family
from tests.support.buildbot import Buildbot as Bot
from tests.support.buildbot import buildbot, in_words

SHOP = Repository("acme", "shop")
CI = "ci"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """One Buildbot for all: it has a past, more and more of it, that every test counts from the beginning."""
    with buildbot(tmp_path_factory.mktemp("buildbot")) as running:
        yield running


@pytest.fixture
def held(bot: Bot) -> Iterator[Bot]:
    """The builders that hold their builds do so; afterwards nothing is left open."""
    bot.hold()
    yield bot
    bot.release()
    bot.wait_idle()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


def poll(bot: Bot, ledger: Ledger) -> tuple[Facts, int]:
    """Polls as the exporter does; what was learned, and the number of requests."""
    provider = Buildbot(kind="buildbot", url=bot.url)
    now = time.time()
    with provider.connect(time.monotonic() + provider.timeout, provider.auth()) as http:
        facts = Facts.merged(provider.fetch(http, Since(now, ledger.marks(CI))))
    ledger.record(CI, facts, at=now, gap=60, succeeded=True)
    assert not facts.unreadable
    assert http.usage.requests.keys() == {"billed"}
    return facts, http.usage.requests["billed"]


def assert_equal(bot: Bot, ledger: Ledger) -> None:
    """The ledger's totals by builder and result are Buildbot's own."""
    counted: Counter[tuple[str, str]] = Counter()
    for (_, _, builder, result), count in ledger.view(CI).totals[Family.RUNS].items():
        counted[builder, result] += int(count)
    own = bot.results()
    assert own == bot.results_in_database()
    assert +counted == in_words(own)


def test_every_result_is_counted_as_buildbot_counts_it(bot: Bot, ledger: Ledger) -> None:
    before = bot.results()
    for builder in ("shop-integrated", "warning", "exception", "skipped"):
        bot.force(builder)
    bot.force("shop-legacy", 2)
    bot.wait_idle()
    assert {code for _, code in bot.results() - before} == {0, 1, 2, 3, 4}, (
        "Buildbot ended builds in each of these ways"
    )

    facts, _ = poll(bot, ledger)

    assert_equal(bot, ledger)
    assert {run.repository for run in facts.runs} == {SHOP}
    assert all(run.queued is not None and run.created_at <= run.started_at <= run.finished_at for run in facts.runs)


def test_builds_that_end_out_of_order_are_counted_once(held: Bot, ledger: Ledger) -> None:
    held.force("held")
    held.wait_running("held")
    first, _ = poll(held, ledger)
    assert first.active == (ActiveRuns(SHOP, executing=1),)
    assert_equal(held, ledger)

    held.force("shop-integrated", branch="feature")
    held.force("shop-legacy", repository="", project="acme/legacy")
    held.wait_idle(still_open=1)
    second, _ = poll(held, ledger)
    assert {(str(run.repository), run.pipeline, run.default_branch) for run in second.runs} == {
        ("acme/shop", "shop-integrated", False),
        ("acme/legacy", "shop-legacy", True),
    }
    assert_equal(held, ledger)

    held.release()
    held.wait_idle()
    third, _ = poll(held, ledger)
    assert [run.pipeline for run in third.runs] == ["held"]
    assert_equal(held, ledger)

    idle, requests = poll(held, ledger)
    assert (idle.runs, idle.active, requests) == ((), (), 2)
    assert ledger.view(CI).active == ()
    keys = [key(run) for facts in (first, second, third) for run in facts.runs]
    assert len(keys) == len(set(keys)) == held.results().total()


def key(run: Run) -> tuple[str, int]:
    return run.run_id, run.attempt


def test_requests_wait_until_they_are_built_or_collapsed(held: Bot, ledger: Ledger) -> None:
    held.force("collapsing")
    held.wait_running("collapsing")
    held.force("collapsing", 3)
    held.wait_idle(still_open=2)
    collapsed = [request for request in held.ask("buildrequests", complete="true") if request["results"] == 3]
    assert len(collapsed) >= 2, "Buildbot made one of the waiting requests"

    facts, _ = poll(held, ledger)
    assert facts.active == (ActiveRuns(SHOP, pending=1, executing=1),)
    assert_equal(held, ledger)

    held.cancel("collapsing")
    held.release()
    held.wait_idle()
    after, _ = poll(held, ledger)
    assert Counter(run.result for run in after.runs) == {"cancellation": 1, "success": 1}
    assert_equal(held, ledger)
    assert ledger.view(CI).active == ()


def test_a_restart_of_the_master_neither_loses_nor_doubles_a_build(held: Bot, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ledger.db"
    held.force("held")
    held.wait_running("held")
    with Ledger.open(address) as ledger:
        poll(held, ledger)

    held.restart()
    with Ledger.open(address) as ledger:
        held.wait_running("held")
        lost, _ = poll(held, ledger)
        assert [(run.pipeline, run.result) for run in lost.runs] == [("held", "error")], "it lost its worker"
        assert_equal(held, ledger)
        held.release()
        held.wait_idle()
        again, _ = poll(held, ledger)
        assert [(run.pipeline, run.result) for run in again.runs] == [("held", "success")], "and was built again"
        assert_equal(held, ledger)


def test_small_pages_hold_the_same_builds(bot: Bot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    bot.force("shop-legacy", 4)
    bot.wait_idle()
    monkeypatch.setattr("exporter.providers.buildbot.PAGE", 3)
    facts, requests = poll(bot, ledger)
    builds = bot.results().total()
    assert len(facts.runs) == builds
    assert requests == 3 + 2 * (builds // 3) + (2 if builds % 3 else 1), "each page, and its times of submission"
    assert_equal(bot, ledger)
