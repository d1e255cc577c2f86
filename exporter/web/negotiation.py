"""Which of the rendered bodies a scraper wants: RFC 9110's Accept and Accept-Encoding. Pure.

prometheus_client's `choose_encoder` is not used: it passes over `q`, sends a version back that we do
not render, and breaks on a version that is no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS

from exporter.exposition import Exposition

OPENMETRICS_VERSIONS = ("", "1.0.0")


class Body(NamedTuple):
    """The bytes to send, and what they are. `encoding` is empty for plain bytes."""

    content: bytes
    content_type: str
    encoding: str


class _Wish(NamedTuple):
    """One element of an Accept header."""

    what: str
    quality: float
    parameters: Mapping[str, str]


def choose(exposition: Exposition, accept: str, accept_encoding: str) -> Body:
    """Text when in doubt: a scraper that accepts neither format still gets something to read."""
    gzip = wants_gzip(accept_encoding)
    encoding = "gzip" if gzip else ""
    if wants_openmetrics(accept):
        content = exposition.openmetrics_gzip if gzip else exposition.openmetrics
        return Body(content, CONTENT_TYPE_OPENMETRICS, encoding)
    return Body(exposition.text_gzip if gzip else exposition.text, CONTENT_TYPE_PLAIN_0_0_4, encoding)


def wants_openmetrics(accept: str) -> bool:
    """Whether OpenMetrics 1.0.0 is asked for, at least as much as text is."""
    openmetrics = text = anything = 0.0
    for wish in _wishes(accept):
        if wish.what == "application/openmetrics-text" and wish.parameters.get("version", "") in OPENMETRICS_VERSIONS:
            openmetrics = max(openmetrics, wish.quality)
        elif wish.what in ("text/plain", "text/*"):
            text = max(text, wish.quality)
        elif wish.what == "*/*":
            anything = wish.quality
    return 0 < openmetrics >= (text or anything)


def wants_gzip(accept_encoding: str) -> bool:
    """Whether gzip is acceptable, and not less welcome than plain bytes are said to be."""
    quality = {wish.what.removeprefix("x-"): wish.quality for wish in _wishes(accept_encoding)}
    gzip = quality.get("gzip", quality.get("*", 0.0))
    return 0 < gzip >= quality.get("identity", 0.0)


def _wishes(header: str) -> Iterator[_Wish]:
    for element in header.lower().split(","):
        what, *rest = (part.strip() for part in element.split(";"))
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in (part.partition("=") for part in rest)}
        if what:
            yield _Wish(what, _quality(parameters.get("q", "1")), parameters)


def _quality(text: str) -> float:
    """A `q` that is no number from 0 to 1 makes the element count for nothing."""
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
