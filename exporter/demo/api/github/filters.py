"""Which runs a listing is asked for: `created`, `status`, `branch`, `event`, `head_sha`. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from exporter.demo.api.answers import Refused
from exporter.demo.run import Run

CAPPED = frozenset({"actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"})
"""With any of these a listing ends at 1,000 results."""
CAP = 1000
_MOMENT = r"[0-9][0-9T:.Z+-]*"


def created_between(expression: str) -> tuple[float, float]:
    """`>=M`, `>M`, `<=M`, `<M`, `M..N`, `*..M`, `M..*` or a day -> first and last second, both included."""
    if span := re.fullmatch(rf"({_MOMENT}|\*)\.\.({_MOMENT}|\*)", expression):
        begin = -math.inf if span[1] == "*" else _moment(span[1])[0]
        return begin, math.inf if span[2] == "*" else _moment(span[2])[1]
    if bound := re.fullmatch(rf"(>=|>|<=|<)?({_MOMENT})", expression):
        first, last = _moment(bound[2])
        spans = {
            ">=": (first, math.inf),
            ">": (last + 1, math.inf),
            "<=": (-math.inf, last),
            "<": (-math.inf, first - 1),
        }
        return spans.get(bound[1], (first, last))
    raise Refused(422, "Validation Failed: created")


def _moment(text: str) -> tuple[float, float]:
    """The first and the last second that a date or a date with time means."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(422, "Validation Failed: created") from error
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return seconds, seconds + (86_399 if len(text) == len("2026-01-01") else 0)


def wanted(run: Run, asked: Mapping[str, str]) -> bool:
    """Whether a run fits everything but `created`. `status` may be a state or a conclusion."""
    latest = run.latest
    words = (latest.status, latest.outcome.conclusion if latest.outcome else None)
    own = {"branch": run.branch, "event": run.event, "head_sha": run.sha, "actor": run.attempts[0].actor.login}
    fits = all(asked.get(key) in (None, "", value) for key, value in own.items())
    return fits and asked.get("status") in (None, "", *words)
