"""The learning system: courses with how many are enrolled and how many are through."""

from __future__ import annotations

from typing import Any

from exporter.demo.figures import LEARNERS, proficiency_days, trained
from exporter.demo.organisation import Organisation

COURSE = "orchex-kilo-integration"


def learning(acme: Organisation) -> Any:
    """Moments are epoch seconds."""
    day = acme.programme.day(acme.now)
    return {
        "generated_at": acme.programme.moment(day),
        "courses": [
            _course("security-basics", LEARNERS, LEARNERS - 4, None),
            _course(COURSE, LEARNERS, trained(day), proficiency_days(day)),
        ],
    }


def _course(slug: str, enrolled: int, completed: int, proficiency: float | None) -> Any:
    progress = {"enrolled": enrolled, "completed": completed, "completed_percent": 100 * completed / enrolled}
    return {"slug": slug, "progress": progress, "median_days_to_proficiency": proficiency}
