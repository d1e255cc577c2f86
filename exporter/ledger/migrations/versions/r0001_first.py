"""The first schema."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

Type: TypeAlias = type[TypeEngine[Any]]


def _key(name: str, kind: Type = sa.Text) -> sa.Column[object]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _value(name: str, kind: Type = sa.Double, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)


def _create(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(name, _key("source"), *columns, sqlite_with_rowid=False)


def upgrade() -> None:
    """Creates every table and index."""
    _create("sources", _value("last_success_at", nullable=True), _value("pruned_to", nullable=True))
    _create("marks", _key("key"), _value("value", sa.Text))
    _create("totals", _key("family"), _key("labels"), _value("value"))
    _create("latest", _key("kind"), _key("key"), _value("payload", sa.Text))
    _create_work()
    _create_bridges()
    _create_repositories()


def _create_work() -> None:
    _create(
        "runs",
        _key("owner"),
        _key("name"),
        _key("run_id"),
        _key("attempt", sa.BigInteger),
        _value("pipeline", sa.Text),
        _value("result", sa.Text),
        _value("workflow", sa.Text),
        _value("default_branch", sa.Boolean),
        _value("created_at"),
        _value("started_at", nullable=True),
        _value("finished_at"),
    )
    op.create_index("runs_by_workflow", "runs", ["workflow", "finished_at", "source", "result"])
    op.create_index("runs_by_end", "runs", ["source", "finished_at"])
    moments = [_value(name) for name in ("first_commit_at", "opened_at", "merged_at")]
    _create("changes", _key("owner"), _key("name"), _key("change_id"), *moments)
    op.create_index("changes_by_end", "changes", ["source", "merged_at"])


def _create_bridges() -> None:
    _create("spans", _key("component"), _key("begin_at", sa.Double), _value("end_at"), _value("up", sa.Boolean))
    op.create_index("spans_by_end", "spans", ["end_at"])
    counts = ("events", "errors", "validations", "templates_served")
    _create("bridge_counts", _key("bridge"), *(_value(name, sa.BigInteger, nullable=True) for name in counts))
    _create("operations", _key("bridge"), _key("bucket", sa.BigInteger), _value("total"), _value("failed"))


def _create_repositories() -> None:
    _create(
        "repositories",
        _key("owner"),
        _key("name"),
        _value("stage", sa.Text),
        _value("template", sa.Boolean, nullable=True),
        _value("evidence", sa.Text, nullable=True),
        _value("integrated_at", nullable=True),
    )
    workflow = (_value("workflow", sa.Text, nullable=True), _value("workflow_at", nullable=True))
    _create("activity", _key("owner"), _key("name"), _value("active_at"), *workflow)
