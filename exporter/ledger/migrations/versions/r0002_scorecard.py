"""What the scorecard needs: results of activity, the adoption's history, phases, baselines."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

Type: TypeAlias = type[TypeEngine[Any]]

# Old activity takes both from its run, as long as that is kept; of a run and its repetitions, from the last to end.
FROM_ITS_RUN = """
UPDATE activity SET {column} = (
    SELECT runs.{value} FROM runs
    WHERE runs.source = activity.source AND runs.owner = activity.owner AND runs.name = activity.name
        AND runs.workflow = activity.workflow AND runs.created_at = activity.workflow_at AND runs.default_branch
    ORDER BY runs.finished_at DESC, runs.result DESC LIMIT 1
) WHERE workflow IS NOT NULL
"""


def _key(name: str, kind: Type = sa.Text) -> sa.Column[object]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _value(name: str, kind: Type = sa.Double, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)


def _create(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Adds two columns and six tables."""
    op.add_column("activity", _value("workflow_result", sa.Text, nullable=True))
    op.add_column("activity", _value("workflow_ended_at", nullable=True))
    op.execute(FROM_ITS_RUN.format(column="workflow_result", value="result"))
    op.execute(FROM_ITS_RUN.format(column="workflow_ended_at", value="finished_at"))
    counts = [_value(name, sa.BigInteger) for name in ("migrated", "whole")]
    _create("adoption", _key("source"), _key("day", sa.BigInteger), *counts)
    _create("reached", _key("plan"), _key("phase"), _value("at"))
    _create_baselines()


def _create_baselines() -> None:
    sample = [_key(name) for name in ("source", "measured", "owner", "name", "key")]
    _create("samples", *sample, _value("seconds"))
    _create("sampling", _key("source"), _key("key"), _value("value", sa.Text))
    repository = [_key(name) for name in ("source", "owner", "name")]
    _create("run_baselines", *repository, _value("seconds"), _value("count", sa.BigInteger))
    moments = [_value(name) for name in ("begin_at", "end_at", "measured_at")]
    counts = [_value(name, sa.BigInteger) for name in ("count", "repositories")]
    _create("baselines", _key("measured"), *moments, _value("value", nullable=True), *counts)
