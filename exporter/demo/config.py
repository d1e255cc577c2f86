"""The ordinary exporter configuration for the organisation, as plain data. Nothing in it is the demo's own."""

from __future__ import annotations

from typing import Any

from exporter.demo.catalogue import ARCHIVE_PATTERN, OWNER
from exporter.demo.server import Addresses, Tokens

INTERVAL = "5s"


def configuration(addresses: Addresses, ledger_url: str, tokens: Tokens | None = None) -> dict[str, Any]:
    """What a configuration file would say: all four systems, every 5 seconds."""
    secrets = tokens or Tokens()
    return {
        "ledger": {"url": ledger_url},
        "sources": {
            "orchex": _source("orchex", addresses.orchex, secrets.orchex),
            "kilo": _source("kilo", addresses.kilo, secrets.kilo),
            "bridges": _source("bridge", addresses.bridges, secrets.orchex),
            "acme": {
                **_source("github", addresses.github, secrets.github),
                "owner": OWNER,
                "repositories": ["*"],
                "exclude": [ARCHIVE_PATTERN],
                "history": "7d",
            },
        },
    }


def _source(kind: str, url: str, token: str) -> dict[str, Any]:
    return {"kind": kind, "url": url, "token": token, "interval": INTERVAL}
