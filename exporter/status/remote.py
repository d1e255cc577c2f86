"""Asks a running exporter for its document, and refuses what this program cannot read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from exporter.errors import BadPayload, NotFound, TimedOut
from exporter.http import Auth, Http, NoAuth, Tls, basic
from exporter.status.shape import PLACE, VERSION, Status

PATIENCE = 10.0
"""Seconds until the exporter must have answered."""


@dataclass(frozen=True, slots=True)
class Basic:
    """A name and a password, as the exporter's web configuration may ask for them."""

    username: str
    password: str = field(repr=False)

    def headers(self, http: Http) -> Mapping[str, str]:
        return basic(self.username, self.password)

    def rejected(self) -> None:
        return None


def ask(url: str, auth: Auth | None = None, tls: Tls | None = None, *, patience: float = PATIENCE) -> Status:
    """The document of the exporter at `url`, its base address. Raises SourceError."""
    place = url.rstrip("/") + PLACE
    deadline = time.monotonic() + patience
    with Http(deadline=deadline, auth=auth or NoAuth(), tls=tls, read_timeout=patience, retries=0) as http:
        try:
            return read(http.get(place).json(), place)
        except NotFound as error:
            raise NotFound(f"{place}: nothing there; is this an exporter, and of this version?") from error
        except TimedOut as error:
            raise TimedOut(f"{place}: no answer within {patience:g} s") from error


def read(data: Any, place: str) -> Status:
    """What `place` answered, as a document; BadPayload when it is none, or of another schema version."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version is None:
        raise BadPayload(f"{place}: this is no status document; is it an exporter's address?")
    if version != VERSION:
        remedy = "use the program of the same version as the exporter"
        raise BadPayload(f"{place}: its schema version is {version!r}, this program reads {VERSION}; {remedy}")
    try:
        return Status.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise BadPayload(f"{place}: {path}: {first['msg']}") from error
