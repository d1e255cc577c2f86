"""Brings a ledger to the schema that this exporter knows, or says why it may not.

New databases are created, older ones migrated, in one transaction. Before an older SQLite ledger is
touched, a copy is laid beside it. What is damaged, foreign or newer is refused and left as it is.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, table, update

from exporter.ledger.engine import Database
from exporter.ledger.errors import LedgerCorrupt, LedgerForeign, LedgerNewer, LedgerReadOnly
from exporter.ledger.faults import fault, told
from exporter.ledger.schema import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "orchex_kilo_ledger_revision"
_REVISION = table(VERSION_TABLE, column("version_num"))

_log = logging.getLogger(__name__)
_alembic = threading.Lock()  # Alembic's `context` and `op` are one a process


def bring_up(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Creates or migrates. Raises LedgerCorrupt, LedgerForeign, LedgerNewer, LedgerReadOnly, or what a write raises."""
    _check_file(database)
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with _alembic, database.writing("schema") as connection:
        if _is_behind(database, connection, ScriptDirectory.from_config(config)):
            config.attributes.update(connection=connection, version_table=VERSION_TABLE)
            command.upgrade(config, "head")
        _try_to_write(connection)
    database.log_ahead()


def _try_to_write(connection: Connection) -> None:
    """Databases open for reading alone without a word, and would refuse the first poll."""
    connection.execute(update(_REVISION).values(version_num=_REVISION.c.version_num))


def _check_file(database: Database) -> None:
    """Reads through a SQLite file, so that damage is found now and not in the middle of a poll."""
    file = database.address.file
    if file is None or not file.exists() or file.stat().st_size == 0:
        return
    if not os.access(file, os.W_OK):  # before SQLite lays files as unwritable as this one beside it
        raise fault(database.address, LedgerReadOnly, "permission denied")
    with database.reading() as connection:
        verdict = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if verdict != "ok":
        raise fault(database.address, LedgerCorrupt, verdict.splitlines()[-1])


def _is_behind(database: Database, connection: Connection, scripts: ScriptDirectory) -> bool:
    """Whether there is something to do; a copy of what would be changed has then been made."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    found = context.get_current_revision()
    head = scripts.get_current_head()
    if found is None:
        _refuse_foreign(database, connection)
    elif found not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerNewer(
            f"the ledger {database.address.place} has revision {found}, this exporter knows up to {head}: "
            f"a newer exporter wrote it; upgrade this one, or name another ledger"
        )
    elif found != head and database.address.file is not None:
        _copy(database, database.address.file, found)
    return found != head


def _refuse_foreign(database: Database, connection: Connection) -> None:
    """A file of another program is refused whatever it holds, a shared server when our names are taken."""
    tables = set(inspect(connection).get_table_names())
    foreign = sorted(tables if database.address.file is not None else tables & METADATA.tables.keys())
    if foreign:
        raise LedgerForeign(
            f"the ledger {database.address.place} is no ledger: it holds the table {foreign[0]} of something else; "
            f"name another database; it was left as it is"
        )


def _copy(database: Database, file: Path, revision: str) -> None:
    """Whole or not at all. A second attempt replaces the copy of the first: nothing changed in between."""
    kept = file.with_name(f"{file.name}.revision-{revision}.backup")
    partial = kept.with_name(f"{kept.name}.partial")
    with told(database.address):
        partial.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(partial)) as new:
                old.backup(new)
            partial.replace(kept)
        finally:
            partial.unlink(missing_ok=True)
    _log.info("kept a copy of the ledger before its migration: %s", kept)
