"""Kill -9 at any moment of a poll: afterwards no run is lost and none is counted twice."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.exporter import serving, until
from tests.support.organisation import polled_anew, staged


def runs(samples) -> Counter[tuple[str, str, str]]:
    labels = ("vcs_repository_name", "cicd_pipeline_name", "cicd_pipeline_result")
    return Counter(
        {
            tuple(dict(has)[label] for label in labels): int(value)
            for (name, has), value in samples.items()
            if name == "cicd_repository_pipeline_run_duration_seconds_count" and value
        }
    )


def test_no_run_is_lost_or_counted_twice(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rounds = request.config.getoption("--rounds")
    chance = random.Random(rounds)
    step = 60
    with staged(behind=step * (rounds + 2)) as stage:
        configuration = stage.configuration(tmp_path)
        killed_in_a_poll = 0
        for _ in range(rounds):
            asked = stage.server.requests.total()
            with serving(tmp_path, configuration) as process:
                until(lambda asked=asked: stage.server.requests.total() > asked, "a poll has begun")
                time.sleep(chance.uniform(0, 1.5))  # the moment of the kill is what is tested here
                during = stage.server.requests.total()
                process.process.kill()
                process.process.wait()
                killed_in_a_poll += stage.server.requests.total() > during or during > asked
            stage.advance(step)
        with serving(tmp_path, configuration) as process:
            process.ready()
            polled_anew(process)
            assert runs(process.samples()) == stage.truth.runs()
            counted = process.value("vcs_change_lead_time_seconds_count")
            assert counted == len(stage.truth.changes())
            for bridge in ("k2a", "a2k"):
                done = stage.truth.operations(since=stage.organisation.start)[bridge].total
                seen = process.value("orchex_kilo_bridge_operations_total", bridge=bridge)
                assert seen is not None
                assert seen <= done
        assert killed_in_a_poll == rounds
