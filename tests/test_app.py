"""The wiring: what goes on when the ledger fails, and what a reload keeps."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from exporter import settings
from exporter.answers import CycleEnd
from exporter.app import Exporter, _policy
from exporter.kpis.verdict import State
from exporter.ledger import LedgerFull
from exporter.settings import Settings
from tests.support import facts
from tests.support.clock import Clock
from tests.support.replay import Answer, Server
from tests.support.waiting import until


@pytest.fixture
def kilo() -> Iterator[Server]:
    with Server(lambda _: Answer.of_json({"status": "healthy"})) as server:
        yield server


def configured(kilo: Server, folder: Path, **more: object) -> Settings:
    source = {"kind": "kilo", "url": kilo.url, "interval": "60s"}
    data = {"ledger": {"url": f"sqlite:///{folder}/ledger.db"}, "sources": {"kilo": source}}
    return settings.from_data({**data, **more})


def test_when_the_ledger_fails_the_last_exposition_stays(tmp_path: Path, kilo: Server, caplog) -> None:
    exporter = Exporter(configured(kilo, tmp_path))
    exporter.poll_once()
    before = exporter.exposition()
    exporter.close()
    with caplog.at_level(logging.ERROR, "exporter.app"):
        exporter._publish()
        exporter._prune()
    assert exporter.exposition() is before
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "nothing new is published",
        "old facts are kept until the next try",
    ]


def test_a_reload_keeps_the_poller_of_a_source_that_did_not_change(tmp_path: Path, kilo: Server) -> None:
    new = {"kind": "kilo", "url": kilo.url, "interval": "30s"}
    same = configured(kilo, tmp_path).sources["kilo"].model_dump(mode="json", exclude_none=True)
    loaded = configured(kilo, tmp_path, sources={"kilo": same, "other": new})
    exporter = Exporter(configured(kilo, tmp_path), lambda: loaded)
    kept = exporter.pollers["kilo"]
    exporter.start()
    try:
        assert exporter.reload() is None
        assert exporter.pollers["kilo"] is kept
        assert list(exporter.pollers) == ["kilo", "other"]
    finally:
        exporter.stop()


def test_without_a_file_there_is_nothing_to_load_again(tmp_path: Path, kilo: Server) -> None:
    exporter = Exporter(configured(kilo, tmp_path))
    assert exporter.reload() == "this exporter has no configuration file to load again"
    exporter.close()


def test_a_reload_that_needs_a_restart_is_refused_and_counted(tmp_path: Path, kilo: Server) -> None:
    other = configured(kilo, tmp_path, web={"listen_address": "127.0.0.1:1"})
    exporter = Exporter(configured(kilo, tmp_path), lambda: other)
    assert exporter.reload() == "web.listen_address: cannot change while running; restart the exporter"
    text = exporter.exposition().text.decode()
    assert "orchex_kilo_exporter_config_last_reload_successful 0.0" in text
    assert 'orchex_kilo_exporter_config_reloads_total{outcome="failure"} 1.0' in text
    exporter.close()


def test_scrapes_are_counted_and_published_with_the_next_refresh(tmp_path: Path, kilo: Server) -> None:
    clock = Clock()
    exporter = Exporter(configured(kilo, tmp_path), now=clock)
    exporter.scraped(0.5, 1000)
    exporter.scraped(0.25, 24)
    exporter._publish()
    text = exporter.exposition().text.decode()
    assert "orchex_kilo_exporter_scrape_duration_seconds_count 2.0" in text
    assert "orchex_kilo_exporter_scrape_duration_seconds_sum 0.75" in text
    assert "orchex_kilo_exporter_scraped_bytes_total 1024.0" in text
    assert exporter.now() == clock()
    exporter.close()


class Watched:
    """An exporter of KILO alone, whose uptime is a criterion; its time in the test's hand, and its ledger watched."""

    def __init__(self, kilo: Server, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.exporter = Exporter(configured(kilo, folder, uptime={"required_components": ["kilo"]}), now=clock)
        self.notes = 0
        noting = self.exporter._ledger.stand

        def note(criteria: Mapping[str, float], *, at: float) -> None:
            self.notes += 1
            noting(criteria, at=at)

        self.exporter._ledger.stand = note  # type: ignore[method-assign]  # still the real one

    def polled(self, times: int = 1, every: float = 60.0) -> None:
        for _ in range(times):
            self.clock.advance(every)
            self.exporter.poll_once()

    def trend(self, key: str = "uptime") -> list[float]:
        """When the criterion stood at something, in minutes since the beginning of NOW's."""
        self.exporter._publish()
        (found,) = (each for each in self.exporter.status().criteria if each.key == key)
        return [(point.at.timestamp() - MINUTE) // 60 for point in found.trend]


MINUTE = facts.NOW // 60 * 60


@pytest.fixture
def watched(kilo: Server, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(kilo, tmp_path, Clock(MINUTE))
    yield made
    made.exporter.close()


def test_what_a_criterion_stood_at_is_remembered_once_a_minute(watched: Watched) -> None:
    watched.polled()
    assert (watched.notes, watched.trend()) == (0, []), "one look at a component is no time observed"
    watched.polled(3)
    watched.polled(8, every=15.0)
    watched.clock.advance(60)
    assert watched.trend() == [2, 3, 4, 5, 6]
    assert watched.notes == 6, "the one of now is seen in the next minute"


def test_a_minute_is_noted_once_whoever_publishes(watched: Watched) -> None:
    watched.polled(2)
    for _ in range(20):
        watched.exporter._publish()
    assert watched.notes == 1


def test_a_stale_value_leaves_a_gap_in_the_trend(watched: Watched) -> None:
    watched.polled(3)
    watched.clock.advance(2 * 86400)
    assert (watched.trend(), watched.notes) == ([2], 2), "and of two days ago one value is kept"
    (uptime,) = (each for each in watched.exporter.status().criteria if each.key == "uptime")
    assert (uptime.state, uptime.value) == (State.STALE, 1.0)
    watched.polled(2)
    watched.clock.advance(60)
    assert watched.trend() == [2, 2884, 2885]


def test_a_trend_goes_on_after_a_restart(watched: Watched, kilo: Server, tmp_path: Path) -> None:
    watched.polled(3)
    watched.exporter.close()
    clock = Clock(watched.clock())
    later = Watched(kilo, tmp_path, clock)
    assert later.trend() == [2, 3], "at once"
    later.polled(2)
    clock.advance(60)
    assert later.trend() == [2, 3, 4, 5]
    later.exporter.close()


def test_a_criterion_that_there_is_no_more_spoils_nothing(watched: Watched) -> None:
    watched.exporter._ledger.stand({"gone": 7.0, "cost_savings": 0.5}, at=watched.clock() - 60)
    watched.clock.advance(60)
    assert watched.trend("cost_savings") == [-1]
    assert "gone" not in watched.exporter.status().model_dump_json()


def test_when_the_ledger_fails_a_minute_is_lost_and_no_more(watched: Watched, monkeypatch, caplog) -> None:
    watched.polled(2)
    with monkeypatch.context() as broken:
        broken.setattr(watched.exporter._ledger, "stand", lambda *_, **__: _full())
        watched.clock.advance(60)
        watched.exporter._publish()
    assert "no room left" in caplog.text
    watched.polled()
    watched.clock.advance(60)
    assert watched.trend() == [2, 4]


def _full() -> None:
    raise LedgerFull("the ledger has no room left")


def test_the_status_tells_when_each_source_is_due_as_the_page_does(tmp_path: Path, kilo: Server) -> None:
    clock = Clock()
    exporter = Exporter(configured(kilo, tmp_path), now=clock)
    assert exporter.status().sources[0].next_poll is None
    exporter.start()
    try:
        until(lambda: exporter.status().sources[0].polls == 1, "KILO was polled")
        (due,) = (source.next_poll_at for source in exporter.sources())
        (source,) = exporter.status().sources
        assert source.next_poll is not None
        assert due is not None
        assert source.next_poll.timestamp() == pytest.approx(due, abs=2)
        assert 0 < source.next_poll.timestamp() - clock() <= 66
        assert (source.interval_seconds, source.failures) == (60.0, {})
    finally:
        exporter.stop()


def test_what_ends_a_cycle_is_what_the_configuration_says(tmp_path: Path, kilo: Server) -> None:
    migration = {"start": "2026-09-07", "size": "small", "cycle_time_until": "deployed"}
    assert _policy(configured(kilo, tmp_path)).cycle_until is CycleEnd.MERGED
    assert _policy(configured(kilo, tmp_path, migration=migration)).cycle_until is CycleEnd.DEPLOYED
