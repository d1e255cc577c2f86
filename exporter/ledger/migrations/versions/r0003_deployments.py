"""Deployments, what they deploy, and what ended the cycles of a measured baseline."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"

Type: TypeAlias = type[TypeEngine[Any]]

# Until now every cycle ended with the merge.
AS_EVER = "UPDATE baselines SET until = 'merged' WHERE measured = 'cycle_seconds'"


def _key(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, primary_key=True, autoincrement=False)


def _value(name: str, kind: Type = sa.Double, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    """Adds two columns and a table."""
    op.add_column("changes", _value("deployed_at", nullable=True))
    op.add_column("baselines", _value("until", sa.Text, nullable=True))
    op.execute(AS_EVER)
    keys = [_key(name) for name in ("source", "owner", "name", "deployment_id")]
    op.create_table("deployments", *keys, _value("begun_at"), _value("finished_at"), sqlite_with_rowid=False)
    op.create_index("deployments_by_beginning", "deployments", ["source", "owner", "name", "begun_at"])
    op.create_index("deployments_by_end", "deployments", ["source", "finished_at"])
