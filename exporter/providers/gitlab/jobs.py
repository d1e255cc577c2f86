"""Why a pipeline failed, by the reasons of its failed jobs.

https://docs.gitlab.com/api/graphql/reference/#cijobfailurereason names the reasons; REST writes them in small
letters.

- A job that may fail (`allow_failure`) does not fail its pipeline, and says nothing here.
- A failing script wins over all else: it is a failure, whatever else went wrong.
- Then a job that ran out of time, or that no runner took or kept up with, makes it a time-out; GitLab has
  split its `stuck_or_timeout_failure` and `job_execution_timeout` into such reasons.
- Then everything that runners, the server, rights or quotas prevented is an error.
- A reason that is newer than us makes it unknown, if there is no other one.
- Without any failed job it was a downstream pipeline that failed, or a status that another system reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from exporter.errors import BadPayload
from exporter.model import Result
from exporter.providers.base import Payload, parse
from exporter.providers.common.words import newer_word

FAILURES = frozenset({"script_failure", "unknown_failure"})
TIMEOUTS = frozenset(
    {
        "job_execution_server_timeout",
        "job_execution_timeout",
        "no_updates_canceling",
        "no_updates_running",
        "runner_provisioning_timeout",
        "server_timeout_canceling",
        "server_timeout_running",
        "stuck_or_timeout_failure",
        "stuck_pending_no_matching_runners",
        "stuck_pending_with_matching_runners",
    }
)
ERRORS = frozenset(
    {
        "api_failure",
        "archived_failure",
        "bridge_pipeline_is_child_pipeline",
        "builds_disabled",
        "ci_quota_exceeded",
        "data_integrity_failure",
        "deployment_rejected",
        "downstream_bridge_project_not_found",
        "downstream_pipeline_creation_failed",
        "downstream_project_trigger_resolved_to_empty",
        "duo_workflow_not_allowed",
        "environment_creation_failure",
        "failed_outdated_deployment_job",
        "forward_deployment_failure",
        "id_token_burned_project_path",
        "insufficient_bridge_permissions",
        "insufficient_upstream_permissions",
        "invalid_bridge_trigger",
        "ip_restriction_failure",
        "job_router_failure",
        "job_token_expired",
        "missing_dependency_failure",
        "no_matching_runner",
        "pipeline_loop_detected",
        "project_deleted",
        "protected_environment_failure",
        "reached_downstream_pipeline_trigger_rate_limit",
        "reached_max_descendant_pipelines_depth",
        "reached_max_pipeline_hierarchy_size",
        "runner_configuration_error",
        "runner_external_dependency_failure",
        "runner_interrupted",
        "runner_system_failure",
        "runner_unsupported",
        "scheduler_failure",
        "secrets_provider_not_found",
        "stale_schedule",
        "trace_size_exceeded",
        "unmet_prerequisites",
        "upstream_bridge_project_not_found",
        "user_blocked",
    }
)
BY_WEIGHT = (Result.FAILURE, Result.TIMEOUT, Result.ERROR, Result.UNKNOWN)


class JobPayload(Payload):
    failure_reason: str | None = None
    allow_failure: bool | None = None


def parse_jobs(data: Any, where: str) -> list[JobPayload]:
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of jobs, got {type(data).__name__}")
    return [parse(JobPayload, entry, where) for entry in data]


def result_of(jobs: Iterable[JobPayload]) -> Result:
    """What a failed pipeline with these failed jobs is."""
    found = {_meaning(job.failure_reason) for job in jobs if not job.allow_failure}
    return next((result for result in BY_WEIGHT if result in found), Result.FAILURE)


def _meaning(reason: str | None) -> Result:
    if reason is None or reason in FAILURES:
        return Result.FAILURE
    if reason in TIMEOUTS:
        return Result.TIMEOUT
    if reason in ERRORS:
        return Result.ERROR
    newer_word("GitLab", "failure reason", reason)
    return Result.UNKNOWN
