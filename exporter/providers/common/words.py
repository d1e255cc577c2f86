"""Vendors' words that are newer than this exporter: counted as unknown, and logged once."""

from __future__ import annotations

import logging
from functools import lru_cache

_log = logging.getLogger(__name__)
_LONGEST = 40


@lru_cache(maxsize=256)
def newer_word(vendor: str, field: str, word: str) -> None:
    """Says once that `vendor` has a word that we do not know."""
    _log.warning("%s reports a %s that is newer than this exporter: %r", vendor, field, word[:_LONGEST])
