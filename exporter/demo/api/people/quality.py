"""The quality report: scores in percent, trends against the level before, and compliance violations."""

from __future__ import annotations

from typing import Any

from exporter.demo.figures import SCORES, score, violations_a_week
from exporter.demo.organisation import Organisation


def quality(acme: Organisation) -> Any:
    """A falling trend is below 0; `reduced_percent` tells the same the other way round."""
    programme = acme.programme
    day = programme.day(acme.now)
    reported_on = programme.date(day).isoformat()
    trends = {name: _trend(score(name, day)) for name, each in SCORES.items() if each.change}
    scores = {name: {"percent": score(name, day)} for name, each in SCORES.items() if not each.change}
    return {"reported_on": reported_on, "scores": scores, "trends": trends, "violations": _violations(acme)}


def violations_now(acme: Organisation) -> int:
    """Of a week in all repositories, as things stand."""
    stages = acme.truth.stages()
    return round(violations_a_week(acme.truth.migrated_share() or 0.0) * stages.total())


def _trend(percent: float) -> Any:
    return {"changed_percent": percent, "reduced_percent": 0.0 - percent}


def _violations(acme: Organisation) -> Any:
    return {"counted_at": acme.now, "per_week": violations_now(acme)}
