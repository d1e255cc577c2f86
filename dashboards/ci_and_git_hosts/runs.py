"""Pipeline runs: how many, how they end, how long they take and wait, and who is at work."""

from __future__ import annotations

from dashboards.ci_and_git_hosts.chosen import FROM, OWNER, OWNERS, quantile
from dashboards.panel import THIRD, WHOLE, About, Column, Look, PanelBuilder, lines, rows
from dashboards.query import RANGE, Query, a_second, among, hourly, of, once
from dashboards.style import RESULTS
from exporter.model import Result, RunState

RUNS = "cicd_pipeline_run_duration_seconds"
SUCCESS = f'cicd_pipeline_result="{Result.SUCCESS}"'
FAILED = (Result.FAILURE, Result.ERROR, Result.TIMEOUT)
"""Ended badly, by the pipeline's own word; who cancelled or skipped a run judged nothing."""
BADLY = among("cicd_pipeline_result", FAILED)
JUDGED = among("cicd_pipeline_result", (Result.SUCCESS, *FAILED))
NO_RUN = "No run has ended"
MINUTES = "5m"


def by_result() -> PanelBuilder:
    look = Look(
        "Runs an hour, by result",
        About(
            "Finished pipeline runs of all chosen hosts at their pace an hour, by how they ended.",
            "none documented; as many as people push, most of them a success",
            "Many errors or time-outs at once: look at the CI system. Many failures at once: look at what was merged.",
        ),
        unit="short",
        empty=NO_RUN,
        least=0,
    )
    expr = hourly(of(f"{RUNS}_count", FROM), "cicd_pipeline_result")
    return lines(look, Query(expr, "{{cicd_pipeline_result}}"), stacked=True, colours=RESULTS)


def success() -> PanelBuilder:
    look = Look(
        "Success share",
        About(
            "Runs that ended in success divided by those that ended in success, failure, error or timeout, by host "
            "and owner. Cancelled and skipped runs are in neither.",
            "none documented; what is usual for each owner",
            "Look in the tables below who fails, and how: a failure is the code's, an error or timeout the system's.",
        ),
        unit="percentunit",
        empty=NO_RUN,
        least=0,
        most=1,
    )
    runs = {each: a_second(of(f"{RUNS}_count", each, FROM), *OWNER) for each in (BADLY, JUDGED)}
    expr = f"1 - (\n  {runs[BADLY]}\n  or 0 * {runs[JUDGED]}\n)\n/ (\n  {runs[JUDGED]} > 0\n)"
    return lines(look, Query(expr, OWNERS), every=MINUTES)


def by_owner() -> PanelBuilder:
    look = Look(
        "Runs by host and owner",
        About(
            "Finished pipeline runs in the time that is shown, by host and owner, and by how they ended.",
            "none documented; few errors and time-outs",
            "Errors and time-outs of one owner: look at its pipelines. Of all owners of a host: look at the host.",
        ),
        unit="short",
        empty=NO_RUN,
        width=WHOLE,
        decimals=0,
    )
    columns = {"host": Column("Host: owner")}
    queries = []
    for letter, result in zip("ABCDEF", RESULTS, strict=True):
        runs = of(f"{RUNS}_count", FROM, cicd_pipeline_result=result)
        found = once(f"increase({runs}[{RANGE}])", *OWNER)
        joined = f'label_join(\n  {found},\n  "host", ": ", "source", "vcs_owner_name"\n)'
        queries.append(f"max by (host) ({joined})")
        columns[f"Value #{letter}"] = Column(result.capitalize(), "short", decimals=0)
    return rows(look, queries, columns, by="host", descending=Result.FAILURE.capitalize())


def _duration(title: str, share: float, words: str) -> PanelBuilder:
    look = Look(
        title,
        About(
            f"{words} by host and owner, estimated from the buckets of a histogram.",
            "none documented as a time; what is usual for each owner, and before and after the migration below",
            "One owner rises: look at its pipelines, and at its slowest repositories below. All of a host: look at "
            "the host's queue and workers.",
        ),
        unit="s",
        empty="No run has succeeded",
        runbooks=("OrchexKiloPerformanceDegraded",),
        least=0,
    )
    return lines(look, Query(quantile(share, RUNS, SUCCESS), OWNERS), every=MINUTES)


def median() -> PanelBuilder:
    return _duration("Run duration, median", 0.5, "The duration within which half of the successful runs ended,")


def slow() -> PanelBuilder:
    return _duration(
        "Run duration, 95th percentile", 0.95, "The duration within which 95% of the successful runs ended,"
    )


def queue() -> PanelBuilder:
    look = Look(
        "Time in the queue",
        About(
            "How long the runs that ended had waited from creation to start, on average, by host and owner.",
            "none documented; what is usual for each host",
            "Look whether workers are missing or all busy, and what else waits.",
        ),
        unit="s",
        empty="No run has ended of which the host tells when it was created and when it started",
        width=THIRD,
        runbooks=("OrchexKiloPipelineQueueGrowing",),
        least=0,
    )
    waited = {part: a_second(of(f"cicd_pipeline_run_queue_seconds_{part}", FROM), *OWNER) for part in ("sum", "count")}
    return lines(look, Query(f"{waited['sum']}\n/ (\n  {waited['count']} > 0\n)", OWNERS), every=MINUTES)


def active() -> PanelBuilder:
    look = Look(
        "Pending and executing runs",
        About(
            "Pipeline runs that wait for a worker, and those that are at work, by host.",
            "none documented; pending ones do not grow for long",
            "Pending runs grow: follow the runbook.",
        ),
        unit="short",
        empty="No host tells runs",
        width=THIRD,
        runbooks=("OrchexKiloPipelineQueueGrowing",),
        least=0,
    )
    states = f'cicd_pipeline_run_state=~"{RunState.PENDING}|{RunState.EXECUTING}"'
    expr = once(of("cicd_pipeline_run_active", states, FROM), "source", "cicd_pipeline_run_state")
    return lines(look, Query(expr, "{{source}}: {{cicd_pipeline_run_state}}"))


def workers() -> PanelBuilder:
    look = Look(
        "Workers",
        About(
            "Workers of the CI systems that tell them (of Jenkins: executors), by host and state: available, busy or "
            "offline.",
            "none documented; some are available while nothing waits",
            "Workers are offline: start them. All are busy while runs wait: add some.",
        ),
        unit="short",
        empty="No chosen host tells its workers",
        width=THIRD,
        runbooks=("OrchexKiloPipelineQueueGrowing",),
        least=0,
    )
    expr = once(of("cicd_workers", FROM), "source", "cicd_worker_state")
    return lines(look, Query(expr, "{{source}}: {{cicd_worker_state}}"), stacked=True)


PANELS = (by_result(), success(), by_owner(), median(), slow(), queue(), active(), workers())
