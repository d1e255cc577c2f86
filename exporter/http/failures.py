"""What the libraries' errors mean in our words. Their own texts are not passed on: they hold queries and headers."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
import urllib3

from exporter import errors


def without_secret(error: Exception) -> Exception | None:
    """The error as a cause, unless its text quotes the header that it is about."""
    return None if isinstance(error, UnicodeError | requests.exceptions.InvalidHeader) else error


def network_error(error: Exception, place: str) -> errors.SourceError:
    causes = tuple(_causes(error))
    for kinds, meaning, words in _MEANINGS:
        if any(isinstance(cause, kinds) for cause in causes):
            return meaning(f"{place}: {words}")
    return errors.Unreachable(f"{place}: no connection ({type(error).__name__})")


def _causes(error: object) -> Iterator[Exception]:
    """The error and what it wraps, outermost first: requests and urllib3 put one in the other."""
    while isinstance(error, Exception):
        yield error
        wrapped = (cause for cause in (getattr(error, "reason", None), *error.args) if isinstance(cause, Exception))
        error = next(wrapped, None)


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[errors.SourceError], str], ...] = (
    (
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError),
        errors.Unreachable,
        "the TLS handshake failed; check `tls.ca_file`, the host's name and, for mutual TLS, `tls.cert_file`",
    ),
    (
        (urllib3.exceptions.NameResolutionError,),
        errors.Unreachable,
        "the host's name cannot be resolved",
    ),
    (
        (urllib3.exceptions.NewConnectionError,),  # some versions make it a kind of time-out: it comes first
        errors.Unreachable,
        "no connection; does the host listen on this port?",
    ),
    (
        (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError),
        errors.TimedOut,
        "no answer in time; raise `timeout` of this source if it is slow",
    ),
    (
        (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError),
        errors.BadPayload,
        "the answer is not encoded as its Content-Encoding says",
    ),
    (
        (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError),
        errors.Unreachable,
        "the connection was lost before the answer was whole",
    ),
)
