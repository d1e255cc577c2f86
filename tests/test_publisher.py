"""What is published: fresh facts, whole snapshots, and ratios of what the ledger holds."""

import threading
from collections.abc import Iterator

import pytest

from exporter.errors import TimedOut
from exporter.ledger import Ledger, LedgerError
from exporter.model import (
    BridgeReading,
    Component,
    Evidence,
    Facts,
    Health,
    Probe,
    Repository,
    RepositoryState,
    TaskReading,
)
from exporter.poller import Poller
from exporter.publisher import Publisher
from exporter.scorecard import Wanted
from exporter.surveyor import Policy
from tests.support.clock import Clock
from tests.support.scripted import Scripted

K2A = Component.K2A


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        yield opened


def published(publisher: Publisher, name: str) -> dict[str, float]:
    publisher.refresh()
    lines = publisher.published.exposition.text.decode().splitlines()
    found = [line.rsplit(" ", 1) for line in lines if line.startswith((name + "{", name + " "))]
    return {series[len(name) :]: float(value) for series, value in found}


def make(ledger: Ledger, clock: Clock, provider: Scripted, required=(K2A,)) -> tuple[Poller, Publisher]:
    poller = Poller("s", provider, ledger, now=clock)
    return poller, Publisher(ledger, {"s": poller}, Policy(wanted=Wanted(required=frozenset(required))), now=clock)


def bridge(events: int, errors: int, health: Health = Health.HEALTHY) -> Facts:
    reading = BridgeReading(K2A, active=True, health=health, events=events, errors=errors)
    return Facts(bridges=(reading,), probes=(Probe(K2A, health),))


def test_before_the_first_poll_there_is_no_fact_and_no_ratio(ledger: Ledger) -> None:
    _, publisher = make(ledger, Clock(), Scripted(probes=(K2A,)))
    assert published(publisher, "orchex_kilo_uptime_ratio") == {}
    assert published(publisher, "orchex_kilo_error_ratio") == {}
    assert published(publisher, "orchex_kilo_source_up") == {}
    assert published(publisher, "orchex_kilo_uptime_coverage_ratio")['{window="1h"}'] == 0


