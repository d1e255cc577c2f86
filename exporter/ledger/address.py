"""Where the ledger is kept: `ledger.url`, checked, and shown without its secrets.

This module knows URLs; it opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from exporter.ledger.errors import LedgerUrl

WANTED = "write sqlite:///ledger.db (a file) or postgresql://user@host/database"
MASK = "**********"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is for SQLAlchemy; `place` is for people; `file` is the SQLite file (None elsewhere)."""

    url: URL
    place: str
    file: Path | None

    def without_secrets(self, text: str) -> str:
        """`text` without the URL's passwords, should a driver have repeated one."""
        options = self.url.normalized_query.items()
        hidden = [value for name, values in options if "password" in name for value in values]
        for secret in (self.url.password, *hidden):
            text = text.replace(secret, "***") if secret else text
        return text


def masked(text: str) -> str:
    """The address `text` with its passwords masked; masked whole when one cannot be told from the rest."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return MASK
    if _is_ambiguous(url):
        return MASK
    secret = [name for name in url.query if "password" in name]
    shown = url.difference_update_query(secret).render_as_string(hide_password=True)
    shown = shown.replace(":***@", f":{MASK}@", 1)
    return shown + "".join(f"{'&' if '?' in shown else '?'}{name}={MASK}" for name in secret)


def _is_ambiguous(url: URL) -> bool:
    """Whether an @ or / in a password that was not written as %40 or %2F may have split it."""
    return "@" in (url.host or "") or "@" in (url.database or "")


def parse_address(text: str) -> Address:
    """The ledger's address. Raises LedgerUrl; its message never repeats the URL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise LedgerUrl(f"ledger.url: not a database URL; {WANTED}") from None  # the cause repeats the password
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise LedgerUrl(f"ledger.url: {url.drivername!r} is not supported; {WANTED}")
    url = url.set(drivername=driver)
    return _file(url) if url.get_backend_name() == "sqlite" else _server(url)


def _file(url: URL) -> Address:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise LedgerUrl("ledger.url: SQLite needs the path of a file; write sqlite:///ledger.db")
    file = Path(url.database)
    try:
        if not file.parent.is_dir():
            raise LedgerUrl(f"ledger.url: there is no folder {file.parent}; create it, or name another file")
        if file.is_dir():
            raise LedgerUrl(f"ledger.url: {file} is a folder; name a file in it")
    except OSError as error:
        raise LedgerUrl(f"ledger.url: {file} cannot be reached ({error.strerror}); name another file") from error
    return Address(url, str(file), file)


def _server(url: URL) -> Address:
    if _is_ambiguous(url):
        raise LedgerUrl("ledger.url: more than one @; write an @ in a user or password as %40")
    if not url.database:
        raise LedgerUrl(f"ledger.url: it names no database; {WANTED}")
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return Address(url, shown.render_as_string(), None)
