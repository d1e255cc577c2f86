"""What the APIs' answers have in common: moments as text, refusals, and a rate limit of one hour."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request

HOUR = 3600


class Refused(Exception):
    """A request that is answered with an error. `where` is the documentation's page, if there is one."""

    def __init__(self, status: int, message: str, where: str = "rest") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.where = where


def iso(moment: float | None) -> str | None:
    """Unix seconds as the APIs write them: ISO 8601 in UTC, whole seconds."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bearer(request: Request) -> str:
    """The secret in the Authorization header, whatever its scheme; empty without one."""
    return request.headers.get("Authorization", "").partition(" ")[2].strip()


class Limit:
    """So many requests an hour."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.reset_at = 0

    def at(self, now: float) -> Limit:
        """Itself, as it stands now: a new hour begins with nothing used."""
        if now >= self.reset_at:
            self.used, self.reset_at = 0, int(now) + HOUR
        return self

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def spend(self) -> None:
        self.used += 1

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_at),
        }
