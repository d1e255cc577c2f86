"""What can go wrong between the exporter and a source.

    SourceError                 a poll, or one item of it, could not be read
    ├── Unreachable             nothing answered: name, connection, reset          unreachable
    │   ├── TimedOut            no answer in time                                  timeout
    │   └── ServerFailed        it answered 5xx                                    server_error
    ├── Unauthorized            401: the credentials are wrong or missing          unauthorized
    ├── Forbidden               403: the credentials do not allow it               forbidden
    ├── NotFound                404 or 410                                         not_found
    ├── RateLimited             too many requests; says when to come back          rate_limited
    ├── Rejected                any other 4xx                                      rejected
    ├── BadPayload              it answered something that cannot be read          bad_payload
    ├── CommandFailed           a status command failed                            command_failed
    └── SecretUnreadable        a secret file cannot be read                       secret_unreadable

The words on the right are the closed set of reasons that metrics carry, with `ledger` (the facts
could not be stored) and `internal` (a defect of ours) added by the poller.

Messages name the place and the remedy. They never hold a header, a query string or a secret.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    REJECTED = "rejected"
    BAD_PAYLOAD = "bad_payload"
    COMMAND_FAILED = "command_failed"
    SECRET_UNREADABLE = "secret_unreadable"  # noqa: S105  # a reason, not a secret
    LEDGER = "ledger"
    INTERNAL = "internal"


class SourceError(Exception):
    """Base of all that a source can do to us; `reason` is what metrics and pages show."""

    reason = Reason.INTERNAL


class Unreachable(SourceError):
    reason = Reason.UNREACHABLE


class TimedOut(Unreachable):
    reason = Reason.TIMEOUT


class ServerFailed(Unreachable):
    reason = Reason.SERVER_ERROR


class Unauthorized(SourceError):
    reason = Reason.UNAUTHORIZED


class Forbidden(SourceError):
    reason = Reason.FORBIDDEN


class NotFound(SourceError):
    reason = Reason.NOT_FOUND


class RateLimited(SourceError):
    """Too many requests. `retry_at` is the Unix second from which to ask again."""

    reason = Reason.RATE_LIMITED

    def __init__(self, message: str, retry_at: float) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Rejected(SourceError):
    """Any other 4xx; `status` is its code."""

    reason = Reason.REJECTED

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class BadPayload(SourceError):
    reason = Reason.BAD_PAYLOAD


class CommandFailed(SourceError):
    reason = Reason.COMMAND_FAILED


class SecretUnreadable(SourceError):
    reason = Reason.SECRET_UNREADABLE
