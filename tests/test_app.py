"""The wiring: what goes on when the ledger fails, and what a reload keeps."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import settings
from exporter.answers import CycleEnd
from exporter.app import Exporter, _policy
from exporter.settings import Settings
from tests.support.clock import Clock
from tests.support.replay import Answer, Server


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


def test_what_ends_a_cycle_is_what_the_configuration_says(tmp_path: Path, kilo: Server) -> None:
    migration = {"start": "2026-09-07", "size": "small", "cycle_time_until": "deployed"}
    assert _policy(configured(kilo, tmp_path)).cycle_until is CycleEnd.MERGED
    assert _policy(configured(kilo, tmp_path, migration=migration)).cycle_until is CycleEnd.DEPLOYED
