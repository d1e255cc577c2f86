"""ORCHEX, KILO and the bridges over HTTP: by hand, and as the exporter's providers read them."""

import time

import pytest
import requests

from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.model import Circuit, Component, Facts, Health
from exporter.providers.base import Since
from exporter.providers.bridge import Bridge
from exporter.providers.kilo import Kilo
from exporter.providers.orchex import Orchex
from tests.support.clock import Clock

START = 1_760_000_000


@pytest.fixture
def acme():
    return Organisation(start=START, repositories=12)


@pytest.fixture
def clock():
    return Clock(START + 120)


@pytest.fixture
def host(acme, clock):
    with DemoServer(acme, clock, orchex_limit=20) as server:
        yield server


def ask(host, path, token=None):
    authorization = f"Bearer {host.tokens.orchex if token is None else token}"
    return requests.get(host.addresses.orchex + path, headers={"Authorization": authorization}, timeout=10)


def polled(provider, clock):
    with provider.connect(time.monotonic() + 20, provider.auth()) as http:
        return Facts.merged(provider.fetch(http, Since(clock())))


def test_answers_come_in_the_envelope_with_the_rate_limit(host):
    reply = ask(host, "/health")
    assert reply.json()["success"] is True
    assert set(reply.json()) == {"success", "data", "meta"}
    assert (reply.headers["X-RateLimit-Limit"], reply.headers["X-RateLimit-Remaining"]) == ("20", "19")


def test_a_wrong_token_is_refused_in_the_envelope(host):
    reply = ask(host, "/health", token="wrong")
    assert reply.status_code == 401
    assert reply.json()["success"] is False
    assert reply.json()["error"]["code"] == "UNAUTHORIZED"


def test_a_period_that_there_is_not_is_refused(host):
    reply = ask(host, "/metrics?period=1y")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "INVALID_REQUEST")


def test_too_many_requests_are_refused_until_the_hour_is_over(host, clock):
    for _ in range(20):
        assert ask(host, "/status").status_code == 200
    dry = ask(host, "/status")
    assert dry.status_code == 429
    assert dry.headers["X-RateLimit-Retry-After"] == "3600"
    clock.advance(3600)
    assert ask(host, "/status").status_code == 200


def test_the_provider_reads_orchex(host, clock, acme):
    facts = polled(Orchex(kind="orchex", url=host.addresses.orchex, token=host.tokens.orchex), clock)
    assert facts.unreadable == ()
    assert [(probe.component, probe.up) for probe in facts.probes] == [(Component.ORCHEX, True)]
    hour = next(task for task in facts.tasks if task.period == "1h")
    total, failed = acme.tasks.over("1h", clock())
    assert (hour.tasks, hour.failed) == (total, pytest.approx(failed))
    assert {task.period for task in facts.tasks} == {"1h", "24h", "7d", "30d"}
    assert facts.orchex[-1].agents["healthy"] == 12


def test_the_provider_reads_kilo(host, clock):
    facts = polled(Kilo(kind="kilo", url=host.addresses.kilo, token=host.tokens.kilo), clock)
    assert [(probe.component, probe.up) for probe in facts.probes] == [(Component.KILO, True)]
    assert requests.get(f"{host.addresses.kilo}/health", timeout=10).status_code == 401


def test_the_provider_reads_the_bridges(host, clock, acme):
    provider = Bridge(kind="bridge", url=host.addresses.bridges, token=host.tokens.orchex)
    facts = polled(provider, clock)
    assert facts.unreadable == ()
    counts = acme.truth.bridge_counts()
    read = {r.bridge: (r.events, r.errors) for r in facts.bridges}
    assert read == {name: (c.events, c.errors) for name, c in counts.items()}
    a2k = next(reading for reading in facts.bridges if reading.bridge == "a2k")
    assert (a2k.validations, a2k.templates_served) == (counts["a2k"].validations, counts["a2k"].templates_served)
    assert START < a2k.last_event_at <= clock()
    acme.begin("bridge-outage")
    ill = polled(provider, clock)
    assert {p.component: p.health for p in ill.probes} == {"k2a": Health.UNHEALTHY, "a2k": Health.DEGRADED}
    k2a = next(reading for reading in ill.bridges if reading.bridge == "k2a")
    assert (k2a.active, k2a.circuit) == (False, Circuit.OPEN)


def test_the_longer_the_period_the_more_tasks(acme):
    totals = [acme.tasks.over(period, acme.now)[0] for period in ("1h", "24h", "7d", "30d")]
    assert totals == sorted(set(totals))
    acme.advance(START + 7200)
    total, failed = acme.tasks.over("1h", acme.now)
    assert 1800 < total < 2500
    assert failed == acme.tasks.tallies.since(acme.now - 3600)[1]
