"""Kill -9 at any moment of a poll, on all hosts: afterwards no run is lost and none is counted twice."""

import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from exporter.demo.hosts import over_all
from tests.support.exporter import Process, Samples, serving
from tests.support.organisation import Staged, polled_anew, staged
from tests.support.waiting import until

STEP = 60
"""Seconds of the organisation's life between two kills."""
REQUESTS = 60
"""A later poll asks more often than that."""


def runs(samples: Samples) -> Counter[tuple[str, ...]]:
    labels = ("vcs_repository_name", "cicd_pipeline_name", "cicd_pipeline_result")
    return Counter(
        {
            tuple(dict(has)[label] for label in labels): int(value)
            for (name, has), value in samples.items()
            if name == "cicd_repository_pipeline_run_duration_seconds_count" and value
        }
    )


def kill(process: Process) -> None:
    process.process.kill()
    process.process.wait()


def kill_at_request(stage: Staged, process: Process, number: int) -> None:
    """Kills the exporter while it waits for the answer to its request of this number."""
    reached, killed, asked = threading.Event(), threading.Event(), iter(range(1, 10**9))

    def hold(_: object) -> None:
        if next(asked) == number:
            reached.set()
            killed.wait(30)

    stage.server.faults = hold
    assert reached.wait(30), f"the exporter asks {number} times; it said:\n{process.log}"
    kill(process)
    stage.server.faults = None
    killed.set()


def kill_after(stage: Staged, process: Process, seconds: float) -> None:
    """Kills the exporter some time after its first request: it may be asking, writing or publishing."""
    asked = stage.server.requests.total()
    until(lambda: stage.server.requests.total() > asked, "a poll has begun")
    time.sleep(seconds)  # the moment of the kill is what is tested here
    kill(process)


def test_no_run_is_lost_or_counted_twice(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rounds = request.config.getoption("--rounds")
    chance = random.Random(rounds)
    with staged(behind=STEP * (rounds + 2), spread=over_all) as stage:
        configuration = stage.configuration(tmp_path)
        for turn in range(rounds):
            with serving(tmp_path, configuration) as process:
                if turn % 2:
                    kill_at_request(stage, process, chance.randrange(1, REQUESTS))
                else:
                    kill_after(stage, process, chance.uniform(0, 1.5))
            stage.advance(STEP)
        with serving(tmp_path, configuration) as process:
            process.ready()
            polled_anew(process)
            compare(stage, process)


def compare(stage: Staged, process: Process) -> None:
    assert runs(process.samples()) == stage.truth.runs()
    changes = process.value("vcs_repository_change_lead_time_seconds_count")
    assert changes == len(stage.truth.changes())
    done = stage.truth.operations(since=stage.organisation.start)
    for bridge in ("k2a", "a2k"):
        counted = process.value("orchex_kilo_bridge_operations_total", bridge=bridge)
        # What a bridge did before the first poll that was kept is in no total.
        assert counted is not None
        assert 0 < counted <= done[bridge].total
