"""The systems that people's figures come from, as their JSON APIs: one page a system, bearer token.

Each is made as such systems are: some count, some give percent; some write dates, some epoch seconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exporter.demo.api.answers import bearer
from exporter.demo.api.people.billing import billing
from exporter.demo.api.people.helpdesk import helpdesk
from exporter.demo.api.people.learning import learning
from exporter.demo.api.people.quality import quality
from exporter.demo.api.people.survey import survey
from exporter.demo.organisation import Organisation

Show = Callable[[Organisation], Any]
SYSTEMS: dict[str, Show] = {
    "learning": learning,
    "survey": survey,
    "billing": billing,
    "helpdesk": helpdesk,
    "quality": quality,
}


class PeopleApi:
    """`/learning`, `/survey`, `/billing`, `/helpdesk` and `/quality`, below whatever path it is put."""

    def __init__(self, organisation: Organisation, token: str) -> None:
        self._organisation = organisation
        self._token = token

    def pages(self) -> dict[str, Callable[[Request], Response]]:
        return {f"/{system}": self._guarded(show) for system, show in SYSTEMS.items()}

    def _guarded(self, show: Show) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if not secrets.compare_digest(bearer(request).encode(), self._token.encode()):
                return JSONResponse({"message": "a valid bearer token is required"}, 401)
            return JSONResponse(show(self._organisation))

        return answer
