import pytest

from exporter.demo.incidents import Effects, incident, together
from exporter.demo.organisation import Organisation

START = 1_760_000_000


@pytest.fixture
def acme() -> Organisation:
    organisation = Organisation(start=START)
    organisation.advance(START + 300)
    return organisation


def test_an_unknown_incident_is_refused_with_the_names_of_those_there_are(acme):
    with pytest.raises(ValueError, match="bridge-outage, error-burst, slow-pipelines"):
        acme.begin("meteor")


def test_a_bridge_outage_is_seen_in_its_health_and_its_errors(acme):
    acme.begin("bridge-outage")
    acme.advance(START + 600)
    k2a, a2k = acme.bridges["k2a"].condition, acme.bridges["a2k"].condition
    assert (k2a.active, k2a.health, k2a.circuit) == (False, "unhealthy", "open")
    assert (a2k.active, a2k.health, a2k.circuit) == (True, "degraded", "closed")
    assert acme.truth.component_up(START + 299) == dict.fromkeys(("orchex", "kilo", "k2a", "a2k"), True)
    assert acme.truth.component_up(START + 500) == {"orchex": True, "kilo": True, "k2a": False, "a2k": False}
    assert acme.truth.bridge_success(START + 300)["k2a"] < 0.2
    assert 0.94 < acme.truth.bridge_success(START + 300)["a2k"] < 0.99


def test_an_ended_outage_is_over_but_not_forgotten(acme):
    acme.begin("bridge-outage")
    acme.advance(START + 400)
    acme.end("bridge-outage")
    acme.advance(START + 900)
    assert acme.incidents == ()
    assert acme.truth.component_up(START + 350)["k2a"] is False
    assert acme.truth.component_up(START + 450)["k2a"] is True
    assert acme.truth.bridge_success(START + 400)["together"] > 0.98


def test_an_error_burst_makes_more_than_one_in_twenty_fail(acme):
    healthy = acme.truth.operations(START)
    assert all(part.failed / part.total < 0.05 for part in healthy.values())
    acme.begin("error-burst")
    acme.advance(START + 2100)
    burst = acme.truth.operations(START + 300)
    assert all(part.failed / part.total > 0.05 for part in burst.values()), burst
    assert all(acme.truth.component_up(START + 2000).values())


def test_slow_pipelines_take_three_times_as_long_and_wait(acme):
    acme.begin("slow-pipelines")
    acme.advance(START + 2100)
    lengths, waits = ({False: [], True: []} for _ in range(2))
    for finished in acme.journal.finished:
        slow = finished.created_at > START + 300
        if finished.result in ("success", "failure") and finished.created_at > START - 480:
            lengths[slow].append(finished.at - finished.started_at)
            waits[slow].append(finished.started_at - finished.created_at)
    mean = {slow: sum(each) / len(each) for slow, each in lengths.items()}
    assert 2.3 < mean[True] / mean[False] < 3.7
    assert sum(waits[True]) / len(waits[True]) > 4 * sum(waits[False]) / len(waits[False])
    assert acme.tasks.avg_wait_ms > 1000


def test_an_incident_can_be_announced(acme):
    acme.begin("error-burst", at=START + 320)
    acme.advance(START + 319)
    assert acme.incidents == ()
    acme.advance(START + 320)
    assert acme.incidents == ("error-burst",)


def test_two_incidents_at_once_are_as_bad_as_the_worse_in_each_respect():
    both = together([incident("bridge-outage"), incident("slow-pipelines")])
    assert both.duration == 3.0
    assert both.bridge("k2a").circuit == "open"
    assert both.failed_tasks == Effects().failed_tasks
    assert both.bridge("a2k").errors == 0.03
