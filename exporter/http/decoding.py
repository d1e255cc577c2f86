"""JSON that upstreams send, as text that can be stored and published."""

from __future__ import annotations

import json
from typing import Any


def decoded(content: bytes) -> Any:
    """The value of a JSON document. Raises ValueError or RecursionError.

    JSON can write what UTF-8 cannot (half a surrogate pair) and what a database may refuse (NUL).
    One such name would break the exposition of all; each becomes a replacement character.
    """
    value = json.loads(content)
    written = content.lower()
    return _storable(value) if b"\\ud" in written or b"\\u0000" in written else value


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value
