"""The ledger's tables, as the newest revision leaves them (`migrations/` says how they came to be).

A row of a source carries its name. Moments are Unix seconds in UTC. A test holds this module and the
migrations together.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

METADATA = MetaData()
Type: TypeAlias = type[TypeEngine[Any]]


def _table(name: str, *parts: Column[object] | Index) -> Table:
    """Rows lie in the order of their key: it is how they are found, and SQLite then stores it once."""
    return Table(name, METADATA, *parts, sqlite_with_rowid=False)


def _key(name: str, kind: Type = Text) -> Column[object]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _value(name: str, kind: Type, *, nullable: bool = False) -> Column[object]:
    return Column(name, kind, nullable=nullable)


# `pruned_to` is the end of the newest fact that was pruned: whatever ended before was counted, or is too old.
SOURCES = _table(
    "sources",
    _key("source"),
    _value("last_success_at", Double, nullable=True),
    _value("pruned_to", Double, nullable=True),
)
MARKS = _table("marks", _key("source"), _key("key"), _value("value", Text))
RUNS = _table(
    "runs",
    _key("source"),
    _key("owner"),
    _key("name"),
    _key("run_id"),
    _key("attempt", BigInteger),
    _value("pipeline", Text),
    _value("result", Text),
    _value("workflow", Text),
    _value("default_branch", Boolean),
    _value("created_at", Double),
    _value("started_at", Double, nullable=True),
    _value("finished_at", Double),
    Index("runs_by_workflow", "workflow", "finished_at", "source", "result"),
    Index("runs_by_end", "source", "finished_at"),
)
# `deployed_at` is NULL until a deployment of it is known; what stands there was counted, and stays.
CHANGES = _table(
    "changes",
    _key("source"),
    _key("owner"),
    _key("name"),
    _key("change_id"),
    _value("first_commit_at", Double),
    _value("opened_at", Double),
    _value("merged_at", Double),
    _value("deployed_at", Double, nullable=True),
    Index("changes_by_end", "source", "merged_at"),
)
DEPLOYMENTS = _table(
    "deployments",
    _key("source"),
    _key("owner"),
    _key("name"),
    _key("deployment_id"),
    _value("begun_at", Double),
    _value("finished_at", Double),
    Index("deployments_by_beginning", "source", "owner", "name", "begun_at"),
    Index("deployments_by_end", "source", "finished_at"),
)
# `labels` is a JSON list, in the order of the family.
TOTALS = _table("totals", _key("source"), _key("family"), _key("labels"), _value("value", Double))
SPANS = _table(
    "spans",
    _key("source"),
    _key("component"),
    _key("begin_at", Double),
    _value("end_at", Double),
    _value("up", Boolean),
    Index("spans_by_end", "end_at"),
)
# What the bridge itself counted when we last looked.
BRIDGE_COUNTS = _table(
    "bridge_counts",
    _key("source"),
    _key("bridge"),
    _value("events", BigInteger, nullable=True),
    _value("errors", BigInteger, nullable=True),
    _value("validations", BigInteger, nullable=True),
    _value("templates_served", BigInteger, nullable=True),
)
# A bucket is the Unix second at which its minute begins.
OPERATIONS = _table(
    "operations",
    _key("source"),
    _key("bridge"),
    _key("bucket", BigInteger),
    _value("total", Double),
    _value("failed", Double),
)
LATEST = _table("latest", _key("source"), _key("kind"), _key("key"), _value("payload", Text))
# `integrated_at` is since when it is integrated, or last was; `evidence` is JSON, NULL when it could not be read.
REPOSITORIES = _table(
    "repositories",
    _key("source"),
    _key("owner"),
    _key("name"),
    _value("stage", Text),
    _value("template", Boolean, nullable=True),
    _value("evidence", Text, nullable=True),
    _value("integrated_at", Double, nullable=True),
)
ACTIVITY = _table(
    "activity",
    _key("source"),
    _key("owner"),
    _key("name"),
    _value("active_at", Double),
    _value("workflow", Text, nullable=True),
    _value("workflow_at", Double, nullable=True),
    _value("workflow_result", Text, nullable=True),
    _value("workflow_ended_at", Double, nullable=True),
)
# A day is counted from 1970-01-01 (UTC). Kept for ever.
ADOPTION = _table(
    "adoption", _key("source"), _key("day", BigInteger), _value("migrated", BigInteger), _value("whole", BigInteger)
)
# When a phase's gate was first seen open. It is of the migration, not of a source; `plan` tells one plan from another.
REACHED = _table("reached", _key("plan"), _key("phase"), _value("at", Double))
# What a criterion stood at; `step` is the time, in seconds, that the value stands for. It is of no source.
TREND = _table(
    "trend",
    _key("at", Double),
    _key("criterion"),
    _value("step", BigInteger),
    _value("value", Double),
)
# What a backfill has found so far: seconds of a run or a change (`measured`), and its own marks.
SAMPLES = _table(
    "samples",
    _key("source"),
    _key("measured"),
    _key("owner"),
    _key("name"),
    _key("key"),
    _value("seconds", Double),
)
SAMPLING = _table("sampling", _key("source"), _key("key"), _value("value", Text))
# The frozen baseline of each repository's runs, and the one of all sources together; `value` is NULL without samples,
# `until` what ended the cycles that were measured, and NULL of what is no cycle time.
RUN_BASELINES = _table(
    "run_baselines",
    _key("source"),
    _key("owner"),
    _key("name"),
    _value("seconds", Double),
    _value("count", BigInteger),
)
BASELINES = _table(
    "baselines",
    _key("measured"),
    _value("begin_at", Double),
    _value("end_at", Double),
    _value("measured_at", Double),
    _value("value", Double, nullable=True),
    _value("count", BigInteger),
    _value("repositories", BigInteger),
    _value("until", Text, nullable=True),
)
