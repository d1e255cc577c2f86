"""TLS: private authorities, and words that help when it fails."""

import ssl
import time
from typing import Any

import pytest

from exporter import errors
from exporter.http import Http, Tls
from tests.support.pki import Authority
from tests.support.replay import Answer, Manner, Server
from tests.support.upstream import SECRET, SLACK, always, at, in_turn


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def server_tls(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    return context


def get_over_tls(server_tls: ssl.SSLContext, tls: Tls, answer: Answer | None = None, seconds: float = 30) -> Any:
    with Server(in_turn(answer or Answer()), server_tls) as server, Http(deadline=at(seconds), tls=tls) as client:
        return client.get(server.url, {"token": SECRET}).status


def test_a_private_authority_is_trusted_when_given(server_tls: ssl.SSLContext, authority: Authority) -> None:
    assert get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file))) == 200


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verification_can_be_switched_off(server_tls: ssl.SSLContext) -> None:
    assert get_over_tls(server_tls, Tls(verify=False)) == 200


def test_an_unknown_authority_is_refused_with_the_remedy(server_tls: ssl.SSLContext) -> None:
    with pytest.raises(errors.Unreachable, match=r"TLS handshake failed; check `tls\.ca_file`") as raised:
        get_over_tls(server_tls, Tls())
    assert SECRET not in str(raised.value)


def test_a_file_of_tls_that_is_not_there_is_named(server_tls: ssl.SSLContext, authority: Authority) -> None:
    with pytest.raises(errors.SecretUnreadable, match=r"cannot read /no/ca\.pem"):
        get_over_tls(server_tls, Tls(ca_file="/no/ca.pem"))
    pair = (str(authority.ca_file), "/no/key.pem")
    with pytest.raises(errors.SecretUnreadable, match=r"cannot read /no/key\.pem"):
        get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file), certificate=pair))


def test_a_dripping_body_over_tls_ends_with_the_deadline(server_tls: ssl.SSLContext, authority: Authority) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        get_over_tls(server_tls, Tls(ca_file=str(authority.ca_file)), Answer(manner=Manner.DRIP), 0.5)
    assert time.monotonic() - begun < SLACK


def test_http_spoken_to_a_tls_port_is_no_answer(client: Http, server_tls: ssl.SSLContext) -> None:
    with Server(always(), server_tls) as server, pytest.raises(errors.Unreachable):
        client.get(server.url.replace("https", "http"))


def test_tls_spoken_to_an_http_port_is_named(client: Http) -> None:
    with Server(always()) as server, pytest.raises(errors.Unreachable, match="TLS handshake failed"):
        client.get(server.url.replace("http", "https"))