def test_what_a_bridge_did_is_in_the_ratios_of_every_window_that_holds_it(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted(probes=(K2A,)).then(bridge(1000, 500)).then(bridge(1100, 501)).then(bridge(1200, 501))
    poller, publisher = make(ledger, clock, provider)
    poller.poll()
    assert published(publisher, "orchex_kilo_bridge_success_ratio") == {}
    clock.advance(30)
    poller.poll()
    success = published(publisher, "orchex_kilo_bridge_success_ratio")
    assert success['{bridge="k2a",window="1h"}'] == success['{bridge="all",window="30d"}'] == 0.99
    assert '{bridge="a2k",window="1h"}' not in success
    clock.advance(7200)
    poller.poll()
    assert published(publisher, "orchex_kilo_error_ratio")['{window="1h"}'] == 0
    assert published(publisher, "orchex_kilo_error_ratio")['{window="24h"}'] == 0.005


def test_orchex_tasks_count_in_the_window_that_orchex_gave_them_for(ledger: Ledger) -> None:
    facts = Facts(tasks=(TaskReading("1h", 100, 5), TaskReading("30d", 1000, 5)))
    poller, publisher = make(ledger, Clock(), Scripted().then(facts))
    poller.poll()
    assert published(publisher, "orchex_kilo_error_ratio") == {'{window="1h"}': 0.05, '{window="30d"}': 0.005}


def test_uptime_follows_what_the_probes_saw(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted(probes=(K2A,)).then(bridge(1, 0)).then(bridge(1, 0, Health.DEGRADED)).then(bridge(1, 0))
    poller, publisher = make(ledger, clock, provider)
    for _ in range(3):
        poller.poll()
        clock.advance(30)
    assert published(publisher, "orchex_kilo_uptime_ratio")['{window="1h"}'] == 0.5
    assert published(publisher, "orchex_kilo_uptime_coverage_ratio")['{window="1h"}'] == 60 / 3600


def test_a_required_component_without_a_source_leaves_the_uptime_unknown(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted(probes=(K2A,)).then(bridge(1, 0)).then(bridge(1, 0))
    poller, publisher = make(ledger, clock, provider, required=(K2A, Component.KILO))
    poller.poll()
    clock.advance(30)
    poller.poll()
    assert published(publisher, "orchex_kilo_uptime_ratio") == {}


def test_old_facts_are_dropped_and_the_source_s_health_stays(ledger: Ledger) -> None:
    clock = Clock()
    state = RepositoryState(Repository("acme", "shop"), Evidence(template=True))
    provider = Scripted().then(Facts(repositories=(state,), scope=frozenset({state.repository}))).then(TimedOut("late"))
    poller, publisher = make(ledger, clock, provider)
    poller.poll()
    assert published(publisher, "orchex_kilo_template_adoption_ratio") == {"": 1.0}
    clock.advance(provider.stale_after)
    poller.poll()
    assert published(publisher, "orchex_kilo_repositories") != {}
    clock.advance(1)
    assert published(publisher, "orchex_kilo_repositories") == {}
    assert published(publisher, "orchex_kilo_template_adoption_ratio") == {}
    assert published(publisher, "orchex_kilo_source_stale") == {'{source="s"}': 1.0}
    assert published(publisher, "orchex_kilo_source_last_success_timestamp_seconds") != {}


def test_a_component_that_stays_silent_stays_down_instead_of_vanishing(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted(probes=(K2A,)).then(bridge(5, 0))
    poller, publisher = make(ledger, clock, provider)
    poller.poll()
    for _ in range(30):
        clock.advance(30)
        provider.then(TimedOut("late"))
        poller.poll()
    assert published(publisher, "orchex_kilo_bridge_up") == {'{bridge="k2a",source="s"}': 0.0}
    assert published(publisher, "orchex_kilo_bridge_operations_total") == {}


def test_refreshes_from_many_threads_end_with_the_newest_state(ledger: Ledger) -> None:
    clock = Clock()
    provider = Scripted()
    poller, publisher = make(ledger, clock, provider)
    for number in range(40):
        provider.then(bridge(number * 10, 0))

    def work() -> None:
        for _ in range(10):
            with lock:
                poller.poll()
            publisher.refresh()

    lock = threading.Lock()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    body = publisher.published.exposition.text.decode()
    assert 'orchex_kilo_bridge_operations_total{bridge="k2a",source="s"} 390.0' in body


def test_a_source_that_was_just_polled_is_never_shown_good_without_its_facts(ledger: Ledger) -> None:
    """A refresh for another reason may come between the end of a poll and the refresh for it."""
    clock = Clock()
    poller, publisher = make(ledger, clock, Scripted(probes=(K2A,)).then(bridge(1, 0)))
    publisher.refresh()
    poller.poll()
    publisher.refresh()
    (source,) = publisher.published.snapshot.sources.values()
    assert source.health.up
    assert source.view.bridges


def test_facts_are_read_again_only_after_a_poll(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    poller, publisher = make(ledger, clock, Scripted().then(bridge(1, 0)))
    read: list[str] = []
    view = ledger.view
    monkeypatch.setattr(ledger, "view", lambda source: read.append(source) or view(source))
    for _ in range(3):
        publisher.refresh()
    assert read == []
    poller.poll()
    for _ in range(3):
        publisher.refresh()
    assert read == ["s"]


def test_a_ledger_that_fails_once_loses_no_facts(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    poller, publisher = make(ledger, Clock(), Scripted().then(bridge(1, 0)))
    poller.poll()
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "view", lambda _: (_ for _ in ()).throw(LedgerError("the disk is gone")))
        with pytest.raises(LedgerError):
            publisher.refresh()
    publisher.refresh()
    assert publisher.published.snapshot.sources["s"].view.bridges
