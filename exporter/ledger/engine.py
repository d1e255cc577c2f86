"""One open database: how it is read, how it is written, and how its faults are told.

SQLite: write-ahead log (readers never wait for the writer), a write takes the lock at its start, and
our own threads queue for it before they ask. PostgreSQL: a write holds an advisory lock by name, a
read sees one moment. It knows dialects and transactions; it knows no table.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPICursor

from exporter.ledger.address import Address
from exporter.ledger.errors import LedgerUnavailable, LedgerUrl
from exporter.ledger.faults import fault, told

SWITCH_PAUSE = 0.02
_MODE = "ledger_begin"
_ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """An engine with its manners. `patience` is how long to wait for another process, in seconds."""

    def __init__(self, address: Address, patience: float) -> None:
        self.address = address
        self._patience = patience
        self._engine = _sqlite(address, patience) if address.file else _postgresql(address)
        self._reader = self._engine.execution_options(**({} if address.file else _ONE_MOMENT))
        self._writer = self._engine.execution_options(**{_MODE: "BEGIN IMMEDIATE"})
        self._ours = threading.Lock() if address.file else nullcontext()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment and waits for nobody."""
        self._refuse_when_closed()
        with told(self.address), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, name: str) -> Iterator[Connection]:
        """A transaction that is alone: on PostgreSQL among those of the same `name`, on SQLite of all."""
        with self._ours:
            self._refuse_when_closed()
            with told(self.address), self._writer.begin() as connection:
                if self.address.file is None:
                    self._take(connection, name)
                yield connection

    def log_ahead(self) -> None:
        """Switches a SQLite file to its write-ahead log, which it then keeps; elsewhere nothing."""
        if self.address.file is None:
            return
        with told(self.address), self._ours, self._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101  # a connection that is checked out has one
            self._switch(raw.cursor())

    def _switch(self, cursor: DBAPICursor) -> None:
        """SQLite itself does not wait for this lock: others may be opening the same new file."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(SWITCH_PAUSE)
            else:
                return

    def close(self) -> None:
        """Ends every connection, once the write that is under way has ended."""
        with self._ours:
            self._closed = True
            self._engine.dispose()

    def _take(self, connection: Connection, name: str) -> None:
        wait = text("SELECT set_config('lock_timeout', :wait, true)")
        connection.execute(wait, {"wait": f"{max(1, int(self._patience * 1000))}ms"})
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        connection.execute(lock, {"name": f"orchex-kilo-ledger {name}"})

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise fault(self.address, LedgerUnavailable, "it was closed")


def _sqlite(address: Address, patience: float) -> Engine:
    engine = create_engine(address.url, connect_args={"timeout": patience})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(raw: Any, _record: object) -> None:
    """Python's driver must begin no transaction by itself (SQLAlchemy's recipe for pysqlite)."""
    raw.isolation_level = None
    raw.execute("PRAGMA synchronous=NORMAL")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_MODE, "BEGIN"))


def _postgresql(address: Address) -> Engine:
    waits = {} if "connect_timeout" in address.url.query else {"connect_timeout": 10}
    try:
        return create_engine(address.url, pool_pre_ping=True, connect_args=waits)
    except ImportError as error:
        remedy = "pip install 'orchex-kilo-exporter[postgresql]'"
        raise LedgerUrl(f"ledger.url: PostgreSQL's driver psycopg is not installed; {remedy}") from error
