"""The survey: its waves, the newest last."""

from __future__ import annotations

from typing import Any

from exporter.demo.figures import RESPONSES, satisfied, wave_days
from exporter.demo.organisation import Organisation


def survey(acme: Organisation) -> Any:
    """Dates are ISO 8601 without a time; shares are in percent."""
    programme = acme.programme
    waves = [
        {
            "wave": number,
            "closed_on": programme.date(day).isoformat(),
            "responses": RESPONSES,
            "results": {"satisfied_percent": 100 * satisfied(day) / RESPONSES},
        }
        for number, day in enumerate(wave_days(programme.day(acme.now)), 1)
    ]
    return {"survey": "Working with the integrated tools", "waves": waves}
