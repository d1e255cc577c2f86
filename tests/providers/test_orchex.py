"""What the contract's cases cannot show of ORCHEX: messages, the budget, and what is kept when a poll is cut."""

import time
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import BadPayload, RateLimited
from exporter.model import Component, Facts, TaskReading
from exporter.providers.base import Since
from exporter.providers.orchex import Orchex, parse_health, parse_metrics
from tests.support.replay import Answer, Request, Server


def orchex(**config: Any) -> Orchex:
    return Orchex.model_validate({"kind": "orchex", "url": "https://host/v1", **config})


def test_a_poll_stays_within_the_documented_budget() -> None:
    """Six requests a poll: 360 of 1,000 an hour, 6 of 50 a minute."""
    provider = orchex()
    assert provider.interval == 60
    assert 6 * 3600 / provider.interval < 1000
    assert provider.components() == (Component.ORCHEX,)
    assert orchex(interval="30s").interval == 30
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        orchex(interval=0.5)


def test_a_refusal_in_an_envelope_names_code_and_message() -> None:
    answer = {"success": False, "error": {"code": "MAINTENANCE", "message": "back at noon"}}
    with pytest.raises(BadPayload, match=r"^here: the answer is an error: MAINTENANCE: back at noon$"):
        parse_health(answer, "here")


def test_what_was_learned_before_a_rate_limit_is_kept() -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/v1/health":
            return Answer.of_json({"status": "healthy"})
        return Answer(429, {"Retry-After": "30"})

    steps: list[Facts] = []
    with Server(answer) as server:
        provider = orchex(url=server.url + "/v1")
        with provider.connect(time.monotonic() + 30, provider.auth()) as http, pytest.raises(RateLimited):
            steps.extend(provider.fetch(http, Since(0.0)))
    assert [probe.component for probe in Facts.merged(steps).probes] == ["orchex"]
    assert [request.path for request in server.requests] == ["/v1/health", "/v1/status"]


@pytest.mark.parametrize(
    ("metrics", "failed"),
    [
        ({"total_tasks": 1000, "success_rate": 0.999}, 1),
        ({"total_tasks": 1000, "success_rate": 99.9}, 1),
        ({"total_tasks": 1000, "success_rate": 1}, 0),
        ({"total_tasks": 1000, "success_rate": 100}, 0),
        ({"total_tasks": 1000, "success_rate": 0}, 1000),
        ({"total_tasks": 0}, 0),
    ],
)
def test_failed_tasks_by_a_ratio_or_a_percentage(metrics: dict[str, Any], failed: float) -> None:
    assert parse_metrics(metrics, "here", "24h") == TaskReading("24h", metrics["total_tasks"], pytest.approx(failed))


def test_tasks_without_a_success_rate_are_not_taken_for_successes() -> None:
    with pytest.raises(BadPayload, match="here: 10 tasks without a success_rate"):
        parse_metrics({"total_tasks": 10}, "here", "1h")
