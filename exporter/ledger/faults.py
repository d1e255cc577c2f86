"""A database's errors, told as ours: what happened, where, and what to do.

This module knows the error codes of SQLite and PostgreSQL; it runs no SQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from exporter.ledger.address import Address
from exporter.ledger.errors import (
    LedgerCorrupt,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerReadOnly,
    LedgerUnavailable,
    LedgerUnstorable,
)

_SQLITE = {
    sqlite3.SQLITE_CORRUPT: LedgerCorrupt,
    sqlite3.SQLITE_NOTADB: LedgerCorrupt,
    sqlite3.SQLITE_FULL: LedgerFull,
    sqlite3.SQLITE_BUSY: LedgerLocked,
    sqlite3.SQLITE_LOCKED: LedgerLocked,
    sqlite3.SQLITE_READONLY: LedgerReadOnly,
    sqlite3.SQLITE_PERM: LedgerReadOnly,
    sqlite3.SQLITE_CONSTRAINT: LedgerUnstorable,
    sqlite3.SQLITE_TOOBIG: LedgerUnstorable,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class is the first two characters.
_POSTGRESQL = {
    "53100": LedgerFull,
    "55P03": LedgerLocked,
    "40P01": LedgerLocked,
    "40001": LedgerLocked,
    "25006": LedgerReadOnly,
    "42501": LedgerReadOnly,
    "XX001": LedgerCorrupt,
    "XX002": LedgerCorrupt,
    "22": LedgerUnstorable,
    "23": LedgerUnstorable,
}
_REMEDY: dict[type[LedgerError], tuple[str, str]] = {
    LedgerCorrupt: (
        "is damaged or no database",
        "restore it from a backup, or move it aside to begin a new one; it was left as it is",
    ),
    LedgerFull: ("has no room left", "free some space; what was not kept is read again by the next poll"),
    LedgerLocked: ("is held by another process", "see which other program has it open"),
    LedgerReadOnly: ("may not be written", "let the exporter's user write the file and its folder, or name another"),
    LedgerUnstorable: ("cannot hold a value of this poll", "the source sent something that is no text or number"),
    LedgerUnavailable: ("cannot be used", "see that it is there and that the exporter may use it"),
}


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Raises what the database raised as a LedgerError that names the place and the remedy."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeError, OverflowError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        raise fault(address, _kind(address, cause), _words(cause)) from error


def fault(address: Address, kind: type[LedgerError], detail: str) -> LedgerError:
    """The error of this `kind`, in words; `detail` is the database's own."""
    what, remedy = _REMEDY[kind]
    detail = address.without_secrets(detail)
    return kind(f"the ledger {address.place} {what} ({detail}): {remedy}")


def _kind(address: Address, cause: BaseException) -> type[LedgerError]:
    if isinstance(cause, UnicodeError | OverflowError):
        return LedgerUnstorable
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _of_sqlite(address, code & 0xFF)
    state = getattr(cause, "sqlstate", None) or ""
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _unknown(cause)


def _unknown(cause: BaseException) -> type[LedgerError]:
    """The drivers refuse some values themselves, without a code of the database."""
    return LedgerUnstorable if type(cause).__name__ == "DataError" else LedgerUnavailable


def _of_sqlite(address: Address, code: int) -> type[LedgerError]:
    if code == sqlite3.SQLITE_CANTOPEN and address.file is not None and not os.access(address.file.parent, os.W_OK):
        return LedgerReadOnly
    return _SQLITE.get(code, LedgerUnavailable)


def _words(cause: BaseException) -> str:
    """The first line; a driver's further lines repeat the statement, or where it was."""
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
