"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 30.0


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What `condition` gives once it is true; fails with `what` when it stays false."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {patience:g} s: {what}")
