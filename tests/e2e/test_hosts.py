"""The same organisation on each git host, and spread over all: the facts stay the same, and what is published."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import TypeAdapter

from exporter import settings
from exporter.app import Exporter
from exporter.demo.config import configuration
from exporter.demo.files import WORKFLOWS, pipeline_name, workflow_name
from exporter.demo.hosts import ON_GITHUB, SPREADS, Host, Spread, all_on, told
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from exporter.model import Facts, Result
from exporter.providers import AnyProvider
from exporter.providers.base import Provider, Since
from tests.support.organisation import standing

DAY = 86400.0
SYSTEMS = ("orchex", "kilo", "bridges")
Known = dict[str, object]


def facts_of(spread: Spread, folder: Path, start: int) -> Facts:
    """What a first look at all hosts of a standing organisation tells."""
    acme = standing(spread, start)
    with DemoServer(acme, lambda: float(start)) as server:
        made = configuration(acme, server.addresses, "sqlite:///unused.db", folder, server.tokens)
        sources = [source for name, source in made["sources"].items() if name not in SYSTEMS]
        return Facts.merged(step for source in sources for step in looked(source, start))


def looked(source: object, now: int) -> Iterator[Facts]:
    provider: Provider = TypeAdapter(AnyProvider).validate_python(source)
    with provider.connect(time.monotonic() + 120, provider.auth()) as http:
        yield from provider.fetch(http, Since(float(now)))


def known(facts: Facts, host: Host) -> Known:
    """The facts in the host's words, without what each has its own way of: owners, ids, when a change was opened."""
    return {
        "runs": Counter(
            (
                run.repository.name,
                called(run.pipeline, host),
                told(run.result, host),
                run.workflow.value,
                run.default_branch,
                run.finished_at - run.duration,
                run.finished_at,
            )
            for run in facts.runs
        ),
        "changes": Counter((one.repository.name, one.first_commit_at, one.merged_at) for one in facts.changes),
        "states": {state.repository.name: state.evidence for state in facts.repositories},
        "active": Counter(
            {
                state: sum(getattr(active, state) for active in facts.active)
                for state in ("pending", "executing", "finalizing")
            }
        ),
    }


def called(pipeline: str, host: Host) -> str:
    """A pipeline's name as the host tells it, whoever told it."""
    return {workflow_name(path): pipeline_name(path, host) for path in WORKFLOWS}.get(pipeline, pipeline)


@pytest.mark.parametrize("host", [host for host in Host if host is not Host.GITHUB])
def test_the_facts_are_the_same_whatever_the_host(tmp_path: Path, host: Host) -> None:
    now = int(time.time())
    usual, there = (known(facts_of(spread, tmp_path, now), host) for spread in (ON_GITHUB, all_on(host)))
    assert there["states"] == usual["states"]
    assert there["changes"] == usual["changes"]
    assert there["runs"] == usual["runs"]
    assert there["active"] == usual["active"]


class Watched:
    """An organisation on its hosts, and an exporter, whose time is in the test's hand."""

    def __init__(self, folder: Path, hosts: str) -> None:
        self._folder = folder
        self._moment = time.time() - 1800
        self.acme = Organisation(start=self._moment, spread=SPREADS[hosts])
        self.server = DemoServer(self.acme, lambda: self._moment)

    @contextmanager
    def exporter(self) -> Iterator[Exporter]:
        ledger = f"sqlite:///{self._folder}/ledger.db"
        made = configuration(self.acme, self.server.addresses, ledger, self._folder, self.server.tokens)
        running = Exporter(
            settings.from_data(made | {"series": {"pipelines": True, "per_repository": 100}}), now=lambda: self._moment
        )
        try:
            yield running
        finally:
            running.close()

    def live(self, exporter: Exporter, seconds: float) -> None:
        """Lives on for a while, then every source is polled."""
        self._moment += seconds
        self.acme.advance(self._moment)
        assert [(health.name, health.error_detail) for health in exporter.poll_once() if not health.up] == []


def published(exporter: Exporter) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(exporter.exposition().text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def compare(acme: Organisation, found: dict[str, list[tuple[dict[str, str], float]]], now: float) -> None:
    truth = acme.truth
    stages: Counter[str] = Counter()
    for labels, count in found["orchex_kilo_repositories"]:
        stages[labels["stage"]] += int(count)
    assert +stages == truth.stages()
    runs: Counter[tuple[str, str, str]] = Counter()
    for labels, count in found["cicd_repository_pipeline_run_duration_seconds_count"]:
        key = (labels["vcs_repository_name"], labels["cicd_pipeline_name"], labels["cicd_pipeline_result"])
        runs[key] += int(count)
    assert +runs == truth.runs()
    changes = truth.changes()
    assert sum(count for _, count in found["vcs_repository_change_lead_time_seconds_count"]) == len(changes)
    spent = sum(count for _, count in found["vcs_repository_change_lead_time_seconds_sum"])
    assert spent == pytest.approx(sum(change.at - change.first_commit_at for change in changes))
    deployments = sum(count for _, count in found.get("vcs_deployments_total", []))
    assert deployments == len(truth.deployments())
    deployed = sum(count for _, count in found.get("vcs_repository_change_deployment_lead_time_seconds_count", []))
    assert deployed == len(truth.deployed_changes())
    assert found["orchex_kilo_template_adoption_ratio"][0][1] == pytest.approx(truth.template_adoption())
    adoption = truth.workflow_adoption(since=now - 30 * DAY)
    assert found["orchex_kilo_workflow_adoption_ratio"][0][1] == pytest.approx(adoption)


@pytest.mark.parametrize("hosts", ["gitlab", "gitea", "git", "all"])
def test_what_is_published_is_what_the_organisation_knows(tmp_path: Path, hosts: str) -> None:
    watched = Watched(tmp_path, hosts)
    with watched.server:
        with watched.exporter() as exporter:
            for seconds in (0, 240, 300):
                watched.live(exporter, seconds)
        with watched.exporter() as exporter:
            watched.live(exporter, 300)
            compare(watched.acme, published(exporter), watched.acme.now)


def test_the_words_that_hosts_lack_are_results_that_the_exporter_knows() -> None:
    words = {word for host in Host for pair in ((r.value, told(r.value, host)) for r in Result) for word in pair}
    assert words == {result.value for result in Result}
