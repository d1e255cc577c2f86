"""KILO: one look at its health.

Knows `GET /health` of KILO's API: the API key in a header (`token` or `token_file` hold it,
`api_key_header` names the header) and, where the installation asks for one, a client certificate
(`tls`). A poll costs one request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from exporter.http import Auth, Http
from exporter.model import Component, Facts
from exporter.providers.base import Bearer, Capability, HttpProvider, Payload, Since, parse
from exporter.providers.integration import Version, probed, unwrapped


class Kilo(HttpProvider):
    """KILO's endpoint at `url`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.PROBES})

    kind: Literal["kilo"]
    api_key_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "X-API-Key"
    """The header that carries the API key, which `token` or `token_file` hold."""

    def components(self) -> tuple[Component, ...]:
        return (Component.KILO,)

    def auth(self) -> Auth:
        return Bearer(self.token, self.token_file, header=self.api_key_header, scheme="")

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        reply = http.get(self.at("health"))
        health = parse_health(reply.json(), reply.url)
        yield probed(Component.KILO, health.status, health.version, reply.elapsed, reply.url)


class HealthAnswer(Payload):
    """`GET /health`."""

    status: str
    version: Version = ""


def parse_health(answer: Any, where: str) -> HealthAnswer:
    """KILO's answer, in ORCHEX's envelope or bare. Raises BadPayload."""
    return parse(HealthAnswer, unwrapped(answer, where), where)
