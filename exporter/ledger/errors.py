"""What can go wrong between the exporter and its memory.

    LedgerError                 the ledger cannot be opened, or a poll could not be kept
    ├── LedgerUrl               `ledger.url` cannot be used: not a URL, unknown database, no driver, no folder
    ├── LedgerUnavailable       the database cannot be reached, or it failed
    │   ├── LedgerLocked        another process holds it for longer than we wait
    │   ├── LedgerFull          no room on the disk
    │   └── LedgerReadOnly      it may not be written
    ├── LedgerCorrupt           the file is damaged, or no database at all
    ├── LedgerForeign           the database holds the tables of something else
    ├── LedgerNewer             a newer exporter wrote it
    └── LedgerUnstorable        a fact holds a value that no database takes

Each message names the place and the remedy, and never holds a password. After an error nothing of
that poll is kept, nothing that was stored before is lost, and the ledger can be used again.
"""

from __future__ import annotations


class LedgerError(Exception):
    """Base of all that the ledger can do to us."""


class LedgerUrl(LedgerError):
    """`ledger.url` cannot be used as it stands."""


class LedgerUnavailable(LedgerError):
    """The database cannot be reached, or it failed."""


class LedgerLocked(LedgerUnavailable):
    """Another process holds the ledger for longer than we wait."""


class LedgerFull(LedgerUnavailable):
    """There is no room left where the ledger is kept."""


class LedgerReadOnly(LedgerUnavailable):
    """The ledger, or the folder it lies in, may not be written."""


class LedgerCorrupt(LedgerError):
    """The ledger's file is damaged, or it is no database."""


class LedgerForeign(LedgerError):
    """The database holds tables that are not the exporter's."""


class LedgerNewer(LedgerError):
    """A newer exporter wrote this ledger."""


class LedgerUnstorable(LedgerError):
    """A fact holds a value that the database does not take."""
