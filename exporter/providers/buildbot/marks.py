"""The provider's notes for its next poll, and how a build is told from all others.

It knows buildids and moments of start, and nothing else of a build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from exporter.errors import BadPayload
from exporter.model import Repository
from exporter.providers.base import Since

_IDENTITY = re.compile(r"\b\d{1,18}@(?:\d+|\?)")


def identity_of(item: Any) -> str | None:
    """`<buildid>@<started_at>` of an unread build, `<buildid>@?` without a number there; None without an id."""
    buildid, started = (item.get("buildid"), item.get("started_at")) if isinstance(item, dict) else (None, None)
    if not isinstance(buildid, int) or isinstance(buildid, bool) or not 0 <= buildid < 10**18:
        return None
    numeric = isinstance(started, int | float) and abs(started) < 1e15  # noqa: PLR2004  # longer is no moment
    return f"{buildid}@{started:.0f}" if numeric else f"{buildid}@?"


def number_of(identity: str) -> int:
    """The buildid of an identity."""
    return int(identity.partition("@")[0])


def newest_of(page: Iterable[Any], where: str) -> str:
    """The identity of the last build of a page. Without any id there is no way on."""
    identities = [identity for identity in map(identity_of, page) if identity]
    if not identities:
        raise BadPayload(f"{where}: no build has a buildid; is this Buildbot 0.9 or newer?")
    return max(identities, key=number_of)


@dataclass(frozen=True, slots=True)
class Marks:
    """The newest build that was seen, those that were open then, and where anything was active."""

    newest: str = ""
    open: frozenset[str] = frozenset()
    active: frozenset[Repository] = frozenset()

    @classmethod
    def of(cls, since: Since) -> Marks:
        """What was noted; nothing, where a note is not one of ours."""
        newest, still = (re.findall(_IDENTITY, since.get(key) or "") for key in ("newest", "open"))
        return cls(newest[0] if newest else "", frozenset(still), _repositories(since.get("active") or "[]"))


def builds_text(newest: str, still_open: Iterable[str]) -> dict[str, str]:
    """The marks of a step that read builds."""
    return {"newest": newest, "open": " ".join(sorted(still_open, key=number_of))}


def active_text(repositories: Iterable[Repository]) -> dict[str, str]:
    """The mark of the step that counted what has not ended."""
    return {"active": json.dumps([[repository.owner, repository.name] for repository in sorted(repositories)])}


def _repositories(text: str) -> frozenset[Repository]:
    try:
        return frozenset(Repository(str(owner), str(name)) for owner, name in json.loads(text))
    except (TypeError, ValueError):
        return frozenset()
