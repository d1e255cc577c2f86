"""What the contract's cases cannot show of KILO: its key's header, and mutual TLS."""

import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import Unreachable
from exporter.model import Component, Facts, Health
from exporter.providers.base import Since
from exporter.providers.kilo import Kilo
from tests.support.pki import Authority
from tests.support.replay import Answer, Server

KEY = "canary-31fe-key"


def polled(**config: Any) -> Facts:
    kilo = Kilo.model_validate({"kind": "kilo", **config})
    with kilo.connect(time.monotonic() + 30, kilo.auth()) as http:
        return Facts.merged(kilo.fetch(http, Since(0.0)))


def healthy(request: object) -> Answer:
    return Answer.of_json({"status": "healthy", "version": "1.8.0"})


@pytest.mark.parametrize(("config", "header"), [({}, "x-api-key"), ({"api_key_header": "X-Kilo-Key"}, "x-kilo-key")])
def test_the_key_stands_in_its_header_and_nowhere_else(config: dict[str, Any], header: str) -> None:
    with Server(healthy) as server:
        polled(url=server.url + "/kilo", token=KEY, **config)
    assert server.requests[0].path == "/kilo/health"
    assert [(name, value) for name, value in server.requests[0].headers.items() if KEY in value] == [(header, KEY)]


@pytest.mark.parametrize("header", ["", "X API", "X-Key: a", "X-Key\r\n"])
def test_a_header_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(ValidationError, match="api_key_header"):
        Kilo.model_validate({"kind": "kilo", "url": "https://host", "api_key_header": header})


def test_kilo_probes_kilo() -> None:
    assert Kilo.model_validate({"kind": "kilo", "url": "https://host"}).components() == (Component.KILO,)


# Mutual TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def asking_for_certificates(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("kilo"))
    context.load_verify_locations(authority.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_a_client_certificate_opens_the_door(authority: Authority, asking_for_certificates: ssl.SSLContext) -> None:
    certificate, key = authority.issue("exporter")
    tls = {"ca_file": authority.ca_file, "cert_file": certificate, "key_file": key}
    with Server(healthy, asking_for_certificates) as server:
        facts = polled(url=server.url, token=KEY, tls=tls)
    assert [(one.component, one.health, one.version) for one in facts.probes] == [("kilo", Health.HEALTHY, "1.8.0")]
    assert facts.probes[0].latency is not None
    assert facts.probes[0].latency > 0


def test_without_a_certificate_the_remedy_is_named(
    authority: Authority, asking_for_certificates: ssl.SSLContext
) -> None:
    with (
        Server(healthy, asking_for_certificates) as server,
        pytest.raises(Unreachable, match=r"TLS handshake failed; .*for mutual TLS, `tls\.cert_file`") as raised,
    ):
        polled(url=server.url, token=KEY, tls={"ca_file": authority.ca_file})
    assert not server.requests
    assert KEY not in str(raised.value)


def test_a_certificate_of_another_authority_does_not(
    authority: Authority, asking_for_certificates: ssl.SSLContext, tmp_path: Path
) -> None:
    certificate, key = Authority(tmp_path, "stranger").issue("intruder")
    tls = {"ca_file": authority.ca_file, "cert_file": certificate, "key_file": key}
    with Server(healthy, asking_for_certificates) as server, pytest.raises(Unreachable, match="TLS handshake failed"):
        polled(url=server.url, tls=tls)
    assert not server.requests
