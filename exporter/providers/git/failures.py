"""What git's failures mean in our words, by what it, curl and ssh write in English.

What a server wrote is not passed on, nor is git's own line, but where nothing is known of it: then
the line is what helps, with secrets blotted out.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from exporter import errors
from exporter.command import Finished
from exporter.model import Moment

LONGEST = 200
PAUSE_WHEN_LIMITED = 60.0
"""git does not tell what the server says of when to come back."""
_STATUS = re.compile(r"The requested URL returned error: (\d{3})")


class NotShallow(errors.CommandFailed):
    """The server cannot cut a history."""


class NotOffered(errors.CommandFailed):
    """The server left out what files hold, and does not give it when it is asked for."""


def understood(ended: Finished, doing: str, where: str, now: Moment, secret: str = "") -> errors.SourceError:
    """Which of ours the failure of `git DOING` is. CommandFailed: it is none of a server's or network's known ones."""
    said = ended.errors.decode("utf-8", errors="replace").replace(where.rstrip("/"), "")  # it may hold any word
    status = _STATUS.search(said)
    if status is not None:
        return _by_status(int(status[1]), where, now)
    for pattern, meaning, words in _MEANINGS:
        if pattern.search(said):
            return meaning(f"{where}: {words}")
    return errors.CommandFailed(f"{where}: git {doing} ended with {ended.code}{_own_words(said, secret)}")


def _by_status(status: int, where: str, now: Moment) -> errors.SourceError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.RateLimited(f"{where}: too many requests (429)", now + PAUSE_WHEN_LIMITED)
    if status in _STATUSES:
        meaning, words = _STATUSES[status]
        return meaning(f"{where}: {status}, {words}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.ServerFailed(f"{where}: the server failed with {status}")
    if status < HTTPStatus.BAD_REQUEST:
        return errors.Rejected(f"{where}: the server sends us elsewhere ({status}); give the new address", status)
    return errors.Rejected(f"{where}: the request was refused with {status}", status)


def _own_words(said: str, secret: str) -> str:
    """git's own last complaint in one line; what a server wrote (`remote:`) is left out."""
    lines = [line for line in said.splitlines() if re.match(r"(fatal|error): (?!remote error)", line)]
    if not lines:
        return ""
    line = "".join(sign if sign.isprintable() else " " for sign in lines[-1])
    if secret:
        line = line.replace(secret, "…")
    return f": {line[:LONGEST]}"


_STATUSES: dict[int, tuple[type[errors.SourceError], str]] = {
    HTTPStatus.UNAUTHORIZED: (errors.Unauthorized, "the credentials are missing, wrong or expired"),
    HTTPStatus.FORBIDDEN: (errors.Forbidden, "the credentials do not allow this"),
    HTTPStatus.NOT_FOUND: (errors.NotFound, "there is no repository at this address"),
    HTTPStatus.GONE: (errors.NotFound, "there is no repository at this address"),
}
_WORDS: tuple[tuple[tuple[str, ...], type[errors.SourceError], str], ...] = (
    (
        ("does not support (shallow|--shallow-since|--depth)",),
        NotShallow,
        "the server cannot cut a history",
    ),
    (
        ("no commits selected for shallow requests", "error processing shallow info"),
        errors.BadPayload,
        "the server has no commit that is so new",
    ),
    (
        ("does not allow request for unadvertised object",),
        NotOffered,
        "the server leaves out what files hold, and does not give it either",
    ),
    (
        ("not our ref", "from promisor remote"),
        errors.BadPayload,
        "the server lacks a commit or file that belongs to its history; is it a shallow or damaged copy?",
    ),
    (
        ("could not read (Username|Password) for", "Authentication failed for"),
        errors.Unauthorized,
        "401, the credentials are missing, wrong or expired; check `user`, and `token` or `token_file`",
    ),
    (
        ("Load key ", "UNPROTECTED PRIVATE KEY FILE"),
        errors.SecretUnreadable,
        "ssh cannot use the key in `ssh_key_file`; it must be without a passphrase, and only its owner may read it",
    ),
    (
        ("Host key verification failed", r"No \S+ host key is known", "REMOTE HOST IDENTIFICATION HAS CHANGED"),
        errors.Unreachable,
        "the host's key is not a known one; compare it, and put it into `known_hosts_file`",
    ),
    (
        (r"Permission denied \(", "Too many authentication failures"),
        errors.Unauthorized,
        "ssh was refused; check the user in the address and `ssh_key_file`",
    ),
    (
        (
            "error setting certificate",
            "error reading (ca cert|X.509)",
            "local SSL certificate",
            "could not load PEM client",
        ),
        errors.SecretUnreadable,
        "a certificate or key cannot be used; check the files in `tls`",
    ),
    (
        ("SSL", "TLS", "certificate verif", "certificate problem"),
        errors.Unreachable,
        "the TLS handshake failed; check `tls.ca_file`, the host's name and, for mutual TLS, `tls.cert_file`",
    ),
    (
        ("Could not resolve",),
        errors.Unreachable,
        "the host's name cannot be resolved",
    ),
    (
        ("(Connection|Operation) timed out", "Connection to .* timed out"),
        errors.TimedOut,
        "no answer in time; raise `timeout` of this source if it is slow",
    ),
    (
        ("Failed to connect", "Couldn't connect", "Connection refused", "No route to host", "Network is unreachable"),
        errors.Unreachable,
        "no connection; does the host listen on this port?",
    ),
    (
        (
            "repository '.*' not found",
            "does not appear to be a git repository",
            "Repository not found",
            "project you were looking for could not be found",
            "not exported",
            "invalid gitfile format",
        ),
        errors.NotFound,
        "there is no repository at this address, or the credentials do not show it",
    ),
    (
        ("is this a git repository", "bad line length", "protocol error", "invalid server response"),
        errors.BadPayload,
        "the answer is not that of a git server; is this the clone address?",
    ),
    (
        (
            "Connection reset",
            "Connection closed",
            "transfer closed",
            "Empty reply",
            "early EOF",
            "unexpected disconnect",
            "RPC failed",
            "error reading section header",
            "kex_exchange_identification",
            "remote end hung up",
            "Could not read from remote repository",
            "unable to access",
        ),
        errors.Unreachable,
        "the connection was lost before the answer was whole",
    ),
)
_MEANINGS = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), meaning, words) for patterns, meaning, words in _WORDS
)
"""The first that fits: a cause comes before its consequences, which git writes too."""
