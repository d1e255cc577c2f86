"""What the answers of ORCHEX, KILO and their bridges have in common.

The ORCHEX envelope, the words of health, and the types of their numbers. Pure: it makes no request,
and is no provider.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from exporter.errors import BadPayload, Reason
from exporter.model import Component, Facts, Health, Probe, Seconds, Unreadable

_log = logging.getLogger(__name__)
_LONGEST = 200

_HEALTH = {
    "healthy": Health.HEALTHY,
    "ok": Health.HEALTHY,
    "up": Health.HEALTHY,
    "pass": Health.HEALTHY,
    "degraded": Health.DEGRADED,
    "warn": Health.DEGRADED,
    "unhealthy": Health.UNHEALTHY,
    "down": Health.UNHEALTHY,
    "fail": Health.UNHEALTHY,
}


def health_of(word: str, where: str) -> Health:
    """The health that a word means, with the synonyms in use; `unknown` (logged once) for newer words."""
    known = _HEALTH.get(word.strip().lower())
    if known is None:
        _log_unknown(word[:50], where)
        return Health.UNKNOWN
    return known


@lru_cache(maxsize=256)
def _log_unknown(word: str, where: str) -> None:
    _log.warning("%s: the health %r is not known; taken as unknown", where, word)


def probed(component: Component, word: str, version: str, latency: Seconds | None, where: str) -> Facts:
    """A look at `component`. A word of health that is not known is no observation, but an unreadable item."""
    health = health_of(word, where)
    if health is Health.UNKNOWN:
        detail = f"{where}: the health {one_line(word)!r} is none of {', '.join(_HEALTH)}"
        return Facts(unreadable=(Unreadable(component, Reason.BAD_PAYLOAD, detail),))
    return Facts(probes=(Probe(component, health, latency, version),))


def seconds(milliseconds: float | None) -> Seconds | None:
    return None if milliseconds is None else milliseconds / 1000


def unwrapped(answer: Any, where: str) -> Any:
    """The `data` of an ORCHEX envelope; an answer without an envelope as it is.

    Raises BadPayload when the envelope says `success: false`, with its error's code and message.
    """
    if not isinstance(answer, dict) or "success" not in answer:
        return answer
    if answer["success"] is True:
        return answer.get("data")
    error = answer.get("error")
    if not isinstance(error, dict):
        raise BadPayload(f"{where}: the answer says that it did not succeed, and not why")
    said = ": ".join(one_line(str(error[key])) for key in ("code", "message") if error.get(key))
    raise BadPayload(f"{where}: the answer is an error: {said or 'without code or message'}")


def one_line(text: str) -> str:
    """`text` for a message: printable, in one line, at most 200 characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _version(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value[:64] if isinstance(value, str) else value


def _ratio(value: object) -> object:
    """A share as a ratio; what is above 1 is a percentage."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 < value <= 100:  # noqa: PLR2004  # percent
        return value / 100
    return value


Version = Annotated[str, BeforeValidator(_version)]
Count = Annotated[int, Field(ge=0, le=2**53)]
"""A number of things; larger ones are no counts but nonsense, and no float could hold them."""
Amount = Annotated[float, Field(ge=0)]
Ratio = Annotated[float, BeforeValidator(_ratio), Field(ge=0, le=1)]
"""0 to 1. Installations differ: a value above 1 is taken as a percentage, so 1 means all of it."""
