"""Alembic's way in: it runs the revisions inside the transaction that `migrate` has begun."""

from __future__ import annotations

from alembic import context

# The transaction is already ours, and SQLite's data definition is part of it (see engine).
context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
