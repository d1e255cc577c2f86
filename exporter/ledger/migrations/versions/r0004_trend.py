"""What the criteria stood at."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"

Type: TypeAlias = type[TypeEngine[Any]]


def _key(name: str, kind: Type) -> sa.Column[object]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _value(name: str, kind: Type) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Adds a table."""
    keys = (_key("at", sa.Double), _key("criterion", sa.Text))
    values = (_value("step", sa.BigInteger), _value("value", sa.Double))
    op.create_table("trend", *keys, *values, sqlite_with_rowid=False)
