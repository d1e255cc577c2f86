"""The sections of the configuration: each a frozen model whose docstrings become the reference page."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from exporter.ledger.address import masked
from exporter.model import Component
from exporter.providers.base import Duration

DEFAULT_LISTEN_ADDRESS = ":9847"


class Section(BaseModel):
    """Base of the sections: frozen, and a key that we do not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)


class WebSettings(Section):
    """`web:`, where the exporter is reached."""

    listen_address: str = DEFAULT_LISTEN_ADDRESS
    """Where to listen, HOST:PORT; without a host, on every address."""
    enable_lifecycle: bool = False
    """Allow `POST /-/reload`."""


class LedgerSettings(Section):
    """`ledger:`, the exporter's memory: an SQLAlchemy address, and how long raw facts are kept."""

    url: Annotated[str, PlainSerializer(masked), Field(repr=False)] = "sqlite:///ledger.db"
    """`sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/DATABASE`."""
    retention: Annotated[Duration, Field(ge=86400)] = 35 * 86400.0
    """How long single runs, changes and probes are kept; totals are kept for ever."""


class SeriesLimits(Section):
    """`series:`, caps that protect Prometheus; what is cut is counted."""

    pipelines: bool = False
    """Publish each repository's runs by pipeline too: some six series a pipeline more."""
    per_repository: Annotated[int, Field(ge=1)] = 25
    """The most series of one repository."""
    per_source: Annotated[int, Field(ge=100)] = 250_000
    """The most series of one source."""
    total: Annotated[int, Field(ge=100)] = 500_000
    """The most series of all."""


class UptimeSettings(Section):
    """`uptime:`, the components that must all be healthy; the documented four by default."""

    required_components: Annotated[frozenset[Component], Field(min_length=1)] = frozenset(Component)
    """Some of `orchex kilo k2a a2k`. One that no source reports leaves the uptime unknown."""
