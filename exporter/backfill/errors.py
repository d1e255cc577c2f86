"""Why a backfill ended before it was done."""

from __future__ import annotations

AGAIN = "run it again to go on"


class BackfillError(Exception):
    """The level before the migration cannot be measured now; the message names the place and the remedy."""
