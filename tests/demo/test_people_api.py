"""The people's systems over HTTP, as of a day of the journey."""

from collections.abc import Iterator

import pytest
import requests

from exporter.demo.api.people.billing import closings
from exporter.demo.figures import cost, tickets_of_week
from exporter.demo.journey import travelling
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.demo.times import DAY
from tests.support.clock import Clock

START = 1_780_272_000  # 2026-06-01, a midnight
DAY_70 = START + 70 * DAY


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(DAY_70 + 40_000)


@pytest.fixture(scope="module")
def acme() -> Organisation:
    return travelling(START, repositories=12)


@pytest.fixture(scope="module")
def ask(acme: Organisation, clock: Clock) -> Iterator:
    with DemoServer(acme, clock) as server:

        def asked(system: str, token: str = server.tokens.people) -> requests.Response:
            url = f"{server.addresses.people}/{system}"
            return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)

        yield asked


@pytest.mark.parametrize("system", ["learning", "survey", "billing", "helpdesk", "quality"])
def test_a_token_is_wanted(ask, system):
    assert ask(system).status_code == 200
    assert ask(system, "wrong").status_code == 401


def test_learning_counts_in_courses_and_epoch_seconds(ask):
    found = ask("learning").json()
    assert found["generated_at"] == DAY_70
    course = {each["slug"]: each for each in found["courses"]}["orchex-kilo-integration"]
    assert course["progress"] == {"enrolled": 120, "completed": 112, "completed_percent": pytest.approx(93.3333333)}
    assert course["median_days_to_proficiency"] == 22.5


def test_the_survey_lists_its_waves_the_newest_last(ask):
    waves = ask("survey").json()["waves"]
    assert len(waves) == 11
    assert waves[0] == {
        "wave": 1,
        "closed_on": "2026-06-01",
        "responses": 200,
        "results": {"satisfied_percent": 62.0},
    }
    assert (waves[-1]["closed_on"], waves[-1]["results"]) == ("2026-08-10", {"satisfied_percent": 82.5})


def test_billing_closes_a_month_when_the_next_one_begins(ask):
    statements = ask("billing").json()["statements"]
    assert [each["month"] for each in statements] == [f"2026-{month:02}" for month in range(2, 8)]
    newest = statements[-1]
    assert (newest["closed_at"], newest["total"]) == ("2026-08-01T00:00:00Z", cost(61))
    assert all(sum(line["amount"] for line in each["lines"]) == each["total"] for each in statements)


def test_months_go_over_the_end_of_a_year():
    assert [day.isoformat() for day in closings(1_770_000_000)] == [
        "2025-09-01",
        "2025-10-01",
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]


def test_the_help_desk_tells_days_and_the_mean_of_the_last_whole_week(ask):
    queue = ask("helpdesk").json()["queues"]["developer-tools"]
    assert (len(queue["daily"]), queue["daily"][-1]["date"]) == (28, "2026-08-09")
    week = [day["opened"] for day in queue["daily"][-7:]]
    assert queue["last_week"] == {"until": DAY_70, "opened_per_day": pytest.approx(sum(week) / 7)}
    assert sum(week) == tickets_of_week(70)


def test_quality_tells_scores_trends_and_violations(ask, acme, clock):
    found = ask("quality").json()
    assert found["reported_on"] == "2026-08-10"
    assert found["scores"] == {"data_consistency": {"percent": 98.6}}
    assert found["trends"]["manual_effort"] == {"changed_percent": -16.2, "reduced_percent": 16.2}
    assert found["trends"]["analysis_speed"] == {"changed_percent": 7.8, "reduced_percent": -7.8}
    share, stages = acme.truth.migrated_share(), acme.truth.stages()
    assert found["violations"]["counted_at"] == clock() // 1
    assert found["violations"]["per_week"] == round((25 - 17.5 * share) * stages.total())
