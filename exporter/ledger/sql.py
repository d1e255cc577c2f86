"""Rows: the few statements that SQLite and PostgreSQL both understand, but SQLAlchemy spells twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, bindparam, delete, select, true
from sqlalchemy.dialects import postgresql, sqlite

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]
F = TypeVar("F")

REPOSITORY = ("source", "owner", "name")
"""The columns that name a repository."""


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can tell what to do where the key is taken."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def add_new(connection: Connection, table: Table, rows: Sequence[Row]) -> set[Key]:
    """Inserts the rows whose keys are new; says which those were."""
    if not rows:
        return set()
    statement = insert(connection, table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return {tuple(row) for row in connection.execute(statement, rows)}


def add_facts(connection: Connection, table: Table, facts: Iterable[F], row: Callable[[F], Row]) -> list[F]:
    """Keeps the facts whose keys are new; gives these. Of two with one key the last counts."""
    names = [column.name for column in table.primary_key.columns]
    pairs = ((fact, row(fact)) for fact in facts)
    by_key = {tuple(made[name] for name in names): (fact, made) for fact, made in pairs}
    new = add_new(connection, table, [made for _, made in by_key.values()])
    return [fact for key, (fact, _) in by_key.items() if key in new]


def replace(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts the rows; where a key is taken, every other column takes the new value."""
    _upsert(connection, table, rows, adding=False)


def add_up(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts the rows; where a key is taken, every other column grows by the new value."""
    _upsert(connection, table, rows, adding=True)


def remove(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Deletes the rows that these names and values tell."""
    if rows:
        named = and_(*(table.c[name] == bindparam(name) for name in rows[0]))
        connection.execute(delete(table).where(named), rows)


def of(table: Table, among: Collection[str] | None) -> ColumnElement[bool]:
    """The table's rows of these sources (None: of all)."""
    return true() if among is None else table.c.source.in_(sorted(among))


def notes(connection: Connection, table: Table, source: str) -> dict[str, str]:
    """The source's keys and values in a table of such."""
    rows = connection.execute(select(table.c.key, table.c.value).where(table.c.source == source))
    return {key: value for key, value in rows}  # noqa: C416  # a Row is no tuple to dict()'s types


def same_repository(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in REPOSITORY))


def _upsert(connection: Connection, table: Table, rows: Iterable[Row], *, adding: bool) -> None:
    """In the order of the keys: PostgreSQL then never waits in a circle."""
    keys = [column.name for column in table.primary_key.columns]
    ordered = sorted(rows, key=lambda row: [row[name] for name in keys])
    if not ordered:
        return
    statement = insert(connection, table)
    given, old = statement.excluded, table.c
    others = [column.name for column in table.columns if column.name not in keys]
    changed = {name: old[name] + given[name] if adding else given[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), ordered)
