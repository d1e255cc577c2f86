"""The demo as one thing: an organisation that lives by the wall clock, served, with its configuration."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exporter.demo.config import configuration
from exporter.demo.incidents import START_DELAY
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer


@contextmanager
def running_demo(ledger_url: str, incident: str | None = None) -> Iterator[dict[str, Any]]:
    """Serves a new organisation, and gives the exporter's configuration for it.

    The incident, if any, begins after 20 seconds. ValueError for one that there is not.
    """
    organisation = Organisation(start=time.time())
    if incident is not None:
        organisation.begin(incident, organisation.start + START_DELAY)
    with DemoServer(organisation, time.time) as server:
        yield configuration(server.addresses, ledger_url, server.tokens)
