"""The ledger's schema, revision by revision (Alembic). A revision that was released is never changed."""
