"""The demo as one thing, and its configuration, which the exporter must accept."""

import time

import jmespath
import pytest
import requests
import yaml

from exporter.demo import running_demo
from exporter.demo.config import configuration, whole_configuration
from exporter.demo.hosts import SPREADS
from exporter.demo.journey import LASTS, travelling
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.demo.times import DAY, midnight
from exporter.kpis.quantities import QUANTITIES
from exporter.settings import from_data
from tests.support.clock import Clock
from tests.support.waiting import until

START = 1_780_272_000  # 2026-06-01, a midnight
FEEDS = ("learning", "survey", "billing", "helpdesk", "quality")


def whole(acme, tmp_path, **options):
    with DemoServer(acme, Clock(acme.now)) as server:
        made = whole_configuration(acme, server.addresses, "sqlite:///x.db", tmp_path / "s.yml", **options)
        return made, {name: asked(made["sources"][name]) for name in FEEDS}


def asked(source):
    reply = requests.get(source["url"], headers={"Authorization": f"Bearer {source['token']}"}, timeout=10)
    assert reply.status_code == 200
    return reply.json()


@pytest.mark.parametrize("acme", [Organisation(start=START), travelling(START)], ids=["present", "journey"])
def test_every_expression_finds_its_value_and_time(acme, tmp_path):
    made, answers = whole(acme, tmp_path)
    for name, answer in answers.items():
        for quantity, paths in made["sources"][name]["readings"].items():
            assert quantity in QUANTITIES
            assert isinstance(jmespath.search(paths["value"], answer), int | float), quantity
            assert jmespath.search(paths["time"], answer) is not None


def test_the_exporter_accepts_the_whole_configuration(tmp_path):
    (tmp_path / "s.yml").write_text("readings: {}")
    made, _ = whole(Organisation(start=START), tmp_path)
    loaded = from_data(made)
    assert loaded.sources.keys() == {"orchex", "kilo", "bridges", "acme", *FEEDS, "office"}
    assert loaded.migration.start.isoformat() == "2026-03-16"
    assert set(loaded.teams.values()) >= {"payments", "platform", "labs"}


@pytest.mark.parametrize(
    ("hosts", "sources"),
    [
        ("github", {"acme"}),
        ("gitlab", {"gitlab"}),
        ("gitea", {"gitea"}),
        ("git", {"git", "jenkins"}),
        ("all", {"acme", "gitlab", "gitea", "git", "jenkins"}),
    ],
)
def test_each_host_in_use_is_a_source(tmp_path, hosts, sources):
    acme = Organisation(start=START, spread=SPREADS[hosts])
    made, _ = whole(acme, tmp_path)
    assert made["sources"].keys() - {"orchex", "kilo", "bridges", *FEEDS, "office"} == sources
    (tmp_path / "s.yml").write_text("readings: {}")
    assert from_data(made).sources.keys() == made["sources"].keys()


def test_the_present_gives_every_level_and_tells_violations(tmp_path):
    acme = Organisation(start=START)
    made, _ = whole(acme, tmp_path)
    given = made["migration"]["baselines"]
    assert given == {
        "violations_per_repository_week": 25.0,
        "cost": 48_000,
        "tickets_per_week": 59,
        "run_duration": "50s",
        "cycle_time": given["cycle_time"],
    }
    assert "violations_per_week" in made["sources"]["quality"]["readings"]


def test_the_journey_leaves_what_can_be_measured_to_be_measured(tmp_path):
    made, _ = whole(travelling(START), tmp_path, interval="1d")
    assert made["migration"]["baselines"].keys() == {"violations_per_repository_week", "cost", "tickets_per_week"}
    assert made["migration"]["start"] == "2026-06-01"
    assert "violations_per_week" not in made["sources"]["quality"]["readings"]
    assert {source["interval"] for source in made["sources"].values()} == {"1d"}


def test_the_four_systems_can_be_configured_alone(tmp_path):
    acme = Organisation(start=START, repositories=2)
    with DemoServer(acme, Clock(START)) as server:
        made = configuration(acme, server.addresses, "sqlite:///x.db", tmp_path, server.tokens)
    assert made["sources"].keys() == {"orchex", "kilo", "bridges", "acme"}
    assert "migration" not in made


def test_the_running_demo_serves_what_it_configures(tmp_path):
    with running_demo("sqlite:///x.db", tmp_path, "error-burst") as demo:
        source = demo.configuration["sources"]["kilo"]
        reply = requests.get(f"{source['url']}/health", headers={"X-API-Key": source["token"]}, timeout=10)
        assert reply.json()["status"] == "healthy"
        assert (demo.speed(), demo.now() - time.time()) == (1, pytest.approx(0, abs=5))
        assert demo.configuration["sources"]["office"]["path"] == str(tmp_path / "scorecard.yml")
        assert "expansion" in yaml.safe_load((tmp_path / "scorecard.yml").read_text())["phases"]


def test_a_fast_demo_begins_with_the_migration_and_rewrites_its_scorecard_unasked(tmp_path):
    with running_demo("sqlite:///x.db", tmp_path, speed=2_000_000) as demo:
        begun = midnight(time.time() - LASTS)
        assert demo.organisation.start == begun
        assert demo.configuration["migration"]["start"] == demo.organisation.programme.date(0).isoformat()
        assert demo.configuration["sources"]["survey"]["interval"] == "12h"
        file = tmp_path / "scorecard.yml"
        until(lambda: "preparation" in yaml.safe_load(file.read_text())["phases"], "the file follows the time")
        assert demo.now() > begun + 21 * DAY


def test_the_running_demo_refuses_what_cannot_be(tmp_path):
    with pytest.raises(ValueError, match="meteor"), running_demo("sqlite:///x.db", tmp_path, "meteor"):
        pass
    with pytest.raises(ValueError, match="above 1"), running_demo("sqlite:///x.db", tmp_path, speed=1):
        pass
